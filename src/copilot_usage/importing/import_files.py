"""Imports saved API responses; reports by file and position what it could not import."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from operator import itemgetter
from pathlib import Path

import msgspec

from copilot_usage.domain.availability import is_settled
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import Store
from copilot_usage.domain.scope import EVERY_TEAM, Scope
from copilot_usage.domain.snapshot import Generation, Snapshot, owner_id
from copilot_usage.errors import InputError, UnreadableDocument
from copilot_usage.importing.detect import Recognised, recognise
from copilot_usage.parsers.fields import day_of
from copilot_usage.parsers.json_documents import Document, parse_documents
from copilot_usage.parsers.report_days import only_of, usual_owner_id
from copilot_usage.snapshots.readme import README
from copilot_usage.team_join.join import TeamJoin

_logger = logging.getLogger(__name__)
_ENDINGS = {".json", ".ndjson", ".jsonl"}
# What one error quotes; the rest is in the log, line by line.
_QUOTED = 10
# Of the files that hold rows of a day, a problem names the first.
_NAMED = 3
_EVER = DateRange(date(2000, 1, 1), date(9999, 12, 31))
# This many stored days say which owner they are of.
_ENOUGH_DAYS = 28
_USERS_ALONE = "user rows without the user-teams rows of the same day cannot be imported: they are no team's"
_TEAMS_ALONE = "user-teams rows without the user rows of the same day cannot be imported: they hold no usage"
# A row of people, with the name of its file.
_Row = tuple[str, Document]


class _Import:
    """The days that were found so far, in all files, and the problems."""

    def __init__(self, scope: Scope | None, store: Store, today: date) -> None:
        self._scope = scope
        self._store = store
        self._today = today
        self._owners: dict[Scope, str] = {}
        self._users: list[_Row] = []
        self._memberships: list[_Row] = []
        self._found: list[tuple[bool, date, Snapshot]] = []
        self._sources: dict[tuple[Scope, date], str] = {}
        self.problems: list[str] = []

    @property
    def snapshots(self) -> list[Snapshot]:
        """The last one of a day wins: what is final after what is not, what is newer after what is older."""
        return [snapshot for *_, snapshot in sorted(self._found, key=itemgetter(0, 1))]

    def problem(self, source: object, what: str) -> None:
        self.problems.append(f"{source}: {what}")

    def add(self, path: Path, found: Recognised) -> None:
        """Takes a file's days; rows wait for the rows of other files."""
        source, scope = str(path), self._scope
        for problem in found.problems:
            self.problem(source, f"{problem.where}: {problem.what}")
        self._users += [(source, row) for row in found.users]
        self._memberships += [(source, row) for row in found.memberships]
        for snapshot in found.snapshots:
            self._take(source, replace(snapshot, undated=True))
        if found == Recognised():
            self.problem(source, "there is no usage in it")
        elif found.days and scope is None:
            self.problem(source, "its days do not name their scope; give `--org`, `--enterprise` or `--team`")
        elif found.days and scope is not None and scope.every_team:
            self.problem(source, "days of a whole scope cannot be filed under every team; name one team")
        elif scope is not None:
            for day in found.days:
                kind = scope.kind.owner_kind
                if (other := only_of(day.document, kind)) is not None:
                    self.problem(source, f"{day.day} is of an {other}, not of the {kind} {scope.owner}")
                    continue
                created = min(day.created or day.day, self._today)
                settled = is_settled(day.day, created)
                snapshot = Snapshot(day.day, scope, day.generation, settled, day.document, undated=True)
                self._take(source, snapshot, created)

    def join_rows(self) -> None:
        """Takes the teams' days that the rows of all files give together."""
        if not self._users and not self._memberships:
            return
        if self._scope is None or not self._scope.kind.is_team:
            for source in dict.fromkeys(source for source, _ in (*self._users, *self._memberships)):
                self.problem(source, "rows of people are imported for teams only; give `--team`, `*` for all of them")
            return
        user_days, team_days = self._by_day(self._users), self._by_day(self._memberships)
        for days, others, what in ((user_days, team_days, _USERS_ALONE), (team_days, user_days, _TEAMS_ALONE)):
            for day in sorted(days.keys() - others.keys()):
                self.problem(f"{_names_of_files(days[day])}: {day}", what)
        join = TeamJoin(self._scope.parent, (self._scope,))
        origins: list[str] = []
        for day in sorted(user_days.keys() & team_days.keys()):
            join.add_memberships(day, (msgspec.json.encode(row) for _, row in team_days[day]))
            join.add_users((msgspec.json.encode(row) for _, row in user_days[day]), days=(day,))
            source = _names_of_files([*user_days[day], *team_days[day]])
            for scope, document in join.documents(day).items():
                trailing, settled = join.trailing(scope, day), False  # no row says when it was made
                self._take(source, Snapshot(day, scope, Generation.REPORTS, settled, document, trailing, undated=True))
            join.forget(day)
            origins += [source] * (len(join.problems) - len(origins))
        for origin, problem in zip(origins, join.problems, strict=True):
            self.problem(f"{origin}: {problem.where}", problem.what)

    def _by_day(self, rows: Iterable[_Row]) -> Mapping[date, list[_Row]]:
        days: defaultdict[date | None, list[_Row]] = defaultdict(list)
        for row in rows:
            days[day_of(row[1])].append(row)
        if dayless := days.pop(None, []):
            self.problem(_names_of_files(dayless), f"rows without a usable `day`: {len(dayless)}")
        return {day: found for day, found in days.items() if day is not None}

    def _take(self, source: str, snapshot: Snapshot, created: date = date.min) -> None:
        """Takes a day for its scope, unless its document names another owner."""
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
        """Saves what was found, and names the days that were not stored; returns how many were."""
        saved = self._store.save(self.snapshots)
        for left in saved.left_out:
            if not left.harmless:
                self.problem(self._sources[left.scope, left.day], f"{left.day} of {left.scope.name}: {left.reason}")
        if final := sum(left.harmless for left in saved.left_out):
            _logger.info("final in the history already, and left as they are there: %s", f"{final:,}")
        return saved.days_written


def _names_of_files(rows: Iterable[_Row]) -> str:
    names = list(dict.fromkeys(name for name, _ in rows))
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def import_files(names: Sequence[str], scopes: Sequence[Scope], store: Store, today: date) -> None:
    """Imports what it can; then raises UnreadableDocument if there is anything that it could not import.

    Snapshots of this program name their scope; other days are of the one in `scopes`. Several scopes: InputError.
    """
    if len(scopes) > 1:
        raise InputError(["`org`, `enterprise`, `team`: name the one scope that the files are about."])
    importing = _Import(scopes[0] if scopes else None, store, today)
    for path in _files(names, importing):
        try:
            found = recognise(parse_documents(path.read_bytes()))
        except OSError as error:
            importing.problem(path, str(error.strerror or error))
        else:
            importing.add(path, found)
    importing.join_rows()
    written = importing.save()
    days = {(each.scope, each.generation, each.day) for each in importing.snapshots if each.generation.is_usage}
    read = "1 day" if len(days) == 1 else f"{len(days):,} days"
    _logger.info("%s read, %s of them new or different", read, f"{written:,}")
    if problems := importing.problems:
        for text in problems[_QUOTED:]:
            _logger.warning("%s", text, extra={"title": "Not imported"})
        more = f"\n… and {len(problems) - _QUOTED} more" if len(problems) > _QUOTED else ""
        rest = "Everything else was imported" if importing.snapshots else "Nothing was imported"
        raise UnreadableDocument(
            "Not everything could be imported",
            cause="\n".join(problems[:_QUOTED]) + more,
            remedy=f"{rest}. Fix these files and import them again: days that are stored already are not duplicated.",
        )


def _files(names: Iterable[str], importing: _Import) -> Iterator[Path]:
    """The files; folders are searched for JSON, by name, and other files in them are named."""
    for name in names:
        path = Path(name)
        if not path.is_dir():
            yield path
            continue
        # Hidden files, and the README of a history, are nothing to import.
        inside = [
            found
            for found in sorted(path.rglob("*"))
            if not found.is_dir()
            and found.name != README
            and not any(part.startswith(".") for part in found.relative_to(path).parts)
        ]
        for found in inside:
            if found.is_file() and found.suffix.lower() in _ENDINGS:
                yield found
            else:
                importing.problem(found, f"it is no file that ends in {', '.join(sorted(_ENDINGS))}")
        if not inside:
            importing.problem(path, "there is no file in it")
