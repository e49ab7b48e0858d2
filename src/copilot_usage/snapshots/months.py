"""A stored month and the snapshots to add: which lines stay, which change; knows no files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import chain
from operator import itemgetter

from copilot_usage.domain.dates import DateRange, month_of
from copilot_usage.domain.ports import LeftOut, SkippedMonths
from copilot_usage.domain.snapshot import NOT_LATER, Snapshot, winner
from copilot_usage.snapshots.layout import MonthFile
from copilot_usage.snapshots.line_format import InvalidLine, Line, line_of, read_line

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Written:
    """The month's new text (None: it stays as it is), and the days in it that are new or different.

    `left_out`: the days that were not taken, and why.
    """

    text: bytes | None
    days: tuple[date, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class Month:
    """The lines of one file, as they are stored. Lines are numbered from 1, as an editor does; empty ones count."""

    def __init__(self, file: MonthFile, text: bytes) -> None:
        self.file = file
        self._lines: dict[date, list[tuple[int, bytes, Line]]] = defaultdict(list)
        self._invalid: list[tuple[int, bytes, InvalidLine]] = []
        for number, raw in enumerate(text.removeprefix(_BYTE_ORDER_MARK).split(b"\n"), start=1):
            if not raw.strip():
                continue
            try:
                line = _read_line_of(file, raw)
            except InvalidLine as error:
                self._invalid.append((number, raw, error))
            else:
                self._lines[line.day].append((number, raw, line))

    def load(self, days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        """The snapshots of these days, in order; then a word on the lines that cannot be used."""
        for day in sorted(self._lines):
            if day in days and (stored := self._stored(day)) is not None:
                yield stored
        if self._invalid:
            number, _, error = min(self._invalid, key=itemgetter(0))
            count = len(self._invalid)
            more = f" {count} lines of this file are left out like that." if count > 1 else ""
            reason = f"line {number} of {self.file.path} cannot be used: {error}.{more}"
            yield SkippedMonths(self.file.scope, (self.file.month,), reason, usage=self.file.generation.is_usage)

    def save(self, snapshots: Iterable[Snapshot]) -> Written:
        """The month with these snapshots of it."""
        saving: dict[date, list[Snapshot]] = defaultdict(list)
        for snapshot in snapshots:
            saving[snapshot.day].append(snapshot)
        changed: dict[date, bytes] = {}
        left_out: list[LeftOut] = []
        for day, versions in saving.items():
            try:
                line = self._new_line(day, versions, left_out)
            except InvalidLine as error:
                left_out.append(LeftOut(self.file.scope, day, str(error)))
            else:
                if line is not None:
                    changed[day] = line
        if not changed:
            return Written(None, left_out=tuple(left_out))
        for day in tuple(self._lines):  # a line that is about a person is not written again
            self._stored(day)
        days = {day: [raw for _, raw, _ in lines] for day, lines in self._lines.items()}
        days |= {day: [line] for day, line in changed.items()}
        invalid = (raw for _, raw, error in sorted(self._invalid, key=itemgetter(0)) if error.whom is None)
        lines = [*chain.from_iterable(days[day] for day in sorted(days)), *invalid]
        return Written(b"".join(line + b"\n" for line in lines), tuple(sorted(changed)), tuple(left_out))

    def _new_line(self, day: date, versions: Sequence[Snapshot], left_out: list[LeftOut]) -> bytes | None:
        """None: the day stays as it is stored."""
        if any(error.newer == day for _, _, error in self._invalid):
            raise InvalidLine("the day was stored by a newer version, and stays as it is")
        stored = best = self._stored(day)
        for snapshot in versions:
            if best is None:
                best = snapshot
                continue
            says_other = snapshot.document is not None and snapshot.document != best.document
            if says_other and (reason := best.outline.keeps_from(snapshot.outline)):
                left_out.append(LeftOut(self.file.scope, day, reason, harmless=reason == NOT_LATER))
            best = winner(best, snapshot)
        line = None if best is None else line_of(best)
        return None if stored is not None and line == line_of(stored) else line

    def _stored(self, day: date) -> Snapshot | None:
        """What is stored of a day. Two lines of one day (a merge by hand) count as if saved one after the other."""
        usable: list[Snapshot] = []
        for number, raw, line in tuple(self._lines.get(day, ())):
            try:
                usable.append(line.snapshot())
            except InvalidLine as error:
                self._lines[day].remove((number, raw, line))
                self._invalid.append((number, raw, error))
        return reduce(winner, usable) if usable else None


def _read_line_of(file: MonthFile, raw: bytes) -> Line:
    line = read_line(raw)
    if MonthFile(line.generation, line.subject, month_of(line.day)) != file:
        raise InvalidLine("it names another generation, scope, name or month than its file's path does")
    return line


def usage_days(days: Mapping[MonthFile, Sequence[date]]) -> int:
    """What log, outputs and commits call days: of usage, each scope's day counted; a line of seats is none."""
    return sum(len(found) for file, found in days.items() if file.generation.is_usage)


def in_words(days: Mapping[MonthFile, Sequence[date]]) -> str:
    """`28 days`; `seats` where nothing else is new."""
    count = usage_days(days)
    return "1 day" if count == 1 else f"{count:,} days" if count else "seats"
