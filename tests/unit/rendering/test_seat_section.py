from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from builders import NEWEST, TODAY, scope_report, seat, seat_figures, usage_day
from copilot_usage.domain.report import SeatDay
from copilot_usage.domain.seats import Seat
from copilot_usage.rendering.seat_section import seats
from copilot_usage.rendering.view import Section


def section_of(
    *found: Seat, kept: tuple[SeatDay, ...] = (), people: Mapping[str, tuple[str, ...]] | None = None
) -> Section:
    scope = scope_report(usage_day(), seats=seat_figures(*found), seat_days=kept, seat_people=people)
    section = seats(scope)
    assert section is not None
    return section


def rows(section: Section, fold: str) -> tuple[tuple[str, ...], ...]:
    (table,) = [table for table in section.folded if table.title == fold]
    return table.rows


def test_where_seats_are_not_known_there_is_no_section() -> None:
    assert seats(scope_report(usage_day())) is None


def test_counts_of_nothing_have_no_row() -> None:
    assert section_of(seat(1), seat(2, last_activity=NEWEST)).tables[0].rows == (
        ("Assigned", "2", "▰▰▰▰▰▰▰▰▰▰ 100 %"),
        ("Active", "1", "▰▰▰▰▰▱▱▱▱▱ 50 %"),
        ("Idle for 30 days or more", "1", "▰▰▰▰▰▱▱▱▱▱ 50 %"),
        ("of these, never used or not in the last 90 days", "1", "▰▰▰▰▰▱▱▱▱▱ 50 %"),
    )


def test_an_owner_without_seats_has_none_assigned() -> None:
    section = section_of()
    assert (section.tables[0].rows, section.words) == ((("Assigned", "0", ""),), ())


def test_seats_whose_price_is_not_known_are_counted_beside_the_cost() -> None:
    assert section_of(seat(1), seat(2, plan="trial")).words == (
        "Idle seats cost **19 USD** a month. The price of 1 of them is not known.",
    )
    assert section_of(seat(1)).words == ("Idle seats cost **19 USD** a month.",)
    assert section_of(seat(1, plan="trial")).words == (
        "What the idle seats cost is not known: GitHub does not say their plan.",
    )


def test_seats_whose_activity_stands_still_have_neither_use_nor_cost() -> None:
    found = seat_figures(seat(1, team="web", last_activity=NEWEST - timedelta(days=36)), last_active=NEWEST)
    section = seats(scope_report(usage_day(), seats=found))
    assert section is not None
    assert section.tables[0].rows == (("Assigned", "1", "▰▰▰▰▰▰▰▰▰▰ 100 %"),)
    assert section.words == (
        "Which seats are idle, and what they cost, is not known: the activity of the seats stands still.",
    )
    assert rows(section, "Seats by assigning team") == (("web", "1"),)


def test_a_range_of_the_past_has_the_seats_that_were_kept_in_it() -> None:
    kept = (SeatDay(NEWEST - timedelta(days=9), 3), SeatDay(NEWEST - timedelta(days=2), 4, 3), SeatDay(TODAY, 5, 3))
    section = seats(scope_report(usage_day(), seat_days=kept))
    assert section is not None
    assert section.tables[0].columns[0][0] == "Seats on 19 Nov 2026"
    assert section.tables[0].rows == (
        ("Assigned", "4", "▰▰▰▰▰▰▰▰▰▰ 100 %"),
        ("Active in the 30 days before", "3", "▰▰▰▰▰▰▰▰▱▱ 75 %"),
    )
    assert section.folded == ()
    assert seats(scope_report(usage_day(), seat_days=kept[:1])) is None


def test_seats_that_no_team_assigns_are_the_rest() -> None:
    section = section_of(seat(1, team="web"), seat(2), seat(3, last_activity=NEWEST))
    assert rows(section, "Seats by assigning team") == (("web", "1", "1"), ("*assigned directly*", "2", "1"))
    assert rows(section_of(seat(1, team="web")), "Seats by assigning team") == (("web", "1", "1"),)


def test_what_was_kept_is_a_table_once_there_are_two_days() -> None:
    first, last = SeatDay(NEWEST - timedelta(days=1), 4), SeatDay(TODAY, 5, 3)
    assert section_of(seat(1), kept=(last,)).folded == ()
    assert rows(section_of(seat(1), kept=(first, last)), "Seats over time") == (
        ("20 Nov 2026", "4", "–"),
        ("23 Nov 2026", "5", "3"),
    )


def test_names_stand_with_their_state() -> None:
    people = {"idle": ("ada",), "never used": (), "new": ("b_c",)}
    assert rows(section_of(seat(1), people=people), "Unused seats, by name") == (("idle", "ada"), ("new", "b&#95;c"))
