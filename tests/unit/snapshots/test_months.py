from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ORGANIZATION, TEAM
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import LeftOut, SkippedMonths
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.rendering import markdown
from copilot_usage.snapshots.layout import MonthFile
from copilot_usage.snapshots.line_format import line_of
from copilot_usage.snapshots.months import Month, in_words, usage_days
from unit.snapshots.strategies import snapshot, snapshots

FILE = MonthFile(Generation.REPORTS, ORGANIZATION, "2026-11")
NOVEMBER = DateRange(date(2026, 11, 1), date(2026, 11, 30))
NEWER = line_of(snapshot(12, 99)).replace(b'"schema":1', b'"schema":2')
different_days = st.lists(snapshots(), max_size=8, unique_by=lambda stored: stored.day)
# No byte order mark: at the beginning of a file that is no content.
rubbish = st.binary(min_size=1, max_size=20).filter(
    lambda raw: b"\n" not in raw and bool(raw.strip()) and not raw.startswith(b"\xef\xbb\xbf")
)


def text_of(*stored: Snapshot | bytes) -> bytes:
    return b"".join((line if isinstance(line, bytes) else line_of(line)) + b"\n" for line in stored)


def saved(text: bytes, *saving: Snapshot) -> bytes:
    """The month's text afterwards."""
    written = Month(FILE, text).save(saving)
    return text if written.text is None else written.text


def loaded(text: bytes, days: DateRange = NOVEMBER) -> list[Snapshot | SkippedMonths]:
    return list(Month(FILE, text).load(days))


def lines_in(text: bytes) -> list[bytes]:
    return [line for line in text.split(b"\n") if line.strip()]


def days_in(text: bytes) -> list[str]:
    return [json.loads(line)["day"][-2:] for line in lines_in(text)]


@given(different_days)
def test_what_is_saved_is_loaded_in_the_order_of_days(saving: list[Snapshot]) -> None:
    assert loaded(saved(b"", *saving)) == sorted(saving, key=lambda stored: stored.day)


@given(different_days, different_days)
def test_saving_again_changes_nothing(before: list[Snapshot], saving: list[Snapshot]) -> None:
    text = saved(saved(b"", *before), *saving)
    assert Month(FILE, text).save(saving).text is None


@given(different_days, st.randoms())
def test_different_days_may_come_in_any_order_and_in_any_pieces(saving: list[Snapshot], chance: Any) -> None:
    shuffled = saving[:]
    chance.shuffle(shuffled)
    piece_by_piece = b""
    for one in shuffled:
        piece_by_piece = saved(piece_by_piece, one)
    assert piece_by_piece == saved(b"", *saving) == saved(b"", *shuffled)


@given(st.lists(rubbish, max_size=3), different_days, different_days)
def test_nothing_that_is_stored_is_lost(foreign: list[bytes], before: list[Snapshot], saving: list[Snapshot]) -> None:
    stored = text_of(*foreign[:1], *sorted(before, key=lambda one: one.day), *foreign[1:])
    after = lines_in(saved(stored, *saving))
    assert [line for line in after if line in foreign] == [line for line in foreign if line.strip()]
    assert {one.day for one in before} <= {one.day for one in loaded(b"\n".join(after)) if isinstance(one, Snapshot)}


def test_a_month_counts_the_days_whose_lines_are_new_or_different() -> None:
    stored = text_of(snapshot(1), snapshot(2), snapshot(3))
    written = Month(FILE, stored).save([snapshot(3), snapshot(2, 11), snapshot(4)])
    assert written.text is not None
    assert written.days == (date(2026, 11, 2), date(2026, 11, 4))
    assert days_in(written.text) == ["01", "02", "03", "04"]


def test_a_day_said_twice_in_one_save_counts_once_and_the_later_word_wins() -> None:
    written = Month(FILE, b"").save([snapshot(1, 10), snapshot(1, 11)])
    assert written.text is not None
    assert (written.days, loaded(written.text)) == ((date(2026, 11, 1),), [snapshot(1, 11)])


def test_a_day_that_says_less_does_not_replace_one_that_says_something() -> None:
    stored = text_of(snapshot(1, 10))
    assert saved(stored, snapshot(1, None)) == stored
    assert saved(stored, replace(snapshot(1), document={})) == stored


def test_a_day_without_report_is_replaced_by_one() -> None:
    assert loaded(saved(text_of(snapshot(1, None)), snapshot(1, 10))) == [snapshot(1, 10)]


def test_an_unknown_trailing_count_does_not_replace_a_known_one() -> None:
    known, unknown = {"weekly_active_users": 3}, {"weekly_active_users": None}
    stored = text_of(snapshot(1, trailing=known))
    assert saved(stored, snapshot(1, trailing=unknown)) == stored
    assert loaded(saved(stored, snapshot(1, 11, trailing=unknown))) == [snapshot(1, 11, trailing=unknown)]


def test_a_day_that_settles_is_written_even_if_it_says_the_same() -> None:
    text = saved(text_of(snapshot(1, settled=False)), snapshot(1, settled=True))
    assert loaded(text) == [snapshot(1, settled=True)]


def test_lines_that_do_not_change_stay_byte_for_byte() -> None:
    by_hand = line_of(snapshot(1)).replace(b",", b", ")
    text = saved(text_of(by_hand), snapshot(1), snapshot(2))
    assert lines_in(text)[0] == by_hand


def test_only_wanted_days_are_loaded() -> None:
    text = text_of(snapshot(1), snapshot(2), snapshot(3))
    assert loaded(text, DateRange(date(2026, 11, 2), date(2026, 11, 2))) == [snapshot(2)]


@pytest.mark.parametrize(
    ("twice", "expected"),
    [
        ((snapshot(1, 10), snapshot(1, 11)), snapshot(1, 11)),
        ((snapshot(1, 11), snapshot(1, None)), snapshot(1, 11)),
    ],
)
def test_a_day_stored_twice_by_hand_counts_as_saved_twice(twice: Sequence[Snapshot], expected: Snapshot) -> None:
    assert loaded(text_of(*twice)) == [expected]
    assert loaded(saved(text_of(*twice), snapshot(2))) == [expected, snapshot(2)]


def test_a_change_of_a_day_stored_twice_leaves_one_line_of_it() -> None:
    text = saved(text_of(snapshot(1, 10), snapshot(1, 11)), snapshot(1, 12))
    assert (days_in(text), loaded(text)) == (["01"], [snapshot(1, 12)])


def complaints(items: Iterable[Snapshot | SkippedMonths]) -> list[str]:
    return [item.reason for item in items if isinstance(item, SkippedMonths)]


def test_lines_that_cannot_be_used_are_told_by_file_and_line() -> None:
    text = text_of(snapshot(1), b"<<<<<<< HEAD", snapshot(2), b">>>>>>> other")
    *days, skipped = loaded(text)
    assert days == [snapshot(1), snapshot(2)]
    assert isinstance(skipped, SkippedMonths)
    assert (skipped.scope, skipped.months) == (ORGANIZATION, ("2026-11",))
    assert skipped.reason.startswith(
        "line 2 of reports/organization/octo-org/2026-11.ndjson cannot be used: it is not a line of this format"
    )
    assert skipped.reason.endswith(" 2 lines of this file are left out like that.")


def test_one_line_that_cannot_be_used_is_not_counted() -> None:
    (complaint,) = complaints(loaded(text_of(NEWER)))
    assert complaint == (
        "line 1 of reports/organization/octo-org/2026-11.ndjson cannot be used: "
        "its schema is 2, and this version knows 1: use a newer version."
    )


def test_a_line_made_by_hand_puts_no_markdown_on_the_page() -> None:
    words = "”[a link](https://evil.example) ![an image](https://evil.example/x.png) @octocat `` ` www.evil.example"
    line = json.dumps(json.loads(line_of(snapshot(1))) | {"status": words, "generation": words}).encode()
    (said,) = complaints(loaded(text_of(line)))
    shown = markdown.prose(said)
    assert "evil.example" in shown
    assert not re.search(r"\]\(|@|https://|www\.|evil`", shown)


def test_lines_that_cannot_be_used_stay_at_the_end_of_a_month_that_changes() -> None:
    text = saved(text_of(b"one", snapshot(1), b"two"), snapshot(2))
    assert lines_in(text) == [line_of(snapshot(1)), line_of(snapshot(2)), b"one", b"two"]


def test_a_day_stored_by_a_newer_version_is_not_said_again_by_an_older_one() -> None:
    written = Month(FILE, text_of(NEWER)).save([snapshot(12)])
    (left,) = written.left_out
    assert (written.text, left.day, left.harmless) == (None, date(2026, 11, 12), False)
    text = saved(text_of(NEWER), snapshot(12), snapshot(13))
    assert lines_in(text) == [line_of(snapshot(13)), NEWER]


def test_a_document_that_cannot_be_read_stays_beside_the_new_line() -> None:
    broken = line_of(snapshot(1)).replace(b'{"daily_active_users":10}', b"[]")
    text = saved(text_of(broken, snapshot(2)), snapshot(1))
    assert lines_in(text) == [line_of(snapshot(1)), line_of(snapshot(2)), broken]
    assert len(complaints(loaded(text_of(broken)))) == 1
    assert lines_in(saved(text_of(broken), snapshot(2))) == [line_of(snapshot(2)), broken]


@pytest.mark.parametrize("document", [{"daily_active_users": float("nan")}, {"daily_active_users": 10**5000}])
def test_a_day_that_json_cannot_say_does_not_keep_the_others_from_being_saved(document: dict[str, Any]) -> None:
    written = Month(FILE, b"").save([snapshot(1), replace(snapshot(2), document=document)])
    assert loaded(written.text or b"") == [snapshot(1)]
    (left,) = written.left_out
    assert (left.scope, left.day) == (ORGANIZATION, date(2026, 11, 2))
    assert left.reason.startswith("JSON cannot say it")


def test_lines_are_numbered_as_an_editor_does_and_empty_ones_passed_over() -> None:
    text = b"\xef\xbb\xbf" + line_of(snapshot(1)) + b"\r\n\n  \n" + b"rubbish" + b"\n"
    assert loaded(text)[0] == snapshot(1)
    assert complaints(loaded(text))[0].startswith("line 4 of")


@pytest.mark.parametrize(
    "other",
    [
        snapshot(20, month=10),
        snapshot(scope=Scope(ScopeKind.ORGANIZATION, "octo-labs")),
        snapshot(scope=Scope(ScopeKind.ENTERPRISE, "octo-org")),
        snapshot(generation=Generation.METRICS),
    ],
)
def test_a_line_that_names_something_else_than_its_path_is_not_used(other: Snapshot) -> None:
    (said,) = complaints(loaded(text_of(other)))
    assert "another generation, scope, name or month" in said


PERSON = {"day": "2026-11-01", "user_id": 101, "user_login": "person-a", "user_initiated_interaction_count": 12}


def test_a_document_about_a_person_is_not_saved_whatever_is_stored() -> None:
    someone = replace(snapshot(1), document=PERSON)
    for text in (b"", text_of(snapshot(1)), text_of(replace(snapshot(1), document={}))):
        written = Month(FILE, text).save([someone])
        assert written.text is None
        assert [left.day for left in written.left_out] == [someone.day]


def test_a_stored_line_about_a_person_is_named_and_not_written_again() -> None:
    bad = line_of(snapshot(1)).replace(b'"daily_active_users"', b'"user_id"')
    assert complaints(loaded(text_of(bad))) == [f"line 1 of {FILE.path} cannot be used: it is about a person."]
    assert lines_in(saved(text_of(bad), snapshot(2))) == [line_of(snapshot(2))]


FULL = {"day": "2026-11-01", "daily_active_users": 240, "loc_added_sum": 51_000, "totals_by_ide": [{"ide": "vscode"}]}


@pytest.mark.parametrize("less", [{"daily_active_users": 0}, {"daily_active_users": 7, "totals_by_ide": []}])
def test_a_day_that_lacks_most_of_what_is_stored_is_left_out_and_named(less: dict[str, Any]) -> None:
    stored = replace(snapshot(1), document=FULL)
    written = Month(FILE, text_of(stored)).save([replace(stored, document=less)])
    assert written.text is None
    assert written.left_out == (LeftOut(ORGANIZATION, stored.day, "it lacks most of what is stored"),)


def test_a_final_day_beats_a_file_of_unknown_time_and_that_is_no_harm() -> None:
    stored = snapshot(1, 240)
    written = Month(FILE, text_of(stored)).save([replace(snapshot(1, 12), undated=True)])
    assert written.text is None
    assert [left.harmless for left in written.left_out] == [True]


def test_the_same_day_from_a_file_again_is_no_news() -> None:
    written = Month(FILE, text_of(snapshot(1))).save([replace(snapshot(1), undated=True)])
    assert (written.text, written.left_out) == (None, ())


def test_days_are_counted_by_scope_and_seats_are_none() -> None:
    seats = MonthFile(Generation.SEATS, ORGANIZATION, "2026-11")
    team = MonthFile(Generation.REPORTS, TEAM, "2026-11")
    day = (date(2026, 11, 1),)
    assert usage_days({FILE: day, team: day, seats: day}) == 2
    assert in_words({FILE: day, team: day, seats: day}) == "2 days"
    assert in_words({FILE: day, seats: day}) == "1 day"
    assert in_words({seats: day}) == "seats"
