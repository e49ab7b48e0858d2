from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NEWEST, ORGANIZATION, TEAM
from copilot_usage.domain.snapshot import Generation, Snapshot, Status, about_whom, winner

SAYS = {"day": "2026-11-21", "daily_active_users": 7}
RESTATED = {"day": "2026-11-21", "daily_active_users": 9}
EMPTY: Mapping[str, Any] = {"day": "2026-11-21", "daily_active_users": None, "totals_by_ide": []}


def snapshot(
    document: Mapping[str, Any] | None = SAYS,
    *,
    generation: Generation = Generation.REPORTS,
    settled: bool = False,
    trailing: Mapping[str, int | None] | None = None,
) -> Snapshot:
    return Snapshot(NEWEST, ORGANIZATION, generation, settled, document, trailing)


def counts(weekly: int | None, monthly: int | None) -> Mapping[str, int | None]:
    return {"weekly_active_users": weekly, "monthly_active_users": monthly}


def test_a_day_without_a_document_has_no_report() -> None:
    assert snapshot(None).status is Status.NO_REPORT
    assert snapshot(EMPTY).status is Status.OK


@pytest.mark.parametrize(
    ("generation", "document"),
    [
        (Generation.REPORTS, {"daily_active_users": 0}),
        (Generation.REPORTS, {"pull_requests": {"total_created": 1}}),
        (Generation.METRICS, {"total_engaged_users": 3}),
        (Generation.METRICS, {"copilot_dotcom_chat": {}}),
        (Generation.USAGE, {"total_chat_turns": 0}),
        (Generation.USAGE, {"breakdown": []}),
        (Generation.SEATS, {"total": 12}),
    ],
)
def test_a_known_counter_says_something_even_when_it_is_zero(
    generation: Generation, document: Mapping[str, Any]
) -> None:
    assert snapshot(document, generation=generation).says_something


@pytest.mark.parametrize("document", [None, {}, EMPTY, {"total_active_users": 4}, {"day": "2026-11-21"}])
def test_no_known_counter_of_its_generation_says_nothing(document: Mapping[str, Any] | None) -> None:
    assert not snapshot(document).says_something


def test_between_two_that_say_something_the_one_being_saved_wins() -> None:
    assert winner(snapshot(SAYS), snapshot(RESTATED)).document == RESTATED
    assert winner(snapshot(RESTATED), snapshot(SAYS)).document == SAYS


@pytest.mark.parametrize("emptier", [None, {}, EMPTY])
def test_an_emptier_one_never_replaces(emptier: Mapping[str, Any] | None) -> None:
    stored = snapshot(SAYS)
    assert winner(stored, snapshot(emptier, settled=True)) == stored


def test_one_that_lacks_most_of_what_is_stored_never_replaces() -> None:
    stored = snapshot({**SAYS, "loc_added_sum": 4, "totals_by_ide": [{"ide": "vscode"}]}, settled=True)
    assert winner(stored, snapshot({**SAYS, "daily_active_users": 0}, settled=True)) == stored
    restated = snapshot({**SAYS, "loc_added_sum": 0, "totals_by_ide": []}, settled=True)
    assert winner(stored, restated) == restated


def test_a_final_day_is_replaced_only_by_one_that_is_known_to_be_newer() -> None:
    stored = snapshot(SAYS, settled=True)
    for settled in (True, False):
        assert winner(stored, replace(snapshot(RESTATED, settled=settled), undated=True)) == stored
        assert winner(stored, snapshot(RESTATED, settled=settled)).document == RESTATED
    unsettled = replace(snapshot(RESTATED), undated=True)
    assert winner(snapshot(SAYS), unsettled) == unsettled
    assert winner(snapshot(None, settled=True), unsettled) == unsettled


def test_of_two_files_the_later_one_wins() -> None:
    first, second = (replace(snapshot(each, settled=True), undated=True) for each in (SAYS, RESTATED))
    assert winner(first, second) == second


def test_a_document_that_says_nothing_is_still_more_than_none() -> None:
    assert winner(snapshot(EMPTY), snapshot(None)).document == EMPTY
    assert winner(snapshot(None), snapshot(EMPTY)).document == EMPTY


def test_a_report_that_came_late_replaces_a_day_known_to_have_none() -> None:
    assert winner(snapshot(None, settled=True), snapshot(SAYS)) == snapshot(SAYS)


def test_what_is_settled_stays_settled_while_it_says_the_same() -> None:
    assert winner(snapshot(SAYS, settled=True), snapshot(SAYS)).settled
    assert not winner(snapshot(SAYS, settled=True), snapshot(RESTATED)).settled
    assert winner(snapshot(SAYS), snapshot(SAYS, settled=True)).settled


def test_an_unknown_trailing_count_does_not_replace_a_number() -> None:
    won = winner(snapshot(trailing=counts(5, 9)), snapshot(trailing=counts(6, None)))
    assert won.trailing == counts(6, 9)


def test_an_unknown_trailing_count_replaces_a_number_when_the_document_changed() -> None:
    won = winner(snapshot(trailing=counts(5, 9)), snapshot(RESTATED, trailing=counts(6, None)))
    assert won.trailing == counts(6, None)


def test_a_snapshot_without_trailing_counts_keeps_those_of_the_same_document() -> None:
    assert winner(snapshot(trailing=counts(5, 9)), snapshot()).trailing == counts(5, 9)
    assert winner(snapshot(), snapshot(trailing=counts(None, None))).trailing == counts(None, None)


documents = st.none() | st.dictionaries(
    st.sampled_from(["daily_active_users", "pull_requests", "day", "new_field"]), st.none() | st.integers(0, 3)
)
trailings = st.none() | st.builds(counts, st.none() | st.integers(0, 3), st.none() | st.integers(0, 3))
snapshots = st.builds(
    lambda document, trailing, settled: replace(snapshot(document, trailing=trailing, settled=settled), scope=TEAM),
    documents,
    trailings,
    st.booleans(),
)


@given(snapshots)
def test_saving_the_same_again_changes_nothing(one: Snapshot) -> None:
    assert winner(one, one) == one


@given(snapshots, snapshots)
def test_saving_the_winner_or_the_loser_of_the_stored_again_changes_nothing_more(
    stored: Snapshot, saving: Snapshot
) -> None:
    won = winner(stored, saving)
    assert winner(won, won) == won
    assert winner(won, saving) == won


@given(snapshots, snapshots)
def test_the_winner_is_never_emptier_than_what_was_stored(stored: Snapshot, saving: Snapshot) -> None:
    won = winner(stored, saving)
    assert won.says_something >= stored.says_something
    assert (won.document is not None) >= (stored.document is not None)
    assert won.document in (stored.document, saving.document)


@pytest.mark.parametrize("key", ["user_login", "userLogin", "user_email", "UserId", "user-name"])
def test_a_key_of_a_person_is_known_however_its_words_are_joined(key: str) -> None:
    assert about_whom({"daily_active_users": 1, "rows": [{key: "person-a"}]}) == "a person"
