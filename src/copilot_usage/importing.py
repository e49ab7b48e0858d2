"""Files that people already have, filed into a history: what can be is, what cannot is named by file and place."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from copilot_usage.domain.dates import is_settled
from copilot_usage.domain.scope import ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.errors import InputError, UnreadableDocument
from copilot_usage.generations.day_documents import owner_id
from copilot_usage.generations.documents import parse_documents
from copilot_usage.generations.recognition import recognise
from copilot_usage.generations.team_join.imported import join_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.storing import Store
    from copilot_usage.generations.documents import Document
    from copilot_usage.generations.recognition import Recognised, RecognisedDay

_logger = logging.getLogger(__name__)
_ENDINGS = {".json", ".ndjson", ".jsonl"}
# What one error quotes; the rest is in the log, line by line.
_QUOTED = 10


@dataclass
class _Pile:
    """What was found so far, in all files. `owner`: the id in the first document that has one."""

    scope: Scope | None
    today: date
    snapshots: list[Snapshot] = field(default_factory=list)
    users: list[Document] = field(default_factory=list)
    memberships: list[Document] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    owner: str | None = None

    def problem(self, text: str) -> None:
        self.problems.append(text)

    def add(self, path: Path, found: Recognised) -> None:
        """Takes in a file's days; rows wait for the rows of other files."""
        for flaw in found.flaws:
            self.problem(f"{path}: {flaw.where}: {flaw.what}")
        self.snapshots += found.snapshots
        self.users += found.users
        self.memberships += found.memberships
        if found.days and self.scope is None:
            self.problem(f"{path}: days do not say whose they are; name it with `--org`, `--enterprise`, `--team`")
        elif found.days and self.scope is not None and self.scope.every_team:
            self.problem(f"{path}: days of a whole scope cannot be filed under every team; name one team")
        elif self.scope is not None:
            for day in found.days:
                self._file(path, self.scope, day)

    def join(self) -> None:
        """Files the teams' days that the rows of all files give together."""
        if not self.users and not self.memberships:
            return
        if self.scope is None or not self.scope.kind.is_team:
            self.problem("rows of people: they are imported for teams only; give `--team`, `*` for every team in them")
            return
        joined = join_rows(self.scope.parent, (self.scope,), users=self.users, memberships=self.memberships)
        for flaw in joined.flaws:
            self.problem(f"{flaw.where}: {flaw.what}")
        for day in joined.days:
            settled = is_settled(day.day, self.today)
            kept = Snapshot(day.day, day.scope, Generation.REPORTS, settled, day.document, day.trailing)
            self.snapshots.append(kept)

    def _file(self, path: Path, scope: Scope, day: RecognisedDay) -> None:
        """A day goes where the caller says, unless it says itself that it is somebody else's."""
        other = ScopeKind.ORGANIZATION if scope.kind.owner_kind is ScopeKind.ENTERPRISE else ScopeKind.ENTERPRISE
        own = owner_id(day.document, scope.kind)
        if own is None and owner_id(day.document, other) is not None:
            self.problem(f"{path}: {day.day} is of an {other}, not of the {scope.kind.owner_kind} {scope.owner}")
        elif own is not None and own != (self.owner or own):
            self.problem(f"{path}: {day.day} is of another {scope.kind.owner_kind} than the days before it")
        else:
            self.owner = self.owner or own
            settled = is_settled(day.day, self.today)
            self.snapshots.append(Snapshot(day.day, scope, day.generation, settled, day.document))


def import_files(names: Sequence[str], scopes: Sequence[Scope], store: Store, today: date) -> None:
    """Files everything that can be; then raises UnreadableDocument if anything could not be.

    Snapshots of this program say themselves whose they are; else one scope is named. Several of them: InputError.
    """
    if len(scopes) > 1:
        raise InputError(["`org`, `enterprise`, `team`: name the one scope that the files are about."])
    pile = _Pile(scopes[0] if scopes else None, today)
    for path in _files(names):
        try:
            found = recognise(parse_documents(path.read_bytes()))
        except OSError as error:
            pile.problem(f"{path}: {error.strerror or error}")
            continue
        pile.add(path, found)
    pile.join()
    saved = store.save(pile.snapshots)
    _logger.info("%s days read, %s of them new or different", f"{len(pile.snapshots):,}", f"{saved.days_written:,}")
    if pile.problems:
        for text in pile.problems[_QUOTED:]:
            _logger.warning("%s", text, extra={"title": "Not imported"})
        raise _incomplete(pile.problems, anything=bool(pile.snapshots))


def _files(names: Iterable[str]) -> Iterator[Path]:
    """The files; folders are searched for JSON, by name."""
    for name in names:
        path = Path(name)
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.suffix in _ENDINGS and found.is_file())
        else:
            yield path


def _incomplete(problems: list[str], *, anything: bool) -> UnreadableDocument:
    more = f"\n… and {len(problems) - _QUOTED} more" if len(problems) > _QUOTED else ""
    rest = "Everything else was imported" if anything else "Nothing was imported"
    return UnreadableDocument(
        "Not everything could be imported",
        cause="\n".join(problems[:_QUOTED]) + more,
        remedy=f"{rest}. Fix these files and import them again: days that are stored already are not duplicated.",
    )
