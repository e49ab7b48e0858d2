"""The page's Markdown without what a terminal cannot show: Mermaid blocks, HTML, folding, control characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TextIO

from copilot_usage.domain.ports import Progress
from copilot_usage.rendering.charts import COLOURS
from copilot_usage.rendering.terminal.progress import ProgressBar, ProgressLines, console_for

# A chart goes together with the sentence that explains its colours.
_MERMAID = re.compile(
    rf"^(`{{3,}})mermaid\n.*?^\1[ \t]*\n?(?:\n(?:{'|'.join(COLOURS)}): [^\n]*\n)?", re.MULTILINE | re.DOTALL
)
_FENCED = re.compile(r"(^```.*?^```[ \t]*$)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"((?<!`)`[^`\n]+`(?!`)|(?<!`)``(?!`).+?(?<!`)``(?!`))")
_HEADING_OR_SUMMARY = re.compile(
    r"^(?P<heading>#{1,6}) |<summary>\s*(?P<summary>.*?)\s*</summary>", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_ALERT = re.compile(r"^> ?\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_LINK_ON_THE_PAGE = re.compile(r"\[([^\]\n]*)\]\(#[^)\n]*\)")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
# Whatever moves the cursor, changes colours, has no width or turns the direction of writing; line feeds and tabs stay.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def for_terminal(markdown: str) -> str:
    """Markdown that says the same: charts go (their numbers stay), what was folded stands under a heading."""
    text = _MERMAID.sub("", _CONTROLS.sub("", markdown))
    text = _unfolded(text)
    # With one group, every other piece is a block of code, which stays as it is.
    return "".join(piece if n % 2 else _prose(piece) for n, piece in enumerate(_FENCED.split(text)))


def _unfolded(text: str) -> str:
    level = 1

    def heading(match: re.Match[str]) -> str:
        nonlocal level
        if match["heading"]:
            level = len(match["heading"])
            return match[0]
        return f"\n\n{'#' * min(level + 1, 6)} {match['summary']}\n\n"

    return _HEADING_OR_SUMMARY.sub(heading, text)


def _prose(text: str) -> str:
    text = _ALERT.sub(lambda match: f"> **{match[1].capitalize()}:**", _COMMENT.sub("", text))
    return "".join(piece if n % 2 else _without_html(piece) for n, piece in enumerate(_CODE.split(text)))


def _without_html(text: str) -> str:
    text = _LINK_ON_THE_PAGE.sub(r"\1", _IMAGE.sub(r"\1", text))
    return _TAG.sub("", _BREAK.sub(" ", text))


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
    from copilot_usage.rendering.terminal.rich_page import Page

    console = console_for(stream, environ)
    with console.capture() as capture:
        console.print(Page(for_terminal(markdown), hyperlinks=console.is_terminal))
    lines = (line.rstrip() for line in capture.get().splitlines())
    text = harmless(_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n")
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
