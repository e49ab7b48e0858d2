"""What the invented GitHub has published: which days, restated until they settle, and in which files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from copilot_usage.demo.activity import COUNTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from copilot_usage.demo.organization import Organization

_FIRST_DAYS = {"organization_id": date(2025, 12, 12), "enterprise_id": date(2025, 10, 10)}
_FIRST_TEAM_DAY = date(2026, 5, 14)
_LOOK_BACK = timedelta(days=365)
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
        first = max(_FIRST_DAYS[self.organization.id_field], self.today - _LOOK_BACK)
        if report.startswith("user-teams"):
            first = max(first, _FIRST_TEAM_DAY)
        return first <= day <= self.newest and day not in self.lacking

    def document(self, day: date) -> dict[str, Any]:
        """A day's aggregate; late telemetry is still missing from the newest days."""
        document = self.organization.document(day)
        if (self.today - day).days > _RESTATED_FOR:
            return document
        early = {name: document[name] - document[name] // 50 for name in COUNTERS}
        return {**document, **early}

    def files(self, report: str, day: date | None) -> list[bytes]:
        """The parts of a report."""
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

    def _ranged_rows(self, days: Iterable[date]) -> Iterator[Mapping[str, Any]]:
        ends = {"report_start_day": str(self.window[0]), "report_end_day": str(self.window[-1])}
        return ({**row, **ends} for day in days for row in self.organization.user_rows(day))

    def _wrapper(self) -> dict[str, Any]:
        days = [day for day in self.window if self.has(day, "organization")]
        people = self.organization.active(self.newest, 28)
        features = {"code_completion": 0.93, "agent_edit": 0.52, "copilot_cli": 0.21, "copilot_app": 0.04}
        return {
            "report_start_day": str(self.window[0]),
            "report_end_day": str(self.window[-1]),
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


def _ndjson(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)
