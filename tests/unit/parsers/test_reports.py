from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from builders import history_of
from copilot_usage.domain.change import Change, Comparison
from copilot_usage.domain.dates import ending
from copilot_usage.domain.figures import summarise
from copilot_usage.domain.metrics import EARLIER, METRICS, Dimension
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import DataProblem, Reading, UsageDay
from copilot_usage.parsers import reports
from sample_documents import counters, report_day

DAY = date(2026, 10, 5)


def _read(document: dict[str, Any], **more: Any) -> Reading:
    return reports.read(document, day=DAY, settled=True, **more)


def _usage(document: dict[str, Any], **more: Any) -> UsageDay:
    usage = _read(document, **more).usage
    assert usage is not None
    return usage


def test_every_figure_of_the_generation_is_read() -> None:
    # Only teams have these; and nothing was merged that Copilot had reviewed.
    not_in_the_sample = {"members", "ai_credits_used", "pull_requests.median_minutes_to_merge_copilot_reviewed"}
    reading = _read(report_day())
    assert reading.problems == ()
    assert reading.usage is not None
    assert reading.usage.totals.keys() == METRICS.keys() - EARLIER - not_in_the_sample


def test_totals_come_from_the_top_level_and_keep_the_path_of_their_object() -> None:
    usage = _usage(report_day())
    assert usage.amount("daily_active_users") == 31
    assert usage.amount("code_acceptance_activity_count") == 180
    assert usage.amount("pull_requests.total_merged") == 9
    assert usage.amount("pull_requests.median_minutes_to_merge") == 95.5
    assert usage.amount("totals_by_cli.token_usage.prompt_tokens_sum") == 5300
    assert usage.amount("totals_by_vscode_agent.total_user_messages") == 14


def test_features_and_editors_are_read_as_they_are() -> None:
    usage = _usage(report_day())
    assert usage.breakdowns[Dimension.FEATURE].keys() == {"code_completion", "chat_panel_ask_mode", "agent_edit"}
    assert usage.row(Dimension.IDE, "intellij")["loc_added_sum"] == 150


def test_languages_and_models_are_sums_over_features() -> None:
    usage = _usage(report_day())
    assert usage.row(Dimension.LANGUAGE, "python")["loc_added_sum"] == 200 + 500
    assert usage.row(Dimension.MODEL, "gpt-5.4")["user_initiated_interaction_count"] == 0 + 90
    assert "user_initiated_interaction_count" not in usage.row(Dimension.LANGUAGE, "python")


def test_completions_by_language_and_model_are_the_rows_of_that_feature_alone() -> None:
    usage = _usage(report_day())
    assert usage.row(Dimension.COMPLETION_LANGUAGE, "python")["loc_added_sum"] == 200
    assert usage.breakdowns[Dimension.COMPLETION_MODEL].keys() == {"gpt-5.4"}
    assert usage.row(Dimension.COMPLETION_MODEL, "gpt-5.4")["code_acceptance_activity_count"] == 120


def test_two_keys_of_a_row_are_a_crossing_too() -> None:
    usage = _usage(report_day())
    assert usage.row(Dimension.MODEL_FEATURE, "gpt-5.4 × chat_panel_ask_mode")["user_initiated_interaction_count"] == 90
    assert usage.row(Dimension.LANGUAGE_FEATURE, "python × agent_edit")["loc_deleted_sum"] == 70
    assert usage.breakdowns[Dimension.LANGUAGE_MODEL] == {"python × gpt-5.4": counters(310, 100, 500, 0, 700, 70)}


def test_phases_under_two_versions_are_two_phases() -> None:
    phases = [
        {"phase": "Phase 1", "version": "v1", "total_engaged_users": 12, "total_pull_requests_merged": 6},
        {"phase": "Phase 1", "version": "v2", "total_engaged_users": 9, "total_pull_requests_merged": 4},
        {"phase": "Phase 2", "total_engaged_users": 3},
    ]
    assert _usage(report_day(totals_by_ai_adoption_phase=phases)).breakdowns[Dimension.PHASE] == {
        "Phase 1": {"total_engaged_users": 12, "total_pull_requests_merged": 6},
        "Phase 1 (v2)": {"total_engaged_users": 9, "total_pull_requests_merged": 4},
        "Phase 2": {"total_engaged_users": 3},
    }


def test_two_agents_of_one_name_are_two_agents() -> None:
    rows = [{"agent_id": n, "agent_name": "Codex", "session_count": n} for n in (1, 2)]
    usage = _usage(report_day(totals_by_3rd_party_agent=rows))
    assert usage.breakdowns[Dimension.THIRD_PARTY_AGENT] == {
        "Codex (1)": {"session_count": 1},
        "Codex (2)": {"session_count": 2},
    }


def test_an_agent_that_is_renamed_is_one_row_over_a_range() -> None:
    documents = [
        [{"agent_id": "a-1", "agent_name": "Codex", "session_count": 1}],
        [{"agent_id": "a-1", "agent_name": "Codex 2", "session_count": 2}],
        [{"agent_id": "a-1", "session_count": 4}, {"agent_id": "a-9", "agent_name": "Codex", "session_count": 8}],
    ]
    days = [
        reports.read({"day": f"2026-10-0{n}", "totals_by_3rd_party_agent": rows}, day=date(2026, 10, n), settled=True)
        for n, rows in enumerate(documents, 1)
    ]
    history = history_of(*(reading.usage for reading in days if reading.usage))
    summed = summarise(history, ending(date(2026, 10, 3), 3)).breakdowns[Dimension.THIRD_PARTY_AGENT]
    assert {name: row["session_count"].amount for name, row in summed.items()} == {"Codex 2": 7, "Codex": 8}


def test_smaller_arrays_are_read() -> None:
    usage = _usage(report_day())
    assert usage.row(Dimension.MCP, "github") == {"interaction_count": 12}
    assert usage.row(Dimension.SLASH_COMMAND, "plan") == {"interaction_count": 6}
    assert usage.row(Dimension.COMMENT_TYPE, "security")["total_copilot_applied_suggestions"] == 3
    assert usage.row(Dimension.PHASE, "Phase 1")["users_in_phase_28d"] == 20
    assert usage.row(Dimension.PHASE, "Phase 1")["avg_loc_added"] == 41.25
    assert usage.row(Dimension.PHASE, "Phase 1")["total_pull_requests_merged"] == 6


def test_an_agent_that_changed_its_name_during_the_day_is_one_agent() -> None:
    rows = [
        {"agent_id": "a-1", "agent_name": "Codex", "session_count": 1},
        {"agent_id": "a-1", "agent_name": "Codex 2", "session_count": 2},
        {"agent_id": "a-1", "session_count": 4},
        {"agent_id": "a-9", "session_count": 8},
    ]
    usage = _usage(report_day(totals_by_3rd_party_agent=rows))
    assert usage.breakdowns[Dimension.THIRD_PARTY_AGENT] == {
        "Codex 2": {"session_count": 7},
        "a-9": {"session_count": 8},
    }


def test_cli_figures_that_github_leaves_out_are_zero_once_it_has_them() -> None:
    quiet = {"daily_active_users": 3}
    assert _usage(quiet).amount("daily_active_cli_users") == 0
    assert _usage(quiet).amount("totals_by_cli.token_usage.prompt_tokens_sum") == 0
    early = reports.read(quiet, day=date(2026, 1, 31), settled=True).usage
    assert early is not None
    assert early.totals == quiet


@pytest.mark.parametrize(
    "said", [{"totals_by_cli": {"session_count": 1}}, {"daily_active_cli_users": 2}, {"totals_by_cli": "garbage"}]
)
def test_cli_figures_that_are_only_partly_there_are_not_made_up(said: dict[str, Any]) -> None:
    assert "totals_by_cli.prompt_count" not in _usage({"daily_active_users": 3, **said}).totals


def test_what_the_people_of_a_team_do_not_say_is_zero_once_github_has_it() -> None:
    team = {"team_id": 42, "daily_active_users": 1}
    totals = _usage(team).totals
    assert {name for name, amount in totals.items() if amount == 0} >= {
        "loc_added_sum",
        "ai_credits_used",
        "daily_active_copilot_app_users",
        "daily_active_cli_users",
        "totals_by_cli.session_count",
        "daily_passive_copilot_code_review_users",
    }
    assert not {name for name in totals if name.startswith(("monthly_", "weekly_", "pull_requests.", "distinct_"))}
    before_the_app = reports.read(team, day=date(2026, 7, 27), settled=True).usage
    assert before_the_app is not None
    assert "daily_active_copilot_app_users" not in before_the_app.totals


def test_cli_days_without_use_are_known_days_and_two_ranges_of_them_are_compared() -> None:
    days = ending(date(2026, 9, 12), 56)
    used = {day for n, day in enumerate(days) if n % 28 < 20 and n != 30}
    history = history_of(
        *(
            usage
            for day in days
            if (
                usage := reports.read(
                    {"daily_active_users": 9} | ({"totals_by_cli": {"session_count": 2}} if day in used else {}),
                    day=day,
                    settled=True,
                ).usage
            )
        )
    )
    now, before = (summarise(history, half) for half in (ending(days.until, 28), ending(days.until, 28).before()))
    assert (now.totals["totals_by_cli.session_count"].amount, before.totals["totals_by_cli.session_count"].amount) == (
        38,
        40,
    )
    assert Comparison(history, now, before).total("totals_by_cli.session_count") == Change(38, 40)


def test_absent_and_null_stay_unknown_and_zero_stays_zero() -> None:
    usage = reports.read(
        {"daily_active_users": 0, "weekly_active_users": None}, day=date(2026, 2, 1), settled=True
    ).usage
    assert usage is not None
    assert usage.totals == {"daily_active_users": 0}
    assert usage.amount("weekly_active_users") is None


def test_unknown_fields_are_no_flaws() -> None:
    assert _read(report_day(totals_by_telepathy=[{"x": 1}], day_partition="2026-10-05")).problems == ()


@pytest.mark.parametrize("bad", ["12", -12, 1.5, True, [12], {"n": 12}, 2**60])
def test_a_bad_figure_is_left_out_and_the_others_are_read(bad: object) -> None:
    reading = _read(report_day(loc_added_sum=bad))
    assert reading.usage is not None
    assert reading.usage.amount("loc_added_sum") is None
    assert reading.usage.amount("loc_deleted_sum") == 77
    (problem,) = reading.problems
    assert problem.where == "document"
    assert problem.what.startswith("`loc_added_sum` is ")


def test_a_bad_row_is_left_out_and_the_others_are_read() -> None:
    rows = [None, {"ide": ["vscode"], "loc_added_sum": 9}, {"ide": "vim", "loc_added_sum": 4}]
    reading = _read(report_day(totals_by_ide=rows))
    assert reading.usage is not None
    assert reading.usage.breakdowns[Dimension.IDE] == {"vim": {"loc_added_sum": 4}}
    assert {problem.what for problem in reading.problems} == {"a row that is no object", "`ide` is a list"}


@pytest.mark.parametrize("field", ["pull_requests", "totals_by_cli", "totals_by_feature"])
def test_a_text_where_an_object_or_an_array_belongs_is_a_flaw(field: str) -> None:
    reading = _read(report_day(**{field: "surprise"}))
    assert reading.usage is not None
    assert {problem.where for problem in reading.problems} == {field}


def test_a_teams_trailing_counts_are_among_its_totals() -> None:
    team = {"day": "2026-10-05", "team_id": 42, "slug": "web", "members": 8, "daily_active_users": 5}
    usage = _usage(team, trailing={"weekly_active_users": 7, "monthly_active_users": None})
    said = {name: amount for name, amount in usage.totals.items() if amount}
    assert said == {"members": 8, "daily_active_users": 5, "weekly_active_users": 7}


def test_a_document_of_another_day_is_not_read() -> None:
    reading = _read(report_day(day="2026-10-04"))
    assert reading.usage is None
    assert reading.problems == (DataProblem("day", "the document is of 2026-10-04, not of 2026-10-05"),)


def test_a_document_that_says_nothing_known_is_no_day() -> None:
    reading = _read({"day": "2026-10-05", "hello": 1})
    assert reading.usage is None
    assert reading.problems == (DataProblem("document", "it says nothing that is known"),)


def test_a_usage_day_knows_where_it_comes_from() -> None:
    usage = reports.read(report_day(), day=DAY, settled=False).usage
    assert usage is not None
    assert (usage.day, usage.generation, usage.settled) == (DAY, Generation.REPORTS, False)
