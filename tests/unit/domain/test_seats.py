from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NEWEST, TODAY, seat, seat_figures
from copilot_usage.domain.dates import ending
from copilot_usage.domain.seats import (
    BUCKETS,
    NEVER,
    PRICES,
    Seat,
    SeatRules,
    SeatState,
    are_of,
    bucket_of,
    one_per_person,
    state_of,
)

RULES = SeatRules(TODAY)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("created", "last_activity", "state"),
    [
        (400, 0, SeatState.ACTIVE),
        (400, 29, SeatState.ACTIVE),
        (400, 30, SeatState.IDLE),
        (400, None, SeatState.IDLE),
        (30, None, SeatState.IDLE),
        (29, None, SeatState.NEW),
        (0, None, SeatState.NEW),
        (3, 2, SeatState.ACTIVE),
        (3, 40, SeatState.NEW),
        (400, -1, SeatState.ACTIVE),
        (-1, None, SeatState.NEW),
    ],
)
def test_a_seat_is_active_idle_or_too_young_to_tell(created: int, last_activity: int | None, state: SeatState) -> None:
    last = None if last_activity is None else ago(last_activity)
    assert state_of(seat(created=ago(created), last_activity=last), RULES) is state


def test_what_is_idle_depends_on_the_days_asked_for() -> None:
    quiet = seat(last_activity=ago(45))
    assert seat_figures(quiet).idle == 1
    assert seat_figures(quiet, idle_days=60).idle == 0


def test_a_person_with_several_grants_counts_once_and_is_as_active_as_the_seat_used_last() -> None:
    figures = seat_figures(seat(7), seat(7, last_activity=ago(3)), seat(7, last_activity=ago(50)))
    assert (figures.total, figures.active, figures.idle) == (1, 1, 0)


def test_a_new_grant_does_not_make_a_person_new_who_never_used_the_old_one() -> None:
    figures = seat_figures(seat(7, created=ago(2)), seat(7, created=ago(300)))
    assert (figures.new, figures.never_used) == (0, 1)


def test_a_person_is_billed_for_the_dearest_plan_whichever_seat_was_used_last() -> None:
    figures = seat_figures(seat(7, plan="enterprise"), seat(7, plan="business", last_activity=ago(40)))
    assert (figures.by_plan, figures.idle_cost) == ({"enterprise": 1}, PRICES["enterprise"])
    assert figures.included_credits == 3_900


def test_a_persons_seat_ends_when_all_their_grants_end() -> None:
    ending, staying = seat(7, pending_cancellation=True), seat(7)
    assert seat_figures(ending, staying).pending_cancellation == 0
    assert seat_figures(ending, ending).pending_cancellation == 1


def test_a_person_is_in_every_team_that_assigns_a_seat() -> None:
    figures = seat_figures(seat(7, team="web"), seat(7, team="core", last_activity=TODAY), seat(7), seat(8))
    assert (figures.by_team, figures.direct) == ({"core": (1, 0), "web": (1, 0)}, (1, 1))


def test_longer_idleness_than_github_remembers_is_not_told() -> None:
    seats = [seat(1, last_activity=ago(89)), seat(2, last_activity=ago(95)), seat(3), seat(4, created=ago(89))]
    figures = seat_figures(*seats, idle_days=120)
    assert (figures.idle_days, figures.active, figures.idle, figures.new) == (90, 1, 2, 1)


def test_activity_of_seats_that_stands_still_while_people_are_active_tells_no_idle_seats() -> None:
    seats = [seat(n, last_activity=ago(36)) for n in range(30)]
    figures = seat_figures(*seats, last_active=NEWEST)
    assert (figures.activity_stands_still, figures.newest_activity, figures.idle_cost) == (True, ago(36), None)
    assert not seat_figures(*seats).activity_stands_still
    assert not seat_figures(*seats, last_active=ago(34)).activity_stands_still
    assert not seat_figures(*seats, seat(99, last_activity=ago(4)), last_active=NEWEST).activity_stands_still
    assert seat_figures(seat(1), last_active=NEWEST).activity_stands_still
    assert not seat_figures(last_active=NEWEST).activity_stands_still


@pytest.mark.parametrize(
    ("until", "newest", "theirs"),
    [
        (NEWEST, NEWEST, True),
        (ago(7), NEWEST, True),
        (ago(8), NEWEST, False),
        (ago(8), ago(8), True),
        (ago(9), None, False),
    ],
)
def test_seats_are_those_of_a_range_that_reaches_the_present(until: date, newest: date | None, *, theirs: bool) -> None:
    assert are_of(ending(until, 28), newest, TODAY) is theirs


def test_seats_without_a_person_all_count() -> None:
    assert seat_figures(seat(None), seat(None), seat(1)).total == 3


def test_never_used_are_idle_seats_without_any_known_activity() -> None:
    figures = seat_figures(
        seat(1), seat(2, last_activity=ago(60)), seat(3, created=ago(2)), seat(4, last_activity=TODAY)
    )
    assert (figures.idle, figures.never_used, figures.new, figures.active) == (2, 1, 1, 1)


def test_idle_seats_cost_what_their_plan_costs() -> None:
    figures = seat_figures(seat(1), seat(2, plan="enterprise"), seat(3, last_activity=TODAY))
    assert figures.idle_cost == PRICES["business"] + PRICES["enterprise"]


def test_a_price_that_was_given_is_that_of_every_seat() -> None:
    assert seat_figures(seat(1), seat(2, plan="enterprise"), seat(3, plan="unknown"), price=25.5).idle_cost == 76.5


def test_a_price_of_nothing_is_a_price() -> None:
    assert seat_figures(seat(1, plan="unknown"), price=0).idle_cost == 0


def test_idle_seats_of_an_unknown_plan_are_counted_as_unpriced() -> None:
    figures = seat_figures(seat(1), seat(2, plan="unknown"))
    assert (figures.idle_cost, figures.unpriced) == (PRICES["business"], 1)


def test_the_cost_is_not_known_when_no_idle_seat_has_a_price() -> None:
    assert seat_figures(seat(1, plan="unknown")).idle_cost is None


def test_without_idle_seats_there_is_no_cost() -> None:
    assert seat_figures(seat(1, last_activity=TODAY)).idle_cost == 0
    assert seat_figures().idle_cost == 0


def test_included_credits_are_those_of_all_seats_or_not_known() -> None:
    assert seat_figures(seat(1), seat(2, plan="enterprise")).included_credits == 1_900 + 3_900
    assert seat_figures(seat(1), seat(2, plan="unknown")).included_credits is None


def test_teams_tell_their_seats_and_the_idle_ones_among_them() -> None:
    figures = seat_figures(seat(1, team="web"), seat(2, team="web", last_activity=TODAY), seat(3, team="core"), seat(4))
    assert dict(figures.by_team) == {"core": (1, 1), "web": (2, 1)}


def test_editors_are_those_of_active_people() -> None:
    figures = seat_figures(
        seat(1, editor="vscode", last_activity=TODAY), seat(2, editor="vim"), seat(3, last_activity=TODAY)
    )
    assert dict(figures.by_editor) == {"vscode": 1}


def test_added_seats_are_those_of_the_last_28_days() -> None:
    assert seat_figures(seat(1, created=ago(27)), seat(2, created=ago(28)), seat(3, created=TODAY)).added == 2


def test_seats_that_will_be_cancelled_are_counted() -> None:
    assert seat_figures(seat(1, pending_cancellation=True), seat(2)).pending_cancellation == 1


@pytest.mark.parametrize(
    ("age", "bucket"),
    [
        (-1, "0-6"), (0, "0-6"), (6, "0-6"), (7, "7-13"), (13, "7-13"), (14, "14-29"), (29, "14-29"), (30, "30-59"),
        (59, "30-59"), (60, "60-90"), (90, "60-90"), (91, NEVER),
    ],
)  # fmt: skip
def test_each_age_of_activity_has_its_bucket(age: int, bucket: str) -> None:
    assert bucket_of(ago(age), TODAY) == bucket


def test_no_activity_has_the_last_bucket() -> None:
    assert bucket_of(None, TODAY) == NEVER


def test_what_is_kept_of_seats_are_counts_only() -> None:
    document = seat_figures(
        seat(1, team="web", editor="vim"), seat(2, plan="enterprise", last_activity=ago(8))
    ).document
    assert document == {
        "total": 2,
        "by_plan": {"business": 1, "enterprise": 1},
        "by_last_activity": {"0-6": 0, "7-13": 1, "14-29": 0, "30-59": 0, "60-90": 0, NEVER: 1},
        "pending_cancellation": 0,
    }


def test_the_figures_know_the_day_they_were_read() -> None:
    assert seat_figures().day == TODAY


seats = st.lists(
    st.builds(
        seat,
        st.none() | st.integers(1, 12),
        created=st.dates(ago(500), TODAY),
        last_activity=st.none() | st.dates(ago(120), TODAY),
        plan=st.sampled_from(["business", "enterprise", "unknown"]),
        team=st.none() | st.sampled_from(["web", "core"]),
    ),
    max_size=25,
)


@given(seats, st.integers(1, 90))
def test_every_seat_is_exactly_one_of_active_idle_and_new(listed: list[Seat], idle_days: int) -> None:
    figures = seat_figures(*listed, idle_days=idle_days)
    people = {one.person for one in listed if one.person is not None}
    assert figures.total == len(people) + sum(one.person is None for one in listed)
    assert figures.active + figures.idle + figures.new == figures.total
    assert figures.never_used <= figures.idle
    assert sum(figures.by_plan.values()) == figures.total
    assert sum(figures.by_last_activity.values()) == figures.total
    assert list(figures.by_last_activity) == [*BUCKETS, NEVER]
    assert all(idle <= min(seats, figures.idle) for seats, idle in (*figures.by_team.values(), figures.direct))


@given(seats)
def test_the_order_of_the_list_does_not_matter_to_who_is_active(listed: list[Seat]) -> None:
    forth, back = seat_figures(*listed), seat_figures(*reversed(listed))
    assert (forth.active, forth.idle, forth.new) == (back.active, back.idle, back.new)


@given(seats)
def test_the_seat_that_stands_for_a_person_is_one_used_last(listed: list[Seat]) -> None:
    for chosen in one_per_person(listed):
        if chosen.person is not None:
            theirs = [one.last_activity for one in listed if one.person == chosen.person]
            assert chosen.last_activity == max((day for day in theirs if day is not None), default=None)
