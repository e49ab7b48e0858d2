from __future__ import annotations

from datetime import timedelta

from builders import NEWEST, TODAY, history_of, scope_report, seat, seat_figures, usage_day, usage_days
from copilot_usage.domain.dates import ending
from copilot_usage.domain.figures import summarise
from copilot_usage.domain.report import ScopeReport, SeatDay
from copilot_usage.domain.snapshot import Generation
from copilot_usage.rendering.headline import headline_table

WEEK = ending(NEWEST, 7)
LINES = "loc_added_sum"


def row(scope: ScopeReport, title: str) -> tuple[str, ...]:
    """The cells of the row with this title, without it."""
    (found,) = [cells[1:] for cells in headline_table(scope).rows if cells[0] == title]
    return found


def titles(scope: ScopeReport) -> list[str]:
    return [cells[0] for cells in headline_table(scope).rows]


def test_what_is_not_known_has_no_row() -> None:
    assert titles(scope_report(usage_day(NEWEST, {LINES: 0}))) == ["Lines written by Copilot"]


def test_a_sum_over_fewer_days_than_have_data_says_over_how_many() -> None:
    days = [usage_day(NEWEST, {LINES: 5}), usage_day(NEWEST - timedelta(days=1))]
    assert row(scope_report(*days), "Lines written by Copilot") == ("5 (1 day)",)


def test_a_gap_on_one_side_leaves_the_change_of_the_working_days_and_is_told() -> None:
    """The Saturday is missing; lines on a working day doubled."""
    scope = scope_report(*usage_days(ending(NEWEST, 14), LINES, [1] * 7 + [2] * 6))
    assert row(scope, "Lines written by Copilot") == ("12", "7", "▲ 100 %¹")
    assert headline_table(scope).note == "¹ Change of working days, because the ranges differ in days."


def test_rates_move_by_points() -> None:
    def accepted(n: int) -> dict[str, dict[str, dict[str, int]]]:
        row = {"code_acceptance_activity_count": n, "code_generation_activity_count": 10}
        return {"feature": {"code_completion": row}}

    days = [usage_day(WEEK.since - timedelta(days=1), breakdowns=accepted(3)), usage_day(breakdowns=accepted(4))]
    assert row(scope_report(*days), "Completions accepted") == ("40.0 %", "30.0 %", "▲ 10.0 pt")


def test_agents_share_stands_below_the_lines_it_is_of() -> None:
    rows = {"feature": {"copilot_cli": {LINES: 25}}}
    scope = scope_report(usage_day(NEWEST, {LINES: 80, "loc_deleted_sum": 20}, rows))
    share = "Agent contribution (lines added and deleted)"
    assert titles(scope) == ["Lines written by Copilot", "Lines deleted by Copilot", share]
    assert row(scope, share) == ("25.0 %",)


def test_seats_have_rows_only_where_there_are_seats_whose_activity_moves() -> None:
    for found in (seat_figures(), seat_figures(seat(1), last_active=NEWEST)):
        assert not [title for title in titles(scope_report(usage_day(), seats=found)) if "eats" in title]


def test_a_long_range_has_the_people_of_its_last_28_days() -> None:
    shown = ending(NEWEST, 60)
    scope = scope_report(usage_day(NEWEST, {"monthly_active_users": 80}), shown=shown)
    assert row(scope, "**Active people (last 28 days)**") == ("**80**",)
    assert "**Active people (28 days)**" not in titles(scope)


def test_the_retired_generations_have_the_work_of_completions_alone() -> None:
    rows = {"feature": {"code_completion": {"code_generation_activity_count": 7, LINES: 3}}}
    days = [
        usage_day(day, {"total_active_users": n}, rows, generation=Generation.USAGE)
        for day, n in zip(ending(NEWEST, 3), (10, 20, 99), strict=True)
    ]
    scope = scope_report(*days)
    assert row(scope, "Completions shown") == ("21",)
    assert row(scope, "Lines of accepted completions") == ("9",)
    # The last of the three days is a Saturday.
    assert row(scope, "People shown completions, average working day") == ("15.0",)


def test_what_is_not_compared_has_a_mark_that_says_why() -> None:
    people, days = "daily_active_users", ending(NEWEST, 3)
    earlier = [usage_day(day, {people: 4}, generation=Generation.METRICS) for day in days.before()]
    now = [usage_day(day, {people: 5, LINES: 1}) for day in days]
    scope = scope_report(*earlier, *now, shown=days)
    assert row(scope, "Active people, average working day") == ("5.0", "4.0", "–¹")
    assert row(scope, "Lines written by Copilot") == ("3", "–", "–")
    assert headline_table(scope).note == (
        "¹ Not compared: the two ranges come from different generations of GitHub's API, which count it differently."
    )


def with_seats(*kept: SeatDay, year_ago: bool = False) -> ScopeReport:
    """Two seats, one of them used; the range before is there."""
    seats = seat_figures(seat(1), seat(2, last_activity=NEWEST))
    days = [usage_day(WEEK.before().until), usage_day()]
    year = WEEK.a_year_earlier()
    earlier = summarise(history_of(usage_day(year.until)), year) if year_ago else None
    return scope_report(*days, seats=seats, seat_days=kept, year_before=earlier)


def test_idle_seats_have_nothing_to_be_compared_with() -> None:
    assert row(with_seats(), "Idle seats (30 days)") == ("1 of 2", "–", "–")
    assert "Seats used within 30 days" not in titles(with_seats())


def test_seats_used_are_compared_with_those_kept_a_range_ago() -> None:
    kept = SeatDay(TODAY - timedelta(days=7), 4, 2)
    assert row(with_seats(kept), "Seats used within 30 days") == ("1 of 2", "2 of 4", "▼ 50.0 %")


def test_seats_kept_a_year_ago_stand_in_the_column_of_that_year() -> None:
    kept = SeatDay(TODAY - timedelta(weeks=52), 8, 4)
    scope = with_seats(kept, year_ago=True)
    assert [title for title, _ in headline_table(scope).columns][1:] == [
        "This range",
        "7 days before",
        "Change",
        "A year ago",
        "Change",
    ]
    assert row(scope, "Seats used within 30 days") == ("1 of 2", "–", "–", "4 of 8", "▼ 75.0 %")


def test_every_row_has_a_cell_for_each_column() -> None:
    table = headline_table(with_seats(SeatDay(TODAY - timedelta(weeks=52), 8, 4), year_ago=True))
    assert {len(cells) for cells in table.rows} == {len(table.columns)}


def test_one_day_is_compared_with_one_day() -> None:
    friday = NEWEST - timedelta(days=1)
    days = usage_days(ending(NEWEST, 3), "daily_active_users", [4, 5, 1])
    scope = scope_report(*days, shown=ending(friday, 1))
    assert [title for title, _ in headline_table(scope).columns] == ["", "This range", "1 day before", "Change"]
    assert row(scope, "**Active people**") == ("**5**", "4", "▲ 25.0 %")


def test_a_saturday_is_not_compared_with_a_friday() -> None:
    scope = scope_report(*usage_days(ending(NEWEST, 2), "daily_active_users", [90, 4]), shown=ending(NEWEST, 1))
    assert row(scope, "**Active people**") == ("**4**", "90", "–¹")
    assert headline_table(scope).note == "¹ Not compared: the two ranges hold different numbers of working days."


def test_more_people_than_seats_are_explained_and_only_they() -> None:
    days = usage_days(WEEK, "weekly_active_users", [2] * 7)
    for seats, explained in (([seat(1)], True), ([seat(1), seat(2)], False)):
        note = headline_table(scope_report(*days, seats=seat_figures(*seats))).note
        assert ("than have a seat today" in note) is explained
