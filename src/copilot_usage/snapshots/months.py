"""A stored month and what is to be added to it: which lines stay, which change; knows no files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

from copilot_usage.domain.dates import DateRange, month_of
from copilot_usage.domain.ports import LeftOut, SkippedMonths
from copilot_usage.domain.snapshot import NOT_LATER, Snapshot, winner
from copilot_usage.snapshots.layout import MonthFile
from copilot_usage.snapshots.line_format import InvalidLine, Line, line_of, read_line

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_A_NEWER_VERSION = "the day was stored by a newer version, and stays as it is"


@dataclass(frozen=True, slots=True)
class Written:
    """What came of saving: the month's new text (None: it stays as it is), the days in it that are new or different.

    `left_out`: the days that were not taken, and why.
    """

    text: bytes | None
    days: tuple[date, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class _Unusable:
    """A line that this version cannot use."""

    number: int
    raw: bytes
    mistake: InvalidLine


class Month:
    """The lines of one file, as they are stored."""

    def __init__(self, file: MonthFile, text: bytes) -> None:
        self.file = file
        self._lines: dict[date, list[tuple[int, Line]]] = defaultdict(list)
        self._unusable: list[_Unusable] = []
        for number, raw in enumerate(text.removeprefix(_BYTE_ORDER_MARK).split(b"\n"), start=1):
            if raw.strip():
                self._read(number, raw)

    def _read(self, number: int, raw: bytes) -> None:
        """Lines are numbered from 1, as an editor does; empty ones are passed over."""
        try:
            line = read_line(raw)
        except InvalidLine as mistake:
            self._unusable.append(_Unusable(number, raw, mistake))
            return
        said = (line.envelope.generation, line.scope, month_of(line.day))
        if said == (self.file.generation, self.file.scope, self.file.month):
            self._lines[line.day].append((number, line))
        else:
            stranger = InvalidLine("it names another generation, scope, name or month than its file's path does")
            self._unusable.append(_Unusable(number, raw, stranger))

    def load(self, days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        """The snapshots of these days, in order; then a word on the lines that could not be used."""
        for day in sorted(self._lines):
            if day in days and (stored := self._stored(day)) is not None:
                yield stored
        if self._unusable:
            yield SkippedMonths(self.file.scope, (self.file.month,), self._complaint())

    def save(self, snapshots: Iterable[Snapshot]) -> Written:
        """The month with these snapshots of it."""
        changed: dict[date, bytes] = {}
        left_out: list[LeftOut] = []
        for day, saving in _by_day(snapshots).items():
            try:
                line = self._new_line(day, saving, left_out)
            except InvalidLine as mistake:
                left_out.append(LeftOut(self.file.scope, day, str(mistake)))
            else:
                if line is not None:
                    changed[day] = line
        if not changed:
            return Written(None, left_out=tuple(left_out))
        for day in tuple(self._lines):  # a line that is about a person is not written again
            self._stored(day)
        kept = {day: [line.raw for _, line in lines] for day, lines in self._lines.items()}
        days = kept | {day: [line] for day, line in changed.items()}
        unusable = sorted(self._unusable, key=lambda line: line.number)
        rest = (line.raw for line in unusable if line.mistake.whom is None)
        lines = [*(line for day in sorted(days) for line in days[day]), *rest]
        return Written(b"".join(line + b"\n" for line in lines), tuple(sorted(changed)), tuple(left_out))

    def _new_line(self, day: date, saving: Sequence[Snapshot], left_out: list[LeftOut]) -> bytes | None:
        """None: the day stays as it is stored."""
        if any(line.mistake.newer == day for line in self._unusable):
            raise InvalidLine(_A_NEWER_VERSION)
        stored = best = self._stored(day)
        for snapshot in saving:
            if best is None or best.document == snapshot.document or snapshot.document is None:
                reason = None
            else:
                reason = best.outline.keeps_from(snapshot.outline)
            if reason is not None:
                left_out.append(LeftOut(self.file.scope, day, reason, harmless=reason == NOT_LATER))
            best = snapshot if best is None else winner(best, snapshot)
        line = None if best is None else line_of(best)
        return None if stored is not None and line == line_of(stored) else line

    def _stored(self, day: date) -> Snapshot | None:
        """What is stored of a day. Two lines of one day (a merge by hand) count as if saved one after the other."""
        usable: list[Snapshot] = []
        for number, line in tuple(self._lines.get(day, ())):
            try:
                usable.append(line.snapshot())
            except InvalidLine as mistake:
                self._lines[day].remove((number, line))
                self._unusable.append(_Unusable(number, line.raw, mistake))
        return reduce(winner, usable) if usable else None

    def _complaint(self) -> str:
        first = min(self._unusable, key=lambda line: line.number)
        more = f" {len(self._unusable)} lines of this file are left out like that." if len(self._unusable) > 1 else ""
        return f"line {first.number} of {self.file.path} cannot be used: {first.mistake}.{more}"


def usage_days(days: Mapping[MonthFile, Sequence[date]]) -> int:
    """What log, outputs and commits call days: of usage, each scope's by itself; a line of seats is none."""
    return sum(len(found) for file, found in days.items() if file.generation.is_usage)


def in_words(days: Mapping[MonthFile, Sequence[date]]) -> str:
    """`28 days`; `seats` where nothing else is new."""
    count = usage_days(days)
    return "1 day" if count == 1 else f"{count:,} days" if count else "seats"


def _by_day(snapshots: Iterable[Snapshot]) -> dict[date, list[Snapshot]]:
    days: dict[date, list[Snapshot]] = defaultdict(list)
    for snapshot in snapshots:
        days[snapshot.day].append(snapshot)
    return days
