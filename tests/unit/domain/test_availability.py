from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import ENTERPRISE, NEWEST, ORGANIZATION, TEAM, TODAY
from copilot_usage.domain.availability import first_day, needs_latest
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.queries import (
    CreditMonth,
    EarlierDays,
    LatestReport,
    NewestDay,
    OwnerDay,
    PeopleReport,
    Plan,
    SeatList,
    TeamDays,
)
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.pipeline.plan import by_owner, days_to_ask, lead_in
from copilot_usage.pipeline.state import StoredDays

YEAR = DateRange(date(2025, 12, 12), NEWEST)
REPORTS = Generation.REPORTS


def stored(*days: date, settled: bool = True, scope: Scope = ORGANIZATION) -> list[Snapshot]:
    return [Snapshot(day, scope, REPORTS, settled, {"daily_active_users": 1}) for day in days]


def asked(*snapshots: Snapshot, wanted: DateRange, limits: DateRange = YEAR) -> list[date]:
    return list(days_to_ask(ORGANIZATION, wanted, StoredDays(snapshots), REPORTS, limits))


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
    gone = stored(date(2025, 1, 1), settled=False)
    assert asked(*gone, wanted=ending(NEWEST, 3), limits=DateRange(NEWEST, NEWEST)) == [NEWEST]


def test_days_of_another_scope_or_generation_do_not_count_as_stored() -> None:
    metrics_day = Snapshot(NEWEST, ORGANIZATION, Generation.METRICS, settled=True, document={})
    other = StoredDays([*stored(NEWEST, scope=ENTERPRISE), metrics_day])
    assert days_to_ask(ORGANIZATION, [NEWEST], other, REPORTS, YEAR) == (NEWEST,)
    assert not other.has(ORGANIZATION, REPORTS, NEWEST)
    assert other.has(ENTERPRISE, REPORTS, NEWEST)


def test_the_store_tells_whose_days_it_holds() -> None:
    assert StoredDays([*stored(NEWEST), *stored(NEWEST, scope=TEAM)]).scopes() == {ORGANIZATION, TEAM}


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


def test_the_newest_day_matters_to_a_range_counted_from_it_or_one_that_is_recent() -> None:
    assert needs_latest(None, TODAY)
    assert needs_latest(ending(TODAY - timedelta(days=29), 7), TODAY)
    assert not needs_latest(ending(TODAY - timedelta(days=30), 7), TODAY)


def test_reports_reach_back_a_year_but_not_before_they_began() -> None:
    later = date(2027, 6, 1)
    assert first_day(ORGANIZATION, date(2028, 12, 31)) == date(2027, 12, 31), "366 days over a leap day"
    assert first_day(ORGANIZATION, date(2028, 2, 29)) == date(2027, 2, 28)
    assert first_day(ORGANIZATION, TODAY) == date(2025, 12, 12)
    assert first_day(ENTERPRISE, TODAY) == date(2025, 11, 23)
    assert first_day(TEAM, TODAY) == date(2025, 12, 12)
    assert {first_day(scope, later) for scope in (ORGANIZATION, ENTERPRISE, TEAM)} == {date(2026, 6, 1)}


def test_scopes_are_grouped_by_their_owner_in_the_order_given() -> None:
    web, core = TEAM.of_team("web"), TEAM.of_team("core")
    assert by_owner([web, ENTERPRISE, core, ORGANIZATION]) == {
        ORGANIZATION: (web, core, ORGANIZATION),
        ENTERPRISE: (ENTERPRISE,),
    }


def test_an_organization_and_an_enterprise_of_the_same_name_are_two_owners() -> None:
    twins = [Scope(ScopeKind.ORGANIZATION, "octo"), Scope(ScopeKind.ENTERPRISE, "octo")]
    assert len(by_owner(twins)) == 2


def test_a_plan_knows_its_requests_and_the_days_they_bring() -> None:
    week = tuple(ending(NEWEST, 7))
    plan = Plan(
        (
            LatestReport(ORGANIZATION),
            OwnerDay(ORGANIZATION, NEWEST),
            TeamDays(ORGANIZATION, (TEAM,), week, (week[0] - timedelta(days=1),)),
            EarlierDays(ORGANIZATION, Generation.METRICS, ending(NEWEST, 14)),
            SeatList(ORGANIZATION),
            CreditMonth(ORGANIZATION, "2026-11"),
            NewestDay(ENTERPRISE),
        )
    )
    assert plan.envelopes == 1 + 1 + 2 * 8 + 1 + 1 + 1 + 1
    assert plan.owner_days == 28 + 1 + 7 + 14


def test_each_ask_has_a_line_that_names_its_owner() -> None:
    queries = (
        LatestReport(ORGANIZATION),
        NewestDay(ORGANIZATION),
        OwnerDay(ORGANIZATION, NEWEST),
        TeamDays(ORGANIZATION, (TEAM, TEAM.of_team("*")), (NEWEST,), ()),
        EarlierDays(ORGANIZATION, Generation.USAGE, ending(NEWEST, 14)),
        SeatList(ORGANIZATION),
        CreditMonth(ORGANIZATION, "2026-11"),
        PeopleReport(ORGANIZATION, ending(NEWEST, 14)),
    )
    lines = list(Plan(queries).describe())
    assert len(set(lines)) == len(queries)
    assert all(line.startswith("octo-org: ") for line in lines)


def test_an_empty_plan_costs_nothing() -> None:
    assert (Plan().envelopes, Plan().owner_days, list(Plan().describe())) == (0, 0, [])
