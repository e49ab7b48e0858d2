"""Invented seats: used, idle, never used, new, pending cancellation, and one of nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from copilot_usage.demo.activity import is_active
from copilot_usage.demo.people import Person

if TYPE_CHECKING:
    from copilot_usage.demo.organization import Organization

_GITHUB_FORGETS_AFTER = 90


@cache
def seats(organization: Organization, today: date) -> list[dict[str, Any]]:
    """The `seats` of the seat list, in order of their people."""
    listed = [_seat(organization, person, today) for person in organization.people]
    nobody = dict(listed[0], assignee=None, last_activity_at=None, last_activity_editor=None)
    return [*listed, nobody]


def _seat(organization: Organization, person: Person, today: date) -> dict[str, Any]:
    last = next((day for day in _back(today, _GITHUB_FORGETS_AFTER) if is_active(person, day, "copilot")), None)
    created = today - timedelta(days=9 if person.number % 29 == 3 else 120 + person.number % 300)
    team = person.teams[0] if person.teams else None
    return {
        "created_at": _moment(created),
        "updated_at": _moment(last or created),
        "pending_cancellation_date": (today + timedelta(days=8)).isoformat() if person.number % 67 == 1 else None,
        "last_activity_at": _moment(last) if last else None,
        "last_activity_editor": f"{person.editor}/1.139.0/copilot-chat/0.41.1" if last else None,
        "last_authenticated_at": _moment(last) if last else None,
        "plan_type": "enterprise" if person.number % 12 == 0 else "business",
        "assignee": {"login": person.login, "id": person.user_id, "type": "User", "site_admin": False},
        "assigning_team": {"id": organization.team_id(team), "slug": team, "name": team} if team else None,
    }


def _back(today: date, days: int) -> list[date]:
    return [today - timedelta(days=n) for n in range(1, days)]


def _moment(day: date) -> str:
    return datetime.combine(day, time(14, 30), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
