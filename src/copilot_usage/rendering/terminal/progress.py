"""How far a long work has come: a bar in a terminal, a line now and then in a log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from copilot_usage.rendering.terminal.console import console_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

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
