"""What comes in pages, over real sockets: days of the retired generations, seats; and the bill."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

import pytest

from builders import ENTERPRISE, ORGANIZATION
from copilot_usage import errors
from copilot_usage.demo.github import Reply, Request
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.queries import (
    CreditBill,
    CreditMonth,
    EarlierDays,
    Failure,
    Fetched,
    NoReport,
    Note,
    QueryKind,
    SeatList,
    SeatsListed,
)
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation, Snapshot
from fakes.server import NOT_FOUND, as_json, one_by_one
from fakes.source import ServedSource, served_source

DAYS = DateRange(date(2026, 11, 1), date(2026, 11, 4))
SCOPES = [ORGANIZATION, ORGANIZATION.of_team("payments"), ENTERPRISE, ENTERPRISE.of_team("payments")]
ROOTS = [
    "/orgs/octo-org",
    "/orgs/octo-org/team/payments",
    "/enterprises/octo-enterprise",
    "/enterprises/octo-enterprise/team/payments",
]
ASK = EarlierDays(ORGANIZATION, Generation.METRICS, DAYS)


@pytest.fixture
def run() -> Iterator[Callable[..., ServedSource]]:
    with ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(served_source(*args, **kwargs))


def metrics_day(day: date, **fields: Any) -> dict[str, Any]:
    return {"date": day.isoformat(), "total_active_users": 5} | fields


def usage_day(day: date) -> dict[str, Any]:
    return {"day": day.isoformat(), "total_active_users": 5, "breakdown": None}


def fetched(scope: Scope, generation: Generation, day: date, document: dict[str, Any]) -> Fetched:
    return Fetched(Snapshot(day, scope, generation, settled=True, document=document))


@pytest.mark.parametrize(("scope", "root"), [*zip(SCOPES, ROOTS, strict=True)], ids=str)
@pytest.mark.parametrize(("generation", "make"), [(Generation.METRICS, metrics_day), (Generation.USAGE, usage_day)])
def test_every_scope_of_the_retired_generations_is_asked(
    run: Callable[..., ServedSource],
    scope: Scope,
    root: str,
    generation: Generation,
    make: Callable[[date], dict[str, Any]],
) -> None:
    here = run(one_by_one(as_json([make(day) for day in DAYS])))
    assert here.query(EarlierDays(scope, generation, DAYS)) == [
        fetched(scope, generation, day, make(day)) for day in DAYS
    ]
    assert [request.path for request in here.api.requests] == [f"{root}/copilot/{generation}"]


def test_pages_are_followed_to_the_last(run: Callable[..., ServedSource]) -> None:
    here = run()

    def page_by_page(request: Request) -> Reply:
        number = int(request.query["page"])
        day = metrics_day(DAYS.since + timedelta(days=number - 1))
        following = f'<{here.api.url}{request.path}?page={number + 1}&per_page=1>; rel="next"'
        return as_json([day], Link=following) if number < 4 else as_json([day])

    here.api.script = page_by_page
    assert here.query(ASK) == [fetched(ORGANIZATION, Generation.METRICS, day, metrics_day(day)) for day in DAYS]
    assert [request.query["page"] for request in here.api.requests] == ["1", "2", "3", "4"]


def test_pages_without_an_end_are_noticed(run: Callable[..., ServedSource]) -> None:
    here = run()
    here.api.script = lambda r: as_json([], Link=f'<{here.api.url}{r.path}?page=2>; rel="next"')
    (failure,) = here.query(ASK)
    assert isinstance(failure, Failure)
    assert failure.error.title == "GitHub's pages have no end"
    assert len(here.api.requests) == 2


def test_days_that_are_not_in_the_answer_have_no_report(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(as_json([metrics_day(DAYS.until), metrics_day(date(2026, 6, 1))])))
    assert here.query(ASK) == [
        fetched(ORGANIZATION, Generation.METRICS, DAYS.until, metrics_day(DAYS.until)),
        *(NoReport(ORGANIZATION, date(2026, 11, n), generation=Generation.METRICS) for n in (1, 2, 3)),
    ]


def test_what_cannot_be_read_of_an_answer_is_named(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(as_json([*map(metrics_day, DAYS), 7])))
    *days, note = here.query(ASK)
    assert len(days) == 4
    assert isinstance(note, Note)
    assert "octo-org: metrics" in note.text


def test_days_that_are_not_over_or_beyond_its_memory_are_not_called_missing(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(as_json([])))
    old = EarlierDays(ORGANIZATION, Generation.USAGE, DateRange(date(2026, 10, 20), date(2026, 11, 23)))
    days = [result.day for result in here.query(old) if isinstance(result, NoReport)]
    assert (days[0], days[-1]) == (date(2026, 10, 26), date(2026, 11, 22))


def test_the_retired_generations_cannot_tell_every_team(run: Callable[..., ServedSource]) -> None:
    here = run()
    (failure,) = here.query(EarlierDays(ORGANIZATION.of_team("*"), Generation.METRICS, DAYS))
    assert isinstance(failure, Failure)
    assert "team: payments, search" in failure.error.remedy
    assert here.api.requests == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (NOT_FOUND, errors.Retired),
        (as_json({"message": "Gone"}, 410), errors.Retired),
        (as_json({"message": "Copilot Metrics API setting is disabled"}, 422), errors.NotAllowed),
        (as_json({"message": "Must have admin rights"}, 403), errors.NotAllowed),
        (as_json({"message": "Bad credentials"}, 401), errors.TokenRefused),
        (Reply(500), errors.Busy),
        (Reply(200, b"[{"), errors.Unreachable),
    ],
)
def test_each_refusal_of_a_retired_generation_is_its_own_error(
    run: Callable[..., ServedSource], reply: Reply, kind: type[errors.CopilotUsageError]
) -> None:
    (failure,) = run(one_by_one(reply)).query(ASK)
    assert isinstance(failure, Failure)
    assert type(failure.error) is kind
    assert failure.day is None


def seat(person: int) -> dict[str, Any]:
    return {
        "created_at": "2026-01-01T00:00:00Z",
        "assignee": {"id": person, "login": f"p{person}"},
        "plan_type": "business",
    }


def seat_pages(people: int, *, promised: int | None = None, link: bool = True) -> Callable[[Request], Reply]:
    last = -(-people // 100)

    def answer(request: Request) -> Reply:
        number = int(request.query["page"])
        seats = [seat(person) for person in range(people)][(number - 1) * 100 : number * 100]
        address = f"http://{request.headers['host']}{request.path}"
        pages = {"next": number + 1, "last": last} if link and number < last else {}
        links = ", ".join(f'<{address}?page={n}>; rel="{rel}"' for rel, n in pages.items())
        return as_json({"total_seats": people if promised is None else promised, "seats": seats}, Link=links)

    return answer


@pytest.mark.parametrize("link", [True, False])
@pytest.mark.parametrize("people", [0, 1, 100, 101, 867])
def test_all_seats_are_listed_in_order_page_by_page(
    run: Callable[..., ServedSource], people: int, *, link: bool
) -> None:
    here = run(seat_pages(people, link=link))
    (listed,) = here.query(SeatList(ORGANIZATION))
    assert isinstance(listed, SeatsListed)
    assert [found.person for found in listed.seats] == list(range(people))
    assert len(here.api.requests) == max(1, -(-people // 100))


def test_an_enterprise_that_counts_people_once_has_more_pages_than_its_total_says(
    run: Callable[..., ServedSource],
) -> None:
    (listed,) = run(seat_pages(250, promised=90)).query(SeatList(ENTERPRISE))
    assert isinstance(listed, SeatsListed)
    assert len(listed.seats) == 250


def test_a_last_page_that_was_not_the_last_is_followed_on(run: Callable[..., ServedSource]) -> None:
    here = run()

    def grown(request: Request) -> Reply:
        number = int(request.query["page"])
        links = f'<{here.api.url}{request.path}?page={number + 1}>; rel="next"' if number < 4 else ""
        return as_json({"total_seats": 150, "seats": [seat(number)]}, Link=links)

    here.api.script = grown
    note, listed = here.query(SeatList(ORGANIZATION))
    assert isinstance(note, Note)
    assert note.text == "GitHub counts 150 seats and lists 4 of them."
    assert isinstance(listed, SeatsListed)
    assert [found.person for found in listed.seats] == [1, 2, 3, 4]


def test_pages_shorter_than_asked_for_are_read_to_the_end(run: Callable[..., ServedSource]) -> None:
    def short(request: Request) -> Reply:
        number = int(request.query["page"])
        seats = [seat(n) for n in range(50 * number - 50, min(50 * number, 250))]
        return as_json({"total_seats": 250, "seats": seats})

    here = run(short)
    (listed,) = here.query(SeatList(ORGANIZATION))
    assert isinstance(listed, SeatsListed)
    assert [found.person for found in listed.seats] == list(range(250))


def test_lines_of_other_products_are_not_on_the_bill_of_credits(run: Callable[..., ServedSource]) -> None:
    items = [
        {"model": "a", "unitType": "credits", "grossQuantity": 10, "netAmount": 0.7},
        {"product": "Actions", "unitType": "minutes", "grossQuantity": 500, "netAmount": 9},
    ]
    here = run(one_by_one(as_json({"usageItems": items})))
    assert here.query(CreditMonth(ORGANIZATION, "2026-11")) == [CreditBill(ORGANIZATION, "2026-11", {"a": 10}, 0.7)]


def test_a_total_far_too_high_does_not_ask_for_empty_pages(run: Callable[..., ServedSource]) -> None:
    here = run(seat_pages(100, promised=5_000_000, link=False))
    _, listed = here.query(SeatList(ORGANIZATION))
    assert isinstance(listed, SeatsListed)
    assert len(here.api.requests) < 10


@pytest.mark.parametrize("promised", [900, 90])
def test_pages_of_seats_are_read_four_at_once(run: Callable[..., ServedSource], promised: int) -> None:
    pages = seat_pages(900, promised=promised)
    here = run()
    together = threading.Barrier(4, timeout=10)

    def four_at_a_time(request: Request) -> Reply:
        if request.query["page"] != "1":
            together.wait()
        return pages(request)

    here.api.script = four_at_a_time
    (listed,) = here.query(SeatList(ORGANIZATION))
    assert isinstance(listed, SeatsListed)
    assert here.api.most_at_once == 4


def test_one_page_that_cannot_be_had_is_a_failure_of_the_seats(run: Callable[..., ServedSource]) -> None:
    pages = seat_pages(300)
    here = run(lambda request: Reply(503) if request.query["page"] == "2" else pages(request))
    (failure,) = here.query(SeatList(ORGANIZATION))
    assert isinstance(failure, Failure)
    assert (failure.about, type(failure.error)) == (QueryKind.SEATS, errors.Busy)


def test_pages_of_seats_without_an_end_are_noticed(run: Callable[..., ServedSource]) -> None:
    def endless(_: Request) -> Reply:
        return as_json({"total_seats": 250, "seats": [seat(1)]}, Link=f'<{here.api.url}/seats?page=2>; rel="next"')

    here = run(endless)
    (failure,) = here.query(SeatList(ORGANIZATION))
    assert isinstance(failure, Failure)
    assert failure.error.title == "GitHub's pages have no end"
    assert len(here.api.requests) == 40


def test_seats_that_cannot_be_read_are_counted_in_a_note(run: Callable[..., ServedSource]) -> None:
    note, listed = run(one_by_one(as_json({"total_seats": 2, "seats": [seat(1), {"assignee": None}]}))).query(
        SeatList(ORGANIZATION)
    )
    assert isinstance(note, Note)
    assert note.text.startswith("1 seat")
    assert isinstance(listed, SeatsListed)
    assert len(listed.seats) == 1


def test_a_bill_is_summed_by_model(run: Callable[..., ServedSource]) -> None:
    items = [
        {"model": "b", "unitType": "credits", "grossQuantity": 2, "netAmount": 0.5, "sku": "x"},
        {"model": "a", "unitType": "credits", "grossQuantity": 1.5, "netAmount": 0},
        {"model": "b", "unitType": "credits", "grossQuantity": 1, "netAmount": 0.25},
        {"model": "b", "unitType": "minutes", "grossQuantity": 900, "netAmount": None},
    ]
    here = run(one_by_one(as_json({"timePeriod": {"year": 2026}, "usageItems": items})))
    assert here.query(CreditMonth(ENTERPRISE, "2026-11")) == [
        CreditBill(ENTERPRISE, "2026-11", {"a": 1.5, "b": 3.0}, 0.75)
    ]


def test_amounts_that_cannot_be_right_are_left_out_of_a_bill_and_refunds_are_not() -> None:
    lines = (
        '{"model": "a", "grossQuantity": 5, "netAmount": 2.5}',
        '{"model": "a", "grossQuantity": -1, "netAmount": -0.5}',
        '{"model": "a", "grossQuantity": 1e308}',
        '{"model": "a", "grossQuantity": 1e308}',
        '{"model": "a", "netAmount": -1e999}',
        '{"model": "a", "grossQuantity": "many"}',
        '"a line"',
    )
    body = f'{{"usageItems": [{",".join(lines)}]}}'.encode()
    with served_source(one_by_one(Reply(200, body))) as here:
        note, bill = here.query(CreditMonth(ORGANIZATION, "2026-11"))
    assert bill == CreditBill(ORGANIZATION, "2026-11", {"a": 4}, 2.0)
    assert note == Note(
        "Lines of the bill of 2026-11 were left out, because their amounts cannot be right: 5.", ORGANIZATION
    )


def test_a_bill_that_may_not_be_seen_is_asked_for_once(run: Callable[..., ServedSource]) -> None:
    here = run(one_by_one(as_json({"message": "Must have admin rights"}, 403)))
    here.query(CreditMonth(ORGANIZATION, "2026-10"))
    assert here.query(CreditMonth(ORGANIZATION, "2026-11")) == []
    assert len(here.api.requests) == 1
