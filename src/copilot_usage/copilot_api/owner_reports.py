"""Days of organizations and enterprises from the live reports: the newest 28 at once, older ones singly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from copilot_usage.copilot_api import endpoints
from copilot_usage.copilot_api.endpoints import Report
from copilot_usage.copilot_api.report_files import NoSuchReport, ReportFile, Reports, unusable
from copilot_usage.domain.dates import PUBLISHED_AFTER, DateRange, is_settled
from copilot_usage.domain.queries import LatestReport, NewestDay, OwnerDay, QueryKind
from copilot_usage.domain.results import Failure, Fetched, LatestWindow, NoReport, Note, Result, Word
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.domain.usage import DataProblem
from copilot_usage.errors import Busy, NotFound, Retired, UnreadableDocument
from copilot_usage.parsers.json_documents import Document, joined, parse_documents
from copilot_usage.parsers.report_days import ReportDays, day_documents, mismatch, usual_owner_id


class Aggregates:
    """Answers what is asked about an owner as a whole; remembers the owners' ids to notice documents of others."""

    def __init__(self, reports: Reports, today: Callable[[], date]) -> None:
        self._reports = reports
        self._today = today
        self._ids: dict[Scope, str] = {}

    def latest(self, query: LatestReport) -> Iterator[Result]:
        """The newest 28 days, or why they have to be asked for one by one; raises CopilotUsageError."""
        request = endpoints.newest_days(query.owner, Report.OWNER)
        try:
            file = self._reports.open(request)
            found = _read(file)
            window = file.envelope.window or found.window or _span(found)
            if window is None:
                raise _unreadable(request.label, found.problems)
        except (Busy, UnreadableDocument) as error:
            yield Failure(query.owner, error, about=QueryKind.WINDOW)
            return
        except NoSuchReport:
            yield _not_yet(query.owner)
            return
        except NotFound as error:
            yield from self._not_found(query.owner, error)
            return
        self._learn(query.owner, found)
        yield LatestWindow(query.owner, window, found.engaged_people)
        yield from _notes(query.owner, request.label, found.problems)
        for day, document in found.documents.items():
            yield self._filed(query, day, document, window)

    def newest(self, query: NewestDay) -> Iterator[Result]:
        """Only the window, from the envelope of the users' report, or why there is none; raises CopilotUsageError."""
        try:
            window = self._reports.newest_users(query.owner).envelope.window
            if window is None:
                raise _unreadable(endpoints.newest_days(query.owner, Report.USERS).label, ())
            yield LatestWindow(query.owner, window)
        except (Busy, UnreadableDocument) as error:
            yield Failure(query.owner, error, about=QueryKind.WINDOW)
        except NoSuchReport:
            yield _not_yet(query.owner)
        except NotFound as error:
            yield from self._not_found(query.owner, error)

    def _not_found(self, owner: Scope, error: NotFound) -> Iterator[Result]:
        """A 404 of the 28 days means "not built yet", or no access: a single day tells which; raises the error."""
        if isinstance(error, Retired):
            raise error
        found = [*self.day(OwnerDay(owner, self._today() - PUBLISHED_AFTER))]
        if any(isinstance(result, NoReport) and result.word is Word.HIDDEN for result in found):
            raise error
        yield _not_yet(owner)
        yield from found

    def day(self, query: OwnerDay) -> Iterator[Result]:
        """One day; raises CopilotUsageError."""
        request = endpoints.one_day(query.owner, Report.OWNER, query.day)
        try:
            file = self._reports.open(request)
            found = _read(file)
        except Retired:
            raise
        except NotFound:
            yield NoReport(query.owner, query.day, Word.HIDDEN)
            return
        except NoSuchReport as gone:
            yield NoReport(query.owner, query.day, gone.word)
            return
        except Busy:
            # 502 and 503 also come while GitHub builds a report; of a day that it may still work on that is no failure.
            if is_settled(query.day, self._today()):
                raise
            yield NoReport(query.owner, query.day, Word.VAGUE)
            return
        yield from self._of_the_day(query, found, file.envelope.day, request.label)

    def _of_the_day(self, query: OwnerDay, found: ReportDays, said: date | None, label: str) -> Iterator[Result]:
        document = found.documents.get(query.day)
        if document is None or said not in {None, query.day}:
            others = [said] if said not in {None, query.day} else [*found.documents]
            raise _unreadable(label, found.problems, others)
        yield from _notes(query.owner, label, found.problems)
        yield self._filed(query, query.day, document, DateRange(query.day, query.day))

    def _learn(self, owner: Scope, found: ReportDays) -> None:
        owner_id = usual_owner_id(found.documents.values(), owner.kind)
        if owner_id is not None:
            self._ids[owner] = owner_id

    def _filed(self, query: LatestReport | OwnerDay, day: date, document: Document, window: DateRange) -> Result:
        owner = query.owner
        problem = mismatch(document, day=day, kind=owner.kind, owner=query.owner_id or self._ids.get(owner))
        if problem is not None:
            return Note(f"A report that came for {day} was left out: {problem.what}.", owner, caution=True)
        if day not in window:
            return Note(f"A day outside the report's own window was left out: {day}.", owner)
        settled = is_settled(day, self._today())
        return Fetched(Snapshot(day, owner, Generation.REPORTS, settled, document))


def _read(file: ReportFile) -> ReportDays:
    """Raises NoSuchReport, and CopilotUsageError where a file holds nothing: that is no whole report."""
    bodies = file.bodies()
    parsed = joined(map(parse_documents, bodies))
    if not parsed.documents and not parsed.problems:
        if any(body.strip() for body in bodies):
            raise NoSuchReport  # a text or `null`
        raise unusable(file.label, "its file is empty")
    return day_documents(parsed)


def _span(found: ReportDays) -> DateRange | None:
    return DateRange(min(found.documents), max(found.documents)) if found.documents else None


def _notes(owner: Scope, label: str, problems: tuple[DataProblem, ...]) -> Iterator[Note]:
    """One sentence for all that was left out of a file."""
    if problems:
        more = f" ({len(problems)} such places)" if len(problems) > 1 else ""
        yield Note(
            f"Something in the report “{label}” was left out: {problems[0].where}: {problems[0].what}{more}.", owner
        )


def _not_yet(owner: Scope) -> Note:
    """The 28-day report alone says nothing of the single days, which are asked for next."""
    return Note(
        "GitHub has no report of the newest 28 days as a whole. Reports begin up to two days after the policy "
        "“Copilot usage metrics” was set to “Enabled everywhere”, and need a handful of people who use Copilot.",
        owner,
    )


def _unreadable(label: str, problems: tuple[DataProblem, ...], days: Sequence[date | None] = ()) -> UnreadableDocument:
    what = f"{problems[0].where}: {problems[0].what}" if problems else "it holds no day that was asked for"
    if days:
        what = f"it is of {', '.join(str(day) for day in days[:3])} instead"
    return unusable(label, what)
