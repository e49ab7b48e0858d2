"""A stream as rich sees it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

# A log or a pipe has no width of its own; the page's tables fit into this.
_PLAIN_WIDTH = 120


def console_for(stream: TextIO, environ: Mapping[str, str]) -> Console:
    """Takes for a terminal only what is one; of the environment rich reads NO_COLOR, TERM and COLUMNS."""
    from rich.console import Console

    terminal = stream.isatty()
    return Console(
        file=stream,
        force_terminal=terminal,
        force_jupyter=False,
        width=None if terminal else _PLAIN_WIDTH,
        emoji=False,
        highlight=False,
        _environ=environ,
    )


_logger = logging.getLogger(__name__)
# Steps between two lines; shorter works need no lines at all.
_STEPS_A_LINE = 30


class ProgressLines:
    """`octo-org: 60 of 365 days, 305 left`, for a log."""

    def __init__(self) -> None:
        self._title = ""
        self._total = 0
        self._done = 0

    def begin(self, title: str, total: int) -> None:
        """Says what is about to be done, if that will take a while."""
        self._title, self._total, self._done = title, total, 0
        if self._is_long:
            _logger.info("%s: %s days to fetch", title, f"{total:,}")

    def advance(self, steps: int = 1) -> None:
        """Says how far it is after every so many steps."""
        before, self._done = self._done, self._done + steps
        if self._is_long and before // _STEPS_A_LINE != self._done // _STEPS_A_LINE and self._left:
            _logger.info(
                "%s: %s of %s days, %s left", self._title, f"{self._done:,}", f"{self._total:,}", f"{self._left:,}"
            )

    def end(self) -> None:
        """Says so, and where it stopped if that was early."""
        if self._is_long and self._left:
            _logger.info("%s: stopped after %s of %s days", self._title, f"{self._done:,}", f"{self._total:,}")
        elif self._is_long:
            _logger.info("%s: all %s days done", self._title, f"{self._total:,}")
        self._total = self._done = 0

    @property
    def _is_long(self) -> bool:
        return self._total > _STEPS_A_LINE

    @property
    def _left(self) -> int:
        return max(0, self._total - self._done)


class ProgressBar:
    """A bar that goes away when the work is done."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        self._stream = stream
        self._environ = environ
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def begin(self, title: str, total: int) -> None:
        """Draws it, if there is anything to do."""
        from rich import progress as rich

        self.end()
        if not total:
            return
        self._bar = rich.Progress(
            rich.TextColumn("{task.description}", markup=False),
            rich.BarColumn(),
            rich.MofNCompleteColumn(),
            rich.TimeRemainingColumn(),
            console=console_for(self._stream, self._environ),
            transient=True,
            redirect_stdout=False,  # the page may go elsewhere than the bar
        )
        self._task = self._bar.add_task(title, total=total)
        self._bar.start()

    def advance(self, steps: int = 1) -> None:
        """Moves it."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, steps)

    def end(self) -> None:
        """Takes it away."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None
