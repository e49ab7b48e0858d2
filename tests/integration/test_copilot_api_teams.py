"""Days of teams over real sockets: which reports are asked for, in which order days come, what is said of none."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from builders import ENTERPRISE, ORGANIZATION
from copilot_usage import errors
from copilot_usage.demo.github import Reply, Request
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.queries import (
    Failure,
    Fetched,
    NewestDay,
    NoReport,
    Note,
    PeopleCounted,
    PeopleListed,
    Result,
    TeamDays,
    Word,
)
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation, Snapshot
from fakes.server import NOT_FOUND, as_json, one_by_one
from fakes.source import ServedSource, served_source

WINDOW = DateRange(date(2026, 10, 25), date(2026, 11, 21))
OLD = date(2026, 9, 10)
PAYMENTS, SEARCH = ORGANIZATION.of_team("payments"), ORGANIZATION.of_team("search")
EVERY = ORGANIZATION.of_team("*")


@dataclass
class Reports:
    """Everybody (1 to 3) is active every day; 1 and 2 are in `payments`, 2 and 3 in `search`.

    `renamed`: team → the first day of its present slug.
    """

    here: ServedSource
    teams: dict[str, tuple[int, ...]] = field(default_factory=lambda: {"payments": (1, 2), "search": (2, 3)})
    replies: dict[str, Reply] = field(default_factory=dict)
    window: DateRange = WINDOW
    renamed: dict[str, date] = field(default_factory=dict)

    def api(self, request: Request) -> Reply:
        report = request.path.removesuffix("/latest").rpartition("/")[2]
        day = request.query.get("day", "latest")
        if (reply := self.replies.get(f"{report} {day}")) is not None:
            return reply
        links = [self.here.link(f"{report}/{day}/{part}") for part in (1, 2)]
        if day == "latest":
            days = {"report_start_day": str(self.window.since), "report_end_day": str(self.window.until)}
            return as_json({"download_links": links} | days)
        return as_json({"download_links": links, "report_day": day})

    def downloads(self, request: Request) -> Reply:
        _, report, day, part = request.path.split("/")
        days = list(self.window) if day == "latest" else [date.fromisoformat(day)]
        rows = self.memberships(days) if report == "user-teams-1-day" else self.users(days)
        half = len(rows) // 2
        return Reply(200, b"\n".join(rows[:half] if part == "1" else rows[half:]))

    def memberships(self, days: Iterable[date]) -> list[bytes]:
        return [
            line(day, user_id=person, team_id=number, slug=self.slug_on(day, slug))
            for day in days
            for number, (slug, people) in enumerate(self.teams.items(), 1)
            for person in people
        ]

    def slug_on(self, day: date, slug: str) -> str:
        return slug if day >= self.renamed.get(slug, day) else f"old-{slug}"

    def users(self, days: Iterable[date]) -> list[bytes]:
        return [
            line(day, user_id=person, user_login=f"p{person}", user_initiated_interaction_count=person)
            for day in days
            for person in (1, 2, 3)
        ]


def line(day: date, **fields: Any) -> bytes:
    return json.dumps({"day": day.isoformat(), "organization_id": "42"} | fields).encode()


@pytest.fixture
def run() -> Iterator[Callable[..., Reports]]:
    with ExitStack() as stack:

        def begin(**kwargs: Any) -> Reports:
            here = stack.enter_context(served_source(**kwargs))
            reports = Reports(here)
            here.api.script, here.downloads.script = reports.api, reports.downloads
            return reports

        yield begin


def ask_of(
    teams: tuple[Scope, ...], days: Iterable[date], lead_in: Iterable[date] = (), *ranges: DateRange
) -> TeamDays:
    return TeamDays(ORGANIZATION, teams, tuple(days), tuple(lead_in), ranges)


def days_fetched(results: list[Result]) -> list[tuple[date, str]]:
    days = (o.snapshot for o in results if isinstance(o, Fetched))
    return [(found.day, found.scope.name) for found in days if found.generation is Generation.REPORTS]


def asked(reports: Reports) -> list[str]:
    return sorted(
        f"{r.path.rpartition('reports/')[2]} {r.query.get('day', '')}".strip() for r in reports.here.api.requests
    )


def test_a_few_days_are_joined_from_two_reports_each(run: Callable[..., Reports]) -> None:
    reports = run()
    days = [OLD, OLD + timedelta(days=1)]
    results = reports.here.query(ask_of((PAYMENTS,), days))
    assert days_fetched(results) == [(day, "octo-org/payments") for day in days]
    first = results[0]
    assert isinstance(first, Fetched)
    document = first.snapshot.document
    assert document is not None
    assert (document["daily_active_users"], document["user_initiated_interaction_count"]) == (2, 3)
    assert first.snapshot.trailing == {"weekly_active_users": None, "monthly_active_users": None}
    assert asked(reports) == [f"{report} {day}" for report in ("user-teams-1-day", "users-1-day") for day in days]


def test_every_team_of_the_owner_comes_from_the_same_requests(run: Callable[..., Reports]) -> None:
    reports = run()
    results = reports.here.query(ask_of((EVERY,), [OLD]))
    assert days_fetched(results) == [(OLD, "octo-org/payments"), (OLD, "octo-org/search")]
    roll = {"day": str(OLD), "teams": ["payments", "search"]}
    assert results[-1] == Fetched(Snapshot(OLD, ORGANIZATION, Generation.TEAMS, settled=True, document=roll))
    assert len(reports.here.api.requests) == 2


def test_the_newest_days_need_one_users_report_for_all(run: Callable[..., Reports]) -> None:
    reports = run()
    results = reports.here.query(ask_of((PAYMENTS,), WINDOW, (), WINDOW))
    assert [day for day, _ in days_fetched(results)] == list(WINDOW)
    assert asked(reports) == [*(f"user-teams-1-day {day}" for day in WINDOW), "users-28-day/latest"]
    last = next(o for o in reversed(results) if isinstance(o, Fetched))
    assert last.snapshot.trailing == {"weekly_active_users": 2, "monthly_active_users": 2}
    assert PeopleCounted(PAYMENTS, WINDOW, active=2, members=2) in results


def test_the_envelope_that_told_the_newest_day_serves_for_the_rows(run: Callable[..., Reports]) -> None:
    reports = run()
    reports.here.query(NewestDay(ORGANIZATION))
    reports.here.query(ask_of((PAYMENTS,), WINDOW))
    assert asked(reports).count("users-28-day/latest") == 1


def test_days_before_and_in_the_window_come_in_ascending_order(run: Callable[..., Reports]) -> None:
    reports = run()
    days = ending(WINDOW.until, 40)
    results = reports.here.query(ask_of((PAYMENTS,), days))
    assert [day for day, _ in days_fetched(results)] == list(days)
    daily = [target for target in asked(reports) if target.startswith("users-1-day")]
    assert daily == [f"users-1-day {day}" for day in days if day not in WINDOW]


def test_lead_in_days_are_read_for_trailing_counts_and_not_handed_on(run: Callable[..., Reports]) -> None:
    day = WINDOW.until
    results = run().here.query(ask_of((PAYMENTS,), [day], [day - timedelta(days=n) for n in range(27, 0, -1)]))
    assert days_fetched(results) == [(day, "octo-org/payments")]
    (only,) = (o for o in results if isinstance(o, Fetched))
    assert only.snapshot.trailing == {"weekly_active_users": 2, "monthly_active_users": 2}
    assert not only.snapshot.settled


@pytest.mark.parametrize("report", ["user-teams-1-day", "users-1-day"])
@pytest.mark.parametrize(
    ("reply", "word"), [(Reply(204), Word.SAID), (NOT_FOUND, Word.HIDDEN), (as_json(""), Word.VAGUE)]
)
def test_a_day_without_either_report_has_none_for_the_named_teams(
    run: Callable[..., Reports], report: str, reply: Reply, word: Word
) -> None:
    reports = run()
    reports.replies[f"{report} {OLD}"] = reply
    after = OLD + timedelta(days=1)
    results = reports.here.query(ask_of((PAYMENTS, SEARCH), [OLD, after]))
    assert [o for o in results if isinstance(o, NoReport)] == [NoReport(team, OLD, word) for team in (PAYMENTS, SEARCH)]
    assert {day for day, _ in days_fetched(results)} == {after}


def test_a_day_without_report_counts_as_read_for_the_days_after_it(run: Callable[..., Reports]) -> None:
    reports = run()
    days = ending(OLD, 7)
    reports.replies[f"user-teams-1-day {days.since}"] = Reply(204)
    results = reports.here.query(ask_of((PAYMENTS,), days))
    last = next(o for o in reversed(results) if isinstance(o, Fetched))
    assert last.snapshot.trailing == {"weekly_active_users": 2, "monthly_active_users": None}


def test_rows_of_another_organization_than_the_stored_days_make_no_day(run: Callable[..., Reports]) -> None:
    reports = run()
    results = reports.here.query(replace(ask_of((PAYMENTS,), [OLD]), owner_id="43"))
    (failure,) = (found for found in results if not isinstance(found, Note))
    assert isinstance(failure, Failure)
    assert (failure.day, "another organization" in failure.error.cause) == (OLD, True)
    assert days_fetched(reports.here.query(replace(ask_of((PAYMENTS,), [OLD]), owner_id="42"))) != []


def test_rows_that_are_left_out_are_named_in_a_note(run: Callable[..., Reports]) -> None:
    reports = run()
    whole = reports.downloads
    broken = Reply(200, line(OLD, user_id=1) + b"\n{broken\n")
    reports.here.downloads.script = lambda r: broken if r.path == f"/users-1-day/{OLD}/1" else whole(r)
    (note,) = (o for o in reports.here.query(ask_of((PAYMENTS,), [OLD])) if isinstance(o, Note))
    assert note.text.startswith("Rows were left out: users report, row 2: ")


def test_a_retired_version_of_the_api_is_no_missing_day(run: Callable[..., Reports]) -> None:
    reports = run()
    reports.here.api.script = one_by_one(as_json({"message": "Gone"}, 410))
    (failure,) = reports.here.query(ask_of((PAYMENTS,), [OLD]))
    assert isinstance(failure, Failure)
    assert type(failure.error) is errors.Retired


def test_a_renamed_team_has_its_days_under_its_new_slug_and_no_day_is_asked_for_twice(
    run: Callable[..., Reports],
) -> None:
    reports = run()
    reports.renamed = {"payments": OLD}
    results = reports.here.query(ask_of((PAYMENTS,), ending(OLD, 3)))
    assert days_fetched(results) == [(day, PAYMENTS.name) for day in ending(OLD, 3)]
    assert len(asked(reports)) == len(set(asked(reports))) == 6


def test_no_users_report_is_asked_for_a_day_without_memberships(run: Callable[..., Reports]) -> None:
    reports = run()
    reports.replies[f"user-teams-1-day {OLD}"] = Reply(204)
    reports.here.query(ask_of((EVERY,), [OLD]))
    assert asked(reports) == [f"user-teams-1-day {OLD}"]


def test_a_team_below_the_floor_is_named_once_with_the_reason(run: Callable[..., Reports]) -> None:
    small = ORGANIZATION.of_team("tiny")
    days = [OLD, OLD + timedelta(days=1)]
    results = run().here.query(ask_of((small,), days))
    assert [o for o in results if isinstance(o, NoReport)] == [NoReport(small, day) for day in days]
    (note,) = (o for o in results if isinstance(o, Note))
    assert note.scope == small
    assert "fewer than five people" in note.text


USELESS = {
    "an empty file": b"",
    "null": b"null",
    "a text": b'"No report available"',
    "rows under other names": b'{"user": 1, "team": 7, "team_slug": "payments"}',
    "rows in a wrapper": json.dumps({"day_totals": [json.loads(line(OLD, user_id=1))]}).encode(),
    "rows without ids": line(OLD, user_id=None, team_id=None, slug="payments"),
}


@pytest.mark.parametrize("body", USELESS)
def test_a_user_teams_report_without_one_usable_row_says_nothing_of_any_team(
    run: Callable[..., Reports], body: str
) -> None:
    reports = run()
    whole = reports.downloads
    reports.here.downloads.script = lambda r: Reply(200, USELESS[body]) if "user-teams" in r.path else whole(r)
    results = reports.here.query(ask_of((PAYMENTS, EVERY), [OLD]))
    (failure,) = (o for o in results if not isinstance(o, Note))
    assert isinstance(failure, Failure)
    assert (failure.day, type(failure.error)) == (OLD, errors.UnreadableDocument)


@pytest.mark.parametrize("body", sorted(USELESS.keys() - {"an empty file"}))
def test_a_users_report_without_one_usable_row_says_nothing_of_any_team(run: Callable[..., Reports], body: str) -> None:
    reports = run()
    whole = reports.downloads
    reports.here.downloads.script = lambda r: Reply(200, USELESS[body]) if "/users" in r.path else whole(r)
    results = reports.here.query(ask_of((PAYMENTS, EVERY), [OLD]))
    (failure,) = (o for o in results if not isinstance(o, Note))
    assert isinstance(failure, Failure)
    assert (failure.day, type(failure.error)) == (OLD, errors.UnreadableDocument)


@pytest.mark.parametrize("report", ["users-1-day", "user-teams-1-day"])
def test_a_file_of_rows_that_ends_in_mid_line_twice_is_a_failure_of_its_day(
    run: Callable[..., Reports], report: str
) -> None:
    reports = run()
    whole = reports.downloads

    def cut(request: Request) -> Reply:
        reply = whole(request)
        return replace(reply, content=reply.body.rstrip()[:-5]) if f"/{report}" in request.path else reply

    reports.here.downloads.script = cut
    results = reports.here.query(ask_of((PAYMENTS, EVERY), [OLD]))
    (failure,) = (o for o in results if not isinstance(o, Note))
    assert isinstance(failure, Failure)
    assert (failure.day, type(failure.error)) == (OLD, errors.UnreadableDocument)
    assert "its file ends in the middle of a line" in failure.error.cause


def test_an_empty_users_report_of_a_day_may_be_a_quiet_sunday_and_never_settles(run: Callable[..., Reports]) -> None:
    reports = run()
    whole = reports.downloads
    reports.here.downloads.script = lambda r: Reply() if "/users" in r.path else whole(r)
    results = reports.here.query(ask_of((PAYMENTS, EVERY), [OLD]))
    found = [o.snapshot for o in results if isinstance(o, Fetched)]
    assert [(each.settled, each.generation) for each in found[1:]] == [
        (False, Generation.REPORTS),
        (False, Generation.TEAMS),
    ]
    assert found[0].document is not None
    assert found[0].document["daily_active_users"] == 0
    assert any(isinstance(o, Note) and o.text.startswith("Empty users reports: 2026-09-10.") for o in results)


@pytest.mark.parametrize("body", ["an empty file", "null", "a text", "rows in a wrapper", "rows without ids"])
def test_where_the_users_report_of_28_days_is_no_use_the_daily_ones_are_asked(
    run: Callable[..., Reports], body: str
) -> None:
    reports = run()
    whole = reports.downloads
    reports.here.downloads.script = lambda r: Reply(200, USELESS[body]) if "users-28-day" in r.path else whole(r)
    results = reports.here.query(ask_of((PAYMENTS,), WINDOW))
    documents = [o.snapshot.document for o in results if isinstance(o, Fetched)]
    assert [document["user_initiated_interaction_count"] for document in documents if document] == [3] * 28
    (note,) = (o for o in results if isinstance(o, Note) and "asked for one by one" in o.text)
    assert "users-28-day" in note.text


def test_a_day_that_the_report_of_28_days_lacks_is_asked_for_alone(run: Callable[..., Reports]) -> None:
    reports = run()
    whole, lacking = reports.downloads, str(WINDOW.since)

    def without_a_day(request: Request) -> Reply:
        reply = whole(request)
        rows = [row for row in reply.body.split(b"\n") if lacking.encode() not in row]
        return Reply(200, b"\n".join(rows)) if "users-28-day" in request.path else reply

    reports.here.downloads.script = without_a_day
    results = reports.here.query(ask_of((PAYMENTS,), WINDOW))
    assert f"users-1-day {lacking}" in asked(reports)
    assert len(days_fetched(results)) == 28


def test_a_day_that_is_a_timestamp_is_its_utc_date(run: Callable[..., Reports]) -> None:
    reports = run()
    whole = reports.downloads

    def stamped(request: Request) -> Reply:
        day = str(OLD - timedelta(days=1))
        return Reply(200, whole(request).body.replace(f'"{OLD}"'.encode(), f'"{day}T20:00:00-05:00"'.encode()))

    reports.here.downloads.script = stamped
    (found,) = (o for o in reports.here.query(ask_of((PAYMENTS,), [OLD])) if isinstance(o, Fetched))
    assert found.snapshot.document is not None
    assert found.snapshot.document["user_initiated_interaction_count"] == 3


@pytest.mark.parametrize("refusal", [as_json({"message": "no"}, 403), as_json({}, 403, Retry_After="99999")])
def test_days_of_a_batch_that_are_there_are_kept_when_a_later_one_is_refused(
    run: Callable[..., Reports], refusal: Reply
) -> None:
    reports = run()
    days = list(ending(OLD, 7))
    reports.replies[f"users-1-day {days[4]}"] = refusal
    results = reports.here.query(ask_of((PAYMENTS,), days))
    assert {day for day, _ in days_fetched(results)} >= set(days[:4])
    assert any(isinstance(result, Failure) for result in results)


def test_a_day_that_is_refused_after_other_reports_is_a_failure_of_that_day_alone(run: Callable[..., Reports]) -> None:
    reports = run()
    days = list(ending(OLD, 9))
    reports.replies[f"users-1-day {days[4]}"] = as_json({"message": "no"}, 403)
    results = reports.here.query(ask_of((PAYMENTS,), days))
    assert {day for day, _ in days_fetched(results)} == {*days} - {days[4]}
    (failure,) = (result for result in results if isinstance(result, Failure))
    assert (failure.day, type(failure.error)) == (days[4], errors.NotAllowed)


def test_an_empty_report_says_of_no_team_that_it_is_too_small(run: Callable[..., Reports]) -> None:
    reports = run()
    reports.teams = {}
    (failure,) = reports.here.query(ask_of((EVERY,), [OLD]))
    assert isinstance(failure, Failure)
    assert "no row that can be used" in failure.error.cause


def test_a_day_that_fails_is_one_failure_and_leaves_no_partial_counts(run: Callable[..., Reports]) -> None:
    reports = run()
    days = ending(OLD, 8)
    broken = OLD - timedelta(days=3)
    reports.replies[f"users-1-day {broken}"] = Reply(503)
    results = reports.here.query(ask_of((PAYMENTS,), days, (), days))
    (failure,) = (o for o in results if isinstance(o, Failure))
    assert (failure.scope, failure.day, type(failure.error)) == (ORGANIZATION, broken, errors.Busy)
    assert len(days_fetched(results)) == 7
    assert not any(isinstance(o, PeopleCounted) for o in results)
    last = next(o for o in reversed(results) if isinstance(o, Fetched))
    assert last.snapshot.trailing == {"weekly_active_users": None, "monthly_active_users": None}


def test_without_the_28_day_report_the_daily_ones_do(run: Callable[..., Reports]) -> None:
    reports = run()
    reports.replies["users-28-day latest"] = NOT_FOUND
    results = reports.here.query(ask_of((PAYMENTS,), WINDOW))
    assert len(days_fetched(results)) == 28


def test_a_28_day_report_that_breaks_off_is_replaced_without_counting_twice(run: Callable[..., Reports]) -> None:
    reports = run()
    whole = reports.downloads
    reports.here.downloads.script = lambda r: Reply(500) if r.path == "/users-28-day/latest/2" else whole(r)
    results = reports.here.query(ask_of((PAYMENTS,), WINDOW))
    documents = [o.snapshot.document for o in results if isinstance(o, Fetched)]
    assert [document["user_initiated_interaction_count"] for document in documents if document] == [3] * 28


def test_a_refusal_is_about_the_owner_as_a_whole(run: Callable[..., Reports]) -> None:
    reports = run()
    reports.here.api.script = one_by_one(as_json({"message": "Must have admin rights"}, 403))
    (failure,) = reports.here.query(ask_of((PAYMENTS,), ending(OLD, 30)))
    assert isinstance(failure, Failure)
    assert (failure.scope, failure.day, type(failure.error)) == (ORGANIZATION, None, errors.NotAllowed)
    assert len(reports.here.api.requests) <= 8


def test_never_more_than_four_requests_are_under_way(run: Callable[..., Reports]) -> None:
    reports = run()
    reports.here.query(ask_of((EVERY,), ending(WINDOW.until, 45)))
    assert reports.here.api.most_at_once + reports.here.downloads.most_at_once <= 8
    assert reports.here.api.most_at_once <= 4
    assert reports.here.downloads.most_at_once <= 4
    assert reports.here.api.connections <= 4
    assert reports.here.downloads.connections <= 4


def test_people_are_listed_only_when_asked_for(run: Callable[..., Reports], caplog: pytest.LogCaptureFixture) -> None:
    days = ending(OLD, 2)
    query = ask_of((PAYMENTS,), days, (), days)
    with caplog.at_level(logging.DEBUG):
        assert not any(isinstance(o, PeopleListed) for o in run().here.query(query))
        (listed,) = (o for o in run(people=True).here.query(query) if isinstance(o, PeopleListed))
    assert {person.login: person.active_days for person in listed.people} == {"p1": 2, "p2": 2}
    assert "p1" not in caplog.text


def test_an_enterprise_asks_its_own_reports(run: Callable[..., Reports]) -> None:
    reports = run()
    reports.here.query(TeamDays(ENTERPRISE, (ENTERPRISE.of_team("payments"),), (OLD,), ()))
    assert {request.path for request in reports.here.api.requests} == {
        f"/enterprises/octo-enterprise/copilot/metrics/reports/{report}"
        for report in ("user-teams-1-day", "users-1-day")
    }


def test_cancelling_while_teams_are_read_ends_with_the_days_before(run: Callable[..., Reports]) -> None:
    reports = run()
    days = list(ending(OLD, 30))
    whole = reports.downloads

    def cancel(request: Request) -> Reply:
        if request.path.startswith(f"/users-1-day/{days[20]}"):
            reports.here.cancelled.set()
        return whole(request)

    reports.here.downloads.script = cancel
    results = reports.here.query(ask_of((PAYMENTS,), days))
    assert isinstance(results[-1], Failure)
    assert type(results[-1].error) is errors.RunCancelled
    fetched = [day for day, _ in days_fetched(results)]
    assert fetched == sorted(set(fetched))
    assert 7 <= len(fetched) <= 20
