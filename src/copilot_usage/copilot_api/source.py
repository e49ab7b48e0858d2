"""Asks GitHub what a plan says, a few requests at once, and yields what came of it in the plan's order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from functools import partial
from itertools import islice
from typing import Self, assert_never

from copilot_usage.copilot_api.billing import credit_month
from copilot_usage.copilot_api.client import GitHubClient
from copilot_usage.copilot_api.downloads import Downloads
from copilot_usage.copilot_api.legacy_reports import earlier_days
from copilot_usage.copilot_api.owner_reports import Aggregates
from copilot_usage.copilot_api.people import people_report
from copilot_usage.copilot_api.prefetch import AT_ONCE, Workers
from copilot_usage.copilot_api.report_files import Reports
from copilot_usage.copilot_api.seats import first_page, seat_list
from copilot_usage.copilot_api.team_reports import TeamReading
from copilot_usage.domain.queries import (
    CreditMonth,
    EarlierDays,
    LatestReport,
    NewestDay,
    OwnerDay,
    PeopleReport,
    Plan,
    Query,
    QueryKind,
    SeatList,
    TeamDays,
    subject,
)
from copilot_usage.domain.results import Failure, Result
from copilot_usage.domain.scope import Scope
from copilot_usage.errors import CopilotUsageError, NotAllowed, NotFound
from copilot_usage.timing import Deadline

# So many asks are begun before their turn: enough to keep every thread busy, few enough to hold little.
_AHEAD = 2 * AT_ONCE


class GitHubSource:
    """The real source (`domain.outcome.Source`). Holds two sessions: the token's, and one for signed links without it.

    `mask`: told each signed link before its first use; `people`: whether people of teams are listed by name.
    """

    def __init__(
        self,
        *,
        api_url: str,
        token: str,
        deadline: Deadline,
        today: date,
        mask: Callable[[str], None] = lambda _: None,
        people: bool = False,
    ) -> None:
        self._deadline = deadline
        self._today = today
        self._client = GitHubClient(api_url=api_url, token=token, deadline=deadline, connections=AT_ONCE)
        self._downloads = Downloads(
            deadline=deadline, mask=mask, connections=AT_ONCE, insecure=api_url.lower().startswith("http:")
        )
        self._reports = Reports(self._client, self._downloads)
        self._aggregates = Aggregates(self._reports, self._day)
        self._people = people
        self._refused: set[tuple[Scope, QueryKind]] = set()
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections that are kept alive."""
        self._client.close()
        self._downloads.close()

    def today(self) -> date | None:
        """The UTC day by GitHub's clock; None before its first answer."""
        return self._deadline.github_day()

    def _day(self) -> date:
        return self.today() or self._today

    def fetch(self, plan: Plan) -> Iterator[Result]:
        """Yields what came of each ask, in the plan's order, what is optional last; a fatal failure is the last one.

        Each kind of what is optional has threads and a share of the time of its own, and none of its failures is fatal.
        """
        needed = [ask for ask in plan.asks if not ask.about.is_optional]
        kinds = dict.fromkeys(ask.about for ask in plan.asks if ask.about.is_optional)
        parts: list[tuple[AbstractContextManager[None], list[Query]]] = [(nullcontext(), needed)]
        parts += [(self._deadline.share(kind), [ask for ask in plan.asks if ask.about is kind]) for kind in kinds]
        for share, asks in parts:
            fatal: Failure | None = None
            with share, Workers(self._deadline) as workers:
                for outcome in self._all(iter(asks), workers):
                    if isinstance(outcome, Failure) and outcome.error.fatal:
                        fatal, self._ended = outcome, True
                        self._deadline.stop()
                    else:
                        yield outcome
            if fatal is not None:
                yield fatal
                return

    def _all(self, asks: Iterator[Query], workers: Workers) -> Iterator[Result]:
        begun: deque[tuple[Query, Callable[[], Iterator[Result]]]] = deque()
        while True:
            for ask in islice(asks, 0 if self._ended else _AHEAD - len(begun)):
                begun.append((ask, self._begin(ask, workers)))
            if not begun:
                return
            yield from self._answers(*begun.popleft())

    def _answers(self, ask: Query, finish: Callable[[], Iterator[Result]]) -> Iterator[Result]:
        """Errors become failures; after a refusal nothing more is asked, nor does another one say the same.

        What was under way at a refusal, or at the end, and has come, is handed on.
        """
        kind = subject(ask), ask.about
        try:
            yield from finish()
        except CopilotUsageError as error:
            failure = _failure(ask, error.with_traceback(None))
            if ask.about.is_optional and not self._deadline.stopped:
                failure.error.fatal = False
        else:
            return
        if self._ended or kind in self._refused:
            return
        if failure.day is None and (isinstance(failure.error, NotAllowed | NotFound) or type(failure.error).fatal):
            self._refused.add(kind)
        yield failure

    def _begin(self, ask: Query, workers: Workers) -> Callable[[], Iterator[Result]]:
        """Starts what can be started ahead, and says how the answer is had when its turn comes."""
        if (subject(ask), ask.about) in self._refused:
            return lambda: iter(())
        match ask:
            case TeamDays():
                return partial(self._team_days, ask, workers)
            case SeatList(owner):
                first = workers.submit(partial(first_page, self._client, owner))
                return partial(seat_list, self._client, ask, first, workers)
            case _:
                return partial(self._outcomes, workers, workers.submit(partial(self._answer, ask)))

    def _outcomes(self, workers: Workers, answer: Future[list[Result]]) -> Iterator[Result]:
        """What came; nothing where it did not come before the end."""
        return iter(() if self._ended and not answer.done() else workers.result(answer))

    def _team_days(self, ask: TeamDays, workers: Workers) -> Iterator[Result]:
        if (ask.owner, ask.about) in self._refused:
            return iter(())
        return TeamReading(
            ask,
            reports=self._reports,
            workers=workers,
            deadline=self._deadline,
            today=self._day,
            people=self._people,
        ).outcomes()

    def _answer(self, ask: _Small) -> list[Result]:
        """All that comes of an ask whose answer is small."""
        match ask:
            case LatestReport():
                return [*self._aggregates.latest(ask)]
            case NewestDay():
                return [*self._aggregates.newest(ask)]
            case OwnerDay():
                return [*self._aggregates.day(ask)]
            case EarlierDays():
                return [*earlier_days(self._client, ask, self._day)]
            case CreditMonth():
                return [*credit_month(self._client, ask)]
            case PeopleReport():
                return [*people_report(self._reports, ask)]
        assert_never(ask)


_Small = LatestReport | NewestDay | OwnerDay | EarlierDays | CreditMonth | PeopleReport


def _failure(ask: Query, error: CopilotUsageError) -> Failure:
    """Of the one day, unless the refusal is about the owner as a whole."""
    day = ask.day if isinstance(ask, OwnerDay) and not isinstance(error, NotAllowed) else None
    return Failure(subject(ask), error, day, ask.about)
