from __future__ import annotations

from builders import NEWEST, scope_report, usage_day, usage_days
from copilot_usage.domain.dates import ending
from copilot_usage.domain.metric import METRICS
from copilot_usage.rendering.sessions import SESSIONS, sessions

WEEK = ending(NEWEST, 7)


def test_the_figures_named_here_may_be_added() -> None:
    assert all(METRICS[name].summable for name in SESSIONS)


def test_where_nothing_is_counted_there_is_no_table() -> None:
    assert sessions(scope_report(usage_day(NEWEST, {"loc_added_sum": 1}))) is None


def test_sessions_are_compared_with_the_range_before() -> None:
    days = usage_days(ending(NEWEST, 14), "totals_by_cli.session_count", [2] * 7 + [3] * 7)
    table = sessions(scope_report(*days))
    assert table is not None
    assert table.rows == (("CLI sessions", "21", "▲ 50.0 %"),)


def test_agents_of_other_makers_are_named_with_their_jobs() -> None:
    agents = {"3rd_party_agent": {"claude": {"session_count": 4}, "idle": {}}}
    table = sessions(scope_report(usage_day(NEWEST, breakdowns=agents)))
    assert table is not None
    assert table.rows == (("Agent claude: jobs started", "4", "–"),)


def test_jobs_of_an_agent_are_compared_and_days_without_any_are_none() -> None:
    agents = {"3rd_party_agent": {"claude": {"session_count": 4}}}
    days = [
        usage_day(day, {"daily_active_users": 1}, agents if n % 7 in {0, 1} else {})
        for n, day in enumerate(ending(NEWEST, 14))
    ]
    table = sessions(scope_report(*days))
    assert table is not None
    assert table.rows == (("Agent claude: jobs started", "8", "="),)
