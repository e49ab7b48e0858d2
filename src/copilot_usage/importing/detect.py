"""Recognises by its shape what lies in files that people already have, for `copilot-usage import`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from copilot_usage.domain.dates import parse_day
from copilot_usage.domain.snapshot import Generation, Snapshot, about_whom
from copilot_usage.domain.usage import DataProblem
from copilot_usage.parsers import metrics, reports, usage
from copilot_usage.parsers.fields import ProblemLog, day_of
from copilot_usage.parsers.json_documents import Document, Parsed
from copilot_usage.parsers.report_days import not_an_owners, rows_of
from copilot_usage.snapshots.line_format import is_snapshot_line, read_line

_METRICS_FIELDS = frozenset({"date", *metrics.BLOCKS})
_USAGE_FIELDS = frozenset({"breakdown", *usage.TOP, *usage.COMPLETION_FIELDS})
_REPORTS_FIELDS = frozenset(
    {path[0] for path in reports.FIELDS if path}
    | set(reports.FIELDS[()])
    | {array.field for array in reports.ARRAYS if array.inside is None}
)
# What some file may hold and nobody can import, by a field that gives it away.
_NOT_IMPORTED: Mapping[str, str] = {
    "download_links": "an answer with links to a report, not the report itself; the links have expired",
    "seats": "a list of seats, which names people; only their daily counts are kept",
    "seat_breakdown": "the settings of a Copilot subscription, not its usage",
    "usageItems": "a bill, not usage",
}


@dataclass(frozen=True, slots=True)
class RecognisedDay:
    """A day of usage, ready to be filed under whatever scope it is said to be of.

    `created`: when GitHub made the report that it comes from, where the file says so.
    """

    day: date
    generation: Generation
    document: Document
    created: date | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file holds. `users` and `memberships` are of use only together: see `team_join.imported.join_rows`.

    `snapshots` know their own scope. `flaws` say, with the place, what cannot be read or imported.
    """

    days: tuple[RecognisedDay, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    users: tuple[Document, ...] = ()
    memberships: tuple[Document, ...] = ()
    problems: tuple[DataProblem, ...] = ()


def recognise(parsed: Parsed) -> Recognised:
    """Sorts the objects of a file; of a day that is there twice the last one counts."""
    collected = _Collected()
    collected.problems.extend(parsed.problems)
    for place, document in zip(parsed.places, parsed.documents, strict=True):
        collected.add(place, document)
    days = sorted(collected.days.values(), key=lambda found: (found.generation, found.day))
    return Recognised(
        tuple(days),
        tuple(collected.snapshots),
        tuple(collected.users),
        tuple(collected.memberships),
        tuple(collected.problems),
    )


class _Collected:
    def __init__(self) -> None:
        self.problems = ProblemLog()
        self.days: dict[tuple[Generation, date], RecognisedDay] = {}
        self.snapshots: list[Snapshot] = []
        self.users: list[Document] = []
        self.memberships: list[Document] = []

    def add(self, place: str, document: Document) -> None:
        if is_snapshot_line(document):
            self._add_snapshot(place, document)
        else:
            for where, row in rows_of(place, document, self.problems):
                created = None if row is document else parse_day(document.get("created_at"))
                self._add_row(where, row, created)

    def _add_row(self, place: str, row: Document, created: date | None) -> None:
        if "user_id" in row:
            (self.memberships if "team_id" in row else self.users).append(row)
        elif refusal := next((why for field, why in _NOT_IMPORTED.items() if field in row), None):
            self.problems.add(place, refusal)
        elif whom := about_whom(row):
            self.problems.add(place, not_an_owners(whom))
        elif generation := generation_of(row):
            self._add_day(place, row, generation, created)
        else:
            self.problems.add(place, "no document of any generation of GitHub's usage API")

    def _add_snapshot(self, place: str, document: Document) -> None:
        try:
            self.snapshots.append(read_line(json.dumps(document).encode()).snapshot())
        except ValueError as error:
            self.problems.add(place, f"a snapshot that cannot be used: {error}")

    def _add_day(self, place: str, document: Document, generation: Generation, created: date | None) -> None:
        day = day_of(document)
        if day is None:
            self.problems.add(place, "a day's figures without the day")
            return
        held = self.days.get((generation, day))
        if held is not None and held.document != document:
            self.problems.add(place, f"{day} is there twice with different figures; the last ones count")
        self.days[generation, day] = RecognisedDay(day, generation, document, created)


def generation_of(document: Mapping[str, Any]) -> Generation | None:
    """The generation that calls its fields like this."""
    fields = document.keys()
    if fields & _METRICS_FIELDS:
        return Generation.METRICS
    if fields & _USAGE_FIELDS:
        return Generation.USAGE
    return Generation.REPORTS if fields & _REPORTS_FIELDS else None
