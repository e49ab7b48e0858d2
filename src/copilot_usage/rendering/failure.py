"""A failed run in the job summary: title, cause, remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot_usage.errors import CopilotUsageError


def render_failure(error: CopilotUsageError) -> str:
    """Markdown. The words are the program's own; what they quote from outside was checked or put into backticks."""
    cause = "\n".join(f"> {line}  " for line in error.cause.splitlines())
    remedy = "\n".join(f"{line}" for line in error.remedy.splitlines())
    return f"> [!CAUTION]\n> **{error.title}**\n>\n{cause}\n\n**What to do**\n\n{remedy}\n"
