"""Days of teams: each day's memberships, then its users, joined; a few days at a time, in ascending order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from functools import partial

from copilot_usage.copilot_api import endpoints
from copilot_usage.copilot_api.endpoints import Report
from copilot_usage.copilot_api.prefetch import Workers, row_streams
from copilot_usage.copilot_api.report_files import NoSuchReport, ReportFile, Reports, unusable
from copilot_usage.domain.availability import is_settled
from copilot_usage.domain.queries import (
    Failure,
    Fetched,
    NoReport,
    Note,
    PeopleCounted,
    PeopleListed,
    Result,
    TeamDays,
    Word,
)
from copilot_usage.domain.report import listed
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.errors import (
    CopilotUsageError,
    NotAllowed,
    NotFound,
    Retired,
    Unreachable,
    UnreadableDocument,
)
from copilot_usage.team_join.join import TeamJoin

_logger = logging.getLogger(__name__)

# Days whose memberships are read before their users, so that no users' report is asked for in vain.
_BATCH = 7
# With this many of its days or more the users' 28-day report replaces daily ones: it saves requests, but is large.
_WORTH_28_DAYS = 7


class TeamReports:
    """Reads an owner's days once for all its teams that are asked for."""

    def __init__(
        self, query: TeamDays, *, reports: Reports, workers: Workers, today: Callable[[], date], people: bool
    ) -> None:
        self._query = query
        self._reports = reports
        self._workers = workers
        self._today = today
        self._people = people
        self._join = TeamJoin(query.owner, query.teams, people=people)
        self._kept = frozenset(query.days)
        self._no_report: dict[date, Word] = {}
        self._quiet: list[date] = []
        self._ending: CopilotUsageError | None = None
        self._answered = False
        self._early: dict[date, dict[date, CopilotUsageError]] = {}
        self._named = tuple(team for team in query.teams if not team.every_team)
        self._teams = dict.fromkeys(self._named)

    def results(self) -> Iterator[Result]:
        """Days in ascending order, then what is counted over ranges; raises what is about the owner as a whole.

        What makes it end early is raised after the days that were read already.
        """
        needed = sorted({*self._query.days, *self._query.lead_in})
        newest = self._newest_users(needed)
        window = newest.envelope.window if newest else None
        if len(needed) > 1:  # the newest day first: a team that is asked for may have had another slug before
            self._early[needed[-1]] = self._memberships(needed[-1:])
        inside = [day for day in needed if window and day in window]
        outside = [day for day in needed if not window or day not in window]
        before = [day for day in outside if not inside or day < inside[0]]
        yield from self._in_batches(before)
        if newest:
            yield from self._of_newest(newest, inside)
        yield from self._in_batches(outside[len(before) :])
        if self._ending is not None:
            raise self._ending
        yield from self._over_ranges()
        yield from self._notes()

    def _newest_users(self, needed: Sequence[date]) -> ReportFile | None:
        """The users' 28-day report, if it has enough of the days; without it the daily reports do."""
        if sum((self._today() - day).days <= 31 for day in needed) < _WORTH_28_DAYS:
            return None
        try:
            opening = self._workers.submit(partial(self._reports.newest_users, self._query.owner))
            file = self._workers.deadline.result(opening)
        except (NoSuchReport, NotFound, Unreachable, UnreadableDocument):
            return None
        window = file.envelope.window
        enough = window is not None and sum(day in window for day in needed) >= _WORTH_28_DAYS
        return file if enough else None

    def _in_batches(self, days: Sequence[date]) -> Iterator[Result]:
        for start in range(0, len(days), _BATCH):
            if self._ending is not None:
                return
            batch = days[start : start + _BATCH]
            failures = self._memberships(batch)
            failures |= self._users(self._silent(batch, failures))
            yield from self._of_days(batch, failures)

    def _of_newest(self, newest: ReportFile, days: Sequence[date]) -> Iterator[Result]:
        failures = self._memberships(days)
        if self._ending is not None:
            return
        with closing(row_streams(self._workers, [lambda: newest])) as streams:
            rows = next(streams)
            try:
                self._join.add_users(rows)
                if not any(map(self._join.has_usage, days)):
                    raise unusable(newest.label, "it has no row that can be used")
            except UnreadableDocument as error:
                yield Note(f"{error.cause} Its days were asked for one by one.", self._query.owner)
            except (NoSuchReport, NotFound, Unreachable) as error:
                # What was read of it already does not count twice: the join knows each person's day.
                _logger.info("%s: %s; its days are asked for one by one", newest.label, error)
            except CopilotUsageError as error:
                self._ending = error
        failures |= self._users(self._silent(days, failures))
        yield from self._of_days(days, failures)

    def _silent(self, days: Sequence[date], failures: Mapping[date, CopilotUsageError]) -> list[date]:
        """Days whose memberships are known, and of whose users nothing is."""
        known = (day for day in days if self._join.has_memberships(day) and day not in failures)
        return [day for day in known if not self._join.has_usage(day)]

    def _memberships(self, days: Sequence[date]) -> dict[date, CopilotUsageError]:
        owner = self._query.owner

        def add(day: date, rows: Iterator[bytes]) -> None:
            if not self._join.add_memberships(day, rows, breakdowns=day in self._kept):
                raise self._unusable(Report.USER_TEAMS, day)
            if None not in (said := {self._join.owner_id(day), self._query.owner_id}) and len(said) > 1:
                raise UnreadableDocument(
                    "A report cannot be used",
                    cause=f"user-teams-1-day of {owner.name}: it is of another {owner.kind} than the stored days.",
                    remedy=f"Check {day} at GitHub. If the stored days are wrong, delete them from the history.",
                )

        failures = self._read(Report.USER_TEAMS, [day for day in days if day not in self._early], add)
        return failures | {day: error for early in days for day, error in self._early.get(early, {}).items()}

    def _users(self, days: Sequence[date]) -> dict[date, CopilotUsageError]:
        def add(day: date, rows: Iterator[bytes]) -> None:
            lines = self._join.add_users(rows, days=[day])
            if lines and not self._join.has_usage(day):
                raise self._unusable(Report.USERS, day)
            if not lines:  # as on a quiet Sunday; but a file may also be empty by a fault, so the day never settles
                self._quiet.append(day)
                self._join.no_report(day)

        return self._read(Report.USERS, days, add)

    def _unusable(self, report: Report, day: date) -> UnreadableDocument:
        return unusable(endpoints.one_day(self._query.owner, report, day).label, "it has no row that can be used")

    def _read(
        self, report: Report, days: Sequence[date], add: Callable[[date, Iterator[bytes]], None]
    ) -> dict[date, CopilotUsageError]:
        """Reads a report of each day; remembers days without one, and returns those that failed.

        After an error that ends the reading there are no more requests, and what is downloaded already is still read.
        """
        failures: dict[date, CopilotUsageError] = {}
        requests = (endpoints.one_day(self._query.owner, report, day) for day in days if self._ending is None)
        opens = (partial(self._reports.open, request) for request in requests)
        with closing(row_streams(self._workers, opens)) as streams:
            for day, rows in zip(days, streams, strict=False):
                try:
                    add(day, rows)
                    self._answered = True
                except NoSuchReport as gone:
                    self._no_report[day] = gone.word
                except (Unreachable, UnreadableDocument) as error:
                    failures[day] = error
                except CopilotUsageError as error:
                    if isinstance(error, NotFound) and not isinstance(error, Retired):
                        self._no_report[day] = Word.HIDDEN
                    elif isinstance(error, NotAllowed) and self._answered and not error.fatal:
                        failures[day] = error  # a refusal is about the owner only where no report has come
                    else:
                        self._ending = self._ending or error
        return failures

    def _of_days(self, days: Sequence[date], failures: dict[date, CopilotUsageError]) -> Iterator[Result]:
        for day in days:
            if day in failures:
                yield Failure(self._query.owner, failures[day], day)
            elif self._no_report.get(day, Word.VAGUE) is not Word.VAGUE:
                self._join.no_report(day)
            if day in self._kept and day not in failures and (day in self._no_report or self._join.has_usage(day)):
                yield from self._of_day(day)
            self._join.forget(day)

    def _of_day(self, day: date) -> Iterator[Result]:
        gone = self._no_report.get(day)
        documents = {} if gone else self._join.documents(day)
        settled = is_settled(day, self._today()) and day not in self._quiet
        for scope, document in documents.items():
            self._teams[scope] = None
            trailing = self._join.trailing(scope, day)
            yield Fetched(Snapshot(day, scope, Generation.REPORTS, settled, document, trailing))
        for team in self._named:
            if team not in documents:
                yield NoReport(team, day, gone or Word.SAID)
        if len(self._named) == len(self._query.teams):
            return
        if gone is not None:
            yield NoReport(self._query.owner, day, gone, Generation.TEAMS)
        else:
            names = {"day": day.isoformat(), "teams": sorted(str(scope.team) for scope in documents)}
            yield Fetched(Snapshot(day, self._query.owner, Generation.TEAMS, settled, names))

    def _over_ranges(self) -> Iterator[Result]:
        for days in self._query.ranges:
            for team in self._teams:
                active = self._join.active(team, days)
                if active is not None:
                    counts = (self._join.members(team, day) for day in sorted(days, reverse=True))
                    members = next((count for count in counts if count is not None), None)
                    yield PeopleCounted(team, days, active, members)
                if self._people:
                    yield PeopleListed(team, self._join.people(team, days))

    def _notes(self) -> Iterator[Result]:
        answered = self._join.knows_teams
        if answered and not self._teams:
            text = (
                f"GitHub's reports name no team of {self._query.owner.name}. "
                "It leaves out teams with fewer than five people with a Copilot seat."
            )
            yield Note(text, self._query.owner, caution=True)
        for team in self._join.unseen if answered else ():
            close = self._join.nearest(team)
            meant = f" (the nearest one is `{close}`)" if close else ""
            text = (
                f"GitHub's reports do not name the team `{team.name}`: no team has this slug{meant}, or it has fewer "
                "than five people with a Copilot seat (GitHub leaves such teams out, and there is no switch for that)."
            )
            yield Note(text, team, caution=True)
        if self._quiet:
            days = listed([str(day) for day in self._quiet])
            text = f"Empty users reports: {days}. No person was active, or the report is not complete yet."
            yield Note(text, self._query.owner)
        problems = self._join.problems
        if problems:
            more = f", and {len(problems) - 1} more kinds of places" if len(problems) > 1 else ""
            yield Note(f"Rows were left out: {problems[0].where}: {problems[0].what}{more}.", self._query.owner)
