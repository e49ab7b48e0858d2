from __future__ import annotations

from builders import NEWEST, scope_report, usage_day
from copilot_usage.domain.usage import Activity, Breakdown
from copilot_usage.rendering.breakdowns import breakdowns
from copilot_usage.rendering.view import Section

SHOWN, ACCEPTED, LINES = "code_generation_activity_count", "code_acceptance_activity_count", "loc_added_sum"


def sections(totals: Activity | None = None, **rows: Breakdown) -> list[Section]:
    return breakdowns(scope_report(usage_day(NEWEST, totals, rows)))


def many(count: int) -> Breakdown:
    return {f"l{n:02}": {LINES: 100 - n} for n in range(count)}


def test_a_dimension_without_rows_has_no_section() -> None:
    assert [section.title for section in sections(ide={"vim": {LINES: 1}}, language={})] == ["Editors"]


def test_rows_are_ranked_by_lines_with_their_share_of_the_total() -> None:
    (section,) = sections({LINES: 100}, language={"go": {LINES: 30}, "python": {LINES: 70}})
    assert section.tables[0].rows == (
        ("python", "–", "–", "–", "70", "▰▰▰▰▰▰▰▱▱▱ 70 %"),
        ("go", "–", "–", "–", "30", "▰▰▰▱▱▱▱▱▱▱ 30 %"),
    )


def test_rates_are_those_of_completions_alone() -> None:
    language = {"go": {LINES: 9, SHOWN: 500, ACCEPTED: 5}}
    (section,) = sections(language=language, completion_language={"go": {SHOWN: 20, ACCEPTED: 5}})
    assert section.tables[0].rows[0][1:4] == ("20", "5", "25.0 %")


def test_what_no_row_has_stands_last_and_fills_up_the_total() -> None:
    (section,) = sections({LINES: 100}, model={"auto": {LINES: 40}})
    assert [row[-1] for row in section.tables[0].rows] == ["▰▰▰▰▱▱▱▱▱▱ 40 %", "▰▰▰▰▰▰▱▱▱▱ 60 %"]
    assert section.tables[0].rows[-1][0] == "*not attributed*"


def test_rows_that_reach_beyond_the_total_make_no_share_of_more_than_all() -> None:
    (section,) = sections({LINES: 50}, language={"go": {LINES: 80}, "python": {LINES: 20}})
    assert [row[-1] for row in section.tables[0].rows] == ["▰▰▰▰▰▰▰▰▱▱ 80 %", "▰▰▱▱▱▱▱▱▱▱ 20 %"]


def test_without_lines_generations_rank() -> None:
    (section,) = sections({SHOWN: 4}, ide={"vim": {SHOWN: 1}, "vscode": {SHOWN: 3}})
    assert [(row[0], row[-1]) for row in section.tables[0].rows] == [
        ("vscode", "▰▰▰▰▰▰▰▰▱▱ 75 %"),
        ("vim", "▰▰▱▱▱▱▱▱▱▱ 25 %"),
    ]


def test_the_retired_generations_break_down_completions_alone() -> None:
    (section,) = sections(completion_language={"go": {SHOWN: 20, ACCEPTED: 5, LINES: 8}})
    assert (section.title, section.tables[0].rows[0][:5]) == ("Languages", ("go", "20", "5", "25.0 %", "8"))


def test_a_fold_that_would_hide_two_rows_is_not_worth_it() -> None:
    (section,) = sections(language=many(10))
    assert (len(section.tables[0].rows), section.folded) == (10, ())


def test_many_rows_are_seen_in_part_and_folded_as_a_whole() -> None:
    (section,) = sections({LINES: 100_000}, language=many(70))
    assert len(section.tables[0].rows) == 8
    assert section.folded[0].title == "All 70 languages"
    assert len(section.folded[0].rows) == 60 + 1
