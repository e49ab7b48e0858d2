from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.domain.usage import DataProblem
from copilot_usage.parsers.json_documents import joined, parse, parse_documents

ONE, TWO = {"day": "2026-10-01", "n": 1}, {"day": "2026-10-02", "n": 2}


def _bytes(value: object, **how: int) -> bytes:
    return json.dumps(value, **how).encode()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    [
        _bytes(ONE) + b"\n" + _bytes(TWO),
        _bytes(ONE) + b"\r\n\r\n" + _bytes(TWO) + b"\r\n",
        b"\xef\xbb\xbf" + _bytes(ONE) + b"\n\n  \n" + _bytes(TWO) + b"\n",
        _bytes([ONE, TWO]),
        _bytes([ONE, TWO], indent=2),
        _bytes([ONE]) + b"\n" + _bytes([TWO]),
        _bytes(ONE, indent=2) + b"\n" + _bytes(TWO, indent=2) + b"\n",
        b"\xff\xfe" + json.dumps([ONE, TWO]).encode("utf-16-le"),
    ],
    ids=["ndjson", "crlf", "bom", "array", "pretty array", "arrays", "one after another", "utf-16"],
)
def test_every_form_gives_the_same_documents(body: bytes) -> None:
    parsed = parse_documents(body)
    assert parsed.documents == (ONE, TWO)
    assert parsed.problems == ()


def test_a_pretty_printed_object_is_one_document() -> None:
    assert parse_documents(_bytes(ONE, indent=4)).documents == (ONE,)


@pytest.mark.parametrize("body", [b"", b"  \r\n", b"null", b'""', b'"No report available"', b"[]", b"[null]"])
def test_no_report_has_no_documents_and_no_flaws(body: bytes) -> None:
    parsed = parse_documents(body)
    assert (parsed.documents, parsed.problems) == ((), ())


def test_a_cut_off_last_line_does_not_spoil_the_others() -> None:
    parsed = parse_documents(_bytes(ONE) + b"\n" + _bytes(TWO) + b'\n{"day": "2026-')
    assert parsed.documents == (ONE, TWO)
    assert parsed.problems == (DataProblem("line 3", "not valid JSON"),)


def test_places_name_the_line_or_the_item() -> None:
    assert parse_documents(b"\n" + _bytes(ONE) + b"\n\n" + _bytes(TWO)).places == ("line 2", "line 4")
    assert parse_documents(_bytes([ONE, TWO])).places == ("item 1", "item 2")
    assert parse_documents(_bytes(ONE, indent=1) + b"\n" + _bytes(TWO, indent=1)).places == ("line 1", "line 5")


def test_html_is_one_flaw_and_no_document() -> None:
    parsed = parse_documents(b"<html>\n<body>\nUnicorn!\n</body>\n</html>")
    assert parsed.documents == ()
    assert parsed.problems == (DataProblem("line 1", "not valid JSON (5 times, here first)"),)


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_json_does_not_know_is_refused(constant: bytes) -> None:
    parsed = parse_documents(b'{"a": 1}\n{"a": ' + constant + b"}")
    assert parsed.documents == ({"a": 1},)
    assert len(parsed.problems) == 1


def test_wrong_bytes_are_replaced_and_named() -> None:
    parsed = parse_documents(b'{"language": "caf\xe9"}')
    assert parsed.documents == ({"language": "caf\N{REPLACEMENT CHARACTER}"},)
    assert parsed.problems == (DataProblem("byte 18", "bytes that are not UTF-8"),)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_deep_nesting_is_a_flaw_and_not_a_crash(opening: bytes) -> None:
    parsed = parse_documents(b'{"a": 1}\n' + opening * 100_000)
    assert parsed.documents == ({"a": 1},)
    assert parsed.problems == (DataProblem("line 2", "it is nested too deeply to be a report"),)
    assert parse_documents(opening * 100_000).documents == ()


@pytest.mark.parametrize("number", [b"1e999", b"9" * 400, b"9" * 10_000])
def test_a_number_too_large_for_any_type_does_not_hide_the_rest_of_its_document(number: bytes) -> None:
    (document,) = parse_documents(b'{"a": 7, "b": ' + number + b"}").documents
    assert document["a"] == 7


def test_half_a_character_is_no_json() -> None:
    assert parse_documents(b'{"b": 1e999, "a": "\\ud800"}').documents == ()
    assert parse_documents(b'{"a": "\\ud800"}').documents == ()


def test_of_equal_keys_the_last_one_counts() -> None:
    assert parse(b'{"a": 1, "a": 2}') == {"a": 2}


def test_what_is_no_object_is_named() -> None:
    parsed = parse_documents(b'[{"a": 1}, 17, [{"b": 2}], true]')
    assert parsed.documents == ({"a": 1},)
    assert {problem.where for problem in parsed.problems} == {"item 2", "item 3", "item 4"}


def test_parts_are_joined_in_order() -> None:
    whole = joined([parse_documents(_bytes(ONE)), parse_documents(_bytes([TWO]) + b"\n{")])
    assert whole.documents == (ONE, TWO)
    assert whole.places == ("line 1", "line 1, item 1")
    assert [problem.where for problem in whole.problems] == ["line 2"]


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    parsed = parse_documents(body)
    assert len(parsed.documents) == len(parsed.places)
    assert all(isinstance(document, dict) for document in parsed.documents)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(max_size=5), _JSON, max_size=4), max_size=5), st.sampled_from([None, 2]))
def test_objects_survive_as_lines_as_array_and_one_after_another(objects: list[dict[str, object]], indent: int) -> None:
    texts = [json.dumps(value, indent=indent).encode() for value in objects]
    for body in (b"\n".join(texts), json.dumps(objects, indent=indent).encode()):
        parsed = parse_documents(body)
        assert list(parsed.documents) == objects
        assert parsed.problems == ()
