"""From the objects of a report to its days: the days of 28-day wrappers as received, and what else a wrapper says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from copilot_usage.domain.dates import DateRange, parse_day
from copilot_usage.domain.scope import ScopeKind
from copilot_usage.domain.snapshot import about_whom, owner_id
from copilot_usage.domain.usage import DataProblem
from copilot_usage.parsers.fields import FieldReader, ProblemLog, day_of
from copilot_usage.parsers.json_documents import Document, Parsed

# Where an object may hold rows: days of an owner, in a 28-day report; people, in files of other programs.
_ROWS = ("day_totals", "user_totals")
_ENGAGEMENT = "copilot_feature_engagement"
_ENGAGED = {"engaged_user_count": "engaged_user_count"}


@dataclass(frozen=True, slots=True)
class ReportDays:
    """The days of a report, ascending, each as received; `window` and `engaged_people` as wrappers say them."""

    documents: Mapping[date, Document]
    window: DateRange | None = None
    engaged_people: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[DataProblem, ...] = ()


def is_wrapper(document: Mapping[str, Any]) -> bool:
    """Whether it holds rows instead of being one."""
    return any(name in document for name in _ROWS)


def day_documents(parsed: Parsed) -> ReportDays:
    """The days in wrappers and flat days alike. Of a day that is there twice, the last one counts."""
    problems = ProblemLog()
    problems.extend(parsed.problems)
    days: dict[date, Document] = {}
    for place, document in zip(parsed.places, parsed.documents, strict=True):
        for where, row in rows_of(place, document, problems):
            day = day_of(row)
            if whom := about_whom(row):
                problems.add(where, not_an_owners(whom))
            elif day is None:
                problems.add(where, "a day's figures without the day")
            else:
                if days.get(day, row) != row:
                    problems.add(str(day), "the day is there twice with different figures; the last ones count")
                days[day] = row
    wrappers = [document for document in parsed.documents if is_wrapper(document)]
    return ReportDays(
        dict(sorted(days.items())), _window(wrappers), _engaged_people(wrappers, problems), tuple(problems)
    )


def rows_of(place: str, document: Document, problems: ProblemLog) -> Iterator[tuple[str, Document]]:
    """What an object stands for, with its place: the rows in a wrapper, as received, or the object itself."""
    if not is_wrapper(document):
        yield place, document
        return
    if whom := about_whom({name: value for name, value in document.items() if name not in _ROWS}):
        problems.add(place, not_an_owners(whom))
        return
    reader = FieldReader()
    for name in _ROWS:
        yield from ((f"{place}, {name}", dict(row)) for row in reader.rows(document, name))
    problems.extend(reader.problems)


def not_an_owners(whom: str) -> str:
    """What is wrong with a document that is about a person or a repository."""
    return f"it is about {whom}, not about an organization or enterprise"


def _window(wrappers: Iterable[Document]) -> DateRange | None:
    """From the first start to the last end; wrappers without usable ends say nothing."""
    starts, ends = [], []
    for wrapper in wrappers:
        start, end = (parse_day(wrapper.get(name)) for name in ("report_start_day", "report_end_day"))
        if start is not None and end is not None and start <= end:
            starts.append(start)
            ends.append(end)
    return DateRange(min(starts), max(ends)) if starts else None


def _engaged_people(wrappers: Iterable[Document], problems: ProblemLog) -> Mapping[str, int]:
    """Feature → people who used it on at least two days of the window; of several wrappers the last that says it."""
    people: dict[str, int] = {}
    reader = FieldReader()
    for wrapper in wrappers:
        for row in reader.rows(reader.mapping(wrapper, _ENGAGEMENT), "totals_by_feature"):
            feature = reader.name(row, "feature", _ENGAGEMENT)
            amount = reader.amounts(row, _ENGAGED, _ENGAGEMENT).get("engaged_user_count")
            if feature is not None and amount is not None:
                people[feature] = int(amount)
    problems.extend(reader.problems)
    return people


def usual_owner_id(documents: Iterable[Mapping[str, Any]], kind: ScopeKind) -> str | None:
    """The id that most of the documents name: what the others are measured by."""
    ids = Counter(found for document in documents if (found := owner_id(document, kind)) is not None)
    return ids.most_common(1)[0][0] if ids else None


def only_of(document: Mapping[str, Any], kind: ScopeKind) -> ScopeKind | None:
    """The other kind of owner, where the document names one of that kind and none of the kind that is expected."""
    other = ScopeKind.ORGANIZATION if kind.owner_kind is ScopeKind.ENTERPRISE else ScopeKind.ENTERPRISE
    return other if owner_id(document, kind) is None and owner_id(document, other) is not None else None


def mismatch(
    document: Mapping[str, Any], *, day: date, kind: ScopeKind, owner: str | None = None
) -> DataProblem | None:
    """What is wrong if the document is of another day, or of another organization or enterprise, than asked for.

    What the document does not say is taken as right; `owner` None: the id is not known.
    """
    own_day, own_owner = day_of(document), owner_id(document, kind)
    if own_day is not None and own_day != day:
        return DataProblem("day", f"the report is of {own_day}, {day} was asked for")
    if owner is not None and own_owner is not None and own_owner != owner:
        return DataProblem(kind.owner_kind, f"the report is of another {kind.owner_kind} than asked for")
    if owner is not None and (other := only_of(document, kind)) is not None:
        return DataProblem(kind.owner_kind, f"the report is of an {other}, and an {kind.owner_kind} was asked for")
    return None
