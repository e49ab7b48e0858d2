"""The page in a terminal: coloured there, plain in a log; and the progress of long tasks.

rich is imported only when something is shown, because it takes its time.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, TextIO

from copilot_usage.domain.ports import Progress

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.markdown import Markdown, MarkdownElement
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_logger = logging.getLogger(__name__)
# A log or a pipe has no width of its own; the page's tables fit into this.
_PLAIN_WIDTH = 120
# Steps between two lines of progress; shorter tasks log nothing.
_STEPS_A_LINE = 30
# Characters that move the cursor, change colours, have no width or change the writing direction; not line feeds, tabs.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_BLANK_LINES = re.compile(r"\n{3,}")


class Terminal:
    """`out` gets the page, `err` the progress; where one of them is no terminal it gets plain text.

    `harmless` is given the text as it will be written: what Markdown had to write as entities is plain there.
    """

    def __init__(
        self,
        out: TextIO,
        err: TextIO,
        environ: Mapping[str, str],
        harmless: Callable[[str], str] = lambda text: text,
    ) -> None:
        self._out = out
        self._harmless = harmless
        self._environ = environ
        self.progress: Progress = ProgressBar(err, environ) if err.isatty() else ProgressLines()

    def show(self, markdown: str) -> None:
        """Writes the page: coloured, unless NO_COLOR says otherwise, and as wide as the terminal is.

        What the stream's encoding lacks becomes a question mark.
        """
        console = _console_for(self._out, self._environ)
        with console.capture() as capture:
            console.print(_drawn(_CONTROLS.sub("", markdown), hyperlinks=console.is_terminal))
        lines = (line.rstrip() for line in capture.get().splitlines())
        text = self._harmless(_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n")
        encoding = self._out.encoding or "utf-8"
        self._out.write(text.encode(encoding, "replace").decode(encoding))
        self._out.flush()


def _console_for(stream: TextIO, environ: Mapping[str, str]) -> Console:
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


def _drawn(markdown: str, *, hyperlinks: bool) -> Markdown:
    """GitHub-flavoured Markdown as rich knows it, with headings to the left."""
    from rich.markdown import Heading, Markdown
    from rich.text import Text

    class PlainHeading(Heading):
        """Underlined where no colour tells it from the text."""

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            yield Text("")
            yield self.text
            if console.color_system is None and self.tag in {"h1", "h2"}:
                yield Text(("═" if self.tag == "h1" else "─") * min(self.text.cell_len, options.max_width))

    class Page(Markdown):
        elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "heading_open": PlainHeading}

    return Page(markdown, hyperlinks=hyperlinks)


class ProgressLines:
    """`octo-org: 60 of 365 days, 305 left`, for a log."""

    def __init__(self) -> None:
        self._title = ""
        self._total = 0
        self._done = 0

    def begin(self, title: str, total: int) -> None:
        """Logs the total of a long task."""
        self._title, self._total, self._done = title, total, 0
        if self._is_long:
            _logger.info("%s: %s days to fetch", title, f"{total:,}")

    def advance(self, steps: int = 1) -> None:
        """Logs progress every 30 steps."""
        before, self._done = self._done, self._done + steps
        if self._is_long and before // _STEPS_A_LINE != self._done // _STEPS_A_LINE and self._left:
            _logger.info(
                "%s: %s of %s days, %s left", self._title, f"{self._done:,}", f"{self._total:,}", f"{self._left:,}"
            )

    def end(self) -> None:
        """Logs the end, and how much is left if the task stopped early."""
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
    """A progress bar that disappears at the end."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        self._stream = stream
        self._environ = environ
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def begin(self, title: str, total: int) -> None:
        """Draws the bar, unless there is nothing to do."""
        from rich import progress as rich

        self.end()
        if not total:
            return
        self._bar = rich.Progress(
            rich.TextColumn("{task.description}", markup=False),
            rich.BarColumn(),
            rich.MofNCompleteColumn(),
            rich.TimeRemainingColumn(),
            console=_console_for(self._stream, self._environ),
            transient=True,
            redirect_stdout=False,  # the page can go to another stream than the bar
        )
        self._task = self._bar.add_task(title, total=total)
        self._bar.start()

    def advance(self, steps: int = 1) -> None:
        """Moves the bar."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, steps)

    def end(self) -> None:
        """Removes the bar."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None
