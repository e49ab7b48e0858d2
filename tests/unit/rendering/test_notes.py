from __future__ import annotations

from datetime import date, timedelta

from builders import ENTERPRISE, NEWEST, ORGANIZATION, TEAM, report_of, scope_report, usage_day, usage_days
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.queries import Note
from copilot_usage.domain.report import listed
from copilot_usage.domain.snapshot import Generation
from copilot_usage.rendering import notes

WEEK = ending(NEWEST, 7)


def test_the_line_on_top_counts_days_that_may_still_change_wherever_they_lie() -> None:
    unsettled = {WEEK.since, NEWEST}
    scope = scope_report(*(usage_day(day, settled=day not in unsettled) for day in WEEK))
    assert notes.completeness(report_of(scope)) == (
        "**15 Nov – 21 Nov 2026** · 7 of 7 days · newest published day 21 Nov · 2 days may still change"
    )


def test_one_day_may_still_change() -> None:
    scopes = [scope_report(usage_day(settled=False), scope=scope) for scope in (ORGANIZATION, TEAM)]
    assert notes.completeness(report_of(*scopes)).endswith(" · 1 day may still change")


def test_a_range_without_data_says_so() -> None:
    assert notes.completeness(report_of(scope_report(), newest=None)) == (
        "**15 Nov – 21 Nov 2026** · 0 of 7 days · GitHub has no usage for this range"
    )


def test_gaps_and_days_to_come_are_told_apart() -> None:
    scope = scope_report(usage_day(WEEK.since), usage_day(NEWEST - timedelta(days=4)))
    assert list(notes.notes(report_of(scope))) == [
        "No report for 16 Nov.",
        "Not published yet: 18 Nov, 19 Nov, 20 Nov, 21 Nov.",
    ]


def test_of_many_gaps_the_first_are_named() -> None:
    shown = ending(NEWEST, 28)
    scope = scope_report(usage_day(shown.since), usage_day(NEWEST), shown=shown)
    (note,) = notes.notes(report_of(scope))
    assert note.endswith("5 Nov, 6 Nov and 14 more.")


def test_what_is_true_of_every_scope_is_said_once_and_of_some_with_their_names() -> None:
    whole = usage_days(WEEK, "daily_active_users", [1] * 7)
    lacking = [scope_report(*whole[:2], *whole[3:], scope=scope) for scope in (ORGANIZATION, TEAM)]
    assert list(notes.notes(report_of(*lacking))) == ["No report for 17 Nov."]
    other = ORGANIZATION.of_team("web")
    assert list(notes.notes(report_of(*lacking, scope_report(*whole, scope=other)))) == [
        "`octo-org`, `octo-org/payments`: No report for 17 Nov."
    ]


def test_a_note_on_the_run_names_no_scope() -> None:
    scopes = [scope_report(*usage_days(WEEK, "daily_active_users", [1] * 7), scope=s) for s in (ORGANIZATION, TEAM)]
    report = report_of(*scopes, notes=(Note("About the run."), Note("About a team.", TEAM)))
    assert list(notes.notes(report)) == ["About the run.", "`octo-org/payments`: About a team."]


def test_a_note_about_what_is_not_shown_names_it_even_beside_a_single_scope() -> None:
    report = report_of(scope_report(usage_day()), notes=(Note("It was refused.", ENTERPRISE, caution=True),))
    assert report.cautions == ("`octo-enterprise`: It was refused.",)


def test_a_caution_is_said_before_the_figures_and_not_again_among_the_notes() -> None:
    scope = scope_report(*usage_days(WEEK, "daily_active_users", [1] * 7))
    report = report_of(scope, notes=(Note("Seats were refused.", ORGANIZATION, caution=True), Note("About rows.")))
    assert report.cautions == ("Seats were refused.",)
    assert list(notes.notes(report)) == ["About rows."]


def test_a_long_list_says_how_much_more_there_is() -> None:
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"


def test_days_of_different_generations_are_counted() -> None:
    older = [usage_day(day, generation=Generation.METRICS) for day in ending(WEEK.until, 2)]
    newer = [usage_day(day) for day in list(WEEK)[:5]]
    (note,) = notes.notes(report_of(scope_report(*newer, *older)))
    assert "2 from `metrics`, 5 from `reports`" in note


def test_a_generation_that_counts_other_people_says_so() -> None:
    scope = scope_report(*(usage_day(day, generation=Generation.USAGE) for day in WEEK))
    assert [note.partition(" ")[0] for note in notes.notes(report_of(scope))] == ["These", "In"]


def test_breaks_are_those_of_the_range_and_of_the_one_it_is_compared_with() -> None:
    june = DateRange(date(2026, 6, 20), date(2026, 6, 26))
    assert notes.breaks(june, None) == ()
    (sentence,) = notes.breaks(june, june.before())
    assert sentence.startswith("**15 Jun 2026**: ")


def test_the_source_counts_the_days_of_the_fullest_scope() -> None:
    scopes = [
        scope_report(*(usage_day(day) for day in ending(NEWEST, days)), scope=scope)
        for days, scope in ((1, ORGANIZATION), (3, TEAM))
    ]
    kept = report_of(*scopes, kept_at="octo-org/history", commit="3f2a91c0" * 5)
    assert notes.source(kept) == (
        "Source: GitHub's Copilot usage metrics · 3 days from `reports` · snapshots in `octo-org/history` at `3f2a91c`"
    )
