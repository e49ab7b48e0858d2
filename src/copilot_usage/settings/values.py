"""One input's text becomes a value, or a sentence that says what was given and what is allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

# The six booleans of YAML 1.2's core schema, as the runner's own toolkit reads them.
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_EMPTY = frozenset(", \t\r\n")
# What one message quotes of a value; the rest would bury the sentence.
_QUOTED = 60

# The form that HTTP gives a token (RFC 6750), with room beyond GitHub's longest.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,2000}={0,9}")

_LOOPBACK = re.compile(r"http://(localhost|127(\.[0-9]{1,3}){3}|\[::1\])([:/?]|$)", re.IGNORECASE)

_Choice = TypeVar("_Choice", bound=StrEnum)
_Value = TypeVar("_Value")


class Values:
    """Reads inputs by name and collects every problem; a value that cannot be read is as if it had not been given."""

    def __init__(self, given: Mapping[str, str]) -> None:
        # A list of nothing but commas is as empty as one of blanks.
        self._given = {name: "" if set(value) <= _EMPTY else value.strip() for name, value in given.items()}
        self.problems: list[str] = []
        for name, value in self._given.items():
            # Python keeps bytes that are not UTF-8 as halves of surrogate pairs.
            if any("\ud800" <= letter <= "\udfff" for letter in value):
                self.problem(name, "holds bytes that are not UTF-8.")
                self._given[name] = ""

    def given(self, name: str) -> bool:
        """Whether there is a value; the empty one is none."""
        return bool(self._given.get(name))

    def problem(self, name: str, sentence: str) -> None:
        """Remembers a problem of an input."""
        self.problems.append(f"`{name}`: {sentence}")

    def text(self, name: str) -> str | None:
        return self._given.get(name) or None

    def token(self, name: str) -> str | None:
        text = self.text(name)
        if text is not None and not _TOKEN.fullmatch(text):
            self.problem(
                name,
                "is no token: it is too long, or holds a character that no token has, such as a space, a line break "
                "or a colon. Paste the secret again.",
            )
        return text

    def several(self, name: str) -> tuple[str, ...]:
        """A list, taken apart at commas and newlines; repetitions count once."""
        parts = (part.strip() for part in re.split(r"[,\n]", self._given.get(name, "")))
        return tuple(dict.fromkeys(part for part in parts if part))

    def lines(self, name: str) -> tuple[str, ...]:
        return tuple(line.strip() for line in self._given.get(name, "").splitlines() if line.strip())

    def boolean(self, name: str, *, default: bool) -> bool:
        return self._read(name, _boolean, default)

    def whole(self, name: str, *, default: int, low: int, high: int) -> int:
        return self._read(name, lambda text: _whole(text, low, high), default)

    def optional_whole(self, name: str, *, low: int, high: int) -> int | None:
        return self._read(name, lambda text: _whole(text, low, high), None)

    def price(self, name: str) -> float | None:
        return self._read(name, _price, None)

    def day(self, name: str) -> date | None:
        return self._read(name, _day, None)

    def choice(self, name: str, choices: type[_Choice], default: _Choice | None = None) -> _Choice | None:
        return self._read(name, lambda text: _choice(text, choices), default)

    def _read(self, name: str, read: Callable[[str], _Value], default: _Value) -> _Value:
        text = self.text(name)
        if text is None:
            return default
        try:
            return read(text)
        except ValueError as error:
            self.problem(name, f"{quoted(text)} was given, {error}.")
            return default


def is_on_this_machine(url: str) -> bool:
    """Whether an http address leads nowhere else; then no proxy is asked, either."""
    return _LOOPBACK.match(url) is not None


def quoted(text: str, most: int = _QUOTED) -> str:
    """A value as a message may show it: on one line, and not without end."""
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
    """A date, or the UTC date of a timestamp; a timestamp without a zone is taken as UTC."""
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
