from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from builders import ENTERPRISE, NEWEST, ORGANIZATION, TEAM, report_of, scope_report, seat, seat_figures, usage_day
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.figures import Figures, summarise
from copilot_usage.domain.queries import CreditBill, Note, PersonActivity
from copilot_usage.domain.report import Absence, Report, ScopeReport, SeatDay
from copilot_usage.domain.seats import SeatFigures
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Activity, UsageDay
from copilot_usage.rendering.csv_file import render_csv
from copilot_usage.rendering.json_file import SCHEMA as SCHEMA_NUMBER
from copilot_usage.rendering.json_file import json_parts

SCHEMA = json.loads(Path(__file__).parents[3].joinpath("docs/report.schema.json").read_text(encoding="utf-8"))
validator = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
FORTNIGHT = ending(NEWEST, 14)
COMPLETED = {"code_acceptance_activity_count": 1, "code_generation_activity_count": 4}


def text_of(report: Report) -> str:
    return "".join(json_parts(report))


def document(report: Report) -> dict[str, Any]:
    """The document, read back and found to be as the schema says."""
    read: dict[str, Any] = json.loads(text_of(report))
    validator.validate(read)
    return read


def only_scope(*days: UsageDay, **more: Any) -> dict[str, Any]:
    (scope,) = document(report_of(scope_report(*days, **more)))["scopes"]
    found: dict[str, Any] = scope
    return found


def full_report() -> Report:
    """Everything that a report can hold."""
    row: Activity = {"code_acceptance_activity_count": 3, "code_generation_activity_count": 10, "loc_added_sum": 4}
    days = [
        usage_day(
            day,
            {"loc_added_sum": 10 + n, "daily_active_users": 5, "weekly_active_users": 9, "ai_credits_used": 1.5},
            {"feature": {"code_completion": row}, "language": {"go": {"loc_added_sum": 2}}},
            generation=Generation.METRICS if n == 0 else Generation.REPORTS,
            settled=n < 10,
        )
        for n, day in enumerate(FORTNIGHT)
        if n != 9
    ]
    full = scope_report(
        *days,
        year_before=summarise(scope_report(*days).history, ending(NEWEST, 7).before()),
        seats=seat_figures(seat(1, team="web", editor="vim"), seat(2, plan="unknown", last_activity=NEWEST)),
        seat_days=(SeatDay(NEWEST, 5, 2), SeatDay(NEWEST + timedelta(days=1), 5)),
        seat_people={"idle": ("person-1",)},
        bills=(CreditBill(ORGANIZATION, "2026-11", {"auto": 10.5}, 0.4),),
        engaged_people={"copilot_cli": 3},
        people=(PersonActivity("person-2", 3, 40, 12.5),),
        members=7,
    )
    return report_of(
        full,
        scope_report(scope=TEAM),
        notes=(Note("About a team.", TEAM, caution=True), Note("About the run.")),
        alerts=("octo-org: idle-seats is 62, above 50.",),
        kept_at="octo-org/history",
        commit="3f2a91c",
        demo=True,
    )


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object whose shape is ours."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_leaves_nothing_open_in_what_is_ours() -> None:
    shapes = list(objects(SCHEMA))
    assert len(shapes) > 15
    for shape in shapes:
        assert shape["additionalProperties"] is False
        assert shape["required"] == list(shape["properties"])


def test_every_field_in_the_schema_is_explained() -> None:
    for shape in objects(SCHEMA):
        for name, field in shape["properties"].items():
            assert "description" in field or "$ref" in field or "const" in field, name


def test_the_documents_number_is_the_schemas() -> None:
    assert SCHEMA["properties"]["schema"]["const"] == SCHEMA_NUMBER == document(report_of())["schema"]


def test_a_full_report_is_as_the_schema_says() -> None:
    assert [scope["name"] for scope in document(full_report())["scopes"]] == ["octo-org", "octo-org/payments"]


def test_an_empty_report_is_as_the_schema_says() -> None:
    empty = document(report_of(newest=None))
    assert (empty["scopes"], empty["newest_published_day"], empty["snapshots"]) == ([], None, None)


@pytest.mark.parametrize("path", [(), ("range",), ("scopes", 0), ("scopes", 0, "figures"), ("scopes", 0, "seats")])
def test_a_field_more_or_less_is_noticed(path: tuple[str | int, ...]) -> None:
    written = document(full_report())
    for more in (True, False):
        damaged = part = copy.deepcopy(written)
        for step in path:
            part = part[step]  # type: ignore[index] # a path through lists and objects
        if more:
            part["surprise"] = 1
        else:
            part.popitem()
        with pytest.raises(ValidationError):
            validator.validate(damaged)


def test_every_field_of_what_was_found_out_is_written() -> None:
    """A field that the domain gets is not forgotten here; what is named otherwise is listed."""
    written = document(full_report())
    scope = written["scopes"][0]
    renamed_means = {"mean_daily_active", "mean_daily_active_working", "peak_daily_active"}
    for made, part, renamed in (
        (Report, written, {"newest", "kept_at", "commit", "days_written"}),
        (ScopeReport, scope, {"history", "now", "before", "year_before", "bills"}),
        (SeatFigures, scope["seats"], set()),
        (
            Figures,
            scope["figures"],
            {"missing", "unpublished", "unsettled", *renamed_means},
        ),
    ):
        assert {field.name for field in fields(made)} - renamed <= part.keys()


def test_days_without_data_are_told_by_reason() -> None:
    gaps = {Absence.UNREAD: (date(2026, 11, 16), date(2026, 11, 18)), Absence.NO_REPORT: (date(2026, 11, 17),)}
    report = report_of(replace(scope_report(usage_day(NEWEST)), absent=gaps))
    assert document(report)["scopes"][0]["absent"] == {
        "no_report": ["2026-11-17"],
        "unread": ["2026-11-16", "2026-11-18"],
        "not_asked": [],
        "missing": [],
    }


def test_a_day_stands_with_its_figures_under_githubs_names() -> None:
    day = usage_day(NEWEST, {"pull_requests.total_merged": 2}, {"ide": {"vim": {"loc_added_sum": 0}}}, settled=False)
    assert only_scope(day)["days"] == [
        {
            "day": "2026-11-21",
            "generation": "reports",
            "settled": False,
            "totals": {"pull_requests.total_merged": 2},
            "breakdowns": {"ide": {"vim": {"loc_added_sum": 0}}},
        }
    ]


def test_only_days_of_the_range_shown_are_written() -> None:
    scope = only_scope(*(usage_day(day) for day in FORTNIGHT), shown=ending(NEWEST, 2))
    assert [day["day"] for day in scope["days"]] == ["2026-11-20", "2026-11-21"]


def test_sums_carry_over_how_many_days_they_are_known() -> None:
    days = [usage_day(NEWEST, {"loc_added_sum": 5}), usage_day(NEWEST - timedelta(days=1))]
    figures = only_scope(*days)["figures"]
    assert figures["totals"] == {"loc_added_sum": {"amount": 5, "days": 1}}
    assert (figures["days"], figures["range"]) == (2, {"since": "2026-11-15", "until": "2026-11-21", "days": 7})


def test_what_is_not_known_is_null_and_never_zero() -> None:
    scope = only_scope(usage_day(NEWEST))
    named = ("active_people", "acceptance_rate", "acceptance_rate_by_lines", "mean_daily_active_users")
    assert [scope["figures"][name] for name in named] == [None] * 4
    assert scope["figures"]["peak_daily_active_users"] is scope["seats"] is scope["people"] is scope["members"] is None


def test_people_are_not_summed() -> None:
    days = [usage_day(day, {"daily_active_users": 5, "weekly_active_users": 9}) for day in ending(NEWEST, 7)]
    figures = only_scope(*days)["figures"]
    assert (figures["active_people"], figures["mean_daily_active_users"], figures["totals"]) == (9, 5, {})
    assert figures["peak_daily_active_users"] == {"day": "2026-11-15", "amount": 5}


def test_a_comparison_says_what_changed_and_only_that() -> None:
    days = [usage_day(day, {"loc_added_sum": 2 if day in ending(NEWEST, 7) else 1}) for day in FORTNIGHT]
    (comparison,) = only_scope(*days)["comparisons"]
    assert comparison["against"] == "before"
    assert comparison["figures"]["range"]["since"] == "2026-11-08"
    moved = {"now": 14, "before": 7, "difference": 7, "relative": 100.0, "of_working_days": False}
    assert comparison["changes"] == {"loc_added_sum": moved}
    assert comparison["not_compared"] == {}


def test_what_is_not_compared_says_why() -> None:
    days = [usage_day(day, {"loc_added_sum": 1}) for day in ending(date(2026, 7, 31), 14)]
    (comparison,) = only_scope(*days, shown=ending(date(2026, 7, 31), 7))["comparisons"]
    assert comparison["changes"] == {}
    assert comparison["not_compared"] == {"loc_added_sum": "GitHub has counted it differently since 28 Jul 2026"}


def test_a_change_under_a_name_of_this_project_is_of_the_figure_with_this_name() -> None:
    completions = {"loc_added_sum": 3, "loc_suggested_to_add_sum": 9}
    rows = {"code_completion": {**completions, **COMPLETED}, "copilot_cli": {"loc_added_sum": 6, "loc_deleted_sum": 1}}
    people = {"daily_active_users": 5, "weekly_active_users": 9, "loc_added_sum": 9, "loc_deleted_sum": 3}
    days = [usage_day(day, people, {"feature": rows}) for day in FORTNIGHT]
    scope = only_scope(*days)
    changes = scope["comparisons"][0]["changes"]
    named = {"active_people", "acceptance_rate", "acceptance_rate_by_lines", "agent_share", "mean_daily_active_users"}
    assert changes.keys() - scope["figures"]["totals"].keys() == named | {"mean_working_day_active_users"}
    assert len({scope["figures"][name] for name in named}) == len(named)
    assert all(changes[name]["now"] == scope["figures"][name] for name in named)


def test_a_change_from_zero_has_no_per_cent() -> None:
    days = [usage_day(day, {"loc_added_sum": int(day in ending(NEWEST, 7))}) for day in FORTNIGHT]
    (comparison,) = only_scope(*days)["comparisons"]
    assert comparison["changes"]["loc_added_sum"]["relative"] is None


def test_gaps_and_what_may_still_change_are_told() -> None:
    days = [usage_day(date(2026, 11, 18)), usage_day(date(2026, 11, 20), settled=False)]
    scope = only_scope(*days, shown=DateRange(date(2026, 11, 17), NEWEST))
    assert scope["missing_days"] == ["2026-11-17", "2026-11-19"]
    assert scope["unpublished_days"] == ["2026-11-21"]
    assert scope["unsettled_days"] == ["2026-11-20"]


def test_breaks_in_the_series_are_told() -> None:
    scope = only_scope(usage_day(date(2026, 4, 10)), shown=ending(date(2026, 4, 12), 7))
    assert [(found["day"], found["last_day"]) for found in scope["breaks"]] == [("2026-04-10", None)]
    autumn = only_scope(usage_day(NEWEST))["breaks"]
    assert [(found["day"], found["last_day"]) for found in autumn] == [("2026-10-06", "2026-11-30")]


def test_where_the_figures_come_from_is_told() -> None:
    written = document(full_report())
    assert written["snapshots"] == {"kept_at": "octo-org/history", "commit": "3f2a91c", "days_written": 0}
    assert written["scopes"][0]["comparisons"][0]["figures"]["generations"] == {"metrics": 1, "reports": 6}


def test_notes_name_their_scope() -> None:
    assert document(full_report())["notes"] == [
        {"text": "About a team.", "scope": "team", "name": "octo-org/payments", "caution": True},
        {"text": "About the run.", "scope": None, "name": None, "caution": False},
    ]


def test_seats_tell_teams_by_name() -> None:
    seats = document(full_report())["scopes"][0]["seats"]
    assert (seats["day"], seats["total"], seats["idle_cost"]) == ("2026-11-23", 2, 19.0)
    assert seats["by_team"] == {"web": {"total": 1, "idle": 1}}


def test_people_are_named_only_if_asked_for() -> None:
    report = full_report()
    named = replace(report.scopes[0], people=None, seat_people=None)
    text = text_of(replace(report, scopes=(named,)))
    assert "person-" not in text
    assert "person-2" in text_of(report)


def test_each_scope_and_each_day_has_a_line_of_its_own() -> None:
    days = [usage_day(day) for day in ending(NEWEST, 7)]
    lines = text_of(report_of(scope_report(*days), scope_report(*days, scope=ENTERPRISE))).splitlines()
    assert len(lines) == 1 + 2 * (1 + 7)
    assert [line[:9] for line in lines[2:9]] == ['{"day":"2'] * 7


def test_the_same_report_gives_the_same_bytes() -> None:
    forth, back = {"loc_added_sum": 1, "daily_active_users": 2}, {"daily_active_users": 2, "loc_added_sum": 1}
    one, other = (report_of(scope_report(usage_day(NEWEST, totals))) for totals in (forth, back))
    assert text_of(one) == text_of(other)


def test_days_say_the_same_in_both_files() -> None:
    report = full_report()
    of_csv = {
        tuple(line.split(",")[1:]) for line in "".join(render_csv(report)).splitlines()[1:] if "seats." not in line
    }
    of_json = {
        (scope["name"], day["day"], dimension, value, metric, f"{amount:g}")
        for scope in document(report)["scopes"]
        for day in scope["days"]
        for dimension, rows in [("total", {"": day["totals"]}), *day["breakdowns"].items()]
        for value, activity in rows.items()
        for metric, amount in activity.items()
    }
    assert of_csv == of_json


amounts = st.integers(0, 10**12) | st.floats(0, 1e12, allow_nan=False)
activities = st.dictionaries(st.sampled_from(["loc_added_sum", "daily_active_users", "ai_credits_used"]), amounts)
names = st.text(max_size=8)


@given(st.lists(st.tuples(activities, st.dictionaries(names, activities, max_size=3)), max_size=7))
def test_whatever_the_figures_the_document_is_as_the_schema_says(
    said: list[tuple[Activity, dict[str, Activity]]],
) -> None:
    whole = [{name: int(n) if name == "daily_active_users" else n for name, n in totals.items()} for totals, _ in said]
    days = [
        usage_day(day, totals, {"language": rows})
        for day, totals, (_, rows) in zip(ending(NEWEST, 7), whole, said, strict=False)
    ]
    scope = only_scope(*days)
    assert [day["totals"] for day in scope["days"]] == whole
    assert [day["breakdowns"]["language"] for day in scope["days"]] == [rows for _, rows in said]
