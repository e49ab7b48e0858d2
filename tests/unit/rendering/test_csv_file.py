from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ENTERPRISE, NEWEST, ORGANIZATION, TODAY, report_of, scope_report, seat, seat_figures, usage_day
from copilot_usage.domain.dates import ending
from copilot_usage.domain.metrics import Dimension
from copilot_usage.domain.report import Report, SeatDay
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.usage import Activity
from copilot_usage.rendering.csv_file import COLUMNS, render_csv

FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(render_csv(report)), newline=""), strict=True))


def values(*names: str) -> list[str]:
    """What becomes of values of a dimension in the file."""
    languages: dict[str, Activity] = {name: {"loc_added_sum": 1} for name in names}
    return [row["value"] for row in rows(report_of(scope_report(usage_day(NEWEST, {}, {"language": languages}))))]


def restored(cell: str) -> str:
    """As docs/files.md says: one leading apostrophe goes."""
    return cell.removeprefix("'")


def test_the_columns_are_those_of_the_contract() -> None:
    assert "".join(render_csv(report_of())) == "scope,name,day,dimension,value,metric,amount\n"
    assert COLUMNS == ("scope", "name", "day", "dimension", "value", "metric", "amount")


def test_a_line_a_figure_day_by_day_totals_before_breakdowns() -> None:
    days = [
        usage_day(
            day,
            {"loc_added_sum": 7, "daily_active_users": 3},
            {
                "model": {"auto": {"loc_added_sum": 1}},
                "feature": {
                    "copilot_cli": {"loc_added_sum": 5},
                    "chat_inline": {"loc_added_sum": 2, "loc_deleted_sum": 0},
                },
            },
        )
        for day in (NEWEST, NEWEST - timedelta(days=1))
    ]
    day = "organization,octo-org,2026-11-20"
    expected = [
        f"{day},total,,daily_active_users,3",
        f"{day},total,,loc_added_sum,7",
        f"{day},feature,chat_inline,loc_added_sum,2",
        f"{day},feature,chat_inline,loc_deleted_sum,0",
        f"{day},feature,copilot_cli,loc_added_sum,5",
        f"{day},model,auto,loc_added_sum,1",
    ]
    text = "".join(render_csv(report_of(scope_report(*days))))
    assert text.splitlines()[1:] == expected + [line.replace("11-20", "11-21") for line in expected]


def test_scopes_stand_in_the_order_of_the_report_under_their_own_names() -> None:
    day = usage_day(NEWEST, {"loc_added_sum": 1})
    scopes = [ENTERPRISE.of_team("ent:Core"), ORGANIZATION, ENTERPRISE, ORGANIZATION.of_team("web")]
    written = rows(report_of(*(scope_report(day, scope=scope) for scope in scopes)))
    assert [(row["scope"], row["name"]) for row in written] == [
        ("enterprise-team", "octo-enterprise/core"),
        ("organization", "octo-org"),
        ("enterprise", "octo-enterprise"),
        ("team", "octo-org/web"),
    ]


def test_the_order_in_which_figures_came_does_not_show() -> None:
    forth: Activity = {"loc_added_sum": 1, "daily_active_users": 2}
    back: Activity = {"daily_active_users": 2, "loc_added_sum": 1}
    one = scope_report(usage_day(NEWEST, forth, {"ide": {"vim": forth, "emacs": back}, "language": {"go": forth}}))
    other = scope_report(usage_day(NEWEST, back, {"language": {"go": back}, "ide": {"emacs": forth, "vim": back}}))
    assert "".join(render_csv(report_of(one))) == "".join(render_csv(report_of(other)))


def test_only_the_range_shown_is_written() -> None:
    days = [usage_day(day, {"loc_added_sum": 1}) for day in ending(NEWEST, 30)]
    written = rows(report_of(scope_report(*days, shown=ending(NEWEST, 3))))
    assert [row["day"] for row in written] == ["2026-11-19", "2026-11-20", "2026-11-21"]


def test_what_is_not_known_has_no_row_and_zero_has_one() -> None:
    written = rows(report_of(scope_report(usage_day(NEWEST, {"loc_added_sum": 0}))))
    assert [(row["metric"], row["amount"]) for row in written] == [("loc_added_sum", "0")]


@pytest.mark.parametrize(
    ("amount", "cell"), [(12, "12"), (12.0, "12"), (12.5, "12.5"), (0.0, "0"), (-3, "-3"), (10**15, "1000000000000000")]
)
def test_whole_numbers_have_no_decimal_point(amount: float, cell: str) -> None:
    (row,) = rows(report_of(scope_report(usage_day(NEWEST, {"ai_credits_used": amount}))))
    assert row["amount"] == cell


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_has_no_row(amount: float) -> None:
    assert rows(report_of(scope_report(usage_day(NEWEST, {"ai_credits_used": amount})))) == []


def test_known_dimensions_come_in_a_fixed_order_and_new_ones_behind() -> None:
    breakdowns = {name: {"x": {"loc_added_sum": 1}} for name in ("b_new", "a_new", *reversed(Dimension))}
    written = rows(report_of(scope_report(usage_day(NEWEST, {}, breakdowns))))
    assert [row["dimension"] for row in written] == [*Dimension, "a_new", "b_new"]


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_value_that_a_spreadsheet_would_calculate_is_defused(start: str) -> None:
    assert values(f"{start}HYPERLINK(1)") == [f"'{start}HYPERLINK(1)"]


@pytest.mark.parametrize("text", [" =1+1", "\u00a0=1", "  @SUM(A1)", "'=1", "'plain"])
def test_neither_blanks_nor_an_apostrophe_before_it_hide_a_formula(text: str) -> None:
    assert values(text) == [f"'{text}"]


@pytest.mark.parametrize("text", ["c#", "c++", "claude-sonnet-4.6", "jsx=", "others", "日本語", "a'b", ""])
def test_a_harmless_value_stays_as_it_is(text: str) -> None:
    assert values(text) == [text]


def test_names_are_defused_too() -> None:
    odd = Scope(ScopeKind.TEAM, "-octo", "a,b")
    (row,) = rows(report_of(scope_report(usage_day(NEWEST, {"loc_added_sum": 1}), scope=odd)))
    assert row["name"] == "'-octo/a,b"


@pytest.mark.parametrize("text", ['a,"b"', "a\nb", "a\r\nb", '"', ";", " padded ", "a,b"])
def test_what_has_a_meaning_in_csv_is_quoted(text: str) -> None:
    assert values(text) == [text]


def test_what_no_reader_takes_is_replaced() -> None:
    assert values("a\0b", "half \ud800 pair") == ["a\ufffdb", "half \ufffd pair"]


def test_lines_end_the_same_everywhere_and_there_is_no_byte_order_mark() -> None:
    text = "".join(render_csv(report_of(scope_report(usage_day(NEWEST, {"loc_added_sum": 1})))))
    assert text.startswith("scope,")
    assert text.endswith(",1\n")
    assert "\r" not in text


def test_the_file_comes_in_pieces_and_is_never_held_as_a_whole() -> None:
    days = [usage_day(day, {"loc_added_sum": 1}) for day in ending(NEWEST, 7)]
    assert len(list(render_csv(report_of(scope_report(*days), scope_report(*days, scope=ENTERPRISE))))) == 1 + 7 + 7


def test_seats_are_figures_of_the_day_they_were_read() -> None:
    report = report_of(scope_report(seats=seat_figures(seat(1), seat(2, last_activity=TODAY))))
    written = {row["metric"]: (row["day"], row["dimension"], row["value"], row["amount"]) for row in rows(report)}
    assert written["seats.total"] == ("2026-11-23", "total", "", "2")
    assert {name.partition(".")[2]: cell[3] for name, cell in written.items()} == {
        "total": "2", "active": "1", "idle": "1", "never_used": "1", "new": "0", "added": "0",
        "pending_cancellation": "0", "idle_cost": "19", "unpriced": "0",
    }  # fmt: skip


def test_a_cost_that_is_not_known_has_no_row() -> None:
    written = rows(report_of(scope_report(seats=seat_figures(seat(1, plan="unknown")))))
    assert "seats.idle_cost" not in {row["metric"] for row in written}


def test_seats_kept_on_days_of_the_range_stand_with_those_days() -> None:
    kept = tuple(SeatDay(NEWEST - timedelta(days=n), 9 - n, active) for n, active in ((9, 1), (1, None), (0, 4)))
    written = rows(report_of(scope_report(usage_day(NEWEST, {"loc_added_sum": 1}), seat_days=kept)))
    assert [(row["day"], row["metric"], row["amount"]) for row in written] == [
        ("2026-11-20", "seats.total", "8"),
        ("2026-11-21", "loc_added_sum", "1"),
        ("2026-11-21", "seats.active_30", "4"),
        ("2026-11-21", "seats.total", "9"),
    ]


def test_what_was_read_of_seats_today_wins_over_what_was_kept_today() -> None:
    seats = seat_figures(seat(1), seat(2))
    report = report_of(
        scope_report(seats=seats, seat_days=(SeatDay(TODAY, 1, 0),), shown=ending(TODAY, 7), before=None)
    )
    totals = [row["amount"] for row in rows(report) if row["metric"] == "seats.total"]
    assert totals == ["2"]


outside = st.text(max_size=12) | st.text(alphabet=FORMULA_STARTS + "',\" \u00a0x", max_size=6)


@given(st.dictionaries(outside, st.integers(0, 10**9), max_size=4))
def test_every_value_can_be_had_back_and_none_starts_a_formula(amounts: dict[str, int]) -> None:
    languages: dict[str, Activity] = {name: {"loc_added_sum": amount} for name, amount in amounts.items()}
    written = rows(report_of(scope_report(usage_day(date(2026, 11, 20), {}, {"language": languages}))))
    assert {restored(row["value"]): int(row["amount"]) for row in written} == {
        name.replace("\0", "\ufffd"): amount for name, amount in amounts.items()
    }
    assert not any(row["value"].lstrip().startswith(tuple(FORMULA_STARTS)) for row in written)
