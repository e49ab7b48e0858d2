"""Recognises by its fields what files of API responses hold, for `copilot-usage import`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from copilot_usage.domain.dates import parse_day
from copilot_usage.domain.snapshot import Generation, Snapshot, about_whom
from copilot_usage.domain.usage import DataProblem
from copilot_usage.parsers import metrics, reports, usage
from copilot_usage.parsers.fields import ProblemLog, day_of
from copilot_usage.parsers.json_documents import Document, Parsed
from copilot_usage.parsers.report_days import not_an_owners, rows_of
from copilot_usage.snapshots.line_format import is_snapshot_line, read_line

# By the fields that only a generation has: the first that fits.
_FIELDS: Mapping[Generation, frozenset[str]] = {
    Generation.METRICS: frozenset({"date", *metrics.BLOCKS}),
    Generation.USAGE: frozenset({"breakdown", *usage.TOP, *usage.COMPLETION_FIELDS}),
    Generation.REPORTS: frozenset(
        {
            *(path[0] for path in reports.FIELDS if path),
            *reports.FIELDS[()],
            *(array.field for array in reports.ARRAYS if array.inside is None),
        }
    ),
}
# What files may hold and cannot be imported, by a field that only it has.
_NOT_IMPORTED: Mapping[str, str] = {
    "download_links": "an answer with links to a report, not the report itself; the links have expired",
    "seats": "a list of seats, which names people; only their daily counts are kept",
    "seat_breakdown": "the settings of a Copilot subscription, not its usage",
    "usageItems": "a bill, not usage",
}


@dataclass(frozen=True, slots=True)
class RecognisedDay:
    """A day of usage of a scope that the document does not name.

    `created`: when GitHub made the report that it comes from, where the file says so.
    """

    day: date
    generation: Generation
    document: Document
    created: date | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file holds. `users` and `memberships` (rows of users and of team members) are of use only together.

    `snapshots` name their own scope. `problems` say, with the place, what cannot be read or imported.
    """

    days: tuple[RecognisedDay, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    users: tuple[Document, ...] = ()
    memberships: tuple[Document, ...] = ()
    problems: tuple[DataProblem, ...] = ()


def recognise(parsed: Parsed) -> Recognised:
    """Sorts the objects of a file; of a day that is there twice the last one counts."""
    days: dict[tuple[Generation, date], RecognisedDay] = {}
    snapshots: list[Snapshot] = []
    users: list[Document] = []
    memberships: list[Document] = []
    problems = ProblemLog()
    problems.extend(parsed.problems)
    for place, document in zip(parsed.places, parsed.documents, strict=True):
        if is_snapshot_line(document):
            try:
                snapshots.append(read_line(json.dumps(document).encode()).snapshot())
            except ValueError as error:
                problems.add(place, f"a snapshot that cannot be used: {error}")
            continue
        for where, row in rows_of(place, document, problems):
            created = parse_day(document.get("created_at"))
            if "user_id" in row:
                (memberships if "team_id" in row else users).append(row)
            elif isinstance(found := _day(row, created), str):
                problems.add(where, found)
            else:
                former = days.get((found.generation, found.day), found)
                if former.document != row:
                    problems.add(where, f"{found.day} is there twice with different figures; the last ones count")
                days[found.generation, found.day] = found
    by_day = (days[key] for key in sorted(days))
    return Recognised(tuple(by_day), tuple(snapshots), tuple(users), tuple(memberships), tuple(problems))


def _day(row: Document, created: date | None) -> RecognisedDay | str:
    """The day that a row is; else why it is none."""
    if problem := next((problem for field, problem in _NOT_IMPORTED.items() if field in row), None):
        return problem
    if whom := about_whom(row):
        return not_an_owners(whom)
    fields = row.keys()
    generation = next((generation for generation, names in _FIELDS.items() if fields & names), None)
    if generation is None:
        return "no document of any generation of GitHub's usage API"
    day = day_of(row)
    return "a day's figures without the day" if day is None else RecognisedDay(day, generation, row, created)
