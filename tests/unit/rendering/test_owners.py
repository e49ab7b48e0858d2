from __future__ import annotations

from datetime import timedelta

import pytest

from builders import NEWEST, ORGANIZATION, scope_report, seat, seat_figures, usage_day, usage_days
from copilot_usage.domain.dates import ending
from copilot_usage.domain.queries import CreditBill, PersonActivity
from copilot_usage.rendering import owners

WEEK = ending(NEWEST, 7)
PULLS = "pull_requests."


def test_pull_requests_have_a_total_copilots_part_and_its_change() -> None:
    before = usage_day(WEEK.before().until, {f"{PULLS}total_merged_created_by_copilot": 2})
    now = usage_day(NEWEST, {f"{PULLS}total_merged": 20, f"{PULLS}total_merged_created_by_copilot": 3})
    section = owners.pull_requests(scope_report(before, now))
    assert section is not None
    assert section.tables[0].rows == (("Merged", "20", "3", "15.0 %", "▲ 50.0 %"),)


def test_medians_are_a_span_and_never_averaged() -> None:
    medians = usage_days(WEEK, f"{PULLS}median_minutes_to_merge", [600, None, 60, 120, 1_200])
    section = owners.pull_requests(scope_report(*medians, usage_day(NEWEST, {f"{PULLS}total_created": 1})))
    assert section is not None
    assert section.words == ("Median time to merge, day by day: 1.0 to 20.0 hours for all.",)


def test_without_pull_requests_there_is_no_section() -> None:
    assert owners.pull_requests(scope_report(usage_day())) is None


def test_a_bill_is_by_calendar_month_with_its_share_of_what_seats_include() -> None:
    bills = (
        CreditBill(ORGANIZATION, "2026-11", {"auto": 950.0}, 0.0),
        CreditBill(ORGANIZATION, "2026-10", {"auto": 100.0, "large": 280.0}, 12.4),
    )
    section = owners.credits_used(scope_report(usage_day(), bills=bills, seats=seat_figures(seat(1))))
    assert section is not None
    assert section.tables[0].rows == (
        ("October 2026", "380", "▰▰▱▱▱▱▱▱▱▱ 20 %", "12 USD"),
        ("November 2026", "950", "▰▰▰▰▰▱▱▱▱▱ 50 %", "0 USD"),
    )
    assert section.folded[0].rows[0] == ("October 2026", "large", "280")


def test_where_seats_are_not_known_a_bill_has_no_share() -> None:
    bills = (CreditBill(ORGANIZATION, "2026-11", {"auto": 950.0}, 0.0),)
    section = owners.credits_used(scope_report(usage_day(), bills=bills))
    assert section is not None
    assert section.tables[0].rows[0][2] == "–"


def test_credits_of_people_are_no_bill_and_never_beside_one() -> None:
    used = usage_day(NEWEST, {"ai_credits_used": 12.0})
    section = owners.credits_used(scope_report(used))
    assert section is not None
    assert section.words[0].startswith("12 AI credits")
    assert "not a bill" in section.words[0]
    billed = owners.credits_used(scope_report(used, bills=(CreditBill(ORGANIZATION, "2026-11", {}, 0.0),)))
    assert billed is not None
    assert billed.words == ()


@pytest.mark.parametrize(
    ("phase", "title"),
    [
        ("No Cohort", "No cohort"),
        ("Phase 1", "Code first"),
        ("Phase 2", "Agent first"),
        ("Phase 3", "Multi-agent"),
        ("Phase 4", "Phase 4"),
        ("Phase 10", "Phase 10"),
        ("", "–"),
    ],
)
def test_a_phase_is_known_by_its_whole_name(phase: str, title: str) -> None:
    row = {"users_in_phase_28d": 7, "total_engaged_users": 2}
    section = owners.phases(scope_report(usage_day(breakdowns={"ai_adoption_phase": {phase: row}})))
    assert section is not None
    assert section.folded[0].rows == ((title, "7", "2"),)


def test_people_in_phases_are_those_of_the_last_day_that_says_so() -> None:
    earlier, later = (
        usage_day(day, breakdowns={"ai_adoption_phase": {"Phase 1": {"users_in_phase_28d": n}}})
        for day, n in ((NEWEST - timedelta(days=3), 5), (NEWEST - timedelta(days=1), 6))
    )
    section = owners.phases(scope_report(earlier, later, usage_day()))
    assert section is not None
    assert (section.folded[0].title, section.folded[0].rows[0][1]) == ("Adoption phases on 20 Nov 2026", "6")


def test_customizations_are_ranked_by_use_and_unused_ones_left_out() -> None:
    skills = {name: {"interaction_count": n} for name, n in (("b", 3), ("a", 3), ("most", 9), ("none", 0))}
    plugins = {"own": {"interaction_count": 1}}
    section = owners.customizations(scope_report(usage_day(breakdowns={"skill": skills, "plugin": plugins})))
    assert section is not None
    assert section.folded[0].rows == (
        ("Skill", "most", "9"),
        ("Skill", "a", "3"),
        ("Skill", "b", "3"),
        ("Plugin", "own", "1"),
    )


def test_people_are_ranked_by_their_days_and_those_without_any_left_out() -> None:
    listed = (
        PersonActivity("zoe", 3, 10, 1),
        PersonActivity("Al", 3, 10, 2.0),
        PersonActivity("max", 5, 1, 0),
        PersonActivity("nil", 0, 0, 0),
    )
    section = owners.people(scope_report(usage_day(), people=listed))
    assert section is not None
    assert [row[0] for row in section.folded[0].rows] == ["max", "Al", "zoe"]
    assert section.folded[0].title == "3 people, most active first"


@pytest.mark.parametrize("listed", [None, (), (PersonActivity("nil", 0, 0, 0),)])
def test_without_people_to_name_there_is_no_list(listed: tuple[PersonActivity, ...] | None) -> None:
    assert owners.people(scope_report(usage_day(), people=listed)) is None
