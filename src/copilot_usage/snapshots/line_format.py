"""A line of the history: one compact, key-sorted JSON object a day. The same data gives the same bytes; no files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from copilot_usage.domain.scope import Scope, ScopeKind, scope_named
from copilot_usage.domain.snapshot import SAID_BY_API, SCHEMA, Generation, Snapshot, Status, about_whom
from copilot_usage.errors import quote

_KEYS = frozenset({"day", "scope", "name", "generation", "schema", "settled", "status"})


class _Envelope(msgspec.Struct):
    """What stands around a document; the document itself is only looked into when its day is wanted."""

    day: date
    scope: ScopeKind
    name: str
    generation: Generation
    schema: int
    settled: bool
    status: Status
    document: msgspec.Raw
    trailing: dict[str, int | None] | None = None
    said_by: str | None = None


class _Beginning(msgspec.Struct):
    """What is hoped to be in the lines of every schema."""

    schema: int
    day: date | None = None


_read_envelope = msgspec.json.Decoder(_Envelope).decode
_read_beginning = msgspec.json.Decoder(_Beginning).decode
_read_document = msgspec.json.Decoder(dict[str, Any] | None).decode


class InvalidLine(ValueError):
    """Why a line cannot be used, in words for a note. `newer`: the day of a newer schema's line, where it is known.

    `whom`: the line is about a person or a repository, so it is not even kept.
    """

    def __init__(self, reason: str, *, newer: date | None = None, whom: str | None = None) -> None:
        super().__init__(reason)
        self.newer = newer
        self.whom = whom


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be used; `raw` without its line feed."""

    raw: bytes
    scope: Scope
    envelope: _Envelope

    @property
    def day(self) -> date:
        return self.envelope.day

    def snapshot(self) -> Snapshot:
        """Looks into the document; raises LineMistake."""
        head = self.envelope
        try:
            document = _read_document(head.document)
        except (ValueError, RecursionError) as error:
            raise InvalidLine(f"its document cannot be read ({_words(error)})") from error
        if (document is None) != (head.status is Status.NO_REPORT):
            raise InvalidLine(f"its status is {head.status}, and that does not fit its document")
        if whom := about_whom(document):
            raise InvalidLine(f"it is about {whom}", whom=whom)
        settled = head.settled and (document is not None or head.said_by == SAID_BY_API)
        return Snapshot(head.day, self.scope, head.generation, settled, document, head.trailing)


def read_line(raw: bytes) -> Line:
    """Raises LineMistake."""
    try:
        envelope = _read_envelope(raw)
    except (ValueError, RecursionError) as error:
        raise _newer(raw) or InvalidLine(f"it is not a line of this format ({_words(error)})") from error
    if envelope.schema > SCHEMA:
        raise _newer(raw) or InvalidLine("it is of a newer schema")
    if envelope.schema < 1:
        raise InvalidLine("its schema is not a number from 1 on")
    scope = scope_named(envelope.scope, envelope.name)
    if scope is None:
        raise InvalidLine("its name cannot be one of its scope")
    return Line(raw, scope, envelope)


def _newer(raw: bytes) -> InvalidLine | None:
    try:
        beginning = _read_beginning(raw)
    except (ValueError, RecursionError):
        return None
    if beginning.schema <= SCHEMA:
        return None
    reason = f"its schema is {beginning.schema}, and this version knows {SCHEMA}: use a newer version"
    return InvalidLine(reason, newer=beginning.day)


def _words(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else quote(str(error))


def is_snapshot_line(document: Mapping[str, Any]) -> bool:
    """Whether it has the keys that every snapshot line has."""
    return document.keys() >= _KEYS


def line_of(snapshot: Snapshot) -> bytes:
    """The line without line feed.

    Raises ValueError or RecursionError where JSON cannot say it (NaN, deep nesting), and for people and repositories.
    """
    if whom := about_whom(snapshot.document):
        raise InvalidLine(f"it is about {whom}", whom=whom)
    record: dict[str, Any] = {
        "day": snapshot.day.isoformat(),
        "scope": snapshot.scope.kind,
        "name": snapshot.scope.name,
        "generation": snapshot.generation,
        "schema": SCHEMA,
        "settled": snapshot.settled,
        "status": snapshot.status,
        "document": None if snapshot.document is None else dict(snapshot.document),
    }
    if snapshot.document is None and snapshot.settled:
        record["said_by"] = SAID_BY_API
    if snapshot.trailing:
        record["trailing"] = dict(snapshot.trailing)
    try:
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise InvalidLine(f"JSON cannot say it ({_words(error)})") from error
    # Half a surrogate pair is no text: nobody could read the file as UTF-8.
    return text.encode(errors="replace")
