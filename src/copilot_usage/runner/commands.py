"""Log records become workflow commands: annotations for warnings and errors, plain lines for the rest."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot_usage.runner.secrets import Secrets

_LEVELS = {logging.ERROR: "error", logging.WARNING: "warning"}
# The runner shows ten annotations of a kind per step; further warnings are plain lines of the log.
_MOST_ANNOTATIONS = 10
# The runner cuts an annotation at 4,096 characters; lines of the log it shows whole.
_LONGEST = 4_000
# What the runner takes for a command: `::name` at the start of a line, and a carriage return starts one, too;
# the older `##[name]` anywhere in a line.
_COMMAND = re.compile(r"(?:\A|(?<=[\r\n]))\s*:(?=:)|#(?=#\[)")


def escape(text: str) -> str:
    """For the message of a command (toolkit: `escapeData`)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """For a property of a command (toolkit: `escapeProperty`)."""
    return escape(text).replace(":", "%3A").replace(",", "%2C")


def command(name: str, message: str, *, title: str = "") -> str:
    """`::name title=…::message`."""
    properties = f" title={escape_property(title)}" if title else ""
    return f"::{name}{properties}::{escape(message)}"


def plain(text: str) -> str:
    """Text that holds no command for the runner, whatever was put into it: a zero-width space breaks the mark."""
    return _COMMAND.sub("\\g<0>\u200b", text)


class PlainFormatter(logging.Formatter):
    """The message alone, without commands and secrets: a workflow may run the command in a step, too."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return self.harmless(record.getMessage())

    def harmless(self, text: str) -> str:
        return plain(self._secrets.hide(text))


class CommandFormatter(PlainFormatter):
    """One record, one line: `::debug::`, a plain line, `::warning …::` or `::error …::`."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__(secrets)
        self._annotations: dict[str, int] = {}

    def format(self, record: logging.LogRecord) -> str:
        message, title = super().format(record), self.harmless(getattr(record, "title", ""))
        if record.levelno <= logging.DEBUG:
            return command("debug", message)
        name = next((name for level, name in _LEVELS.items() if record.levelno >= level), None)
        if name is None:
            return message
        count = self._annotations[name] = self._annotations.get(name, 0) + 1
        if count > _MOST_ANNOTATIONS and name == "warning":
            return f"Warning: {title}: {message}"
        return command(name, message[:_LONGEST], title=title)


def mask(text: str) -> str:
    """The command that makes the runner replace `text` by asterisks from here on."""
    return command("add-mask", text)
