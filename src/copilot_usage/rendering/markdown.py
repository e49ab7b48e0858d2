"""Names, numbers and days as the page writes them. Text from outside is escaped, so that it is plain text."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from copilot_usage.domain.change import Change, Compared, NoChange
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.numbers import UNKNOWN, dollars, mean, number, per_cent, rounded
from copilot_usage.errors import CopilotUsageError

_LONGEST = 80
__all__ = ["UNKNOWN", "dollars", "mean", "number", "per_cent"]
# Characters with a meaning in Markdown, HTML or on GitHub (mentions, issue and commit references, emoji codes).
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#+!|~&@$:^=.\"'/-]")
# Every message quotes GitHub and files in these quotation marks.
_QUOTED = re.compile(r"“([^”]*)”")
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_IN_PROSE = re.compile(r"&#\d+;|[<>@\[\]#$*~|\\]")
# A word joiner between these and what follows keeps GitHub from linking addresses without a scheme.
_BARE_LINK = re.compile(r"(?i)(?<![^\W_])(www|https?|ftp)\b")


def cell(text: str) -> str:
    """Text from outside, for a table cell or a sentence: one line, cut, and without any meaning to Markdown."""
    return _SPECIAL.sub(_entity, cut(text)) or UNKNOWN


def _entity(match: re.Match[str]) -> str:
    # A numeric reference is text to every Markdown renderer, in every place, and cannot be unescaped twice.
    return match[0] if match[0] in "-./'" else f"&#{ord(match[0])};"


def cell_of_sentence(text: str) -> str:
    """This program's sentence that quotes names from outside: escaped word by word, so not cut as a cell is."""
    return " ".join(cell(word) for word in text.split())


def prose(text: str) -> str:
    """This program's sentences, with code in backticks and quotations in “…”: only the code stays Markdown."""
    quoted = _QUOTED.sub(lambda match: f"“{cell_of_sentence(match[1])}”", text)
    return "".join(part if n % 2 else _IN_PROSE.sub(_plain, part) for n, part in enumerate(_CODE.split(quoted)))


def _plain(match: re.Match[str]) -> str:
    # Entities that are there already stay as they are.
    return match[0] if len(match[0]) > 1 else f"&#{ord(match[0])};"


def render_failure(error: CopilotUsageError) -> str:
    """A failed run in the job summary. Only backticks and code blocks, which are the program's own, stay Markdown."""
    title, cause, remedy = map(prose, (error.title, error.cause, error.remedy))
    quoted = "\n".join(f"> {line}  " for line in cause.splitlines())
    return f"> [!CAUTION]\n> **{title}**\n>\n{quoted}\n\n**What to do**\n\n{remedy}\n"


def cut(text: str) -> str:
    """On one line, without invisible and direction-changing characters, and not longer than a cell should be."""
    visible = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text[: 4 * _LONGEST]
    )
    plain = " ".join("".join(char for char in visible if unicodedata.category(char) != "Cf").split())
    plain = _BARE_LINK.sub(lambda match: match[0] + "\u2060", plain) if "." in plain or ":" in plain else plain
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def counted(days: int) -> str:
    """`1 day`, `28 days`."""
    return "1 day" if days == 1 else f"{days:,} days"


def month(value: str) -> str:
    """`October 2026` of `2026-10`."""
    return f"{date.fromisoformat(f'{value}-01'):%B %Y}"


def trend(change: Change | None, *, points: bool = False) -> str:
    """`▲ 7.2 %`, for a rate `▲ 0.5 pt`; from zero there is no per cent, and a number would be taken for one."""
    if change is None:
        return UNKNOWN
    moved, unit = (change.difference, "pt") if points else (change.relative, "%")
    if moved is None:
        return "▲ from 0" if change.difference else "="
    size = rounded(abs(moved), 0 if abs(moved) >= 100 else 1)
    return f"{'▲' if moved > 0 else '▼'} {size:,f} {unit}" if size else "="


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Marks:
    """The cells of a table that tell changes, with a mark on those that need a word below the table."""

    def __init__(self) -> None:
        self._words: list[str] = []

    def trend(self, compared: Compared, *, points: bool = False) -> str:
        """As `trend`, and marked where two known figures are not compared, or only their working days are."""
        if isinstance(compared, NoChange):
            return UNKNOWN + self._mark(f"Not compared: {compared.why}.")
        if compared is None or not compared.of_working_days:
            return trend(compared, points=points)
        return trend(compared, points=points) + self._mark("Change of working days, because the ranges differ in days.")

    def _mark(self, words: str) -> str:
        if words not in self._words:
            self._words.append(words)
        return str(self._words.index(words) + 1).translate(_RAISED)

    def below(self, note: str = "") -> str:
        """The note below the table, with what the marks mean."""
        said = (f"{str(n).translate(_RAISED)} {words}" for n, words in enumerate(self._words, start=1))
        return " ".join(filter(None, (note, *said)))


def day(value: date, *, year: bool = False) -> str:
    """`4 Nov`, or `4 Nov 2026`."""
    return f"{value.day} {value:%b %Y}" if year else f"{value.day} {value:%b}"


def day_of(shown: DateRange, value: date) -> str:
    """A day on a page of the range `shown`: with its year, unless all of the range is of that year."""
    return day(value, year=not shown.since.year == shown.until.year == value.year)


def weekday(value: date, *, year: bool = False) -> str:
    """`Wed 4 Nov`, or `Wed 4 Nov 2026`."""
    return f"{value:%a} {day(value, year=year)}"


def days(value: DateRange) -> str:
    """`25 Oct – 21 Nov 2026`."""
    if value.since == value.until:
        return day(value.since, year=True)
    return f"{day(value.since, year=value.since.year != value.until.year)} – {day(value.until, year=True)}"
