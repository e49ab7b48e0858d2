"""Days of organizations and enterprises from the live reports: the newest 28 at once, older ones one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from copilot_usage.copilot_api import endpoints
from copilot_usage.copilot_api.endpoints import Report
from copilot_usage.copilot_api.report_files import NoSuchReport, ReportFile, Reports, left_out, unusable
from copilot_usage.domain.availability import PUBLISHED_AFTER, is_settled
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.queries import (
    Failure,
    Fetched,
    LatestReport,
    LatestWindow,
    NewestDay,
    NoReport,
    Note,
    OwnerDay,
    QueryKind,
    Result,
    Word,
)
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.domain.usage import DataProblem
from copilot_usage.errors import Busy, NotFound, Retired, UnreadableDocument
from copilot_usage.parsers.json_documents import Document, joined, parse_documents
from copilot_usage.parsers.report_days import ReportDays, day_documents, mismatch, usual_owner_id


class OwnerReports:
    """Days of owners as a whole; remembers the owners' ids, so that the report of another owner is noticed."""

    def __init__(self, reports: Reports, today: Callable[[], date]) -> None:
        self._reports = reports
        self._today = today
        self._ids: dict[Scope, str] = {}

    def latest(self, query: LatestReport | NewestDay) -> Iterator[Result]:
        """The newest 28 days, or why they have to be asked for one by one; raises CopilotUsageError.

        Of NewestDay only the window, from the envelope of the users' report.
        """
        owner = query.owner
        try:
            if isinstance(query, NewestDay):
                file, found, known_id = self._reports.newest_users(owner), ReportDays({}), None
            else:
                file = self._reports.open(endpoints.newest_days(owner, Report.OWNER))
                found, known_id = _read(file), query.owner_id
            window = file.envelope.window or found.window
            if window is None and not found.documents:
                raise _unreadable(file.label, found.problems)
        except (Busy, UnreadableDocument) as error:
            yield Failure(owner, error, about=QueryKind.WINDOW)
            return
        except NoSuchReport:
            yield _not_yet(owner)
            return
        except Retired:
            raise
        except NotFound as error:
            # "Not built yet", or no access: a single day tells which.
            results = [*self.day(OwnerDay(owner, self._today() - PUBLISHED_AFTER))]
            if any(isinstance(result, NoReport) and result.word is Word.HIDDEN for result in results):
                raise error from None
            yield _not_yet(owner)
            yield from results
            return
        window = window or DateRange(min(found.documents), max(found.documents))
        owner_id = usual_owner_id(found.documents.values(), owner.kind)
        if owner_id is not None:
            self._ids[owner] = owner_id
        yield LatestWindow(owner, window, found.engaged_people)
        yield from left_out(owner, file.label, found.problems)
        for day, document in found.documents.items():
            yield self._filed(file.label, owner, known_id, day, document, window)

    def day(self, query: OwnerDay) -> Iterator[Result]:
        """One day; raises CopilotUsageError."""
        owner, day = query.owner, query.day
        try:
            file = self._reports.open(endpoints.one_day(owner, Report.OWNER, day))
            found = _read(file)
        except Retired:
            raise
        except NotFound:
            yield NoReport(owner, day, Word.HIDDEN)
            return
        except NoSuchReport as gone:
            yield NoReport(owner, day, gone.word)
            return
        except Busy:
            # 502 and 503 also come while GitHub builds a report; of a day that it may still work on that is no failure.
            if is_settled(day, self._today()):
                raise
            yield NoReport(owner, day, Word.VAGUE)
            return
        document, said = found.documents.get(day), file.envelope.day
        if document is None or said not in {None, day}:
            raise _unreadable(file.label, found.problems, [*found.documents] if said in {None, day} else [said])
        yield from left_out(owner, file.label, found.problems)
        yield self._filed(file.label, owner, query.owner_id, day, document, DateRange(day, day))

    def _filed(
        self, label: str, owner: Scope, known_id: str | None, day: date, document: Document, window: DateRange
    ) -> Fetched | Failure | Note:
        problem = mismatch(document, day=day, kind=owner.kind, owner=known_id or self._ids.get(owner))
        if problem is not None:
            return Failure(owner, unusable(label, problem.what), day)
        if day not in window:
            return Note(f"A day outside the report's own window was left out: {day}.", owner)
        settled = is_settled(day, self._today())
        return Fetched(Snapshot(day, owner, Generation.REPORTS, settled, document))


def _read(file: ReportFile) -> ReportDays:
    """Raises NoSuchReport and CopilotUsageError; only the API says by a text or `null` that there is no report."""
    parsed = joined(map(parse_documents, file.bodies()))
    if not parsed.documents and not parsed.problems:
        raise unusable(file.label, "its file holds no report")
    return day_documents(parsed)


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
