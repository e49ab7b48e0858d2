from __future__ import annotations

from datetime import date, timedelta

from builders import NEWEST, scope_report, usage_day, usage_days
from copilot_usage.domain.dates import ending
from copilot_usage.domain.metrics import AGENT_FEATURES, METRICS
from copilot_usage.domain.report import ScopeReport
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Activity, Breakdown, UsageDay
from copilot_usage.rendering import surfaces
from copilot_usage.rendering.charts import sparkline
from copilot_usage.rendering.surfaces import SESSIONS, adoption, feature_title, sessions

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


SHOWN, ACCEPTED, LINES = "code_generation_activity_count", "code_acceptance_activity_count", "loc_added_sum"


def rows(scope: ScopeReport, table: int = 0) -> dict[str, tuple[str, ...]]:
    """First cell → the others."""
    section = adoption(scope)
    assert section is not None
    return {cells[0]: cells[1:] for cells in section.tables[table].rows}


def features(activity: Breakdown, totals: Activity | None = None) -> UsageDay:
    return usage_day(NEWEST, totals, {"feature": activity})


def test_a_scope_that_says_nothing_of_surfaces_has_no_section() -> None:
    assert adoption(scope_report(usage_day(NEWEST, {"daily_active_users": 3}))) is None


def test_people_of_28_days_are_those_of_the_last_day_of_each_range() -> None:
    chat = "monthly_active_chat_users"
    scope = scope_report(usage_day(WEEK.before().until, {chat: 40}), usage_day(NEWEST, {chat: 50}))
    assert rows(scope)["IDE chat"] == ("50", "▲ 25.0 %", "–", "")


def test_people_of_the_day_have_their_highest_day_and_a_drawing_with_gaps() -> None:
    scope = scope_report(*usage_days(WEEK, "daily_active_cli_users", [0, 4, None, 8, 1, 0, 0]))
    assert rows(scope)["CLI"] == ("–", "–", "8", "`▁▅·█▂▁▁`")


def test_a_rate_stands_beside_accepted_completions_only() -> None:
    work = {SHOWN: 10, ACCEPTED: 4}
    found = rows(scope_report(features({"code_completion": work, "chat_inline": work})))
    assert found["Completions"][1:3] == ("10", "4 (40.0 %)")
    assert found["Chat: inline"][1:3] == ("10", "4")


def test_features_stand_in_our_order_and_new_ones_last() -> None:
    known = {name: {SHOWN: 1} for name in ("a_new_one", "copilot_cli", "code_completion")}
    assert list(rows(scope_report(features(known)))) == ["Completions", "CLI", "a&#95;new&#95;one"]


def test_a_day_without_a_feature_is_zero_and_a_day_that_says_nothing_is_unknown() -> None:
    quiet = usage_day(NEWEST - timedelta(days=1), breakdowns={"feature": {"copilot_cli": {SHOWN: 1}}})
    silent = usage_day(NEWEST - timedelta(days=2), {"daily_active_users": 1})
    scope = scope_report(silent, quiet, features({"code_completion": {SHOWN: 5}}), shown=ending(NEWEST, 3))
    assert rows(scope)["Completions"][-1] == "`·▁█`"


def test_what_no_feature_has_is_told() -> None:
    found = rows(scope_report(features({"code_completion": {LINES: 60, SHOWN: 5}}, {LINES: 100, SHOWN: 5})))
    assert found["*not attributed*"] == ("–", "–", "–", "40", "–", "")


def test_a_feature_is_compared_over_days_that_are_alike() -> None:
    before = [usage_day(day, breakdowns={"feature": {"copilot_cli": {LINES: 10}}}) for day in WEEK.before()]
    now = [usage_day(day, breakdowns={"feature": {"copilot_cli": {LINES: 20}}}) for day in WEEK]
    assert rows(scope_report(*before, *now))["CLI"][-2] == "▲ 100 %"
    assert rows(scope_report(*before, *now[1:]))["CLI"][-2] == "▲ 100 %¹"
    assert rows(scope_report(*before, *now[2:]))["CLI"][-2] == "–¹"


def test_over_the_day_on_which_github_began_with_a_feature_a_mark_says_so() -> None:
    """90 days with the Copilot app, used alike on each day since GitHub reports it."""
    shown, began = ending(NEWEST, 90), date(2026, 7, 28)
    days = [
        usage_day(day, breakdowns={"feature": {name: {LINES: 10} for name in names}})
        for day in shown.widened(90)
        for names in [("code_completion", "copilot_app") if day >= began else ("code_completion",)]
    ]
    section = adoption(scope_report(*days, shown=shown))
    assert section is not None
    (table,) = section.tables
    assert [row[-2] for row in table.rows] == ["=¹", "–²"]
    assert table.note.endswith("² Not compared: GitHub began to report it on 28 Jul 2026.")


def test_of_two_generations_the_features_are_those_of_the_newer() -> None:
    old = usage_day(
        NEWEST - timedelta(days=1), {}, {"feature": {"code_completion": {LINES: 500}}}, generation=Generation.METRICS
    )
    scope = scope_report(old, features({"code_completion": {LINES: 60}}, {LINES: 100}))
    assert rows(scope)["Completions"][3] == "60"
    assert rows(scope)["*not attributed*"][3] == "40"
    assert rows(scope)["Completions"][-1] == sparkline([*[None] * 6, 60])
    section = adoption(scope)
    assert section is not None
    assert section.tables[0].note.startswith("Of the 1 day from `reports` alone.")


def test_agent_mode_is_measured_by_prompts() -> None:
    def mode(prompts: int, lines: int) -> dict[str, dict[str, dict[str, int]]]:
        return {"feature": {"chat_panel_agent_mode": {"user_initiated_interaction_count": prompts, LINES: lines}}}

    before = [usage_day(day, breakdowns=mode(10, 30)) for day in WEEK.before()]
    now = [usage_day(day, breakdowns=mode(20, 15)) for day in WEEK]
    assert rows(scope_report(*before, *now))["Chat: agent"][-2] == "▲ 100 %"


def test_every_feature_of_agents_has_a_title() -> None:
    assert all(feature_title(feature) != feature for feature in AGENT_FEATURES)


def test_the_people_named_here_are_figures() -> None:
    assert {name for pair in surfaces._PEOPLE.values() for name in pair if name} <= METRICS.keys()


def test_sessions_are_shown_even_where_nothing_else_is_known() -> None:
    section = adoption(scope_report(usage_day(NEWEST, {"total_chat_turns": 12})))
    assert section is not None
    assert (section.tables, section.folded[0].rows) == ((), (("Chat turns", "12", "–"),))


def test_the_busiest_day_beside_28_days_is_one_of_them_and_never_more_than_they_have() -> None:
    monthly, daily = (f"{when}_active_copilot_cloud_agent_users" for when in ("monthly", "daily"))
    shown = ending(NEWEST, 60)
    for last, most in ((50, "50"), (97, "–")):
        days = [usage_day(day, {daily: 104, monthly: 96}) for day in list(shown)[:20]]
        days += [usage_day(day, {daily: last, monthly: 96}) for day in list(shown)[20:]]
        assert rows(scope_report(*days, shown=shown))["Cloud agent"][0:3:2] == ("96", most)
