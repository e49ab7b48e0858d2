"""The path of a month of snapshots in the folder, and what a path there means; opens no files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from copilot_usage.domain.dates import DateRange, month_of
from copilot_usage.domain.scope import Scope, ScopeKind, scope_named
from copilot_usage.domain.snapshot import Generation, Snapshot

# The calendar months that a year touches.
_A_YEARS_FILES = 13
_SUFFIX = ".ndjson"
_FILE_NAME = re.compile(r"([0-9]{4}-(?:0[1-9]|1[0-2]))\.ndjson", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class MonthFile:
    """One generation's lines of one scope in one month (`YYYY-MM`)."""

    generation: Generation
    scope: Scope
    month: str

    def __post_init__(self) -> None:
        if scope_named(self.scope.kind, self.scope.name) is None:
            raise ValueError(f"{self.scope} cannot name a folder")

    @property
    def path(self) -> str:
        """Relative to the snapshot directory, with `/`."""
        return f"{self.generation}/{self.scope.kind}/{self.scope.name}/{self.month}{_SUFFIX}"


def month_file_at(path: str) -> MonthFile | None:
    """The month file at a path relative to the snapshot directory; None for every other file."""
    generation, _, rest = path.partition("/")
    kind, _, rest = rest.partition("/")
    name, _, file_name = rest.rpartition("/")
    month = _FILE_NAME.fullmatch(file_name)
    if month is None or generation not in set(Generation) or kind not in set(ScopeKind):
        return None
    scope = scope_named(ScopeKind(kind), name)
    return None if scope is None else MonthFile(Generation(generation), scope, month[1])


def by_month(snapshots: Iterable[Snapshot]) -> dict[MonthFile, list[Snapshot]]:
    """The snapshots by the file that they belong to."""
    groups: dict[MonthFile, list[Snapshot]] = defaultdict(list)
    for snapshot in snapshots:
        groups[MonthFile(snapshot.generation, snapshot.scope, month_of(snapshot.day))].append(snapshot)
    return groups


def wanted_files(files: Iterable[MonthFile], scopes: Collection[Scope], days: DateRange) -> list[MonthFile]:
    """The files that can hold days of these scopes, month by month; `*` is every team that has files."""
    first, last = month_of(days.since), month_of(days.until)
    names = frozenset(scopes)
    every = [scope for scope in scopes if scope.every_team]
    found = [
        file
        for file in files
        if first <= file.month <= last
        and (
            file.scope in {scope.parent for scope in every}
            if file.generation is Generation.TEAMS
            else file.scope in names or any(scope.covers(file.scope) for scope in every)
        )
    ]
    return sorted(found, key=lambda file: (file.month, file.scope, file.generation))


def months_by_scope(files: Iterable[MonthFile]) -> dict[Scope, list[str]]:
    """The months of which usage is stored, ascending."""
    found: dict[Scope, set[str]] = defaultdict(set)
    for file in files:
        if file.generation is not Generation.SEATS:
            found[file.scope].add(file.month)
    return {scope: sorted(months) for scope, months in sorted(found.items())}


def sparing_seats(files: Sequence[MonthFile]) -> list[MonthFile]:
    """Without a scope's oldest months of seats where it has more than a year's files: each one is a request."""
    spared: set[MonthFile] = set()
    for scope in {file.scope for file in files}:
        own = sorted(file for file in files if file.scope == scope)
        seats = [file for file in own if file.generation is Generation.SEATS]
        left = max(0, _A_YEARS_FILES - (len(own) - len(seats)))
        spared.update(seats[: max(0, len(seats) - left)])
    return [file for file in files if file not in spared]


def inside(directory: str, path: str) -> str:
    """The path of a file in the directory; `directory` empty: the file is at the top."""
    return f"{directory}/{path}" if directory else path
