"""A failed run in the job summary: title, cause, remedy."""

from __future__ import annotations

from copilot_usage.errors import CopilotUsageError
from copilot_usage.rendering import markdown


def render_failure(error: CopilotUsageError) -> str:
    """Markdown. Backticks and code blocks are the program's own; everything else is plain text."""
    title, cause, remedy = map(markdown.prose, (error.title, error.cause, error.remedy))
    quoted = "\n".join(f"> {line}  " for line in cause.splitlines())
    return f"> [!CAUTION]\n> **{title}**\n>\n{quoted}\n\n**What to do**\n\n{remedy}\n"
