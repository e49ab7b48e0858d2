"""Makes the requests of a plan, a few at once, and yields the results in the plan's order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import nullcontext
from datetime import date
from functools import partial
from itertools import islice
from typing import Self, assert_never

import msgspec

from copilot_usage.copilot_api import endpoints
from copilot_usage.copilot_api.billing import credit_month
from copilot_usage.copilot_api.client import GitHubClient
from copilot_usage.copilot_api.downloads import Downloads
from copilot_usage.copilot_api.legacy_reports import earlier_days
from copilot_usage.copilot_api.owner_reports import OwnerReports
from copilot_usage.copilot_api.people import people_report
from copilot_usage.copilot_api.prefetch import Workers
from copilot_usage.copilot_api.report_files import Reports
from copilot_usage.copilot_api.seats import first_page, seat_list
from copilot_usage.copilot_api.session import AT_ONCE
from copilot_usage.copilot_api.team_reports import TeamReports
from copilot_usage.domain.queries import (
    CreditMonth,
    EarlierDays,
    Failure,
    Fetched,
    LatestReport,
    LatestWindow,
    NewestDay,
    OwnerDay,
    PeopleReport,
    Plan,
    Query,
    QueryKind,
    Result,
    SeatList,
    TeamDays,
    subject,
)
from copilot_usage.domain.scope import Scope
from copilot_usage.errors import CopilotUsageError, NotAllowed, NotFound
from copilot_usage.timing import Deadline

# Queries begun before their turn: enough to keep every thread busy, few enough to hold little.
_AHEAD = 2 * AT_ONCE


class GitHubSource:
    """The real `domain.ports.Source`. Holds two sessions: the token's, and one for signed links without it.

    `mask`: told each signed link before its first use; `people`: whether people of teams are listed by name;
    `workflow_tokens`: tokens that are usually the workflow's own.
    """

    def __init__(  # noqa: PLR0913 - all by name
        self,
        *,
        api_url: str,
        token: str,
        deadline: Deadline,
        today: date,
        mask: Callable[[str], None] = lambda _: None,
        people: bool = False,
        workflow_tokens: Collection[str | None] = (),
    ) -> None:
        self._deadline = deadline
        self._today = today
        self._client = GitHubClient(api_url=api_url, token=token, deadline=deadline, workflow_tokens=workflow_tokens)
        self._downloads = Downloads(deadline=deadline, mask=mask, insecure=api_url.lower().startswith("http:"))
        self._reports = Reports(self._client, self._downloads)
        self._owner_reports = OwnerReports(self._reports, self._day)
        self._people = people
        self._refused: set[tuple[Scope, QueryKind]] = set()
        self._answered: set[Scope] = set()
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connections that are kept alive."""
        self._client.close()
        self._downloads.close()

    def today(self) -> date | None:
        """The UTC day by GitHub's clock; None before its first answer."""
        return self._deadline.github_day()

    def _day(self) -> date:
        return self.today() or self._today

    def diagnosed(self, error: NotFound) -> NotFound:
        """The error without the meaning that one more request disproves."""
        if error.organization is None:
            return error
        try:
            self._client.get(endpoints.profile(error.organization), msgspec.json.decode)
        except NotFound:
            return error.without("policy")
        except CopilotUsageError:
            return error
        return error.without("owner")

    def fetch(self, plan: Plan) -> Iterator[Result]:
        """Yields the results in the plan's order, those of optional queries last; a fatal failure is the last one.

        Each kind of optional queries has threads and a share of the time of its own, and none of its failures is fatal.
        """
        kinds: dict[QueryKind | None, list[Query]] = {None: []}
        for query in plan.queries:
            kinds.setdefault(query.about if query.about.is_optional else None, []).append(query)
        for kind, queries in kinds.items():
            fatal: Failure | None = None
            share = nullcontext() if kind is None else self._deadline.share(kind)
            with share, Workers(self._deadline) as workers:
                for result in self._all(iter(queries), workers):
                    if isinstance(result, Failure) and result.error.fatal:
                        fatal, self._ended = result, True
                        self._deadline.stop()
                    else:
                        yield result
            if fatal is not None:
                yield fatal
                return

    def _all(self, queries: Iterator[Query], workers: Workers) -> Iterator[Result]:
        begun: deque[tuple[Query, Callable[[], Iterator[Result]]]] = deque()
        while True:
            for query in islice(queries, 0 if self._ended else _AHEAD - len(begun)):
                begun.append((query, self._begin(query, workers)))
            if not begun:
                return
            yield from self._results(*begun.popleft())

    def _results(self, query: Query, finish: Callable[[], Iterator[Result]]) -> Iterator[Result]:
        """Errors become failures; once an owner refuses a kind of query, no other failure of that kind is yielded.

        Results that have arrived by then, or by the end of the run, are yielded.
        """
        owner, kind = subject(query), query.about
        try:
            for result in finish():
                if isinstance(result, LatestWindow | Fetched):
                    self._answered.add(owner)
                yield result
        except CopilotUsageError as error:
            # A refusal is about the owner as a whole where nothing else of it has come.
            of_owner = isinstance(error, NotAllowed) and (error.fatal or owner not in self._answered)
            day = query.day if isinstance(query, OwnerDay) and not of_owner else None
            failure = Failure(owner, error.with_traceback(None), day, kind)
            if kind.is_optional and not self._deadline.stopped:
                error.fatal = False
            if self._ended or (owner, kind) in self._refused:
                return
            if day is None and (isinstance(error, NotAllowed | NotFound) or type(error).fatal):
                self._refused.add((owner, kind))
            yield failure

    def _begin(self, query: Query, workers: Workers) -> Callable[[], Iterator[Result]]:
        """Starts what can be started ahead; the function gives the results when it is the query's turn."""
        if (subject(query), query.about) in self._refused:
            return lambda: iter(())
        match query:
            case TeamDays():
                return partial(self._team_days, query, workers)
            case SeatList(owner):
                first = workers.submit(partial(first_page, self._client, owner))
                return partial(seat_list, self._client, query, first, workers)
        answer = workers.submit(lambda: [*self._small(query)])
        # At the end of the run only what has come already is handed on.
        return lambda: iter(() if self._ended and not answer.done() else self._deadline.result(answer))

    def _team_days(self, query: TeamDays, workers: Workers) -> Iterator[Result]:
        if (query.owner, query.about) in self._refused:
            return iter(())
        return TeamReports(
            query, reports=self._reports, workers=workers, today=self._day, people=self._people
        ).results()

    def _small(
        self, query: LatestReport | NewestDay | OwnerDay | EarlierDays | CreditMonth | PeopleReport
    ) -> Iterator[Result]:
        """The results of a query whose answer is small; raises CopilotUsageError."""
        match query:
            case LatestReport() | NewestDay():
                return self._owner_reports.latest(query)
            case OwnerDay():
                return self._owner_reports.day(query)
            case EarlierDays():
                return earlier_days(self._client, query, self._day)
            case CreditMonth():
                return credit_month(self._client, query)
            case PeopleReport():
                return people_report(self._reports, query)
        assert_never(query)
