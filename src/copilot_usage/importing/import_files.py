"""Imports saved API responses; reports by file and position what it could not import."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from operator import itemgetter
from pathlib import Path

import msgspec

from copilot_usage.domain.dates import DateRange, is_settled
from copilot_usage.domain.ports import Store
from copilot_usage.domain.scope import EVERY_TEAM, Scope
from copilot_usage.domain.snapshot import Generation, Snapshot, owner_id
from copilot_usage.domain.usage import DataProblem
from copilot_usage.errors import InputError, UnreadableDocument
from copilot_usage.importing.detect import Recognised, RecognisedDay, recognise
from copilot_usage.parsers.fields import day_of
from copilot_usage.parsers.json_documents import Document, parse_documents
from copilot_usage.parsers.report_days import only_of, usual_owner_id
from copilot_usage.snapshots.readme import README
from copilot_usage.team_join.join import TeamJoin

_USERS_ALONE = "user rows without the user-teams rows of the same day cannot be imported: they are no team's"
_TEAMS_ALONE = "user-teams rows without the user rows of the same day cannot be imported: they hold no usage"
# Of so many files that hold rows of a day a flaw gives the names.
_NAMED = 3
# The file's name, and the row.
Row = tuple[str, Document]


@dataclass(frozen=True, slots=True)
class JoinedDay:
    """A team's day, ready to be filed; `source`: the files that its rows come from."""

    source: str
    scope: Scope
    day: date
    document: Document
    trailing: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class JoinedRows:
    """What became of rows."""

    days: tuple[JoinedDay, ...]
    problems: tuple[DataProblem, ...]


def join_rows(
    owner: Scope, teams: Collection[Scope], *, users: Iterable[Row], memberships: Iterable[Row]
) -> JoinedRows:
    """The days of which both kinds of rows are there; `teams` may hold `*`. Rows that lack the other kind are flaws."""
    problems: list[DataProblem] = []
    user_days, team_days = _by_day(users, problems), _by_day(memberships, problems)
    for days, others, what in ((user_days, team_days, _USERS_ALONE), (team_days, user_days, _TEAMS_ALONE)):
        problems += [
            DataProblem(f"{_names_of_files(days[day])}: {day}", what) for day in sorted(days.keys() - others.keys())
        ]
    join = TeamJoin(owner, teams)
    joined = []
    origins: list[str] = []
    for day in sorted(user_days.keys() & team_days.keys()):
        join.add_memberships(day, (msgspec.json.encode(document) for _, document in team_days[day]))
        join.add_users((msgspec.json.encode(document) for _, document in user_days[day]), days=(day,))
        source = _names_of_files([*user_days[day], *team_days[day]])
        for scope, document in join.documents(day).items():
            joined.append(JoinedDay(source, scope, day, document, join.trailing(scope, day)))
        join.forget(day)
        origins += [source] * (len(join.problems) - len(origins))
    found = (
        DataProblem(f"{origin}: {problem.where}", problem.what)
        for origin, problem in zip(origins, join.problems, strict=True)
    )
    return JoinedRows(tuple(joined), (*problems, *found))


def _by_day(rows: Iterable[Row], problems: list[DataProblem]) -> Mapping[date, list[Row]]:
    days: defaultdict[date, list[Row]] = defaultdict(list)
    dayless: list[Row] = []
    for row in rows:
        day = day_of(row[1])
        (dayless if day is None else days[day]).append(row)
    if dayless:
        problems.append(DataProblem(_names_of_files(dayless), f"{len(dayless)} rows without a usable `day`"))
    return days


def _names_of_files(rows: Iterable[Row]) -> str:
    names = list(dict.fromkeys(name for name, _ in rows))
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more files" if len(names) > _NAMED else "")


_logger = logging.getLogger(__name__)
_ENDINGS = {".json", ".ndjson", ".jsonl"}
# What one error quotes; the rest is in the log, line by line.
_QUOTED = 10
_EVER = DateRange(date(2000, 1, 1), date(9999, 12, 31))
# So many stored days say whose they are.
_ENOUGH_DAYS = 28


class _Collected:
    """What was found so far, in all files."""

    def __init__(self, scope: Scope | None, store: Store, today: date) -> None:
        self._scope = scope
        self._store = store
        self._today = today
        self._owners: dict[Scope, str] = {}
        self._users: list[Row] = []
        self._memberships: list[Row] = []
        self._found: list[tuple[bool, date, Snapshot]] = []
        self._sources: dict[tuple[Scope, date], str] = {}
        self.problems: list[str] = []

    @property
    def snapshots(self) -> list[Snapshot]:
        """What is known to be final last, and what is known to be newer after what is older: the last one wins."""
        return [snapshot for *_, snapshot in sorted(self._found, key=itemgetter(0, 1))]

    def problem(self, source: object, what: str) -> None:
        self.problems.append(f"{source}: {what}")

    def add(self, path: Path, found: Recognised) -> None:
        """Takes in a file's days; rows wait for the rows of other files."""
        source = str(path)
        for problem in found.problems:
            self.problem(source, f"{problem.where}: {problem.what}")
        self._users += [(source, row) for row in found.users]
        self._memberships += [(source, row) for row in found.memberships]
        for snapshot in found.snapshots:
            self._take(source, replace(snapshot, undated=True))
        if found == Recognised():
            self.problem(source, "there is no usage in it")
        elif found.days and self._scope is None:
            self.problem(source, "days do not say whose they are; name it with `--org`, `--enterprise`, `--team`")
        elif found.days and self._scope is not None and self._scope.every_team:
            self.problem(source, "days of a whole scope cannot be filed under every team; name one team")
        elif self._scope is not None:
            for day in found.days:
                self._file(source, self._scope, day)

    def _file(self, source: str, scope: Scope, day: RecognisedDay) -> None:
        kind = scope.kind.owner_kind
        if (other := only_of(day.document, kind)) is not None:
            self.problem(source, f"{day.day} is of an {other}, not of the {kind} {scope.owner}")
            return
        created = min(day.created or day.day, self._today)
        settled = is_settled(day.day, created)
        self._take(source, Snapshot(day.day, scope, day.generation, settled, day.document, undated=True), created)

    def join(self) -> None:
        """Files the teams' days that the rows of all files give together."""
        rows = [*self._users, *self._memberships]
        if not rows:
            return
        if self._scope is None or not self._scope.kind.is_team:
            for source in dict.fromkeys(source for source, _ in rows):
                self.problem(source, "rows of people are imported for teams only; give `--team`, `*` for all of them")
            return
        joined = join_rows(self._scope.parent, (self._scope,), users=self._users, memberships=self._memberships)
        for problem in joined.problems:
            self.problem(problem.where, problem.what)
        for day in joined.days:
            document, trailing, settled = day.document, day.trailing, False  # no row says when it was made
            kept = Snapshot(day.day, day.scope, Generation.REPORTS, settled, document, trailing, undated=True)
            self._take(day.source, kept)

    def _take(self, source: str, snapshot: Snapshot, created: date = date.min) -> None:
        """A day goes where the caller or its line says, unless its document says that it is of another owner."""
        scope, document = snapshot.scope, snapshot.document or {}
        kind = scope.kind.owner_kind
        own = owner_id(document, kind)
        if own is not None and own != self._owner(scope.parent, own):
            self.problem(source, f"{snapshot.day} is of another {kind} than the days of {scope.owner} before it")
            return
        self._found.append((snapshot.settled, created, snapshot))
        self._sources[scope, snapshot.day] = source

    def _owner(self, owner: Scope, said: str) -> str:
        """The id of an owner: of the days that are stored, else the first one that a file says."""
        if owner not in self._owners:
            stored = self._store.load((owner, owner.of_team(EVERY_TEAM)), _EVER)
            documents = (item.document for item in stored if isinstance(item, Snapshot) and item.document)
            named = (document for document in documents if owner_id(document, owner.kind))
            self._owners[owner] = usual_owner_id(islice(named, _ENOUGH_DAYS), owner.kind) or said
        return self._owners[owner]

    def save(self) -> int:
        """Saves what was found, and names the days that were not taken; returns how many were."""
        saved = self._store.save(self.snapshots)
        final = 0
        for left in saved.left_out:
            if left.harmless:
                final += 1
            else:
                self.problem(self._sources[left.scope, left.day], f"{left.day} of {left.scope.name}: {left.reason}")
        if final:
            _logger.info("final in the history already, and left as they are there: %s", f"{final:,}")
        return saved.days_written


def import_files(names: Sequence[str], scopes: Sequence[Scope], store: Store, today: date) -> None:
    """Files everything that can be; then raises UnreadableDocument if anything could not be.

    Snapshots of this program say themselves whose they are; else one scope is named. Several of them: InputError.
    """
    if len(scopes) > 1:
        raise InputError(["`org`, `enterprise`, `team`: name the one scope that the files are about."])
    collected = _Collected(scopes[0] if scopes else None, store, today)
    for path in _files(names, collected):
        try:
            found = recognise(parse_documents(path.read_bytes()))
        except OSError as error:
            collected.problem(path, str(error.strerror or error))
        else:
            collected.add(path, found)
    collected.join()
    written = collected.save()
    days = {(each.scope, each.generation, each.day) for each in collected.snapshots if each.generation.is_usage}
    read = "1 day" if len(days) == 1 else f"{len(days):,} days"
    _logger.info("%s read, %s of them new or different", read, f"{written:,}")
    if collected.problems:
        for text in collected.problems[_QUOTED:]:
            _logger.warning("%s", text, extra={"title": "Not imported"})
        raise _incomplete(collected.problems, anything=bool(collected.snapshots))


def _files(names: Iterable[str], collected: _Collected) -> Iterator[Path]:
    """The files; folders are searched for JSON, by name, and what else lies there is named."""
    for name in names:
        path = Path(name)
        if not path.is_dir():
            yield path
            continue
        inside = [found for found in sorted(path.rglob("*")) if _may_be_meant(found.relative_to(path), found)]
        for found in inside:
            if found.is_file() and found.suffix.lower() in _ENDINGS:
                yield found
            else:
                collected.problem(found, f"it is no file that ends in {', '.join(sorted(_ENDINGS))}")
        if not inside:
            collected.problem(path, "there is no file in it")


def _may_be_meant(relative: Path, found: Path) -> bool:
    """Folders, hidden files, and what explains a history are nothing to import."""
    return not (found.is_dir() or relative.name == README or any(part.startswith(".") for part in relative.parts))


def _incomplete(problems: list[str], *, anything: bool) -> UnreadableDocument:
    more = f"\n… and {len(problems) - _QUOTED} more" if len(problems) > _QUOTED else ""
    rest = "Everything else was imported" if anything else "Nothing was imported"
    return UnreadableDocument(
        "Not everything could be imported",
        cause="\n".join(problems[:_QUOTED]) + more,
        remedy=f"{rest}. Fix these files and import them again: days that are stored already are not duplicated.",
    )
