"""Lines out of a stream of bytes, without copying what is inside a line more often than needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

# The most bytes, unpacked, of what is read as a whole: an answer of the API, or one row of a report.
MOST_BYTES = 32 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_WHITESPACE = b" \t\r\n"


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a stream, without their ends, blank ones left out; a chunk may end anywhere."""
    held: list[bytes] = []
    for chunk in chain(chunks, [b"\n"]):
        first, *rest = chunk.split(b"\n")
        held.append(first)
        if rest:
            whole = [b"".join(held), *rest[:-1]]
            held = rest[-1:]
            yield from (line for line in whole if line and not line.isspace())


def rows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The rows of a report, each as JSON: of NDJSON, and also of an array, or of one object over several lines."""
    found = lines(chunks)
    first = next(found, b"").removeprefix(_BOM).strip(_WHITESPACE)
    if first.startswith(b"[") or (first.startswith(b"{") and not first.endswith(b"}")):
        yield from _rows_of_document(first, found)
        return
    if first:
        yield first
    yield from found


def _rows_of_document(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """Read as a whole; where that is no JSON, or too much, line by line: the reader of the rows names bad ones."""
    held, size = [first], len(first)
    for line in rest:
        held.append(line)
        size += len(line)
        if size > MOST_BYTES:
            return chain(held, rest)
    document = b"\n".join(held)
    try:
        if first.startswith(b"["):
            return (bytes(raw) for raw in msgspec.json.decode(document, type=list[msgspec.Raw]))
        msgspec.json.decode(document)
    except (msgspec.DecodeError, RecursionError):
        return iter(held)
    return iter([document])


def is_cut_off(last_line: bytes) -> bool:
    """Whether a file that ends with this line, and without a newline behind it, ends in the middle of something."""
    line = last_line.removeprefix(_BOM)
    if not line.strip(_WHITESPACE + b"]}"):
        return False
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return True
    return False
