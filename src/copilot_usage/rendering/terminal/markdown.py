"""The page's Markdown without what a terminal cannot show: Mermaid blocks, HTML, folding, control characters."""

from __future__ import annotations

import re

from copilot_usage.rendering.charts import COLOURS

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
