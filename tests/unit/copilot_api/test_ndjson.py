from __future__ import annotations

import json
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.copilot_api.ndjson import is_cut_off, lines, rows


@st.composite
def chunked(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """Bytes with many newlines, and the same bytes cut anywhere."""
    whole = draw(st.lists(st.sampled_from([b"\n", b"\r\n", b" ", b"a", b"{}", b"\xc3\xa9"]), max_size=40).map(b"".join))
    cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    return whole, [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


@given(chunked())
def test_lines_do_not_depend_on_where_chunks_end(case: tuple[bytes, list[bytes]]) -> None:
    whole, chunks = case
    assert list(lines(chunks)) == [line for line in whole.split(b"\n") if line.strip()]


def test_a_line_of_ten_megabytes_in_small_chunks_is_one_line() -> None:
    piece = b"x" * 65_536
    assert [len(line) for line in lines([piece] * 160 + [b"\nshort"])] == [160 * 65_536, 5]


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1}\n{"a":2}\n',
        b'{"a":1}\r\n{"a":2}',
        b'\xef\xbb\xbf{"a":1}\n\n{"a":2}\n',
        b'[{"a":1},{"a":2}]',
        b'[\n {"a":1},\n {"a":2}\n]\n',
    ],
    ids=["ndjson", "crlf, no last newline", "byte order mark", "array", "array over lines"],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_rows_are_found_in_every_form_of_a_report(body: bytes, size: int) -> None:
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    assert [json.loads(row) for row in rows(chunks)] == [{"a": 1}, {"a": 2}]


def test_one_object_over_several_lines_is_one_row() -> None:
    assert [json.loads(row) for row in rows([b'{\n  "a": 1\n}\n'])] == [{"a": 1}]


@pytest.mark.parametrize("body", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_report_has_no_rows(body: bytes) -> None:
    assert list(rows([body])) == []


def test_what_begins_like_an_array_and_is_none_is_handed_on_line_by_line() -> None:
    assert list(rows([b'[{"a":1},\n{"a":'])) == [b'[{"a":1},', b'{"a":']


@pytest.mark.parametrize(
    ("last_line", "cut_off"),
    [
        (b"", False),
        (b'{"a":1}', False),
        (b'"No report available"', False),
        (b"  ]}", False),
        (b'{"a":"b"', True),
        (b'{"a":{"b":1}', True),
        (b"{", True),
    ],
)
def test_a_file_that_ends_in_the_middle_of_a_value_is_cut_off(last_line: bytes, *, cut_off: bool) -> None:
    assert is_cut_off(last_line) is cut_off


def test_an_array_without_an_end_is_read_line_by_line() -> None:
    found = rows(chain([b"[\n"], repeat(b'{"a": 1},\n' * 100_000)))
    assert [next(found) for _ in range(3)] == [b"[", b'{"a": 1},', b'{"a": 1},']
