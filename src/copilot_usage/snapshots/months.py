"""A stored month and what is to be added to it: which lines stay, which change; knows no files."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from copilot_usage.domain.snapshot import winner
from copilot_usage.domain.storing import Unread
from copilot_usage.snapshots.lines import Line, LineMistake, Unusable, line_of, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.snapshot import Snapshot
    from copilot_usage.snapshots.layout import MonthFile

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """A month's new text, and the days whose lines are new or different."""

    text: bytes
    days: tuple[date, ...]


class Month:
    """The lines of one file, as they are stored."""

    def __init__(self, file: MonthFile, text: bytes) -> None:
        self.file = file
        self._lines: dict[date, list[Line]] = defaultdict(list)
        self._unusable: list[Unusable] = []
        for line in read_lines(file, text):
            if isinstance(line, Line):
                self._lines[line.day].append(line)
            else:
                self._unusable.append(line)

    def load(self, days: DateRange) -> Iterator[Snapshot | Unread]:
        """The snapshots of these days, in order; then a word on the lines that could not be used."""
        for day in sorted(self._lines):
            if day in days and (stored := self._stored(day)) is not None:
                yield stored
        if self._unusable:
            yield Unread(self.file.scope, (self.file.month,), self._complaint())

    def save(self, snapshots: Iterable[Snapshot]) -> Written | None:
        """The month with these snapshots of it; None if it would say the same as before."""
        changed: dict[date, bytes] = {}
        for day, saving in _by_day(snapshots).items():
            line = self._new_line(day, saving)
            if line is not None:
                changed[day] = line
        if not changed:
            return None
        kept = {day: [line.raw for line in lines] for day, lines in self._lines.items()}
        days = kept | {day: [line] for day, line in changed.items()}
        unusable = sorted(self._unusable, key=lambda line: line.number)
        lines = [*(line for day in sorted(days) for line in days[day]), *(line.raw for line in unusable)]
        return Written(b"".join(line + b"\n" for line in lines), tuple(sorted(changed)))

    def _new_line(self, day: date, saving: Sequence[Snapshot]) -> bytes | None:
        if any(line.day == day for line in self._unusable):
            _logger.info("%s of %s was stored by a newer version and stays as it is", day, self.file.scope.name)
            return None
        stored = self._stored(day)
        best = reduce(winner, saving if stored is None else (stored, *saving))
        try:
            line = line_of(best)
        except (ValueError, RecursionError) as error:
            _logger.warning("%s of %s cannot be kept: JSON cannot say it (%s)", day, self.file.scope.name, error)
            return None
        return None if stored is not None and line == line_of(stored) else line

    def _stored(self, day: date) -> Snapshot | None:
        """What is stored of a day. Two lines of one day (a merge by hand) count as if saved one after the other."""
        usable: list[Snapshot] = []
        for line in tuple(self._lines.get(day, ())):
            try:
                usable.append(line.snapshot())
            except LineMistake as mistake:
                self._lines[day].remove(line)
                self._unusable.append(Unusable(line.number, line.raw, str(mistake)))
        return reduce(winner, usable) if usable else None

    def _complaint(self) -> str:
        first = min(self._unusable, key=lambda line: line.number)
        more = f" {len(self._unusable)} lines of this file are left out like that." if len(self._unusable) > 1 else ""
        return f"line {first.number} of {self.file.path} cannot be used: {first.reason}.{more}"


def _by_day(snapshots: Iterable[Snapshot]) -> dict[date, list[Snapshot]]:
    days: dict[date, list[Snapshot]] = defaultdict(list)
    for snapshot in snapshots:
        days[snapshot.day].append(snapshot)
    return days
