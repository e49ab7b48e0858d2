"""The seats of an owner, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, date, datetime
from functools import partial

import msgspec

from copilot_usage.copilot_api import endpoints
from copilot_usage.copilot_api.access_errors import endless
from copilot_usage.copilot_api.client import ApiResponse, GitHubClient
from copilot_usage.copilot_api.prefetch import Workers
from copilot_usage.domain.queries import Note, Result, SeatList, SeatsListed
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.seats import Seat


class _Person(msgspec.Struct):
    id: int | None = None
    login: str | None = None


class _Team(msgspec.Struct):
    slug: str | None = None
    name: str | None = None


class _Row(msgspec.Struct):
    """What is read of a seat (schema: copilot-seat-details)."""

    created_at: str
    assignee: _Person | None = None
    assigning_team: _Team | None = None
    pending_cancellation_date: str | None = None
    last_activity_at: str | None = None
    last_activity_editor: str | None = None
    plan_type: str | None = None


class _Page(msgspec.Struct):
    total_seats: int = 0
    seats: list[msgspec.Raw] | None = None


class SeatPage(msgspec.Struct):
    """Seats of one page; `unreadable`: rows that were none; `promised`: how many seats there are in all."""

    seats: list[Seat]
    unreadable: int
    promised: int

    @property
    def rows(self) -> int:
        """How many the page listed, readable or not."""
        return len(self.seats) + self.unreadable


# A person may have several grants, and pages may be shorter than asked for; but no list of seats is longer than this.
_MOST_PAGES = 5000
_MOST_TIMES_THE_TOTAL = 10

_ROWS = msgspec.json.Decoder(_Row, strict=False)


def decode_page(body: bytes) -> SeatPage:
    """Raises msgspec.DecodeError for a page that is none; a bad row is counted and left out."""
    page = msgspec.json.decode(body, type=_Page)
    seats: list[Seat] = []
    for raw in page.seats or []:
        try:
            seats.append(_seat(_ROWS.decode(raw)))
        except (msgspec.DecodeError, ValueError, OverflowError):
            continue
    return SeatPage(seats, len(page.seats or []) - len(seats), page.total_seats)


def _seat(row: _Row) -> Seat:
    person = row.assignee or _Person()
    team = row.assigning_team or _Team()
    assigned_by = team.slug or team.name
    return Seat(
        person=person.id,
        login=person.login,
        created=_utc_day(row.created_at),
        last_activity=_utc_day(row.last_activity_at) if row.last_activity_at else None,
        editor=(row.last_activity_editor or "").partition("/")[0] or None,
        plan=row.plan_type or "unknown",
        teams=(assigned_by,) if assigned_by else (),
        pending_cancellation=row.pending_cancellation_date is not None,
    )


def _utc_day(text: str) -> date:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()


def first_page(client: GitHubClient, owner: Scope) -> ApiResponse[SeatPage]:
    """The page that says how many there are; raises CopilotUsageError."""
    return client.get(endpoints.seat_page(owner, 1), decode_page)


def seat_list(
    client: GitHubClient, query: SeatList, first: Future[ApiResponse[SeatPage]], workers: Workers
) -> Iterator[Result]:
    """The rest of the pages, a few at once; raises CopilotUsageError.

    At an enterprise a person with several grants has several rows but counts once in the total, so the last page is
    known from the `Link` header, not from the total.
    """

    def pages(numbers: range) -> Iterator[ApiResponse[SeatPage]]:
        requests = (endpoints.seat_page(query.owner, number) for number in numbers)
        return workers.in_order(partial(client.get, request, decode_page) for request in requests)

    opening = workers.deadline.result(first)
    answers, found = [opening], [opening.value or SeatPage([], 0, 0)]
    promised = found[0].promised
    expected = -(-promised // endpoints.SEATS_A_PAGE)
    most = min(_MOST_PAGES, _MOST_TIMES_THE_TOTAL * (expected + 1)) if promised else _MOST_PAGES
    linked = opening.next_page is not None or opening.last_page is not None
    following = pages(range(2, min(opening.last_page or expected, most) + 1))
    while True:
        for answer in following:
            answers.append(answer)
            found.append(answer.value or SeatPage([], 0, 0))
            if not found[-1].rows:
                break
        listed = sum(page.rows for page in found)
        if not found[-1].rows or not (answers[-1].next_page if linked else listed < promised):
            break
        if len(answers) >= most:
            raise endless(endpoints.seat_page(query.owner, 1).label)
        following = pages(range(len(answers) + 1, len(answers) + 2))
    if listed < promised:
        yield Note(f"GitHub counts {promised:,} seats and lists {listed:,} of them.", query.owner, caution=True)
    if unreadable := sum(page.unreadable for page in found):
        text = f"{unreadable} seats were left out: what GitHub says of them cannot be read."
        yield Note(text, query.owner, caution=True)
    yield SeatsListed(query.owner, tuple(seat for page in found for seat in page.seats))
