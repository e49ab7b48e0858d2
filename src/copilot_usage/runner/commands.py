"""Log records become workflow commands: annotations for warnings and errors, plain lines for the rest."""

from __future__ import annotations

import logging
import re

_LEVELS = {logging.ERROR: "error", logging.WARNING: "warning"}
# The runner shows ten annotations of a kind per step; further warnings are plain lines of the log.
_MOST_ANNOTATIONS = 10
# The runner cuts an annotation at 4,096 characters; lines of the log it shows whole.
_LONGEST = 4_000
# A plain line that looks like a command would be one (`::set-output…`, `##[error]…`).
_COMMAND = re.compile(r"^(\s*)(::|##\[)", re.MULTILINE)


def escape(text: str) -> str:
    """For the message of a command (toolkit: `escapeData`)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """For a property of a command (toolkit: `escapeProperty`)."""
    return escape(text).replace(":", "%3A").replace(",", "%2C")


def command(name: str, message: str, *, title: str | None = None) -> str:
    """`::name title=…::message`."""
    properties = f" title={escape_property(title)}" if title else ""
    return f"::{name}{properties}::{escape(message)}"


def plain(text: str) -> str:
    """A line that no runner takes for a command, whatever stands in it."""
    return _COMMAND.sub(lambda match: f"{match[1]}\u200b{match[2]}", text)


class CommandFormatter(logging.Formatter):
    """One record, one line: `::debug::`, a plain line, `::warning …::` or `::error …::`."""

    def __init__(self) -> None:
        super().__init__()
        self._annotations: dict[str, int] = {}

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.levelno <= logging.DEBUG:
            return command("debug", message)
        name = next((name for level, name in _LEVELS.items() if record.levelno >= level), None)
        if name is None:
            return plain(message)
        count = self._annotations[name] = self._annotations.get(name, 0) + 1
        if count > _MOST_ANNOTATIONS and name == "warning":
            return plain(f"Warning: {getattr(record, 'title', '')}: {message}")
        return command(name, message[:_LONGEST], title=getattr(record, "title", None))


def mask(text: str) -> str:
    """The command that makes the runner replace `text` by asterisks from here on."""
    return command("add-mask", text)
