"""Why snapshots could not be read or written at GitHub, in words for the reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from copilot_usage.errors import StoreRefused, quote


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


class GitHubRefused(StoreRefused):
    """GitHub's answer, worded; whoever can make something of the answer itself finds it here."""

    def __init__(self, title: str, *, cause: str, remedy: str, answer: GitResponse) -> None:
        super().__init__(title, cause=cause, remedy=remedy)
        self.answer = answer


def refused(place: BranchAddress, answer: GitResponse) -> GitHubRefused:
    """The error for an answer."""
    _, title, cause, remedy = next(situation for situation in _SITUATIONS if situation[0](answer))
    words = {"repository": place.repository, "branch": place.branch, "token": _TOKEN}
    said = f"GitHub answered {answer.status}{_quoted(answer.message)}"
    return GitHubRefused(
        title,
        cause=cause.format(**words, said=said, reset=_reset(answer)),
        remedy=remedy.format(**words),
        answer=answer,
    )


def unreachable(place: BranchAddress, why: str, remedy: str | None = None) -> StoreRefused:
    """The error where no usable answer came after every try, or where `remedy` has to come before another one."""
    return StoreRefused(
        "The snapshot repository could not be reached",
        cause=f"{place.repository}: {why}.",
        remedy=remedy
        or "Faults like this pass by themselves: run it again later, and see https://www.githubstatus.com. If it "
        "does not pass, check that the runner may reach GitHub's API through proxy and firewall.",
    )


def moved(place: BranchAddress, now: str) -> StoreRefused:
    """The error for a repository that was renamed or transferred: GitHub redirects reading, but not writing."""
    return StoreRefused(
        "The snapshot repository has moved",
        cause=f"{place.repository} answers from another place{_quoted(now)}.",
        remedy="Name the repository as it is called now:\n\n```yaml\nwith:\n  snapshot-repository: OWNER/NAME\n```",
    )


def outrun(place: BranchAddress, tries: int) -> StoreRefused:
    """The error after too many lost races."""
    return StoreRefused(
        "Other writers kept changing the snapshot branch",
        cause=f"{tries} times the branch {place.branch} of {place.repository} was changed by somebody else in between.",
        remedy="Let fewer jobs write to it at the same time:\n\n"
        "```yaml\nstrategy:\n  max-parallel: 4\n```\n\nor let one job commit what the others found.",
    )


def too_large(place: BranchAddress, path: str) -> StoreRefused:
    """The error for a folder that GitHub does not list completely."""
    return StoreRefused(
        "The snapshot branch is too large to be listed",
        cause=f"GitHub lists the folder {path or 'at the top'} of {place.branch} in {place.repository} only in part.",
        remedy="Keep snapshots on a branch of their own:\n\n```yaml\nwith:\n  snapshot-branch: copilot-usage\n```",
    )


def _quoted(message: str) -> str:
    """What GitHub said, on one line and not too long, in quotation marks."""
    return f" ({quote(message)})" if message.strip() else ""


def _reset(answer: GitResponse) -> str:
    """When asking makes sense again, as far as the answer says."""
    after, at = answer.headers.get("retry-after", ""), answer.headers.get("x-ratelimit-reset", "")
    if after.isdecimal():
        return f"GitHub asks for a pause of {after} s"
    if at.isdecimal() and len(at) < 12:
        return f"it is full again at {datetime.fromtimestamp(int(at), UTC):%Y-%m-%d %H:%M} UTC"
    return "GitHub does not say for how long"


_TOKEN = "the token of `snapshot-token` (not given: the workflow's own)"  # noqa: S105 - a sentence, no secret
_WRITE = """\
Give the job the permission to commit:

```yaml
permissions:
  contents: write
```

That holds for the workflow's own token and its own repository. For another repository, `snapshot-token` takes a \
fine-grained token or a GitHub App's with "Contents: read and write" on {repository}."""
_RULE = """\
Keep snapshots on a branch that no rule protects, and leave it out of rules that hold for all branches:

```yaml
with:
  snapshot-branch: copilot-usage
```

Or let {token} bypass the rule."""
_FIND = """\
Check the name (`snapshot-repository: owner/name`). A private repository other than the workflow's own needs a \
`snapshot-token` with "Contents: read and write" on it."""
_LATER = """\
Run it again after that time, with fewer jobs at once, or give `snapshot-token` a token of its own: the workflow's has \
1,000 requests an hour for a repository."""

# The first that fits; titles are fixed, `docs/troubleshooting.md` has a heading for each.
_SITUATIONS: tuple[tuple[Callable[[GitResponse], bool], str, str, str], ...] = (
    (
        lambda answer: answer.status == 401,
        "The snapshot token is not valid",
        "{said} to {token}.",
        "Check that the secret holds the token, that it has not expired, and that it was not revoked.",
    ),
    (
        lambda answer: answer.limited,
        "The rate limit of the snapshot repository is used up",
        "{said}; {reset}.",
        _LATER,
    ),
    (
        lambda answer: answer.says("archived"),
        "The snapshot repository is archived",
        "{repository} is read-only. {said}.",
        "Unarchive it, or choose another one for `snapshot-repository`.",
    ),
    (
        lambda answer: answer.says("SAML|single sign-on|SSO"),
        "The snapshot token is not authorized for single sign-on",
        "{said}.",
        "Authorize the token for the organization of {repository} (Settings, Personal access tokens, Configure SSO).",
    ),
    (
        lambda answer: answer.by_rule,
        "The snapshot branch is protected",
        "A rule of {repository} does not allow commits on {branch}. {said}.",
        _RULE,
    ),
    (
        lambda answer: answer.writing and answer.status in {403, 404},
        "The snapshot token may not write",
        "{said} when {token} was to write to {repository}.",
        _WRITE,
    ),
    (
        lambda answer: answer.status == 403,
        "The snapshot token may not read",
        "{said} when {token} was to read {repository}.",
        _WRITE,
    ),
    (
        lambda answer: answer.status == 404,
        "The snapshot repository was not found",
        "There is no {repository}, or {token} may not see it. {said}.",
        _FIND,
    ),
    (
        lambda answer: answer.status >= 500,
        "The snapshot repository could not be reached",
        "{said}, after every try.",
        "Faults like this pass by themselves: run it again later, and see https://www.githubstatus.com.",
    ),
    (
        lambda _: True,
        "GitHub refused the snapshots",
        "{said} for the branch {branch} of {repository}.",
        "If GitHub's words do not help, please report it with the debug log of a run.",
    ),
)
