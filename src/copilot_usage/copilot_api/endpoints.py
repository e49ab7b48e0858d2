"""The requests to the API host: path, parameters, and what each is about. Knows no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from urllib.parse import quote, urlencode

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation

# The most that GitHub gives on one page (schemas: copilot-metrics, copilot-usage-metrics, copilot seats).
_PAGE_SIZES = {Generation.METRICS: 100, Generation.USAGE: 28}
SEATS_A_PAGE = 100


class Resource(StrEnum):
    """What is asked about; each has its own permissions (`access_errors`)."""

    REPORTS = "Copilot usage reports"
    METRICS = "Copilot metrics"
    USAGE = "Copilot usage"
    SEATS = "Copilot seats"
    CREDITS = "AI credits"


class Report(StrEnum):
    """The reports of the live generation; an owner's aggregate is named after its kind."""

    OWNER = "owner"
    USERS = "users"
    USER_TEAMS = "user-teams"


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request to the API host."""

    scope: Scope
    resource: Resource
    path: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Path and query, to be put behind the API's address."""
        return f"{self.path}?{urlencode(self.params)}" if self.params else self.path

    @property
    def label(self) -> str:
        """What is asked, in a line of the log."""
        last = self.path.removesuffix("/latest").rpartition("/")[2]
        details = [value for name, value in self.params.items() if name in {"day", "page"}]
        return " ".join([f"{self.scope.name}: {last}", *details])


def _root(scope: Scope, organizations: str = "orgs") -> str:
    kind = "enterprises" if scope.kind.owner_kind is ScopeKind.ENTERPRISE else organizations
    return f"/{kind}/{quote(scope.owner, safe='')}"


def _report_path(owner: Scope, report: Report, length: str) -> str:
    name = owner.kind.owner_kind.value if report is Report.OWNER else report.value
    return f"{_root(owner)}/copilot/metrics/reports/{name}-{length}"


def one_day(owner: Scope, report: Report, day: date) -> ApiRequest:
    """A report of one day."""
    return ApiRequest(owner, Resource.REPORTS, _report_path(owner, report, "1-day"), {"day": day.isoformat()})


def profile(organization: str) -> ApiRequest:
    """The organization itself: whether it exists, as far as the token may see."""
    owner = Scope(ScopeKind.ORGANIZATION, organization)
    return ApiRequest(owner, Resource.REPORTS, _root(owner))


def newest_days(owner: Scope, report: Report) -> ApiRequest:
    """The report of the newest 28 days; there is none of user-teams."""
    return ApiRequest(owner, Resource.REPORTS, f"{_report_path(owner, report, '28-day')}/latest")


def earlier_days(scope: Scope, generation: Generation, days: DateRange) -> ApiRequest:
    """The first page of a range from a retired generation."""
    team = f"/team/{quote(scope.team, safe='')}" if scope.team else ""
    resource = Resource.METRICS if generation is Generation.METRICS else Resource.USAGE
    params = {
        "since": f"{days.since}T00:00:00Z",
        "until": f"{days.until}T23:59:59Z",
        "page": "1",
        "per_page": str(_PAGE_SIZES[generation]),
    }
    return ApiRequest(scope, resource, f"{_root(scope)}{team}/copilot/{generation.value}", params)


def seat_page(owner: Scope, page: int) -> ApiRequest:
    """A page of the seats."""
    params = {"page": str(page), "per_page": str(SEATS_A_PAGE)}
    return ApiRequest(owner, Resource.SEATS, f"{_root(owner)}/copilot/billing/seats", params)


def credit_month(owner: Scope, month: str) -> ApiRequest:
    """The AI-credit bill of a month, `YYYY-MM`."""
    year, number = month.split("-")
    path = f"{_root(owner, 'organizations')}/settings/billing/ai_credit/usage"
    return ApiRequest(owner, Resource.CREDITS, path, {"year": year, "month": str(int(number))})
