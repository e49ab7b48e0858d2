"""A month's text: one compact, key-sorted JSON line a day. The same data gives the same bytes; knows no files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date  # noqa: TC003 - msgspec reads the annotations
from typing import TYPE_CHECKING, Any

import msgspec

from copilot_usage.domain.dates import month_of
from copilot_usage.domain.snapshot import SCHEMA, Generation, Snapshot, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from copilot_usage.snapshots.layout import MonthFile

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _Envelope(msgspec.Struct):
    """What stands around a document; the document itself is only looked into when its day is wanted."""

    day: date
    scope: str
    name: str
    generation: Generation
    schema: int
    settled: bool
    status: Status
    document: msgspec.Raw
    trailing: dict[str, int | None] | None = None


class _Beginning(msgspec.Struct):
    """What is hoped to be in the lines of every schema."""

    schema: int
    day: date | None = None


_read_envelope = msgspec.json.Decoder(_Envelope).decode
_read_beginning = msgspec.json.Decoder(_Beginning).decode
_read_document = msgspec.json.Decoder(dict[str, Any] | None).decode


class LineMistake(ValueError):
    """Why a line cannot be used, in words for a note; the line stays as it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be used; `raw` without its line feed."""

    number: int
    raw: bytes
    file: MonthFile
    envelope: _Envelope

    @property
    def day(self) -> date:
        return self.envelope.day

    def snapshot(self) -> Snapshot:
        """Looks into the document; raises LineMistake."""
        try:
            document = _read_document(self.envelope.document)
        except (ValueError, RecursionError) as error:
            raise LineMistake(f"its document cannot be read ({_words(error)})") from error
        if (document is None) != (self.envelope.status is Status.NO_REPORT):
            raise LineMistake(f"its status is {self.envelope.status}, and that does not fit its document")
        head = self.envelope
        return Snapshot(head.day, self.file.scope, self.file.generation, head.settled, document, head.trailing)


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line that this version cannot use. `day`: of a line of a newer schema, where it could be made out."""

    number: int
    raw: bytes
    reason: str
    day: date | None = None


def read_lines(file: MonthFile, text: bytes) -> Iterator[Line | Unusable]:
    """The lines of a month's file, numbered from 1; empty ones are passed over."""
    for number, raw in enumerate(text.removeprefix(_BYTE_ORDER_MARK).split(b"\n"), start=1):
        if raw.strip():
            yield _read_line(file, number, raw)


def _read_line(file: MonthFile, number: int, raw: bytes) -> Line | Unusable:
    try:
        envelope = _read_envelope(raw)
    except (ValueError, RecursionError) as error:
        return _newer(number, raw) or Unusable(number, raw, f"it is not a line of this format ({_words(error)})")
    if envelope.schema > SCHEMA:
        return _newer(number, raw) or Unusable(number, raw, "it is of a newer schema")
    if reason := _stranger(file, envelope):
        return Unusable(number, raw, reason)
    return Line(number, raw, file, envelope)


def _newer(number: int, raw: bytes) -> Unusable | None:
    try:
        beginning = _read_beginning(raw)
    except (ValueError, RecursionError):
        return None
    if beginning.schema <= SCHEMA:
        return None
    reason = f"its schema is {beginning.schema}, and this version knows {SCHEMA}: use a newer version"
    return Unusable(number, raw, reason, beginning.day)


def _stranger(file: MonthFile, envelope: _Envelope) -> str | None:
    """Why a line cannot belong to the file that it lies in."""
    said = (envelope.generation, envelope.scope, envelope.name, month_of(envelope.day))
    if said != (file.generation, file.scope.kind, file.scope.name, file.month):
        return "it names another generation, scope, name or month than its file's path does"
    return None if envelope.schema >= 1 else "its schema is not a number from 1 on"


def _words(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0][:120]


def line_of(snapshot: Snapshot) -> bytes:
    """The line without line feed; raises ValueError or RecursionError where JSON cannot say it (NaN, deep nesting)."""
    record: dict[str, Any] = {
        "day": snapshot.day.isoformat(),
        "scope": snapshot.scope.kind,
        "name": snapshot.scope.name,
        "generation": snapshot.generation,
        "schema": SCHEMA,
        "settled": snapshot.settled,
        "status": snapshot.status,
        "document": _plain(snapshot.document),
    }
    if snapshot.trailing:
        record["trailing"] = dict(snapshot.trailing)
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # Half a surrogate pair is no text: nobody could read the file as UTF-8.
    return text.encode(errors="replace")


def _plain(document: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if document is None else dict(document)
