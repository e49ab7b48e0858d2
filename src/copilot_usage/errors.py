"""Everything that can go wrong, in words for the reader; the only texts a failing run shows.

CopilotUsageError             title · cause · remedy; `fatal`: asking on would not help
├── InputError                wrong inputs, all of them at once (exit code 2)
├── NotAllowed                401 or 403: the token, its permission, its SSO authorization, the enterprise's policy
│   └── TokenRefused          401: nothing more can be had with this token (fatal)
├── NotFound                  404: a slug, the policy, a report that this owner does not have
│   └── Retired               an endpoint that GitHub has switched off
├── NothingPublished          the range holds no day that GitHub can still give, and the store holds none
├── NotWhole                  a range that was named, of which a fault took days; the others are shown and stored
├── Unreachable               no answer, or no usable one, after all tries
│   └── Busy                  a fault of GitHub's servers after all tries; also while a report is being built
├── RateLimited               GitHub asks to wait longer than this run may take (fatal)
├── TimeUp                    `timeout-minutes` is over (fatal)
│   └── RunCancelled          the run was cancelled (fatal)
├── UnreadableDocument        GitHub's, or the user's, document that no generation can read
├── TemplateMistake           a template of the workspace that cannot be rendered
├── OutputRefused             a file of this run that cannot be written
└── StoreRefused              snapshots could not be read or written
"""

from __future__ import annotations

from collections.abc import Mapping

_LONGEST_QUOTE = 300


def quote(text: str) -> str:
    """Text from outside, on one line and not too long, in “…”: the page takes whatever stands there for plain text."""
    words = "".join(char if char.isprintable() and char not in "“”" else " " for char in text).split()
    return f"“{' '.join(words)[:_LONGEST_QUOTE]}”"


class CopilotUsageError(Exception):
    """A failure that its reader can act upon."""

    fatal: bool = False

    def __init__(self, title: str, *, cause: str, remedy: str) -> None:
        super().__init__(title)
        self.title = title
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.title}: {self.cause}"


class InputError(CopilotUsageError):
    """Inputs that cannot be used; `problems` has one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        count = "An input cannot" if len(problems) == 1 else f"{len(problems)} inputs cannot"
        super().__init__(
            f"{count} be used",
            cause="\n".join(problems),
            remedy="Correct the `with:` block of the step (or the flags of the command), or the variable named, "
            "and run it again.",
        )


class NotAllowed(CopilotUsageError):
    """GitHub knows the token and says no."""


class TokenRefused(NotAllowed):
    """GitHub does not know the token (any more)."""

    fatal = True


class NotFound(CopilotUsageError):
    """GitHub does not know what was asked for, or hides it from this token.

    `doubts`: what the answer can mean, by subject; those that a run disproves are taken out.
    `organization`: whose profile tells "no such organization" from "policy off"; None: nothing does.
    """

    def __init__(
        self,
        title: str,
        *,
        cause: str,
        remedy: str,
        doubts: Mapping[str, str] | None = None,
        organization: str | None = None,
    ) -> None:
        self._known, self.doubts, self.organization = cause, dict(doubts or {}), organization
        either = "Either " if len(self.doubts) > 1 else "Probably "
        said = f" {either}{', or '.join(self.doubts.values())}." if self.doubts else ""
        super().__init__(title, cause=cause + said, remedy=remedy)

    def without(self, subject: str) -> NotFound:
        """The same error, this meaning disproved."""
        left = {name: text for name, text in self.doubts.items() if name != subject}
        return type(self)(self.title, cause=self._known, remedy=self.remedy, doubts=left)


class Retired(NotFound):
    """The endpoint belongs to a generation that GitHub has switched off."""


class NothingPublished(CopilotUsageError):
    """No day of the range can be had from anywhere."""


class NotWhole(CopilotUsageError):
    """A fault took days from a range that was named; the page shows the others."""


class Unreachable(CopilotUsageError):
    """No usable answer after every try."""


class Busy(Unreachable):
    """GitHub answered with a fault of its own at every try; it does that while it builds a report, too."""


class RateLimited(CopilotUsageError):
    """Waiting for the limit would take longer than this run may."""

    fatal = True


class TimeUp(CopilotUsageError):
    """The run's own time is over, or it was cancelled."""

    fatal = True


class RunCancelled(TimeUp):
    """The run was cancelled: it ends at once, without a page."""


class UnreadableDocument(CopilotUsageError):
    """A document in no form that is known."""


class TemplateMistake(CopilotUsageError):
    """A template of the workspace that cannot be rendered."""


class OutputRefused(CopilotUsageError):
    """A file could not be written."""


class StoreRefused(CopilotUsageError):
    """Snapshots could not be read or written."""
