"""The text of an input becomes a value, or a sentence that says what was given and what is allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

# The six booleans of YAML 1.2's core schema, as in the runner's toolkit.
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_EMPTY = frozenset(", \t\r\n")
# Longest value that a message quotes.
_QUOTED = 60
# The form of a token in HTTP (RFC 6750), with room beyond GitHub's longest.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,2000}={0,9}")
_LOOPBACK = re.compile(r"http://(localhost|127(\.[0-9]{1,3}){3}|\[::1\])([:/?]|$)", re.IGNORECASE)

_Choice = TypeVar("_Choice", bound=StrEnum)
_Value = TypeVar("_Value")


class Values:
    """Reads inputs by name and collects every problem; an invalid value counts as absent."""

    def __init__(self, given: Mapping[str, str]) -> None:
        # A list of commas alone is empty.
        self._given = {name: "" if set(value) <= _EMPTY else value.strip() for name, value in given.items()}
        self.problems: list[str] = []
        for name, value in self._given.items():
            # Python decodes bytes that are not UTF-8 to lone surrogates.
            if any("\ud800" <= letter <= "\udfff" for letter in value):
                self.problem(name, "contains bytes that are not UTF-8.")
                self._given[name] = ""

    def given(self, name: str) -> bool:
        """Whether there is a value that is not empty."""
        return bool(self._given.get(name))

    def problem(self, name: str, sentence: str) -> None:
        self.problems.append(f"`{name}`: {sentence}")

    def text(self, name: str) -> str | None:
        return self._given.get(name) or None

    def token(self, name: str) -> str | None:
        text = self.text(name)
        if text is not None and not _TOKEN.fullmatch(text):
            self.problem(
                name,
                "is not a token: it is too long, or contains a character that no token has, such as a space, a line "
                "break or a colon. Paste the secret again.",
            )
        return text

    def several(self, name: str) -> tuple[str, ...]:
        """A list, separated by commas or newlines; each value once."""
        parts = (part.strip() for part in re.split(r"[,\n]", self._given.get(name, "")))
        return tuple(dict.fromkeys(part for part in parts if part))

    def lines(self, name: str) -> tuple[str, ...]:
        return tuple(line.strip() for line in self._given.get(name, "").splitlines() if line.strip())

    def boolean(self, name: str, *, default: bool) -> bool:
        value = self._read(name, _boolean)
        return default if value is None else value

    def whole(self, name: str, *, low: int, high: int) -> int | None:
        return self._read(name, lambda text: _whole(text, low, high))

    def price(self, name: str) -> float | None:
        return self._read(name, _price)

    def day(self, name: str) -> date | None:
        return self._read(name, _day)

    def choice(self, name: str, choices: type[_Choice]) -> _Choice | None:
        return self._read(name, lambda text: _choice(text, choices))

    def _read(self, name: str, read: Callable[[str], _Value]) -> _Value | None:
        if (text := self.text(name)) is None:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.problem(name, f"{quoted(text)} was given, {error}.")
            return None


def is_on_this_machine(url: str) -> bool:
    """Whether it is an `http://` address of this machine, for which no proxy is used."""
    return _LOOPBACK.match(url) is not None


def quoted(text: str, most: int = _QUOTED) -> str:
    """A value for a message: in backticks, on one line, cut to `most` characters."""
    shown = " ".join(text.replace("`", "'").split())
    return f"`{shown}`" if len(shown) <= most else f"`{shown[:most]}…`"


def _boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueError("allowed are `true` and `false`")
    return _BOOLEANS[text]


def _whole(text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise ValueError(f"allowed is a whole number from {low} to {high:,}")
    return int(text)


def _price(text: str) -> float:
    number = float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", text) else math.nan
    if math.isnan(number):
        raise ValueError("allowed is an amount such as `19` or `15.50`")
    return number


def _day(text: str) -> date:
    """A date, or the UTC date of a timestamp; without a zone it is UTC."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        if re.match(r"\d{4}-\d{2}-\d{2}[T ]", text):
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).date()
    except (ValueError, OverflowError):
        pass
    raise ValueError("allowed is a day such as `2026-10-01` or a timestamp such as `2026-10-01T00:00:00Z`")


def _choice(text: str, choices: type[_Choice]) -> _Choice:
    try:
        return choices(text)
    except ValueError:
        allowed = ", ".join(f"`{choice}`" for choice in choices)
        raise ValueError(f"allowed are {allowed}") from None
