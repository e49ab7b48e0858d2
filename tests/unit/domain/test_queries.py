from __future__ import annotations

from datetime import timedelta

from builders import ENTERPRISE, NEWEST, ORGANIZATION, TEAM
from copilot_usage.domain.dates import ending
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
    describe,
)
from copilot_usage.domain.snapshot import Generation


def test_a_plan_knows_the_days_of_owners_that_it_brings() -> None:
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
    assert plan.owner_days == 28 + 1 + 7 + 14


def test_each_query_has_a_line_that_names_its_owner() -> None:
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
    lines = [describe(query) for query in queries]
    assert len(set(lines)) == len(queries)
    assert all(line.startswith("octo-org: ") for line in lines)
