"""Every error, in words for the reader; a failing run shows no other texts.

CopilotUsageError             title · cause · remedy; `fatal`: further requests would fail as well
├── InputError                invalid inputs, all of them at once (exit code 2)
├── NotAllowed                401 or 403: the token, its permission, its SSO authorization, the enterprise's policy
│   └── TokenRefused          401: the token is not valid (any more), for any request (fatal)
├── NotFound                  404: a slug, the policy, a report that this owner does not have
│   └── Retired               an endpoint of an API generation that GitHub has switched off
├── NothingPublished          neither GitHub nor the history has a day of the range
├── NotWhole                  a range with `since` or `until` lacks days because of a fault; others are shown and stored
├── Unreachable               no usable response after all tries
│   └── Busy                  every try ended with a server error of GitHub; it also answers so while it builds a report
├── RateLimited               GitHub asks to wait beyond the run's deadline (fatal)
├── TimeUp                    the run's deadline, `timeout-minutes`, has passed (fatal)
│   └── RunCancelled          the run was cancelled; it ends at once, without a page (fatal)
├── UnreadableDocument        a document, from GitHub or the user, in no known form
├── TemplateMistake           a template of the workspace that cannot be rendered
├── OutputRefused             a file of this run that cannot be written
└── StoreRefused              snapshots could not be read or written
"""

from __future__ import annotations

from collections.abc import Mapping

_LONGEST_QUOTE = 300


def quote(text: str) -> str:
    """Text from outside in “…”, on one line and shortened; the page shows what is between “ and ” as plain text."""
    words = "".join(char if char.isprintable() and char not in "“”" else " " for char in text).split()
    return f"“{' '.join(words)[:_LONGEST_QUOTE]}”"


class CopilotUsageError(Exception):
    """An error with a title, its cause and a remedy for the reader."""

    fatal: bool = False

    def __init__(self, title: str, *, cause: str, remedy: str) -> None:
        super().__init__(title)
        self.title = title
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.title}: {self.cause}"


class InputError(CopilotUsageError):
    """`problems`: one sentence for each invalid input."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        count = "An input cannot" if len(problems) == 1 else f"{len(problems)} inputs cannot"
        super().__init__(
            f"{count} be used",
            cause="\n".join(problems),
            remedy="Correct the step's `with:` block (or the command's flags), or the variable, and run it again.",
        )


class NotAllowed(CopilotUsageError):
    """The token is valid, but lacks a permission or an authorization."""


class TokenRefused(NotAllowed):
    """The token is not valid."""

    fatal = True


class NotFound(CopilotUsageError):
    """It does not exist, or GitHub hides it from this token.

    `doubts`: by subject, a possible cause and what to do about it; `without` removes one that the run has disproved.
    `organization`: its profile can tell "no such organization" from "policy off".
    """

    def __init__(
        self,
        title: str,
        *,
        cause: str,
        remedy: str,
        doubts: Mapping[str, tuple[str, str]] | None = None,
        organization: str | None = None,
    ) -> None:
        self._known, self._always, self.doubts, self.organization = cause, remedy, dict(doubts or {}), organization
        either = "Either " if len(self.doubts) > 1 else "Probably "
        causes, remedies = zip(*self.doubts.values(), strict=True) if self.doubts else ((), ())
        said = f" {either}{', or '.join(causes)}." if causes else ""
        super().__init__(title, cause=cause + said, remedy="\n\n".join(filter(None, (*remedies, remedy))))

    def without(self, subject: str) -> NotFound:
        left = {name: text for name, text in self.doubts.items() if name != subject}
        return type(self)(self.title, cause=self._known, remedy=self._always, doubts=left)


class Retired(NotFound):
    """The endpoint belongs to a retired API generation."""


class NothingPublished(CopilotUsageError):
    """No source has a day of the range."""


class NotWhole(CopilotUsageError):
    """A range with `since` or `until` lacks days because of a fault."""


class Unreachable(CopilotUsageError):
    """No usable response after all tries."""


class Busy(Unreachable):
    """Every try ended with a server error of GitHub."""


class RateLimited(CopilotUsageError):
    """The wait for the rate limit would end after the run's deadline."""

    fatal = True


class TimeUp(CopilotUsageError):
    """The run's deadline has passed, or it was cancelled."""

    fatal = True


class RunCancelled(TimeUp):
    """The run was cancelled."""


class UnreadableDocument(CopilotUsageError):
    """A document in no known form."""


class TemplateMistake(CopilotUsageError):
    """A template of the workspace that cannot be rendered."""


class OutputRefused(CopilotUsageError):
    """A file could not be written."""


class StoreRefused(CopilotUsageError):
    """Snapshots could not be read or written."""
