"""What the invented GitHub has published: which days, restated until they settle, and in which files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from copilot_usage.demo.activity import COUNTERS
from copilot_usage.domain.availability import BEGAN
from copilot_usage.domain.dates import a_year_before
from copilot_usage.domain.scope import ScopeKind

if TYPE_CHECKING:
    from copilot_usage.demo.organization import Organization

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
