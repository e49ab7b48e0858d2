from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from builders import ENTERPRISE, NEWEST, ORGANIZATION, TEAM, seat
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.ports import SkippedMonths
from copilot_usage.domain.queries import (
    CreditBill,
    Failure,
    Fetched,
    LatestWindow,
    NoReport,
    Note,
    PeopleCounted,
    PeopleListed,
    PersonActivity,
    QueryKind,
    Result,
    SeatsListed,
    Word,
)
from copilot_usage.domain.report import Absence, SeatDay
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.domain.usage import DataProblem, Reading, UsageDay
from copilot_usage.errors import NotAllowed, TokenRefused
from copilot_usage.pipeline.report import absences
from copilot_usage.pipeline.state import RunState

WEEK = ending(NEWEST, 7)
EARLIER = NEWEST - timedelta(days=3)


def read(snapshot: Snapshot) -> Reading:
    """Takes a document as the figures it is made of; `bad` ones are problems."""
    document = dict(snapshot.document or {})
    problems = tuple(DataProblem(name, "bad") for name in [*document] if document[name] == "bad")
    totals = {name: amount for name, amount in document.items() if amount != "bad"}
    return Reading(UsageDay(snapshot.day, snapshot.generation, totals) if totals else None, problems)


def snapshot(
    day: date = NEWEST,
    document: dict[str, Any] | None = None,
    *,
    scope: Scope = ORGANIZATION,
    generation: Generation = Generation.REPORTS,
    settled: bool = False,
) -> Snapshot:
    return Snapshot(day, scope, generation, settled, {"daily_active_users": 1} if document is None else document)


def no_report(day: date = NEWEST, scope: Scope = ORGANIZATION) -> Snapshot:
    return Snapshot(day, scope, Generation.REPORTS, settled=True, document=None)


def refused(error: type[NotAllowed] = NotAllowed) -> NotAllowed:
    return error("Not allowed", cause="GitHub says no.", remedy="Ask an owner.")


def test_what_is_stored_and_what_is_fetched_make_one_history() -> None:
    state = RunState(read)
    state.add_stored(snapshot(EARLIER))
    state.add(Fetched(snapshot(NEWEST)))
    assert list(state.history(ORGANIZATION).days) == [EARLIER, NEWEST]


def test_a_day_fetched_again_replaces_the_stored_one() -> None:
    state = RunState(read)
    state.add_stored(snapshot(document={"daily_active_users": 5}))
    state.add(Fetched(snapshot(document={"daily_active_users": 6}, settled=True)))
    day = state.history(ORGANIZATION).days[NEWEST]
    assert (day.amount("daily_active_users"), day.settled) == (6, True)


@pytest.mark.parametrize("emptier", [no_report(), snapshot(document={"a_new_field": 1})])
def test_an_emptier_day_never_replaces_one_that_says_something(emptier: Snapshot) -> None:
    state = RunState(read)
    state.add_stored(snapshot(document={"daily_active_users": 5}))
    state.add(Fetched(emptier))
    assert state.history(ORGANIZATION).amount(NEWEST, "daily_active_users") == 5


def test_the_page_keeps_the_day_that_the_store_keeps() -> None:
    state = RunState(read)
    state.add_stored(snapshot(document={"daily_active_users": 240, "loc_added_sum": 9, "totals_by_ide": [1]}))
    state.add(Fetched(snapshot(document={"daily_active_users": 0}, settled=True)))
    assert state.history(ORGANIZATION).amount(NEWEST, "daily_active_users") == 240


def test_a_day_without_report_is_no_day_of_the_history_but_is_stored() -> None:
    state = RunState(read)
    state.add_stored(no_report())
    assert state.history(ORGANIZATION).days == {}
    assert state.stored.is_settled(ORGANIZATION, Generation.REPORTS, NEWEST)


def test_what_was_asked_for_is_remembered_whether_it_was_there_or_not() -> None:
    state = RunState(read)
    state.add(Fetched(snapshot(NEWEST)))
    state.add(NoReport(ORGANIZATION, EARLIER))
    assert state.asked == {(ORGANIZATION, Generation.REPORTS, day) for day in (NEWEST, EARLIER)}


def test_progress_counts_an_owners_day_once_however_many_teams_it_serves() -> None:
    state = RunState(read)
    teams = [Fetched(snapshot(scope=TEAM.of_team(name))) for name in ("core", "web")]
    results: list[Result] = [*teams, NoReport(TEAM, EARLIER), Note("text", TEAM)]
    assert [state.add(result) for result in results] == [1, 0, 1, 0]


def test_a_404_may_only_be_remembered_where_the_owner_answered_something() -> None:
    state = RunState(read)
    silent, answering = NoReport(ENTERPRISE, NEWEST, Word.HIDDEN), NoReport(ORGANIZATION, EARLIER, Word.HIDDEN)
    for result in (silent, answering, Fetched(snapshot())):
        state.add(result)
    assert list(state.certain_no_reports()) == [answering]


def test_a_28_day_report_is_an_answer_and_tells_the_newest_day() -> None:
    state = RunState(read)
    state.add(NoReport(ORGANIZATION, EARLIER, Word.HIDDEN))
    state.add(LatestWindow(ORGANIZATION, ending(NEWEST, 28)))
    assert len(list(state.certain_no_reports())) == 1
    assert state.newest_published([ORGANIZATION]) == state.history(TEAM).newest == NEWEST


def test_the_days_with_data_of_every_team_are_those_of_any_team() -> None:
    state = RunState(read)
    for day in (EARLIER, WEEK.since):
        state.add_stored(snapshot(day, scope=TEAM))
    assert state.known_days([ORGANIZATION.of_team("*")]) == DateRange(WEEK.since, EARLIER)
    assert state.known_days([ORGANIZATION]) is None


def test_the_star_stands_for_teams_with_days_by_name() -> None:
    state = RunState(read)
    for name in ("web", "core"):
        state.add_stored(snapshot(scope=TEAM.of_team(name)))
    state.add_stored(snapshot(scope=ENTERPRISE.of_team("core")))
    every = ORGANIZATION.of_team("*")
    assert [scope.team for scope in state.expand([every, TEAM.of_team("web")])] == ["core", "web"]


def test_a_team_without_days_does_not_become_one_of_every_team_by_being_asked_about() -> None:
    state = RunState(read)
    state.known_days([TEAM])
    assert state.expand([ORGANIZATION.of_team("*")]) == ()
    assert state.expand([TEAM]) == (TEAM,)


def test_who_was_refused_as_a_whole_is_silent() -> None:
    state = RunState(read)
    error = refused()
    state.add(Failure(ORGANIZATION, error))
    state.add(Failure(ENTERPRISE, refused(), about=QueryKind.SEATS))
    state.add(Failure(ENTERPRISE, refused(), day=NEWEST))
    assert state.refused() == {ORGANIZATION: error}
    assert (state.silent(ORGANIZATION), state.silent(TEAM), state.silent(ENTERPRISE)) == (error, error, None)
    assert state.fatal is None


def test_one_team_that_is_refused_does_not_silence_the_others() -> None:
    state = RunState(read)
    error = refused()
    state.add(Failure(TEAM, error))
    assert (state.silent(TEAM), state.silent(ORGANIZATION)) == (error, None)


def test_an_owner_whose_days_came_is_not_silent_for_want_of_its_28_day_report() -> None:
    state = RunState(read)
    error = refused()
    state.add(Failure(ORGANIZATION, error, about=QueryKind.WINDOW))
    assert state.silent(ORGANIZATION) is error
    assert state.refused() == {}
    state.add(Fetched(snapshot()))
    assert state.silent(ORGANIZATION) is None


def test_a_refused_token_is_fatal() -> None:
    state = RunState(read)
    state.add(Failure(ORGANIZATION, refused(TokenRefused), day=NEWEST))
    assert isinstance(state.fatal, TokenRefused)


def test_values_left_out_are_counted_per_scope_with_the_first_of_them() -> None:
    state = RunState(read)
    state.add(Fetched(snapshot(NEWEST, {"c": "bad", "daily_active_users": 1})))
    state.add(Fetched(snapshot(EARLIER, {"a": "bad", "b": "bad"})))
    state.add(Fetched(snapshot(scope=ENTERPRISE)))
    assert list(state.problems()) == [(ORGANIZATION, 3, EARLIER, DataProblem("a", "bad"))]


def test_a_day_read_twice_counts_its_problems_once() -> None:
    state = RunState(read)
    state.add_stored(snapshot(document={"a": "bad", "daily_active_users": 1}))
    state.add(Fetched(snapshot(document={"a": "bad", "daily_active_users": 2})))
    assert [count for _, count, _, _ in state.problems()] == [1]
    state.add(Fetched(snapshot(document={"daily_active_users": 2})))
    assert list(state.problems()) == []


def test_people_are_known_for_the_range_they_were_counted_over() -> None:
    state = RunState(read)
    counted = PeopleCounted(TEAM, WEEK, active=12, members=14)
    state.add(counted)
    assert state.counted_people == {(TEAM, WEEK): counted}


def test_people_seats_and_bills_are_filed_under_their_scope() -> None:
    state = RunState(read)
    people = (PersonActivity("person-1", 3, 4, 5),)
    bills = [CreditBill(ORGANIZATION, month, {}, 0) for month in ("2026-10", "2026-11")]
    results: list[Result] = [PeopleListed(ORGANIZATION, people), SeatsListed(ORGANIZATION, (seat(1),)), *bills]
    for result in results:
        state.add(result)
    assert state.listed_people[ORGANIZATION] == people
    assert state.seats[ORGANIZATION] == (seat(1),)
    assert state.bills[ORGANIZATION] == bills


def test_the_same_note_is_kept_once() -> None:
    state = RunState(read)
    for scope in (TEAM, TEAM, ENTERPRISE):
        state.add(Note("Three teams are too small.", scope))
    assert state.notes == [Note("Three teams are too small.", TEAM), Note("Three teams are too small.", ENTERPRISE)]


@pytest.mark.parametrize(
    ("months", "named"),
    [(("2026-01",), "of 2026-01 was"), (("2026-01", "2026-02", "2026-04"), "of 2026-01 to 2026-04 was")],
)
def test_stored_months_that_were_not_read_are_named(months: tuple[str, ...], named: str) -> None:
    state = RunState(read)
    state.add_stored(SkippedMonths(ORGANIZATION, months, "the rate limit is exhausted."))
    (note,) = state.notes
    assert named in note.text
    assert note.caution
    assert note.text.endswith("the rate limit is exhausted.")


def test_days_of_stored_months_that_were_not_read_could_not_be_read() -> None:
    state = RunState(read)
    state.add_stored(snapshot(date(2025, 3, 31)))
    state.add_stored(SkippedMonths(ORGANIZATION, ("2025-02",), "the line is cut."))
    state.add_stored(SkippedMonths(ORGANIZATION, ("2025-03",), "a line of seats is cut.", usage=False))
    february, march = date(2025, 2, 28), date(2025, 3, 1)
    history = state.history(ORGANIZATION)
    gaps = history.gaps(DateRange(february, march))
    assert gaps == (february, march)
    assert absences(state, ORGANIZATION, gaps, NEWEST) == {Absence.UNREAD: (february,), Absence.MISSING: (march,)}


@pytest.mark.parametrize(
    ("document", "day"),
    [
        ({"total": 9, "by_last_activity": {"0-6": 3, "7-13": 2, "14-29": 1, "30-59": 3}}, SeatDay(NEWEST, 9, 6)),
        ({"total": 9, "by_last_activity": {"0-6": 3}}, SeatDay(NEWEST, 9, None)),
        ({"total": 9, "by_last_activity": None}, SeatDay(NEWEST, 9, None)),
        ({"total": 9, "by_last_activity": [1]}, SeatDay(NEWEST, 9, None)),
        ({"total": 9}, SeatDay(NEWEST, 9, None)),
    ],
)
def test_a_kept_day_of_seats_tells_what_it_knows(document: dict[str, Any], day: SeatDay) -> None:
    state = RunState(read)
    state.add_stored(snapshot(document=document, generation=Generation.SEATS))
    assert state.seat_days[ORGANIZATION] == {NEWEST: day}


def test_a_kept_day_of_seats_without_a_total_is_none() -> None:
    state = RunState(read)
    state.add_stored(snapshot(document={"total": None}, generation=Generation.SEATS))
    assert not state.seat_days[ORGANIZATION]
