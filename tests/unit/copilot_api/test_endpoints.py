from __future__ import annotations

from datetime import date

import pytest

from builders import ENTERPRISE, ORGANIZATION
from copilot_usage.copilot_api import endpoints
from copilot_usage.copilot_api.endpoints import ApiRequest, Report
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.snapshot import Generation

DAY = date(2026, 11, 20)
DAYS = DateRange(date(2026, 11, 1), DAY)
RANGE = "since=2026-11-01T00%3A00%3A00Z&until=2026-11-20T23%3A59%3A59Z&page=1"
ORG, ENT = "/orgs/octo-org/copilot", "/enterprises/octo-enterprise/copilot"


@pytest.mark.parametrize(
    ("api_request", "target"),
    [
        (
            endpoints.one_day(ORGANIZATION, Report.OWNER, DAY),
            f"{ORG}/metrics/reports/organization-1-day?day=2026-11-20",
        ),
        (endpoints.one_day(ENTERPRISE, Report.OWNER, DAY), f"{ENT}/metrics/reports/enterprise-1-day?day=2026-11-20"),
        (endpoints.one_day(ORGANIZATION, Report.USERS, DAY), f"{ORG}/metrics/reports/users-1-day?day=2026-11-20"),
        (
            endpoints.one_day(ENTERPRISE, Report.USER_TEAMS, DAY),
            f"{ENT}/metrics/reports/user-teams-1-day?day=2026-11-20",
        ),
        (endpoints.newest_days(ORGANIZATION, Report.OWNER), f"{ORG}/metrics/reports/organization-28-day/latest"),
        (endpoints.newest_days(ENTERPRISE, Report.USERS), f"{ENT}/metrics/reports/users-28-day/latest"),
        (endpoints.earlier_days(ORGANIZATION, Generation.METRICS, DAYS), f"{ORG}/metrics?{RANGE}&per_page=100"),
        (
            endpoints.earlier_days(ENTERPRISE.of_team("Ops"), Generation.USAGE, DAYS),
            f"/enterprises/octo-enterprise/team/ops/copilot/usage?{RANGE}&per_page=28",
        ),
        (endpoints.seat_page(ORGANIZATION, 2), f"{ORG}/billing/seats?page=2&per_page=100"),
        (
            endpoints.credit_month(ORGANIZATION, "2026-02"),
            "/organizations/octo-org/settings/billing/ai_credit/usage?year=2026&month=2",
        ),
        (
            endpoints.credit_month(ENTERPRISE, "2026-11"),
            "/enterprises/octo-enterprise/settings/billing/ai_credit/usage?year=2026&month=11",
        ),
    ],
)
def test_each_question_goes_where_github_answers_it(api_request: ApiRequest, target: str) -> None:
    assert api_request.target == target


def test_a_question_is_named_in_the_log_by_owner_report_and_day() -> None:
    assert endpoints.one_day(ORGANIZATION, Report.USERS, DAY).label == "octo-org: users-1-day 2026-11-20"
    assert endpoints.newest_days(ORGANIZATION, Report.OWNER).label == "octo-org: organization-28-day"
