"""Rows of a report line by line; of a row that does not fit its type, what is usable is kept, and the rest noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect
from msgspec.json import Decoder

from copilot_usage.parsers.fields import ProblemLog, described, usable
from copilot_usage.parsers.json_documents import parse_documents
from copilot_usage.team_join.rows import alternatives

_Row = TypeVar("_Row", bound=msgspec.Struct)
_type_info = cache(inspect.type_info)
_Note = Callable[[str], None]


def typed_rows(
    lines: Iterable[bytes], decoder: Decoder[_Row], report: str, problems: ProblemLog
) -> Iterator[tuple[int, Sequence[_Row]]]:
    """For each line its number and the rows in it: usually one, none where nothing can be used."""
    decode = decoder.decode
    for number, line in enumerate(lines, 1):
        try:
            row = decode(line)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            yield number, tuple(_lenient_rows(line, decoder.type, f"{report}, row {number}", problems))
        else:
            yield number, (row,)


def _lenient_rows(line: bytes, row_type: type[_Row], where: str, problems: ProblemLog) -> Iterator[_Row]:
    parsed = parse_documents(line)
    for problem in parsed.problems:
        problems.add(where, problem.what)
    for document in parsed.documents:
        fields = _fitting_fields(document, _type_info(row_type), lambda what: problems.add(where, what))
        if fields is not None:
            yield msgspec.convert(fields, row_type)


def _fitting_fields(source: Mapping[str, Any], kind: inspect.Type, note: _Note) -> dict[str, Any] | None:
    """The fields that fit; None where one is missing that the row cannot do without."""
    assert isinstance(kind, inspect.StructType)
    fields: dict[str, Any] = {}
    for field in kind.fields:
        value = source.get(field.name)
        if value is not None:
            value = _fitting(value, field.type, field.name, note)
        elif field.required:
            note(f"a row without `{field.name}`")
        if value is not None:
            fields[field.name] = value
        elif field.required:
            return None
    return fields


def _fitting(value: Any, kind: inspect.Type, name: str, note: _Note) -> Any:
    """The value as its type wants it; None, and noted, where it does not fit."""
    for option in alternatives(kind):
        match option:
            case inspect.StructType() if isinstance(value, dict):
                return _fitting_fields(value, option, note)
            case inspect.ListType(item_type=item) if isinstance(value, list):
                rows = [row for row in value if isinstance(row, dict)]
                if len(rows) < len(value):
                    note("a row that is no object")
                return [fields for row in rows if (fields := _fitting_fields(row, item, note)) is not None]
            case inspect.BoolType() if value in (True, False):  # 1 and 0 too
                return bool(value)
            case inspect.IntType() | inspect.FloatType():
                amount = usable(value, fraction=isinstance(option, inspect.FloatType))
                if amount is not None:
                    return amount
            case inspect.StrType() if isinstance(value, str):
                return value
            case _:
                pass
    note(f"`{name}` is {described(value)}")
    return None
