from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from builders import ENTERPRISE, ORGANIZATION
from copilot_usage import errors
from copilot_usage.copilot_api import endpoints
from copilot_usage.copilot_api.access_errors import RefusedResponse, TokenKind, error_for, kind_of
from copilot_usage.copilot_api.endpoints import ApiRequest, Report
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation

DAYS = DateRange(date(2026, 11, 1), date(2026, 11, 20))


def report_of(owner: Scope) -> ApiRequest:
    return endpoints.newest_days(owner, Report.OWNER)


def metrics_of(scope: Scope) -> ApiRequest:
    return endpoints.earlier_days(scope, Generation.METRICS, DAYS)


def usage_of(scope: Scope) -> ApiRequest:
    return endpoints.earlier_days(scope, Generation.USAGE, DAYS)


def seats_of(owner: Scope) -> ApiRequest:
    return endpoints.seat_page(owner, 1)


def credits_of(owner: Scope) -> ApiRequest:
    return endpoints.credit_month(owner, "2026-11")


EVERYTHING = [
    make(owner)
    for make in (report_of, metrics_of, usage_of, seats_of, credits_of)
    for owner in (ORGANIZATION, ENTERPRISE)
]


def refused(
    api_request: ApiRequest,
    status: int,
    message: str = "",
    headers: Mapping[str, str] | None = None,
    token: TokenKind = TokenKind.UNKNOWN,
) -> errors.CopilotUsageError:
    return error_for(RefusedResponse(api_request, status, headers or {}, message, token))


def test_the_bill_of_an_organization_that_is_not_found_lies_with_its_enterprise() -> None:
    error = refused(credits_of(ORGANIZATION), 404, "Not Found")
    assert "lies with the enterprise" in error.cause
    assert "no organization" not in error.cause
    assert "no enterprise" in refused(credits_of(ENTERPRISE), 404, "Not Found").cause


@pytest.mark.parametrize("status", [401, 403, 404])
def test_the_workflows_own_token_is_called_by_its_name(status: int) -> None:
    own = kind_of("ghs_own", (None, "ghs_own"))
    assert (own, kind_of("ghs_apps", ("ghs_own",))) == (TokenKind.WORKFLOW, TokenKind.INSTALLATION)
    error = refused(report_of(ORGANIZATION), status, "Resource not accessible by integration", token=own)
    assert "the workflow's own token can never read Copilot usage" in error.cause.replace("The", "the")
    assert "App" not in error.title
    assert "workflow's own token" in refused(report_of(ORGANIZATION), status, token=TokenKind.INSTALLATION).cause


def test_a_token_is_the_workflows_own_only_if_it_begins_as_one() -> None:
    assert kind_of("ghp_abc", ("ghp_abc",)) is TokenKind.CLASSIC


@pytest.mark.parametrize("status", [403, 404])
def test_of_a_token_that_lacks_the_scope_nothing_else_is_suspected(status: int) -> None:
    scopes = {"x-oauth-scopes": "repo", "x-accepted-oauth-scopes": "read:org"}
    error = refused(report_of(ORGANIZATION), status, "No", scopes, TokenKind.CLASSIC)
    assert "`read:org`" in error.remedy
    assert not any(word in f"{error.cause} {error.remedy}" for word in ("spelling", "policy", "Enabled everywhere"))


CASES = {
    "401": (report_of(ORGANIZATION), 401, "Bad credentials", {}, TokenKind.UNKNOWN),
    "403 of a classic token": (
        report_of(ORGANIZATION),
        403,
        "Must have admin rights",
        {"x-oauth-scopes": "gist"},
        TokenKind.CLASSIC,
    ),
    "403 policy": (report_of(ORGANIZATION), 403, "Copilot usage metrics policy is disabled", {}, TokenKind.CLASSIC),
    "403 single sign-on": (
        report_of(ORGANIZATION),
        403,
        "Resource protected",
        {"x-github-sso": "required; url=x"},
        TokenKind.CLASSIC,
    ),
    "403 address": (
        report_of(ORGANIZATION),
        403,
        "the organization has an IP allow list enabled",
        {},
        TokenKind.CLASSIC,
    ),
    "403 fine-grained at an enterprise": (report_of(ENTERPRISE), 403, "not accessible", {}, TokenKind.FINE_GRAINED),
    "403 of an enterprise App at an organization": (
        report_of(ORGANIZATION),
        403,
        "Resource not accessible by integration",
        {},
        TokenKind.INSTALLATION,
    ),
    "404 organization": (report_of(ORGANIZATION), 404, "Not Found", {}, TokenKind.UNKNOWN),
    "404 enterprise": (report_of(ENTERPRISE), 404, "Not Found", {}, TokenKind.UNKNOWN),
    "404 metrics": (metrics_of(ORGANIZATION), 404, "Not Found", {}, TokenKind.UNKNOWN),
    "410 usage": (usage_of(ENTERPRISE), 410, "Gone", {}, TokenKind.UNKNOWN),
    "422 metrics": (
        metrics_of(ORGANIZATION),
        422,
        "Copilot Usage Metrics API setting is disabled",
        {},
        TokenKind.UNKNOWN,
    ),
    "422 seats": (seats_of(ORGANIZATION), 422, "Payment method", {}, TokenKind.UNKNOWN),
    "410 of the version": (seats_of(ORGANIZATION), 410, "Gone", {}, TokenKind.UNKNOWN),
    "400": (credits_of(ORGANIZATION), 400, "Bad request", {}, TokenKind.UNKNOWN),
}
EXPECTED = {
    "401": (errors.TokenRefused, "The token is not valid", ["expired", "COPILOT_USAGE_TOKEN", "`read:org`"]),
    "403 of a classic token": (
        errors.NotAllowed,
        "The token is not allowed to read Copilot usage reports of octo-org",
        ["has the scopes: gist", "`read:org`", "“Organization Copilot metrics: read”", "Enabled everywhere"],
    ),
    "403 policy": (
        errors.NotAllowed,
        "The policy “Copilot usage metrics” is not enabled for octo-org",
        ["“Enabled everywhere”"],
    ),
    "403 single sign-on": (
        errors.NotAllowed,
        "The token is not authorized for octo-org's single sign-on",
        ["Configure SSO", "Authorize"],
    ),
    "403 address": (
        errors.NotAllowed,
        "octo-org does not allow requests from this runner's address",
        ["IP allow list", "runs-on: [self-hosted]"],
    ),
    "403 fine-grained at an enterprise": (
        errors.NotAllowed,
        "A fine-grained token cannot read the enterprise octo-enterprise",
        ["`read:enterprise` or `manage_billing:copilot`", "“Enterprise Copilot metrics: read”", "not supported"],
    ),
    "403 of an enterprise App at an organization": (
        errors.NotAllowed,
        "The App's token is not allowed to read Copilot usage reports of octo-org",
        ["installation on an enterprise", "owner: octo-org", "steps.app.outputs.token"],
    ),
    "404 organization": (
        errors.NotFound,
        "GitHub finds no Copilot usage reports of octo-org",
        ["organization `octo-org`", "“Organization Copilot metrics: read”", "`read:org`", "“Enabled everywhere”"],
    ),
    "404 enterprise": (
        errors.NotFound,
        "GitHub finds no Copilot usage reports of octo-enterprise",
        ["enterprise `octo-enterprise`", "`read:enterprise`", "“Enterprise Copilot metrics: read”", "not supported"],
    ),
    "404 metrics": (
        errors.Retired,
        "GitHub has switched off the endpoint /orgs/octo-org/copilot/metrics",
        ["2026-04-02", "api: reports"],
    ),
    "410 usage": (
        errors.Retired,
        "GitHub has switched off the endpoint /enterprises/octo-enterprise/copilot/usage",
        ["February 2025", "api: reports"],
    ),
    "422 metrics": (
        errors.NotAllowed,
        "The policy “Copilot Metrics API access” is not enabled for octo-org",
        ["Policies"],
    ),
    "422 seats": (errors.NotAllowed, "octo-org has no Copilot seats that GitHub could list", ["seats: false"]),
    "410 of the version": (errors.Retired, "GitHub has retired what this version asks for", ["newer version"]),
    "400": (errors.Unreachable, "GitHub did not accept a request about octo-org", ["Bad request"]),
}


@pytest.mark.parametrize("case", CASES)
def test_each_refusal_says_what_happened_and_what_to_do(case: str) -> None:
    error = refused(*CASES[case])
    kind, title, words = EXPECTED[case]
    assert type(error) is kind
    assert error.title == title
    told = f"{error.cause}\n{error.remedy}"
    assert [word for word in words if word not in told] == []


def test_every_case_has_its_expectation() -> None:
    assert CASES.keys() == EXPECTED.keys()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 422, 451])
@pytest.mark.parametrize("api_request", EVERYTHING, ids=lambda api_request: api_request.path)
def test_no_refusal_is_left_without_words(api_request: ApiRequest, status: int) -> None:
    error = refused(api_request, status)
    assert error.title
    assert str(status) in error.cause
    assert len(error.remedy) > 40


@pytest.mark.parametrize("api_request", EVERYTHING, ids=lambda api_request: api_request.path)
def test_a_missing_permission_is_named_for_each_endpoint(api_request: ApiRequest) -> None:
    remedy = refused(api_request, 403, "Must have admin rights").remedy
    assert "classic token" in remedy
    assert "owner" in remedy


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("ghp_abc", TokenKind.CLASSIC),
        ("github_pat_abc", TokenKind.FINE_GRAINED),
        ("ghs_abc", TokenKind.INSTALLATION),
        ("0123456789abcdef", TokenKind.UNKNOWN),
    ],
)
def test_the_kind_of_a_token_is_known_by_its_first_letters(token: str, kind: TokenKind) -> None:
    assert kind_of(token) is kind
