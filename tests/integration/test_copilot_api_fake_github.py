"""The real source against the fake GitHub: every query of a run, and in how many requests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta

import pytest

from builders import ENTERPRISE, ORGANIZATION
from copilot_usage.copilot_api.source import GitHubSource
from copilot_usage.demo.github import serve
from copilot_usage.demo.organization import owners
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.queries import (
    CreditBill,
    CreditMonth,
    EarlierDays,
    Failure,
    Fetched,
    LatestReport,
    LatestWindow,
    NewestDay,
    NoReport,
    OwnerDay,
    PeopleCounted,
    PeopleListed,
    PeopleReport,
    Plan,
    Query,
    Result,
    SeatList,
    SeatsListed,
    TeamDays,
)
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation
from copilot_usage.errors import NotFound, TokenRefused
from copilot_usage.timing import Deadline
from fakes.clock import RecordedClock
from fakes.github import FakeGitHub
from fakes.source import TODAY

NEWEST = TODAY - timedelta(days=2)
# A day without a report, in the range before the newest 28 days.
GAP = NEWEST - timedelta(days=33)
WINDOW = ending(NEWEST, 28)


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with serve(FakeGitHub(TODAY, owners(people=40, teams=3), lacking=frozenset({GAP}), legacy=True)) as serving:
        yield serving


def query(github: FakeGitHub, *queries: Query, token: str | None = None, people: bool = False) -> list[Result]:
    clock, masked = RecordedClock(), list[str]()
    with ExitStack() as stack:
        source = stack.enter_context(
            GitHubSource(
                api_url=github.api_url,
                token=token or github.reading_token,
                deadline=Deadline(600, now=clock.now, sleep=clock.sleep),
                today=TODAY,
                mask=masked.append,
                people=people,
            )
        )
        return list(source.fetch(Plan(queries)))


@pytest.mark.parametrize("owner", [ORGANIZATION, ENTERPRISE], ids=lambda owner: owner.owner)
def test_a_month_of_an_owner_costs_one_request_and_one_download(github: FakeGitHub, owner: Scope) -> None:
    newest, *days = query(github, LatestReport(owner))
    assert isinstance(newest, LatestWindow)
    assert newest.window == WINDOW
    assert newest.engaged_people["code_completion"] > 0
    published = github.published(owner.owner)
    assert [day.snapshot.document for day in days if isinstance(day, Fetched)] == [
        published.document(day) for day in WINDOW
    ]
    assert (len(github.requests), len(github.downloads)) == (1, 1)


def test_older_days_come_one_by_one_and_the_gap_is_no_error(github: FakeGitHub) -> None:
    before, there, after = query(github, *(OwnerDay(ORGANIZATION, GAP + timedelta(days=n)) for n in (-1, 0, 1)))
    assert there == NoReport(ORGANIZATION, GAP)
    assert isinstance(before, Fetched)
    assert isinstance(after, Fetched)
    assert (before.snapshot.settled, before.snapshot.generation) == (True, Generation.REPORTS)


@pytest.mark.parametrize("owner", [ORGANIZATION, ENTERPRISE], ids=lambda owner: owner.owner)
def test_all_teams_for_a_month_with_lead_in_are_joined(github: FakeGitHub, owner: Scope) -> None:
    lead_in = [day for day in ending(NEWEST, 55) if day not in WINDOW]
    team_days = TeamDays(owner, (owner.of_team("*"),), tuple(WINDOW), tuple(lead_in), (WINDOW,))
    results = query(github, NewestDay(owner), team_days)
    assert not [o for o in results if isinstance(o, Failure)]
    fetched = [o.snapshot for o in results if isinstance(o, Fetched)]
    assert len(fetched) == len({(s.scope, s.day) for s in fetched})
    assert [s.day for s in fetched] == sorted(s.day for s in fetched)
    assert {s.day for s in fetched} == set(WINDOW)
    last = [s for s in fetched if s.day == NEWEST and s.generation is Generation.REPORTS]
    assert len(last) > 1
    counted = {o.scope: o.active for o in results if isinstance(o, PeopleCounted)}
    for snapshot in last:
        assert snapshot.trailing is not None
        assert counted[snapshot.scope] == snapshot.trailing["monthly_active_users"]
    # Of each day the memberships; of the days before the window its users as well, but for the one without a report.
    assert len(github.requests) == 1 + len(WINDOW) + 2 * len(lead_in) - 1


def test_seats_bill_and_people_are_had(github: FakeGitHub) -> None:
    seats, bill, people = query(
        github, SeatList(ORGANIZATION), CreditMonth(ORGANIZATION, "2026-11"), PeopleReport(ORGANIZATION, WINDOW)
    )
    assert isinstance(seats, SeatsListed)
    assert seats.seats
    assert isinstance(bill, CreditBill)
    assert sum(bill.credits_by_model.values()) > 0
    assert isinstance(people, PeopleListed)
    assert people.people


@pytest.mark.parametrize("generation", [Generation.METRICS, Generation.USAGE])
@pytest.mark.parametrize(
    "scope",
    [ORGANIZATION, ENTERPRISE, ORGANIZATION.of_team("x"), ENTERPRISE.of_team("x")],
    ids=lambda scope: scope.name,
)
def test_the_retired_generations_are_read_where_they_still_answer(
    github: FakeGitHub, scope: Scope, generation: Generation
) -> None:
    days = DateRange(NEWEST - timedelta(days=26), NEWEST)
    results = query(github, EarlierDays(scope, generation, days))
    assert [o.snapshot.day for o in results if isinstance(o, Fetched)] == list(days)
    assert {o.snapshot.generation for o in results if isinstance(o, Fetched)} == {generation}


def test_an_owner_that_github_does_not_know_does_not_stop_the_others(github: FakeGitHub) -> None:
    unknown = type(ORGANIZATION)(ORGANIZATION.kind, "unknown-org")
    failure, newest, *_ = query(github, LatestReport(unknown), LatestReport(ORGANIZATION))
    assert isinstance(failure, Failure)
    assert type(failure.error) is NotFound
    assert isinstance(newest, LatestWindow)


def test_a_wrong_token_ends_it(github: FakeGitHub) -> None:
    (failure,) = query(github, LatestReport(ORGANIZATION), SeatList(ORGANIZATION), token="wrong")
    assert isinstance(failure, Failure)
    assert type(failure.error) is TokenRefused


def test_secrets_and_logins_stay_out_of_the_log(github: FakeGitHub, caplog: pytest.LogCaptureFixture) -> None:
    everything = (LatestReport(ORGANIZATION), SeatList(ORGANIZATION), PeopleReport(ORGANIZATION, WINDOW))
    teams = TeamDays(ORGANIZATION, (ORGANIZATION.of_team("*"),), (date(2026, 11, 1),), ())
    with caplog.at_level(logging.DEBUG):
        results = query(github, *everything, teams, people=True)
    logins = {seat.login for o in results if isinstance(o, SeatsListed) for seat in o.seats if seat.login}
    assert logins
    secrets = {github.reading_token, github.writing_token, github.signature, *logins}
    assert [secret for secret in secrets if secret in caplog.text] == []
    assert all("authorization" not in request.headers for request in github.downloads)
