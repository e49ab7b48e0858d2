"""What the demo's GitHub has published as of a day: report files, seats and bills."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from copilot_usage.demo.activity import COUNTERS, Row, is_active
from copilot_usage.demo.organization import SEED, Organization
from copilot_usage.demo.people import Person
from copilot_usage.domain.availability import BEGAN
from copilot_usage.domain.dates import a_year_before
from copilot_usage.domain.scope import ScopeKind

_KINDS = {"organization_id": ScopeKind.ORGANIZATION, "enterprise_id": ScopeKind.ENTERPRISE}
# A day is restated until three full days have passed after it.
_RESTATED_FOR = 3


@dataclass(frozen=True)
class Published:
    """The reports of one owner as of a day; `lacking`: days of which there is no report."""

    organization: Organization
    today: date
    delay: int = 2
    lacking: frozenset[date] = field(default_factory=frozenset)

    @property
    def newest(self) -> date:
        return self.today - timedelta(days=self.delay)

    @property
    def window(self) -> list[date]:
        """The 28 days of the 28-day reports."""
        return [self.newest - timedelta(days=n) for n in range(27, -1, -1)]

    def has(self, day: date, report: str) -> bool:
        """Whether there is a report of this day."""
        first = max(BEGAN[_KINDS[self.organization.id_field]], a_year_before(self.today))
        if report.startswith("user-teams"):
            first = max(first, BEGAN[ScopeKind.TEAM])
        return first <= day <= self.newest and day not in self.lacking

    def document(self, day: date) -> dict[str, Any]:
        """A day's aggregate; late telemetry is still missing from the newest days."""
        document = self.organization.document(day)
        if (self.today - day).days > _RESTATED_FOR:
            return document
        return {**document, **{name: document[name] - document[name] // 50 for name in COUNTERS}}

    def files(self, report: str, day: date | None) -> list[bytes]:
        """The parts of a report; `day` is None for the newest 28-day report."""
        if report.startswith("users-28-day"):
            days = [found for found in self.window if self.has(found, report)]
            halves = days[: len(days) // 2], days[len(days) // 2 :]
            return [_ndjson(self._ranged_rows(half)) for half in halves if half]
        if day is None:
            return [json.dumps(self._wrapper()).encode()]
        if report.startswith("users"):
            return [_ndjson(self.organization.user_rows(day))]
        if report.startswith("user-teams"):
            return [_ndjson(self.organization.user_team_rows(day))]
        return [json.dumps(self.document(day)).encode()]

    @property
    def ends(self) -> dict[str, str]:
        """First and last day of the 28-day reports, as GitHub writes them."""
        return {"report_start_day": str(self.window[0]), "report_end_day": str(self.window[-1])}

    def _ranged_rows(self, days: Iterable[date]) -> Iterator[Row]:
        return ({**row, **self.ends} for day in days for row in self.organization.user_rows(day))

    def _wrapper(self) -> dict[str, Any]:
        days = [day for day in self.window if self.has(day, "organization")]
        people = self.organization.active(self.newest, 28)
        features = {"code_completion": 0.93, "agent_edit": 0.52, "copilot_cli": 0.21, "copilot_app": 0.04}
        return {
            **self.ends,
            "created_at": f"{self.today}T04:12:09Z",
            self.organization.id_field: self.organization.owner_id,
            "day_totals": [self.document(day) for day in days],
            "copilot_feature_engagement": {
                "active_user_count": people,
                "totals_by_feature": [
                    {"feature": name, "engaged_user_count": round(people * share)} for name, share in features.items()
                ],
            },
        }


def _ndjson(rows: Iterable[Row]) -> bytes:
    return b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)


_GITHUB_FORGETS_AFTER = 90


@cache
def seats(organization: Organization, today: date) -> list[dict[str, Any]]:
    """The `seats` of the seat list: used, idle, never used, new, pending cancellation, and one without a person."""
    listed = [_seat(organization, person, today) for person in organization.people]
    unassigned = dict(listed[0], assignee=None, last_activity_at=None, last_activity_editor=None)
    return [*listed, unassigned]


def _seat(organization: Organization, person: Person, today: date) -> dict[str, Any]:
    past = (today - timedelta(days=n) for n in range(1, _GITHUB_FORGETS_AFTER))
    last = next((day for day in past if is_active(person, day, SEED)), None)
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


def _moment(day: date) -> str:
    return datetime.combine(day, time(14, 30), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# Credits of a person in the usual month, by model; each month has 6 % of them more than the month before.
_CREDITS: Mapping[str, int] = {"GPT-5.4": 610, "Claude Sonnet 4.6": 480, "Gemini 3 Pro": 140}
_USUAL = date(2026, 11, 1)
_GROWTH = 0.06
_PRICE = 0.01
# GitHub bills AI credits from here on.
_FIRST_MONTH = date(2026, 6, 1)


def bill_items(people: int, month: date, today: date) -> list[dict[str, Any]]:
    """The `usageItems` of a month, named by its first day: all within what the seats include, the running month so far.

    A month to come has none.
    """
    length = monthrange(month.year, month.month)[1]
    if month < _FIRST_MONTH:
        return []
    part = min(length, max(0, (today - month).days)) / length
    months = 12 * (month.year - _USUAL.year) + month.month - _USUAL.month
    scale = people * part * max(0.1, 1 + _GROWTH * months)
    return [_bill_item(model, round(used * scale)) for model, used in _CREDITS.items() if part]


def _bill_item(model: str, credits_used: int) -> dict[str, Any]:
    gross = round(credits_used * _PRICE, 2)
    return {
        "product": "Copilot",
        "sku": "Copilot AI Credits",
        "unitType": "credits",
        "pricePerUnit": _PRICE,
        "model": model,
        "grossQuantity": credits_used,
        "discountQuantity": credits_used,
        "netQuantity": 0,
        "grossAmount": gross,
        "discountAmount": gross,
        "netAmount": 0.0,
    }
