"""A failed run in the job summary: title, cause, remedy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot_usage.rendering import markdown

if TYPE_CHECKING:
    from copilot_usage.errors import CopilotUsageError

# What GitHub or a file said stands in these quotation marks, in every message.
_QUOTED = re.compile(r"“([^”]*)”")
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
# Entities that are there already stay as they are.
_SPECIAL = re.compile(r"&#\d+;|[<>@\[\]#$*~|\\]")


def render_failure(error: CopilotUsageError) -> str:
    """Markdown. Backticks and code blocks are the program's own; everything else is plain text."""
    cause = "\n".join(f"> {line}  " for line in _plain(error.cause).splitlines())
    return f"> [!CAUTION]\n> **{_plain(error.title)}**\n>\n{cause}\n\n**What to do**\n\n{_plain(error.remedy)}\n"


def _plain(text: str) -> str:
    quoted = _QUOTED.sub(lambda match: f"“{markdown.cell_of_sentence(match[1])}”", text)
    return "".join(part if n % 2 else _SPECIAL.sub(_entity, part) for n, part in enumerate(_CODE.split(quoted)))


def _entity(match: re.Match[str]) -> str:
    return match[0] if len(match[0]) > 1 else f"&#{ord(match[0])};"
