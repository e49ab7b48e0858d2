"""Why snapshots could not be read or written at GitHub, in words for the reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from urllib3 import Retry
from urllib3.exceptions import InvalidHeader

from copilot_usage.errors import StoreRefused, quote

# GitHub's advice for a secondary limit that names no time (docs: "Rate limits for the REST API").
_SECONDARY_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class BranchAddress:
    """A branch of a repository, and the token for it, which is not in its `repr`."""

    repository: str
    branch: str
    api_url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GitResponse:
    """An error response. `headers` with names in lower case; `writing`: the request was to change something."""

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

    def retry_after(self, now: float, backoff: float) -> float | None:
        """Seconds until a retry can help, `backoff` where GitHub names no time; None: it cannot. `now`: since 1970."""
        if not self.limited and self.status < 500:
            return None
        with suppress(InvalidHeader, ValueError, OverflowError):
            if after := self.headers.get("retry-after"):
                return Retry().parse_retry_after(after)
            if self.limited and self.headers.get("x-ratelimit-remaining") == "0":
                return max(int(self.headers.get("x-ratelimit-reset", "")) - now, 0) + 1
        return _SECONDARY_WAIT if self.limited else backoff

    @property
    def by_rule(self) -> bool:
        """Whether a branch protection or a ruleset forbids it."""
        return self.status in {403, 409, 422} and self.says(
            r"protected branch|rule violation|protected ref|required status|through a pull request|cannot be updated"
            r"|must be verified|restricted|not allowed to (?:push|create)|cannot create ref"
        )

    @property
    def lost_race(self) -> bool:
        """Whether another writer has changed the branch since it was read."""
        raced = self.status == 422 and self.says(
            "not a fast.?forward|already exists|does not exist|reference update failed|is at .* but expected"
        )
        return not self.by_rule and (raced or self.status == 409)

    @property
    def empty_repository(self) -> bool:
        return self.status == 409 and self.says("repository is empty")


class GitHubRefused(StoreRefused):
    """An error response of GitHub, in words; `response`: for callers that can handle it."""

    def __init__(self, title: str, *, cause: str, remedy: str, response: GitResponse) -> None:
        super().__init__(title, cause=cause, remedy=remedy)
        self.response = response


def refused(address: BranchAddress, response: GitResponse) -> GitHubRefused:
    """The error for an error response."""
    _, title, cause, remedy = next(situation for situation in _SITUATIONS if situation[0](response))
    words = {"repository": address.repository, "branch": address.branch, "token": _TOKEN}
    said = f"GitHub answered {response.status}{_quoted(response.message)}"
    return GitHubRefused(
        title,
        cause=cause.format(**words, said=said, reset=_reset(response)),
        remedy=remedy.format(**words),
        response=response,
    )


def unreachable(address: BranchAddress, why: str, remedy: str | None = None) -> StoreRefused:
    """The error where no usable response came; `remedy`: what has to be done before a retry can help."""
    return StoreRefused(
        "The snapshot repository could not be reached",
        cause=f"{address.repository}: {why}.",
        remedy=remedy
        or f"{_PASSING} If it does not pass, check that the runner can reach GitHub's API through proxy and firewall.",
    )


def moved(address: BranchAddress, now: str) -> StoreRefused:
    """The error for a repository that was renamed or transferred: GitHub redirects reading, but not writing."""
    return StoreRefused(
        "The snapshot repository has moved",
        cause=f"{address.repository} answers from another address{_quoted(now)}.",
        remedy="Name the repository as it is called now:\n\n```yaml\nwith:\n  snapshot-repository: OWNER/NAME\n```",
    )


def outrun(address: BranchAddress, tries: int) -> StoreRefused:
    """The error after too many lost races."""
    return StoreRefused(
        "Other writers kept changing the snapshot branch",
        cause=f"{tries} times another writer changed the branch {address.branch} of {address.repository} first.",
        remedy="Let fewer jobs write to it at the same time:\n\n"
        "```yaml\nstrategy:\n  max-parallel: 4\n```\n\nor let one job commit what the others found.",
    )


def too_large(address: BranchAddress, path: str) -> StoreRefused:
    """The error for a folder that GitHub does not list completely."""
    return StoreRefused(
        "The snapshot branch is too large to be listed",
        cause=f"GitHub lists {path or 'the top folder'} of {address.branch} in {address.repository} only in part.",
        remedy="Keep snapshots on a branch of their own:\n\n```yaml\nwith:\n  snapshot-branch: copilot-usage\n```",
    )


def _quoted(message: str) -> str:
    """What GitHub said, on one line and not too long, in quotation marks."""
    return f" ({quote(message)})" if message.strip() else ""


def _reset(response: GitResponse) -> str:
    """When a retry can help, as far as the response says."""
    after, at = response.headers.get("retry-after", ""), response.headers.get("x-ratelimit-reset", "")
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
_PASSING = "Faults like this pass by themselves: run it again later, and see https://www.githubstatus.com."
_LATER = """\
Run it again after that time, with fewer jobs at once, or give `snapshot-token` a token of its own: the workflow's has \
1,000 requests an hour for a repository."""

_UNARCHIVE = "Unarchive it, or choose another one for `snapshot-repository`."
_RENEW = "Check that the secret holds the token, that it has not expired, and that it was not revoked."
_SSO = "Authorize the token for the organization of {repository} (Settings, Personal access tokens, Configure SSO)."
_REPORT = "If GitHub's words do not help, please report it with the debug log of a run."

# When, title, cause, remedy. The first that fits; `docs/troubleshooting.md` has a heading for each title.
_SITUATIONS: tuple[tuple[Callable[[GitResponse], bool], str, str, str], ...] = (
    (lambda r: r.status == 401, "The snapshot token is not valid", "{said} to {token}.", _RENEW),
    (lambda r: r.limited, "The rate limit of the snapshot repository is used up", "{said}; {reset}.", _LATER),
    (
        lambda r: r.says("archived"),
        "The snapshot repository is archived",
        "{repository} is read-only. {said}.",
        _UNARCHIVE,
    ),
    (
        lambda r: r.says("SAML|single sign-on|SSO"),
        "The snapshot token is not authorized for single sign-on",
        "{said}.",
        _SSO,
    ),
    (
        lambda r: r.by_rule,
        "The snapshot branch is protected",
        "A rule of {repository} does not allow commits on {branch}. {said}.",
        _RULE,
    ),
    (
        lambda r: r.writing and r.status in {403, 404},
        "The snapshot token cannot write",
        "{said} when writing to {repository} with {token}.",
        _WRITE,
    ),
    (
        lambda r: r.status == 403,
        "The snapshot token cannot read",
        "{said} when reading {repository} with {token}.",
        _WRITE,
    ),
    (
        lambda r: r.status == 404,
        "The snapshot repository was not found",
        "There is no {repository}, or {token} cannot see it. {said}.",
        _FIND,
    ),
    (lambda r: r.status >= 500, "The snapshot repository could not be reached", "{said}.", _PASSING),
    (lambda _: True, "GitHub refused the snapshots", "{said} for the branch {branch} of {repository}.", _REPORT),
)
