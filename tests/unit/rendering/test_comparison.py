from __future__ import annotations

from builders import ENTERPRISE, NEWEST, ORGANIZATION, report_of, scope_report, usage_day, usage_days
from copilot_usage.domain.dates import ending
from copilot_usage.domain.report import ScopeReport
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation
from copilot_usage.rendering.comparison import comparison
from copilot_usage.rendering.view import Section

WEEK = ending(NEWEST, 7)


def scope_with(people: int, scope: Scope, before: int | None = None) -> ScopeReport:
    """So many active people on each day of the week, and of the week before."""
    earlier = usage_days(WEEK.before(), "daily_active_users", [before] * 7)
    return scope_report(*earlier, *usage_days(WEEK, "daily_active_users", [people] * 7), scope=scope)


def team(name: str, people: int, before: int | None = None) -> ScopeReport:
    return scope_with(people, ORGANIZATION.of_team(name), before)


def compared(*scopes: ScopeReport) -> Section:
    section = comparison(report_of(*scopes))
    assert section is not None
    return section


def test_one_scope_is_compared_with_nothing() -> None:
    assert comparison(report_of(team("web", 3))) is None


def test_the_busiest_stand_first_and_equals_by_name() -> None:
    (table,) = compared(team("b", 3), team("c", 9), team("a", 3)).tables
    assert [row[0] for row in table.rows] == ["c", "a", "b"]


def test_teams_of_one_owner_are_called_by_their_slug_and_of_several_in_full() -> None:
    other = scope_with(2, Scope(ScopeKind.ORGANIZATION, "octo-labs").of_team("web"))
    (table,) = compared(team("web", 3), other).tables
    assert [row[0] for row in table.rows] == ["octo-org/web", "octo-labs/web"]
    (table,) = compared(team("web", 3), team("data", 2)).tables
    assert [row[0] for row in table.rows] == ["web", "data"]


def test_the_title_says_what_is_compared() -> None:
    assert compared(team("web", 3), team("data", 2)).title == "Teams compared"
    assert compared(scope_with(3, ORGANIZATION), scope_with(2, ORGANIZATION)).title == "Organizations compared"
    assert compared(scope_with(3, ENTERPRISE), scope_with(2, ENTERPRISE)).title == "Enterprises compared"


def test_people_are_not_added_up_to_a_row_of_sums() -> None:
    (table,) = compared(team("web", 3), team("data", 2)).tables
    assert len(table.rows) == 2
    assert "do not add up" in table.note


def test_a_change_is_that_of_working_days() -> None:
    (table,) = compared(team("web", 6, before=4), team("data", 2)).tables
    changes = [row[[title for title, _ in table.columns].index("Change")] for row in table.rows]
    assert changes == ["▲ 50.0 %", "–"]


def test_a_drawing_does_not_mix_people_of_two_generations() -> None:
    old = [usage_day(day, {"daily_active_users": 90}, generation=Generation.METRICS) for day in tuple(WEEK)[:3]]
    new = usage_days(ending(NEWEST, 4), "daily_active_users", [1, 2, 1, 2])
    (table,) = compared(scope_report(*old, *new), team("data", 2)).tables
    drawn = [row[[title for title, _ in table.columns].index("Over time")] for row in table.rows]
    assert "`···▅█▅█`" in drawn


def test_columns_without_any_figure_are_left_out() -> None:
    (table,) = compared(team("web", 3), team("data", 2)).tables
    assert [title for title, _ in table.columns] == ["Team", "Average working day", "Over time"]


def test_many_scopes_are_seen_in_part_and_folded_as_a_whole() -> None:
    assert compared(*(team(f"t{n}", n) for n in range(25))).folded == ()
    section = compared(*(team(f"t{n}", n) for n in range(26)))
    assert (len(section.tables[0].rows), len(section.folded[0].rows)) == (25, 26)
    assert (section.folded[0].title, section.folded[0].note) == ("All 26", "")


def test_more_active_people_than_members_are_explained_and_only_they() -> None:
    days = usage_days(WEEK, "weekly_active_users", [9] * 7)
    for members, explained in ((8, True), (9, False)):
        scopes = [scope_report(*days, scope=ORGANIZATION.of_team(name), members=members) for name in ("a", "b")]
        (table,) = compared(*scopes).tables
        assert ("people who left a team" in table.note) is explained
