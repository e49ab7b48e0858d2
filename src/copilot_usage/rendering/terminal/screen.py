"""What a terminal shows of a run: the page, readably, and how far a long work has come."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot_usage.rendering.terminal.console import console_for
from copilot_usage.rendering.terminal.markdown import for_terminal
from copilot_usage.rendering.terminal.progress import ProgressBar, ProgressLines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from copilot_usage.domain.progress import Progress

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
        """Writes the page: coloured, unless NO_COLOR says otherwise, and as wide as the terminal is."""
        show(markdown, self._out, self._environ, self._harmless)


def show(
    markdown: str, stream: TextIO, environ: Mapping[str, str], harmless: Callable[[str], str] = lambda text: text
) -> None:
    """Writes the page to a stream; what its encoding lacks becomes a question mark."""
    from copilot_usage.rendering.terminal.page import Page

    console = console_for(stream, environ)
    with console.capture() as capture:
        console.print(Page(for_terminal(markdown), hyperlinks=console.is_terminal))
    lines = (line.rstrip() for line in capture.get().splitlines())
    text = harmless(_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n")
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
