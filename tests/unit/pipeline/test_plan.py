from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import ENTERPRISE
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.queries import (
    CreditMonth,
    EarlierDays,
    Failure,
    Fetched,
    LatestReport,
    LatestWindow,
    NewestDay,
    NoReport,
    OwnerDay,
    PeopleReport,
    Plan,
    Query,
    SeatList,
    TeamDays,
    Word,
)
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.domain.usage import Reading, UsageDay
from copilot_usage.errors import NotAllowed
from copilot_usage.pipeline import plan as planning
from copilot_usage.pipeline.plan import by_owner, days_to_ask, lead_in
from copilot_usage.pipeline.state import RunState, StoredDays
from copilot_usage.settings.settings import Settings, settings_from

TODAY = date(2026, 11, 23)
NEWEST = date(2026, 11, 21)
ORG = Scope(ScopeKind.ORGANIZATION, "octo-org")
TEAM = Scope(ScopeKind.TEAM, "octo-org", "core")
WINDOW = DateRange(NEWEST - timedelta(days=27), NEWEST)


def settings(**inputs: str) -> Settings:
    given = {"token": "t", "org": "octo-org"} | {name.replace("_", "-"): value for name, value in inputs.items()}
    return settings_from(given, today=TODAY)


def snapshot(day: date, scope: Scope = ORG, *, settled: bool = True, empty: bool = False) -> Snapshot:
    document = None if empty else {"daily_active_users": 1}
    return Snapshot(day, scope, Generation.REPORTS, settled=settled, document=document)


def state(*stored: Snapshot) -> RunState:
    made = RunState(lambda snap: Reading(UsageDay(snap.day, snap.generation, {"daily_active_users": 1})))
    for item in stored:
        made.add_stored(item)
    return made


def after_the_latest_report(*stored: Snapshot, without: date | None = None) -> RunState:
    made = state(*stored)
    made.add(LatestWindow(ORG, WINDOW))
    for day in WINDOW:
        if day != without:
            made.add(Fetched(snapshot(day)))
    return made


def days_plan(settings: Settings, made: RunState, today: date) -> Plan:
    return planning.days_plan(settings, made, planning.period_of(settings, made, today), today)


def asked_days(queries: tuple[Query, ...]) -> list[date]:
    return [query.day for query in queries if isinstance(query, OwnerDay)]


def test_the_newest_28_days_come_in_one_request_and_the_seats_beside() -> None:
    assert planning.newest_plan(settings(), state(), TODAY).queries == (LatestReport(ORG), SeatList(ORG))


def test_the_id_in_the_stored_days_goes_with_the_query() -> None:
    day = NEWEST - timedelta(days=30)
    made = state(
        *(replace(snapshot(day), scope=TEAM, document={"organization_id": owner_id}) for owner_id in ("43", 42)),
        replace(snapshot(day), document={"organization_id": "42"}),
    )
    assert planning.newest_plan(settings(), made, TODAY).queries[0] == LatestReport(ORG, "42")
    assert {query.owner_id for query in days_plan(settings(), made, TODAY).queries if isinstance(query, OwnerDay)} == {
        "42"
    }


def test_seats_are_not_asked_for_with_seats_false() -> None:
    assert planning.newest_plan(settings(seats="false"), state(), TODAY).queries == (LatestReport(ORG),)


def test_an_old_range_needs_no_latest_report() -> None:
    wanted = settings(since="2026-03-01", until="2026-03-31", seats="false")
    assert planning.newest_plan(wanted, state(), TODAY).queries == ()


def test_teams_need_only_to_know_the_newest_day() -> None:
    assert planning.newest_plan(settings(team="*"), state(), TODAY).queries == (NewestDay(ORG),)


def test_the_range_before_is_asked_for_day_by_day() -> None:
    queries = days_plan(settings(), after_the_latest_report(), TODAY).queries
    assert asked_days(queries) == list(WINDOW.before())


def test_a_day_that_the_28_day_report_lacks_is_asked_for_by_itself() -> None:
    lacking = date(2026, 11, 4)
    queries = days_plan(settings(compare="false"), after_the_latest_report(without=lacking), TODAY).queries
    assert asked_days(queries) == [lacking]


def test_settled_days_are_not_asked_for_again_and_unsettled_ones_are() -> None:
    before = WINDOW.before()
    stored = [snapshot(day, settled=day != before.until) for day in before]
    queries = days_plan(settings(), after_the_latest_report(*stored), TODAY).queries
    assert asked_days(queries) == [before.until]


def test_days_known_to_have_no_report_are_not_asked_for_again() -> None:
    stored = [snapshot(day, empty=True) for day in WINDOW.before()]
    assert asked_days(days_plan(settings(), after_the_latest_report(*stored), TODAY).queries) == []


def test_unsettled_days_outside_of_the_range_are_asked_for_too() -> None:
    old = date(2026, 7, 3)
    made = after_the_latest_report(snapshot(old, settled=False))
    assert old in asked_days(days_plan(settings(compare="false"), made, TODAY).queries)


def test_days_that_github_cannot_have_are_not_asked_for() -> None:
    wanted = settings(since="2025-10-01", snapshot_directory="history")
    assert min(asked_days(days_plan(wanted, after_the_latest_report(), TODAY).queries)) == date(2025, 12, 12)


def test_one_bill_for_each_calendar_month_touched() -> None:
    queries = days_plan(settings(), after_the_latest_report(), TODAY).queries
    assert [query.month for query in queries if isinstance(query, CreditMonth)] == ["2026-10", "2026-11"]


def test_people_are_asked_for_only_by_name() -> None:
    made = after_the_latest_report()
    assert not any(isinstance(query, PeopleReport) for query in days_plan(settings(), made, TODAY).queries)
    assert PeopleReport(ORG, WINDOW) in days_plan(settings(people="logins"), made, TODAY).queries


def test_an_owner_that_refused_is_not_asked_again() -> None:
    made = state()
    made.add(Failure(ORG, NotAllowed("no", cause="no", remedy="ask")))
    assert days_plan(settings(), made, TODAY).queries == ()


def team_asks(wanted: Settings, made: RunState) -> TeamDays:
    made.add(LatestWindow(ORG, WINDOW))
    (query,) = days_plan(wanted, made, TODAY).queries
    assert isinstance(query, TeamDays)
    return query


def test_one_reading_of_an_owner_serves_every_team() -> None:
    query = team_asks(settings(team="core,web"), state())
    assert [scope.team for scope in query.teams] == ["core", "web"]
    assert query.days == tuple(WINDOW)
    assert query.ranges == (WINDOW,)


def test_without_a_history_no_days_before_the_range_are_read_for_teams() -> None:
    assert team_asks(settings(team="core"), state()).lead_in == ()


def test_to_store_a_teams_day_the_27_days_before_it_are_read() -> None:
    stored = [snapshot(day, TEAM, settled=day < date(2026, 11, 19)) for day in WINDOW]
    query = team_asks(settings(team="core", snapshot_directory="history"), state(*stored))
    assert query.days == (date(2026, 11, 19), date(2026, 11, 20), NEWEST)
    assert query.lead_in[0] == date(2026, 11, 19) - timedelta(days=27)
    assert query.lead_in[-1] == date(2026, 11, 18)


def roll(day: date, *teams: str, settled: bool = True) -> Snapshot:
    """Which teams a day named; without any: the day has no report."""
    return Snapshot(day, ORG, Generation.TEAMS, settled, {"day": str(day), "teams": [*teams]} if teams else None)


def test_days_that_one_named_team_filled_are_missing_for_every_team() -> None:
    stored = [snapshot(day, TEAM) for day in WINDOW]
    assert team_asks(settings(team="*"), state(*stored)).days == tuple(WINDOW)


def test_a_day_of_which_a_named_team_is_not_stored_is_asked_for_again() -> None:
    stored = [item for day in WINDOW for item in (snapshot(day, TEAM), roll(day, "core"))]
    stored[-1] = roll(NEWEST, "core", "search")
    assert team_asks(settings(team="*"), state(*stored)).days == (NEWEST,)


def test_a_day_without_report_of_any_team_is_not_asked_for_again() -> None:
    stored = [item for day in WINDOW for item in (snapshot(day, TEAM), roll(day, "core"))]
    asked = team_asks(settings(team="*"), state(*stored[:-4], roll(WINDOW.until - timedelta(days=1))))
    assert asked.days == (NEWEST,)


def test_every_team_misses_only_the_days_of_which_one_is_missing() -> None:
    stored = [item for day in WINDOW if day != NEWEST for item in (snapshot(day, TEAM), roll(day, "core"))]
    query = team_asks(settings(team="*", snapshot_directory="history"), state(*stored))
    assert query.days == (NEWEST,)


def test_a_retired_generation_is_asked_for_a_range_as_far_back_as_it_answers() -> None:
    (query,) = planning.newest_plan(settings(api="usage", seats="false"), state(), TODAY).queries
    assert isinstance(query, EarlierDays)
    assert query.days == DateRange(TODAY - timedelta(days=28), TODAY)


def test_days_that_were_named_are_asked_of_a_retired_generation_however_old_they_are() -> None:
    named = DateRange(date(2024, 6, 24), date(2024, 6, 25))
    wanted = settings(api="usage", seats="false", since=str(named.since), until=str(named.until))
    (query,) = planning.newest_plan(wanted, state(), TODAY).queries
    assert isinstance(query, EarlierDays)
    assert query.days == named


def test_nothing_is_asked_when_the_history_alone_is_read() -> None:
    wanted = settings(api="snapshots", snapshot_directory="history")
    assert planning.newest_plan(wanted, state(), TODAY).queries == days_plan(wanted, state(), TODAY).queries == ()


def test_an_owner_that_answers_only_404_is_probed() -> None:
    made = state()
    made.add(NoReport(ORG, date(2026, 3, 1), Word.HIDDEN))
    assert planning.probe_plan(made).queries == (LatestReport(ORG),)


def test_a_404_beside_an_answer_needs_no_probe() -> None:
    made = state()
    made.add(NoReport(ORG, date(2026, 3, 1), Word.HIDDEN))
    made.add(Fetched(snapshot(date(2026, 3, 2))))
    assert planning.probe_plan(made).queries == ()


def test_the_plan_knows_how_many_days_it_brings() -> None:
    plan = days_plan(settings(), after_the_latest_report(), TODAY)
    assert (len(plan.queries), plan.owner_days) == (30, 28)


def test_whole_months_are_loaded_and_the_same_weeks_of_a_year_ago() -> None:
    recent, earlier = planning.ranges_to_load(settings(), state(), TODAY)
    assert recent.since == date(2026, 9, 1)
    assert recent.until == TODAY
    assert earlier.until.year == 2025


def test_without_a_comparison_only_the_range_is_loaded() -> None:
    (only,) = planning.ranges_to_load(settings(compare="false"), state(), TODAY)
    assert only == DateRange(date(2026, 10, 1), TODAY)


def test_after_a_pause_the_days_before_it_are_looked_for_however_long_ago() -> None:
    wanted = settings(snapshot_directory="history", compare="false")
    (loaded,) = planning.ranges_to_load(wanted, state(), TODAY)
    paused = state(snapshot(date(2026, 11, 20), settled=False))
    assert planning.range_of_the_pause(wanted, paused, loaded, TODAY) == DateRange(
        date(2025, 12, 12), date(2026, 9, 30)
    )


def test_a_history_without_a_pause_is_not_read_further_than_needed() -> None:
    wanted = settings(snapshot_directory="history", compare="false")
    (loaded,) = planning.ranges_to_load(wanted, state(), TODAY)
    assert planning.range_of_the_pause(wanted, state(snapshot(date(2026, 10, 3))), loaded, TODAY) is None


def test_the_first_month_that_was_loaded_ends_where_the_next_one_begins() -> None:
    wanted = settings(snapshot_directory="history", compare="false")
    (loaded,) = planning.ranges_to_load(wanted, state(), TODAY)
    paused = [
        planning.range_of_the_pause(wanted, state(snapshot(day)), loaded, TODAY) is not None
        for day in (date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 2))
    ]
    assert paused == [False, False, True]


def test_where_no_newest_day_is_known_days_are_asked_for_up_to_yesterday() -> None:
    plan = days_plan(settings(since="2026-11-15", until=str(TODAY), compare="false"), state(), TODAY)
    assert asked_days(plan.queries)[-1] == TODAY - timedelta(days=1)


def test_a_team_that_came_later_does_not_make_every_run_ask_for_the_days_before_it() -> None:
    late = Scope(ScopeKind.TEAM, "octo-org", "late")
    rolls = [roll(day, "core", *(["late"] if day == NEWEST else [])) for day in WINDOW]
    made = state(*(snapshot(day, TEAM) for day in WINDOW), snapshot(NEWEST, late), *rolls)
    made.add(LatestWindow(ORG, WINDOW))
    assert days_plan(settings(team="*", snapshot_directory="history"), made, TODAY).queries == ()


YEAR = DateRange(date(2025, 12, 12), NEWEST)
REPORTS = Generation.REPORTS


def stored(*days: date, settled: bool = True, scope: Scope = ORG) -> list[Snapshot]:
    return [Snapshot(day, scope, REPORTS, settled, {"daily_active_users": 1}) for day in days]


def asked(*snapshots: Snapshot, wanted: DateRange, limits: DateRange = YEAR) -> list[date]:
    return list(days_to_ask(ORG, wanted, StoredDays(snapshots), REPORTS, limits))


def test_with_nothing_stored_every_wanted_day_is_asked_for() -> None:
    week = ending(NEWEST, 7)
    assert asked(wanted=week) == list(week)


def test_a_settled_day_is_not_asked_for_again() -> None:
    week = ending(NEWEST, 7)
    assert asked(*stored(week.since, NEWEST), wanted=week) == list(week)[1:-1]


def test_an_unsettled_day_is_asked_for_again_however_long_ago_and_wanted_or_not() -> None:
    old = date(2026, 1, 10)
    assert asked(*stored(old, NEWEST, settled=False), wanted=ending(NEWEST, 1)) == [old, NEWEST]


def test_what_github_cannot_have_is_not_asked_for() -> None:
    old = stored(date(2025, 1, 1), settled=False)
    assert asked(*old, wanted=ending(NEWEST, 3), limits=DateRange(NEWEST, NEWEST)) == [NEWEST]


def test_days_of_another_scope_or_generation_do_not_count_as_stored() -> None:
    metrics_day = Snapshot(NEWEST, ORG, Generation.METRICS, settled=True, document={})
    other = StoredDays([*stored(NEWEST, scope=ENTERPRISE), metrics_day])
    assert days_to_ask(ORG, [NEWEST], other, REPORTS, YEAR) == (NEWEST,)
    assert not other.has(ORG, REPORTS, NEWEST)
    assert other.has(ENTERPRISE, REPORTS, NEWEST)


def test_stored_days_tell_their_scopes() -> None:
    assert StoredDays([*stored(NEWEST), *stored(NEWEST, scope=TEAM)]).scopes() == {ORG, TEAM}


def test_lead_in_days_are_the_27_before_that_are_not_asked_for_anyway() -> None:
    days = lead_in([NEWEST, NEWEST - timedelta(days=3)], YEAR)
    assert len(days) == 27 + 3 - 1
    assert NEWEST - timedelta(days=3) not in days
    assert days[0] == NEWEST - timedelta(days=30)


def test_lead_in_stops_where_github_s_reports_begin() -> None:
    assert lead_in([NEWEST], DateRange(NEWEST - timedelta(days=2), NEWEST)) == (
        NEWEST - timedelta(days=2),
        NEWEST - timedelta(days=1),
    )


@given(st.sets(st.sampled_from(list(ending(NEWEST, 120))), min_size=1, max_size=20))
def test_lead_in_and_days_together_hold_every_28_day_window(days: set[date]) -> None:
    before = lead_in(days, YEAR)
    assert not set(before) & days
    assert list(before) == sorted(set(before))
    for day in days:
        assert set(ending(day, 28)) <= {*before, *days}


@given(
    st.sets(st.sampled_from(list(ending(NEWEST, 60)))),
    st.sets(st.sampled_from(list(ending(NEWEST, 60)))),
    st.integers(1, 60),
)
def test_every_wanted_day_is_either_asked_for_or_stored_for_good(
    settled: set[date], unsettled: set[date], length: int
) -> None:
    wanted = ending(NEWEST, length)
    found = asked(*stored(*settled), *stored(*(unsettled - settled), settled=False), wanted=wanted)
    assert found == sorted(set(found))
    assert set(found) == (set(wanted) | unsettled) - settled


def test_scopes_are_grouped_by_their_owner_in_the_order_given() -> None:
    web, core = TEAM.of_team("web"), TEAM.of_team("core")
    assert by_owner([web, ENTERPRISE, core, ORG]) == {
        ORG: (web, core, ORG),
        ENTERPRISE: (ENTERPRISE,),
    }


def test_an_organization_and_an_enterprise_of_the_same_name_are_two_owners() -> None:
    twins = [Scope(ScopeKind.ORGANIZATION, "octo"), Scope(ScopeKind.ENTERPRISE, "octo")]
    assert len(by_owner(twins)) == 2


def test_the_period_ends_with_the_newest_day_that_github_said_it_has_published() -> None:
    period = planning.period_of(settings(days="7"), after_the_latest_report(), TODAY)
    assert period is not None
    assert (period.shown, period.newest, period.published) == (ending(NEWEST, 7), NEWEST, NEWEST)
    assert (period.before, period.year_before) == (period.shown.before(), period.shown.a_year_earlier())


def test_without_githubs_word_the_period_ends_two_days_ago_however_old_the_stored_days_are() -> None:
    period = planning.period_of(settings(days="7"), state(snapshot(date(2026, 11, 2))), TODAY)
    assert period is not None
    assert (period.newest, period.published) == (TODAY - timedelta(days=2), TODAY - timedelta(days=3))


def test_of_a_history_or_a_retired_generation_the_newest_day_with_data_counts() -> None:
    stored_day = date(2026, 11, 2)
    for inputs in ({"api": "snapshots", "snapshot_directory": "history"}, {"api": "metrics"}):
        period = planning.period_of(settings(**inputs), state(snapshot(stored_day)), TODAY)
        assert period is not None
        assert (period.newest, period.shown.until) == (stored_day, stored_day)


def test_a_range_that_begins_after_the_newest_day_is_no_period() -> None:
    assert planning.period_of(settings(since="2026-11-22"), after_the_latest_report(), TODAY) is None
