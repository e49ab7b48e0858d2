"""How rich draws the page; imported only when something is shown, because rich takes its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.markdown import Heading, Markdown
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.markdown import MarkdownElement


class PlainHeading(Heading):
    """To the left, and underlined where no colour tells it from the text."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text("")
        yield self.text
        if console.color_system is None and self.tag in {"h1", "h2"}:
            yield Text(("═" if self.tag == "h1" else "─") * min(self.text.cell_len, options.max_width))


class Page(Markdown):
    """GitHub-flavoured Markdown as rich knows it."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "heading_open": PlainHeading}
