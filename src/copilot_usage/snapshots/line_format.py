"""A line of the history: one compact, key-sorted JSON object a day. The same data gives the same bytes; no files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from copilot_usage.domain.scope import Scope, ScopeKind, scope_named
from copilot_usage.domain.snapshot import SAID_BY_API, SCHEMA, Generation, Snapshot, Status, about_whom
from copilot_usage.errors import quote

_KEYS = frozenset({"day", "scope", "name", "generation", "schema", "settled", "status"})


class Line(msgspec.Struct):
    """A line whose document is not decoded yet: only a day that is wanted takes that time."""

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

    @property
    def subject(self) -> Scope:
        """The scope that the line is about; raises InvalidLine."""
        scope = scope_named(self.scope, self.name)
        if scope is None:
            raise InvalidLine("its name cannot be one of its scope")
        return scope

    def snapshot(self) -> Snapshot:
        """Decodes the document; raises InvalidLine."""
        try:
            document = _decode_document(self.document)
        except (ValueError, RecursionError) as error:
            raise InvalidLine(f"its document cannot be read ({_words(error)})") from error
        if (document is None) != (self.status is Status.NO_REPORT):
            raise InvalidLine(f"its status is {self.status}, and that does not fit its document")
        _refuse_subjects(document)
        settled = self.settled and (document is not None or self.said_by == SAID_BY_API)
        return Snapshot(self.day, self.subject, self.generation, settled, document, self.trailing)


class _AnySchema(msgspec.Struct):
    """What lines of newer schemas are expected to hold."""

    schema: int
    day: date | None = None


_decode_line = msgspec.json.Decoder(Line).decode
_decode_any_schema = msgspec.json.Decoder(_AnySchema).decode
_decode_document = msgspec.json.Decoder(dict[str, Any] | None).decode


class InvalidLine(ValueError):
    """Why a line cannot be used, in words for a note. `newer`: the day of a newer schema's line, where it is known.

    `whom`: the line is about a person or a repository, so it is not even kept.
    """

    def __init__(self, reason: str, *, newer: date | None = None, whom: str | None = None) -> None:
        super().__init__(reason)
        self.newer = newer
        self.whom = whom


def read_line(raw: bytes) -> Line:
    """Raises InvalidLine."""
    try:
        line = _decode_line(raw)
    except (ValueError, RecursionError) as error:
        _refuse_newer(raw)
        raise InvalidLine(f"it is not a line of this format ({_words(error)})") from error
    if line.schema > SCHEMA:
        _refuse_newer(raw)
    if line.schema < 1:
        raise InvalidLine("its schema is not a number from 1 on")
    return line


def _refuse_newer(raw: bytes) -> None:
    try:
        line = _decode_any_schema(raw)
    except (ValueError, RecursionError):
        return
    if line.schema > SCHEMA:
        reason = f"its schema is {line.schema}, and this version knows {SCHEMA}: use a newer version"
        raise InvalidLine(reason, newer=line.day)


def _refuse_subjects(document: Mapping[str, Any] | None) -> None:
    if whom := about_whom(document):
        raise InvalidLine(f"it is about {whom}", whom=whom)


def _words(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else quote(str(error))


def is_snapshot_line(document: Mapping[str, Any]) -> bool:
    """Whether it has the keys that every snapshot line has."""
    return document.keys() >= _KEYS


def line_of(snapshot: Snapshot) -> bytes:
    """The line without line feed.

    Raises InvalidLine where JSON cannot say it (NaN, deep nesting), and for people and repositories.
    """
    _refuse_subjects(snapshot.document)
    record: dict[str, Any] = {
        "day": snapshot.day.isoformat(),
        "scope": snapshot.scope.kind,
        "name": snapshot.scope.name,
        "generation": snapshot.generation,
        "schema": SCHEMA,
        "settled": snapshot.settled,
        "status": snapshot.status,
        "document": snapshot.document,
    }
    if snapshot.document is None and snapshot.settled:
        record["said_by"] = SAID_BY_API
    if snapshot.trailing:
        record["trailing"] = snapshot.trailing
    try:
        text = json.dumps(
            record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=dict
        )
    except (ValueError, RecursionError) as error:
        raise InvalidLine(f"JSON cannot say it ({_words(error)})") from error
    # Half a surrogate pair is no text: no reader could decode the file as UTF-8.
    return text.encode(errors="replace")
