"""Reads the JSON objects in the bytes of a report or of a saved file: an object, an array, NDJSON, and more forms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, NoReturn

import msgspec

from copilot_usage.domain.usage import DataProblem
from copilot_usage.parsers.fields import ProblemLog, described

Document = dict[str, Any]

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # what a redirection in Windows PowerShell writes
_NOT_JSON = "not valid JSON"
_TOO_DEEP = "it is nested too deeply to be a report"


@dataclass(frozen=True, slots=True)
class Parsed:
    """The objects of a body, in order; `places`: where each begins. Neither objects nor problems: no report."""

    documents: tuple[Document, ...] = ()
    places: tuple[str, ...] = ()
    problems: tuple[DataProblem, ...] = ()


class _Unparsable(ValueError):
    """Bytes that are no JSON."""


def parse_documents(body: bytes) -> Parsed:
    """Reads one object, an array, NDJSON, or objects one after another; a JSON string or `null` stands for no report.

    Raises nothing: what cannot be read is noted as a problem, and the rest is read.
    """
    problems = ProblemLog()
    text = _clean(body, problems)
    if not text.strip():
        return Parsed(problems=tuple(problems))
    try:
        found = list(_documents(parse(text), "", problems))
    except _Unparsable:
        found = list(_lines(text, problems))
    return Parsed(tuple(document for _, document in found), tuple(place for place, _ in found), tuple(problems))


def joined(parts: Iterable[Parsed]) -> Parsed:
    """Several parts of one report as one."""
    parts = tuple(parts)
    return Parsed(
        tuple(chain.from_iterable(part.documents for part in parts)),
        tuple(chain.from_iterable(part.places for part in parts)),
        tuple(chain.from_iterable(part.problems for part in parts)),
    )


def parse(text: bytes) -> Any:
    """One JSON value. NaN and Infinity are no JSON; of equal keys the last one counts. Raises ValueError."""
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise _Unparsable(_TOO_DEEP) from None
    except msgspec.ValidationError:  # a number that is too large for msgspec: the FieldReader will name it
        return _parse_slowly(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _Unparsable(_NOT_JSON) from None


def _parse_slowly(text: bytes) -> Any:
    try:
        value = json.loads(text, parse_int=_integer, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()  # refuses half characters (lone surrogates), as msgspec does
    except (ValueError, RecursionError):
        raise _Unparsable(_NOT_JSON) from None
    return value


def _integer(digits: str) -> int | float:
    """Python refuses to convert thousands of digits; so long a number is no figure anyhow."""
    return int(digits) if len(digits) < 100 else float("inf")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _clean(body: bytes, problems: ProblemLog) -> bytes:
    """UTF-8 without a byte order mark; wrong bytes become replacement characters."""
    if body.startswith(_UTF16):
        return body.decode("utf-16", "replace").encode()
    body = body.removeprefix(_BOM)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        problems.add(f"byte {error.start + 1}", "bytes that are not UTF-8")
        return body.decode("utf-8", "replace").encode()
    return body


def _documents(value: Any, place: str, problems: ProblemLog) -> Iterator[tuple[str, Document]]:
    """The objects that a value stands for."""
    match value:
        case dict():
            yield place or "line 1", value
        case str():  # "" and "No report available" are ways to say that there is none; JSON may be written as a text
            inner = parse_documents(value.encode())
            if inner.documents:
                problems.extend(inner.problems)
                places = [place] * len(inner.places) if place else inner.places
                yield from zip(places, inner.documents, strict=True)
        case None:  # another way to say so
            return
        case list():
            for number, item in enumerate(value, 1):
                where = f"{place + ', ' if place else ''}item {number}"
                if isinstance(item, list):
                    problems.add(where, "a list in a list")
                else:
                    yield from _documents(item, where, problems)
        case _:
            problems.add(place or "line 1", f"{described(value)} instead of an object")


def _lines(text: bytes, problems: ProblemLog) -> Iterator[tuple[str, Document]]:
    """NDJSON; a bad line does not spoil the others. Where lines are bad, it may be pretty-printed objects instead."""
    values: list[tuple[str, Any]] = []
    bad: list[tuple[str, str]] = []
    for number, line in enumerate(text.split(b"\n"), 1):
        if line.strip():
            try:
                values.append((f"line {number}", parse(line)))
            except _Unparsable as error:
                bad.append((f"line {number}", str(error)))
    if bad and (pretty := _one_after_another(text)):
        values, bad = pretty, []
    for place, what in bad:
        problems.add(place, what)
    for place, value in values:
        yield from _documents(value, place, problems)


def _one_after_another(text: bytes) -> list[tuple[str, Any]]:
    """Values over several lines each, as `jq` writes them; none if there is other text between them."""
    decoder = json.JSONDecoder(parse_int=_integer, parse_constant=_refuse)
    rest, end, line, values = text.decode(), 0, 1, []
    while (start := _next_value(rest, end)) < len(rest):
        line += rest.count("\n", end, start)
        try:
            _, end = decoder.raw_decode(rest, start)
            values.append((f"line {line}", parse(rest[start:end].encode())))
        except (ValueError, RecursionError):
            return []
        line += rest.count("\n", start, end)
    return values


def _next_value(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
