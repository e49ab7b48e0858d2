from __future__ import annotations

import json
from datetime import date
from typing import Any

import msgspec
import pytest

from copilot_usage.copilot_api.seats import decode_page
from copilot_usage.domain.seats import Seat


def seat(**fields: Any) -> dict[str, Any]:
    return {"created_at": "2026-01-31T20:00:00-06:00"} | fields


def page_of(*seats: dict[str, Any]) -> bytes:
    return json.dumps({"total_seats": len(seats), "seats": seats}).encode()


def only_seat(**fields: Any) -> Seat:
    (found,) = decode_page(page_of(seat(**fields))).seats
    return found


def test_a_seat_is_read_with_utc_days() -> None:
    found = only_seat(
        assignee={"id": 7, "login": "mona", "type": "User"},
        assigning_team={"slug": "payments", "name": "Payments"},
        last_activity_at="2026-11-20T23:30:00-06:00",
        last_activity_editor="vscode/1.77.3/copilot/1.86.82",
        pending_cancellation_date="2026-12-01",
        plan_type="business",
    )
    assert found == Seat(
        person=7,
        login="mona",
        created=date(2026, 2, 1),
        last_activity=date(2026, 11, 21),
        editor="vscode",
        plan="business",
        teams=("payments",),
        pending_cancellation=True,
    )


def test_a_seat_without_a_person_an_activity_or_a_team_is_read() -> None:
    found = only_seat(assignee=None, assigning_team=None, last_activity_at=None, last_activity_editor=None)
    assert (found.person, found.login, found.last_activity, found.editor, found.teams) == (None, None, None, None, ())
    assert found.plan == "unknown"


def test_an_id_that_comes_as_a_string_is_the_same_person() -> None:
    assert only_seat(assignee={"id": "7"}).person == 7


@pytest.mark.parametrize(
    "broken",
    [
        {"created_at": "yesterday"},
        {"created_at": None},
        {"assignee": "mona"},
        {"last_activity_at": "2026-13-01T00:00:00Z"},
    ],
)
def test_a_seat_that_cannot_be_read_is_counted_and_the_others_stay(broken: dict[str, Any]) -> None:
    page = decode_page(page_of(seat(**broken), seat(assignee={"id": 1})))
    assert (len(page.seats), page.unreadable, page.promised) == (1, 1, 2)


def test_a_page_without_seats_is_an_empty_page() -> None:
    assert decode_page(b'{"total_seats":0,"seats":null}').seats == []


def test_what_is_no_page_of_seats_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_page(b'{"seats":"none"}')
