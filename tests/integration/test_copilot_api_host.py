"""The API host over real sockets: what is sent to it, which faults pass, and that the token goes nowhere else."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

import copilot_usage
from builders import ORGANIZATION
from copilot_usage import errors
from copilot_usage.copilot_api.client import GitHubClient
from copilot_usage.copilot_api.ndjson import MOST_BYTES
from copilot_usage.copilot_api.source import GitHubSource
from copilot_usage.demo.github import Reply, Request
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.queries import (
    CreditBill,
    CreditMonth,
    EarlierDays,
    Failure,
    LatestReport,
    NoReport,
    OwnerDay,
    PeopleReport,
    Plan,
    QueryKind,
    Result,
    SeatList,
    Word,
)
from copilot_usage.domain.snapshot import Generation
from copilot_usage.errors import TokenRefused, Unreachable
from copilot_usage.timing import Deadline
from fakes.clock import START, RecordedClock
from fakes.server import NOT_FOUND, BrokenReply, FakeServer, as_json, one_by_one
from fakes.source import BAD_ADDRESSES, CANARY_TOKEN, TODAY, ServedSource, served_source

BILL = as_json({"usageItems": [{"model": "gpt-5", "unitType": "credits", "grossQuantity": 2.5, "netAmount": 0}]})
ASK = CreditMonth(ORGANIZATION, "2026-11")
BILLED = [CreditBill(ORGANIZATION, "2026-11", {"gpt-5": 2.5}, 0)]


@pytest.fixture
def run() -> Iterator[Callable[..., ServedSource]]:
    """Opens the source between its servers; closed at the end of the test."""
    with ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(served_source(*args, **kwargs))


def error_of(results: list[Result]) -> errors.CopilotUsageError:
    (failure,) = results
    assert isinstance(failure, Failure)
    return failure.error


def test_every_request_carries_token_version_and_name(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(BILL))
    assert here.query(ASK) == BILLED
    (request,) = here.api.requests
    assert request.headers["authorization"] == f"Bearer {CANARY_TOKEN}"
    assert request.headers["accept"] == "application/vnd.github+json"
    assert request.headers["x-github-api-version"] == "2026-03-10"
    assert request.headers["user-agent"] == f"copilot-usage-report/{copilot_usage.__version__}"
    assert "gzip" in request.headers["accept-encoding"]


def test_an_api_below_a_path_is_asked_below_that_path() -> None:
    clock = RecordedClock()
    with FakeServer(one_by_one(BILL)) as api:
        deadline = Deadline(60, now=clock.now, sleep=clock.sleep)
        with GitHubSource(api_url=f"{api.url}/api/v3/", token="t", deadline=deadline, today=TODAY) as source:
            assert list(source.fetch(Plan((ASK,)))) == BILLED
    assert api.targets == ["/api/v3/organizations/octo-org/settings/billing/ai_credit/usage?year=2026&month=11"]


def test_credentials_of_netrc_are_not_used(
    run: Callable[..., ServedSource], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    here = run()
    here.api.script = one_by_one(as_json({"download_links": [here.link("a")], "report_day": "2026-11-20"}))
    here.downloads.script = one_by_one(Reply(200, b'{"day":"2026-11-20"}\n'))
    here.query(OwnerDay(ORGANIZATION, date(2026, 11, 20)))
    assert here.api.requests[0].headers["authorization"] == f"Bearer {CANARY_TOKEN}"
    assert "authorization" not in here.downloads.requests[0].headers


def test_a_compressed_answer_is_unpacked(run: Callable[..., ServedSource]) -> None:
    assert run(one_by_one(Reply(200, gzip.compress(BILL.body), {"Content-Encoding": "gzip"}))).query(ASK) == BILLED


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = RecordedClock()
    for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with FakeServer(one_by_one(BILL)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        deadline = Deadline(60, now=clock.now, sleep=clock.sleep)
        with GitHubSource(api_url="http://api.invalid", token="t", deadline=deadline, today=TODAY) as source:
            assert list(source.fetch(Plan((ASK,)))) == BILLED
    assert [request.headers["host"] for request in proxy.requests] == ["api.invalid"]


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
def test_a_dead_proxy_is_named_after_one_try(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    clock = RecordedClock()
    for each in ("NO_PROXY", "no_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    deadline = Deadline(60, now=clock.now, sleep=clock.sleep)
    with GitHubSource(api_url="https://api.invalid", token="t", deadline=deadline, today=TODAY) as source:
        error = error_of(list(source.fetch(Plan((ASK,)))))
    assert "(one try)" in error.cause
    assert f"`{name}`" in error.cause
    assert clock.sleeps == []


PASSING = {
    "500": Reply(500),
    "502": Reply(502, b"<html>Bad gateway</html>"),
    "503": Reply(503),
    "504": Reply(504),
    "HTML instead of JSON": Reply(200, b"<!doctype html><p>Unicorn!", {"Content-Type": "text/html"}),
    "cut off before Content-Length": BrokenReply(200, BILL.body, cut=20),
    "JSON that ends in the middle": Reply(200, BILL.body[:20]),
    "connection reset": BrokenReply(reset=True),
    "no whole gzip": Reply(200, b"abc", {"Content-Encoding": "gzip"}),
    "a gzip stream cut behind its data": Reply(200, gzip.compress(BILL.body)[:-8], {"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_asked_again_and_shown_as_one_line(
    run: Callable[..., ServedSource], fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    here = run(one_by_one(PASSING[fault], BILL))
    with caplog.at_level(logging.INFO):
        assert here.query(ASK) == BILLED
    assert len(here.api.requests) == 2
    (line,) = (record.getMessage() for record in caplog.records if record.levelno == logging.INFO)
    assert line.startswith("octo-org: usage: ")
    assert line.endswith("(try 2 of 5)")


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_stays_becomes_a_failure_after_five_tries(run: Callable[..., ServedSource], fault: str) -> None:
    here = run(one_by_one(PASSING[fault]))
    error = error_of(here.query(ASK))
    assert isinstance(error, Unreachable)
    assert len(here.api.requests) == 5
    assert sum(here.clock.sleeps) < 60


def test_a_host_that_refuses_connections_is_a_failure() -> None:
    with FakeServer(one_by_one(BILL)) as gone:
        url = gone.url
    clock = RecordedClock()
    with GitHubSource(
        api_url=url, token="t", deadline=Deadline(600, now=clock.now, sleep=clock.sleep), today=TODAY
    ) as source:
        error = error_of(list(source.fetch(Plan((ASK,)))))
    assert "the connection was refused (5 tries)" in error.cause


@pytest.mark.parametrize(
    ("limit", "wait"),
    [
        (as_json({"message": "slow down"}, 429, Retry_After="17"), 17),
        (as_json({"message": "slow down"}, 403, retry_after="17"), 17),
        (
            as_json({"message": "x"}, 403, x_ratelimit_remaining="0", x_ratelimit_reset=str(int(START) + 40)),
            41,
        ),
    ],
    ids=["429 with retry-after", "403 with retry-after", "primary limit"],
)
def test_a_rate_limit_is_waited_for(run: Callable[..., ServedSource], limit: Reply, wait: int) -> None:
    here = run(one_by_one(limit, BILL))
    assert here.query(ASK) == BILLED
    assert here.clock.sleeps == [wait]


def test_a_secondary_limit_without_a_time_is_waited_for_a_minute_or_more(run: Callable[..., ServedSource]) -> None:
    limit = as_json({"message": "You have exceeded a secondary rate limit."}, 403)
    here = run(one_by_one(limit, limit, BILL))
    assert here.query(ASK) == BILLED
    first, second = here.clock.sleeps
    assert 60 <= first <= 75
    assert 120 <= second <= 150


def test_a_primary_limit_beyond_the_runs_time_stops_all_asking(run: Callable[..., ServedSource]) -> None:
    spent = as_json({"message": "x"}, 403, x_ratelimit_remaining="0", x_ratelimit_reset=str(int(START) + 3000))
    here = run(one_by_one(spent), seconds=600)
    error = error_of(here.query(*(OwnerDay(ORGANIZATION, date(2026, 10, number)) for number in range(1, 13)), ASK))
    assert type(error) is errors.RateLimited
    assert error.fatal
    assert here.clock.sleeps == []


BUSY_FOR_AN_HOUR = Reply(503, headers={"Retry-After": "3600"})
OPTIONAL = (SeatList(ORGANIZATION), ASK, PeopleReport(ORGANIZATION, DateRange(TODAY, TODAY)))


@pytest.mark.parametrize("seconds", [1800, 36_000])
@pytest.mark.parametrize(
    "refusal",
    [BUSY_FOR_AN_HOUR, as_json({}, 403, Retry_After="7200"), as_json({"message": "Bad credentials"}, 401)],
    ids=["503", "403", "401"],
)
def test_what_is_optional_never_ends_a_run(run: Callable[..., ServedSource], refusal: Reply, seconds: float) -> None:
    def only_days(request: Request) -> Reply:
        return as_json("") if "/organization-1-day" in request.path else refusal

    here = run(only_days, seconds=seconds)
    days = [OwnerDay(ORGANIZATION, date(2026, 10, number)) for number in range(1, 4)]
    results = here.query(*OPTIONAL, *days)
    assert results[:3] == [NoReport(ORGANIZATION, query.day, Word.VAGUE) for query in days]
    failures = [result for result in results[3:] if isinstance(result, Failure)]
    assert [failure.about for failure in failures] == [QueryKind.SEATS, QueryKind.CREDITS, QueryKind.PEOPLE]
    assert [failure.error.fatal for failure in failures] == [False] * 3
    assert sum(here.clock.sleeps) < seconds * 0.6
    assert here.query(*days) == results[:3]


def test_a_day_for_which_github_asks_for_too_long_a_wait_is_one_failure(run: Callable[..., ServedSource]) -> None:
    days = [OwnerDay(ORGANIZATION, date(2026, 10, number)) for number in range(1, 4)]
    here = run(lambda request: BUSY_FOR_AN_HOUR if request.query["day"] == "2026-10-02" else as_json(""))
    first, failure, last = here.query(*days)
    assert isinstance(failure, Failure)
    assert type(failure.error) is errors.Busy
    assert [first, last] == [NoReport(ORGANIZATION, days[n].day, Word.VAGUE) for n in (0, 2)]


def test_an_unknown_token_is_the_last_outcome(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(as_json({"message": "Bad credentials"}, 401)))
    results = here.query(LatestReport(ORGANIZATION), SeatList(ORGANIZATION), ASK)
    assert type(error_of(results)) is TokenRefused


def test_a_refusal_is_said_once_and_not_asked_for_again(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(as_json({"message": "Must have admin rights"}, 403)))
    days = [OwnerDay(ORGANIZATION, date(2026, 11, number)) for number in range(1, 21)]
    (failure,) = here.query(*days)
    assert isinstance(failure, Failure)
    assert (failure.day, failure.about) == (None, QueryKind.USAGE)
    assert len(here.api.requests) < 10
    asked = len(here.api.requests)
    assert here.query(*days) == []
    assert len(here.api.requests) == asked


def test_the_time_of_the_run_ends_all_tries(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(Reply(503, headers={"retry-after": "100"})), seconds=250)
    error = error_of(here.query(OwnerDay(ORGANIZATION, date(2026, 10, 1))))
    assert type(error) is errors.Busy
    assert here.clock.sleeps == [100, 100]


@pytest.mark.parametrize("where", ["report", "seats", "bill", "download"])
def test_the_run_ends_in_time_though_a_body_arrives_in_drops(run: Callable[..., ServedSource], where: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    dripping = BrokenReply(raw=head + b" " * 2000, slowly=lambda: here.clock.sleep(1.0))
    here = run(lambda _: dripping, lambda _: dripping, seconds=240)
    if where == "download":
        here.api.script = one_by_one(as_json({"download_links": [here.link("a")]}))
    day = OwnerDay(ORGANIZATION, date(2026, 10, 1))
    error = error_of(here.query(SeatList(ORGANIZATION) if where == "seats" else ASK if where == "bill" else day))
    assert type(error) in {errors.TimeUp, Unreachable}
    assert error.fatal == (type(error) is errors.TimeUp and where in {"report", "download"})


def test_a_redirect_on_the_same_host_is_followed(run: Callable[..., ServedSource]) -> None:
    def renamed(request: Request) -> Reply:
        if request.path.startswith("/organizations/1/"):
            return BILL
        return Reply(301, headers={"Location": "/organizations/1/settings/billing/ai_credit/usage"})

    here = run(renamed)
    assert here.query(ASK) == BILLED
    assert [request.headers["authorization"] for request in here.api.requests] == [f"Bearer {CANARY_TOKEN}"] * 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("form", ["{url}/steal", "//127.0.0.1:{port}/steal", "http://127.0.0.1:{port}\\@{api}/steal"])
def test_the_token_follows_no_redirect_to_another_host(
    run: Callable[..., ServedSource], status: int, form: str
) -> None:
    here = run()
    port = here.downloads.server_address[1]
    target = form.format(url=here.downloads.url, port=port, api=here.api.url.removeprefix("http://"))
    here.api.script = one_by_one(Reply(status, headers={"Location": target}))
    error = error_of(here.query(ASK))
    assert error.title == "The API sent this run to another host"
    assert here.downloads.requests == []
    assert len(here.api.requests) == 1


def test_pages_are_not_followed_to_another_host(run: Callable[..., ServedSource]) -> None:
    here = run()
    elsewhere = f'<{here.downloads.url}/steal?page=2>; rel="next"'
    here.api.script = one_by_one(as_json([], Link=elsewhere))
    days = DateRange(date(2026, 11, 1), date(2026, 11, 20))
    error = error_of(here.query(EarlierDays(ORGANIZATION, Generation.METRICS, days)))
    assert error.title == "The API sent this run to another host"
    assert here.downloads.requests == []


@pytest.mark.parametrize(
    ("status", "address"),
    [*((status, address) for status in (200, 302) for address in BAD_ADDRESSES), (302, "http://\xe9\xff/a")],
)
def test_an_address_that_is_none_is_a_fault_of_one_request(
    run: Callable[..., ServedSource], status: int, address: str
) -> None:
    links = {"Location": address, "Link": f'<{address}>; rel="next", <{address}>; rel="last"'}
    astray = BrokenReply(status, BILL.body, links, endless=b"x" * 65536 if status == 302 else b"")
    here = run(lambda request: astray if request.query.get("month") == "1" else BILL)
    first, *others = here.query(*(CreditMonth(ORGANIZATION, f"2026-{month:02}") for month in range(1, 13)))
    assert isinstance(first, Failure)
    assert type(first.error) is Unreachable
    assert len(others) == 11
    assert [result for result in others if not isinstance(result, CreditBill)] == []


@pytest.mark.parametrize(
    "endless",
    [
        BrokenReply(endless=b" " * 65536),
        BrokenReply(404, endless=b"x" * 65536),
        BrokenReply(502, endless=b"x" * 65536),
        Reply(200, gzip.compress(b" " * (MOST_BYTES + 1)), {"Content-Encoding": "gzip"}),
        Reply(500, gzip.compress(gzip.compress(b" " * (MOST_BYTES + 1))), {"Content-Encoding": "gzip, gzip"}),
    ],
    ids=["200", "404", "502", "200 packed", "500 packed twice"],
)
def test_an_answer_without_an_end_is_an_error_that_names_the_host(
    run: Callable[..., ServedSource], endless: Reply
) -> None:
    here = run(one_by_one(endless))
    error = error_of(here.query(ASK))
    assert error.title == "An answer is too large"
    assert "127.0.0.1 sent more than 32 MB" in error.cause
    assert len(here.api.requests) == 1


def test_redirects_in_circles_end(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(Reply(302, headers={"Location": "/again"})))
    assert error_of(here.query(ASK)).title == "GitHub redirects in circles"
    assert len(here.api.requests) == 5


def test_an_answer_of_another_shape_is_named(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(as_json({"usageItems": "none"})))
    error = error_of(here.query(ASK))
    assert type(error) is errors.UnreadableDocument
    assert "octo-org: usage" in error.cause


def test_a_token_that_github_echoes_appears_nowhere(
    run: Callable[..., ServedSource], caplog: pytest.LogCaptureFixture
) -> None:
    here = run(one_by_one(as_json({"message": f"The token {CANARY_TOKEN} may not do this"}, 403)))
    with caplog.at_level(logging.DEBUG):
        error = error_of(here.query(ASK))
    seen: BaseException | None = error
    while seen is not None:
        assert CANARY_TOKEN not in f"{seen!r} {seen} {vars(seen)}"
        seen = seen.__cause__ or seen.__context__
    assert CANARY_TOKEN not in caplog.text


def test_neither_client_nor_source_shows_the_token() -> None:
    clock = RecordedClock()
    client = GitHubClient(api_url="http://127.0.0.1:9", token=CANARY_TOKEN, deadline=Deadline(9, now=clock.now))
    shown = json.dumps({name: repr(value) for name, value in vars(client).items()})
    client.close()
    assert CANARY_TOKEN not in shown + repr(client)


def test_cancelling_ends_with_what_was_had(run: Callable[..., ServedSource]) -> None:
    here = run()

    def cancel_at_the_third(request: Request) -> Reply:
        if request.query["month"] == "3":
            here.cancelled.set()
        return BILL

    here.api.script = cancel_at_the_third
    results = here.query(*(CreditMonth(ORGANIZATION, f"2026-{month:02}") for month in range(1, 13)))
    assert type(results[-1]) is Failure
    assert type(results[-1].error) is errors.RunCancelled
    assert [result for result in results[:-1] if not isinstance(result, CreditBill)] == []
    assert len(here.api.requests) < 12


def test_leaving_in_the_middle_asks_no_more(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(BILL))
    results = here.source.fetch(Plan(tuple(CreditMonth(ORGANIZATION, f"2026-{month:02}") for month in range(1, 13))))
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(here.api.requests) < 12


def test_seats_that_may_not_be_seen_do_not_touch_the_rest(run: Callable[..., ServedSource]) -> None:
    here = run(lambda request: BILL if "ai_credit" in request.path else NOT_FOUND)
    seats, bill = here.query(SeatList(ORGANIZATION), ASK)
    assert isinstance(seats, Failure)
    assert seats.about is QueryKind.SEATS
    assert [bill] == BILLED
