"""Where snapshots are kept at GitHub, and what an answer other than success means; `refusals` has words for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class BranchAddress:
    """Which branch of which repository, and who asks; the token is not in its `repr`."""

    repository: str
    branch: str
    api_url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GitResponse:
    """`headers` with names in lower case; `writing`: whether the request was to change something."""

    status: int
    message: str
    headers: Mapping[str, str]
    writing: bool

    def says(self, pattern: str) -> bool:
        return re.search(pattern, self.message, re.IGNORECASE) is not None

    @property
    def limited(self) -> bool:
        """Whether it is a rate limit, GitHub's primary or secondary one."""
        signs = "retry-after" in self.headers or self.headers.get("x-ratelimit-remaining") == "0"
        return self.status == 429 or (self.status == 403 and (signs or self.says("rate limit|abuse detection")))

    @property
    def by_rule(self) -> bool:
        """Whether a branch protection or a ruleset stands against it."""
        return self.status in {403, 409, 422} and self.says(
            r"protected branch|rule violation|protected ref|required status|through a pull request|cannot be updated"
            r"|must be verified|restricted|not allowed to (?:push|create)|cannot create ref"
        )

    @property
    def lost_race(self) -> bool:
        """Whether the branch is not any more what it was when it was read."""
        raced = self.status == 422 and self.says(
            "not a fast.?forward|already exists|does not exist|reference update failed|is at .* but expected"
        )
        return not self.by_rule and (raced or self.status == 409)

    @property
    def empty_repository(self) -> bool:
        return self.status == 409 and self.says("repository is empty")
