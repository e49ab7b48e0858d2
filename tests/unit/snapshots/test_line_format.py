from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NEWEST, TEAM
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.snapshots.line_format import InvalidLine, line_of, read_line
from unit.snapshots.strategies import snapshot, snapshots


def changed(**fields: Any) -> bytes:
    """A good line with some fields changed; `...` takes one away."""
    record = json.loads(line_of(snapshot())) | fields
    return json.dumps({name: value for name, value in record.items() if value is not ...}).encode()


def invalid_line(text: bytes) -> InvalidLine:
    with pytest.raises(InvalidLine) as caught:
        read_line(text).snapshot()
    return caught.value


def test_a_line_is_compact_key_sorted_and_says_no_more_than_the_format_does() -> None:
    document = {"b": [1, {"d": None, "c": "ü"}], "a": 0.5}
    line = line_of(Snapshot(NEWEST, TEAM, Generation.REPORTS, settled=False, document=document))
    assert line.decode() == (
        '{"day":"2026-11-21","document":{"a":0.5,"b":[1,{"c":"ü","d":null}]},"generation":"reports",'
        '"name":"octo-org/payments","schema":1,"scope":"team","settled":false,"status":"ok"}'
    )


def test_a_day_without_report_is_a_line_too() -> None:
    line = json.loads(line_of(snapshot(people=None)))
    assert (line["status"], line["document"], line["said_by"]) == ("no-report", None, "api")


def test_trailing_counts_are_there_only_where_there_are_any() -> None:
    trailing = {"weekly_active_users": 3, "monthly_active_users": None}
    assert json.loads(line_of(snapshot(trailing=trailing)))["trailing"] == trailing
    assert b"trailing" not in line_of(snapshot())


@given(snapshots())
def test_what_is_written_is_read_back(stored: Snapshot) -> None:
    assert read_line(line_of(stored)).snapshot() == stored


@given(snapshots())
def test_a_line_is_one_line_of_utf8(stored: Snapshot) -> None:
    line = line_of(stored)
    assert b"\n" not in line
    assert json.loads(line.decode())["day"] == stored.day.isoformat()


@given(st.dictionaries(st.text("abc", max_size=2), st.integers(), max_size=6), st.randoms())
def test_the_same_data_gives_the_same_bytes(document: dict[str, int], chance: Any) -> None:
    names = list(document)
    chance.shuffle(names)
    shuffled = {name: document[name] for name in names}
    one = replace(snapshot(), document=document)
    assert line_of(one) == line_of(replace(one, document=shuffled))


def test_half_a_surrogate_pair_does_not_spoil_the_file() -> None:
    line = read_line(line_of(replace(snapshot(), document={"daily_active_users": 1, "note": "\ud83d!"})))
    assert line.snapshot().document == {"daily_active_users": 1, "note": "?!"}


@pytest.mark.parametrize("impossible", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_refused(impossible: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        line_of(replace(snapshot(), document={"daily_active_users": impossible}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"<<<<<<< HEAD", "it is not a line of this format"),
        (line_of(snapshot())[:-20], "it is not a line of this format"),
        (b"[1, 2]", "it is not a line of this format"),
        (b"\xff\xfe\x00", "it is not a line of this format"),
        (b'{"document":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "nested too deeply"),
        (changed(day=...), "required field `day`"),
        (changed(document=...), "required field `document`"),
        (changed(settled="yes"), "Expected `bool`"),
        (changed(schema="1"), "Expected `int`"),
        (changed(schema=True), "Expected `int`"),
        (changed(schema=0), "its schema is not a number from 1 on"),
        (changed(day="2026-11-31"), "it is not a line of this format"),
        (changed(name="octo-org/payments"), "its name cannot be one of its scope"),
        (changed(name="Octo-Org"), "its name cannot be one of its scope"),
        (changed(name="../octo-org"), "its name cannot be one of its scope"),
        (changed(scope="team"), "its name cannot be one of its scope"),
        (changed(scope="planet"), "it is not a line of this format"),
        (changed(day="2026-11-20T00:00:00Z"), "it is not a line of this format"),
        (changed(generation="people"), "it is not a line of this format"),
        (changed(status="fine"), "it is not a line of this format"),
        (changed(trailing={"weekly_active_users": "3"}), "it is not a line of this format"),
    ],
)
def test_a_line_that_cannot_be_used_says_why(text: bytes, words: str) -> None:
    assert words in str(invalid_line(text))


def test_what_a_line_says_is_quoted_and_never_markdown() -> None:
    words = "“](x) ![a picture](https://evil.example/x.png) @octocat”"
    said = str(invalid_line(changed(generation=words)))
    assert re.fullmatch(r"it is not a line of this format \(“[^“”]*”\)", said)


@pytest.mark.parametrize(
    ("document", "whom"),
    [
        ({"daily_active_users": 3, "user_login": "person-a"}, "a person"),
        ({"daily_active_users": 3, "rows": [{"inner": {"user_id": 3}}]}, "a person"),
        ({"day_totals": [{"login": "person-a"}]}, "a person"),
        ({"repo_id": 55, "pull_requests": {"total_created": 1}}, "a repository"),
        ({"day_totals": [{"repo_name": "secret-project"}]}, "a repository"),
    ],
)
def test_a_line_about_a_person_or_a_repository_is_neither_read_nor_written(document: dict[str, Any], whom: str) -> None:
    assert str(invalid_line(changed(document=document))) == f"it is about {whom}"
    with pytest.raises(InvalidLine, match=f"it is about {whom}"):
        line_of(replace(snapshot(), document=document))


@pytest.mark.parametrize("fields", [{"schema": 2}, {"schema": 2, "document": ..., "documents": []}])
def test_a_line_of_a_newer_schema_says_so_and_which_day_it_holds(fields: dict[str, Any]) -> None:
    found = invalid_line(changed(**fields))
    assert str(found) == "its schema is 2, and this version knows 1: use a newer version"
    assert found.newer == date(2026, 11, 20)


def test_a_newer_line_may_have_its_day_elsewhere() -> None:
    found = invalid_line(b'{"schema": 7, "days": ["2026-11-20"]}')
    assert (str(found)[:15], found.newer) == ("its schema is 7", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (changed(document=[1]), "its document cannot be read"),
        (changed(document={"people": 0}).replace(b"0}", b"9" * 5000 + b"}"), "its document cannot be read"),
        (changed(document=None), "its status is ok, and that does not fit"),
        (changed(status="no-report"), "its status is no-report, and that does not fit its document"),
    ],
)
def test_a_document_is_looked_into_only_when_it_is_wanted(text: bytes, words: str) -> None:
    line = read_line(text)
    with pytest.raises(InvalidLine, match=words):
        line.snapshot()


def test_a_day_without_report_that_does_not_say_who_said_so_is_asked_for_again() -> None:
    record = json.loads(line_of(snapshot(people=None)))
    assert read_line(json.dumps(record).encode()).snapshot().settled
    del record["said_by"]
    assert not read_line(json.dumps(record).encode()).snapshot().settled
