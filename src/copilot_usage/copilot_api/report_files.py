"""A report of the live generation: an envelope from the API, then its parts from wherever the signed links lead."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from copilot_usage.copilot_api import endpoints, session
from copilot_usage.copilot_api.client import GitHubClient
from copilot_usage.copilot_api.downloads import Downloads, LinkExpired, Position
from copilot_usage.copilot_api.endpoints import ApiRequest, Report
from copilot_usage.copilot_api.retry import DOWNLOAD_HOSTS
from copilot_usage.domain.dates import DateRange, parse_day
from copilot_usage.domain.queries import Note, Word
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.usage import DataProblem
from copilot_usage.errors import Unreachable, UnreadableDocument

_BOM = b"\xef\xbb\xbf"


class Envelope(msgspec.Struct, frozen=True):
    """What the API answers about a report (schemas: copilot-usage-metrics-1-day-report and -28-day-report)."""

    download_links: list[str]
    report_day: str | None = None
    report_start_day: str | None = None
    report_end_day: str | None = None

    @property
    def day(self) -> date | None:
        """The day of a 1-day report."""
        return parse_day(self.report_day)

    @property
    def window(self) -> DateRange | None:
        """The days of a 28-day report."""
        since, until = parse_day(self.report_start_day), parse_day(self.report_end_day)
        return DateRange(since, until) if since and until and since <= until else None


def decode_envelope(body: bytes) -> Envelope | str | None:
    """The envelope, or a text or `null` in its place; raises msgspec.ValidationError for every other form."""
    return msgspec.json.decode(body.removeprefix(_BOM), type=Envelope | str | None)


class NoSuchReport(Exception):
    """GitHub says that there is no report, in one of the ways of `Word`."""

    def __init__(self, word: Word = Word.VAGUE) -> None:
        super().__init__(word)
        self.word = word


class ReportFile:
    """The parts of one report. When a link has expired a fresh envelope is asked for, once."""

    def __init__(self, request: ApiRequest, client: GitHubClient, downloads: Downloads) -> None:
        """Asks for the envelope; raises NoSuchReport and CopilotUsageError."""
        self.label = request.label
        self._request = request
        self._client = client
        self._downloads = downloads
        self.envelope = self._opened()
        self._links = self.envelope.download_links
        self._renewed = False
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._links)

    def part(self, index: int) -> Iterator[bytes]:
        """A part as it arrives; raises NoSuchReport and CopilotUsageError."""
        label = self.label + (f", part {index + 1} of {len(self)}" if len(self) > 1 else "")
        position = Position()
        link, missing = self._links[index], index == 0
        for attempt in (1, 2):
            try:
                yield from self._downloads.stream(link, label, position)
            except LinkExpired as expired:
                last, missing = expired, missing and expired.missing
            else:
                if position.ends_in_mid_line:
                    raise unusable(label, "its file ends in the middle of a line")
                return
            if attempt == 1:
                link = self._fresh(link, index)
        if missing:
            raise NoSuchReport
        raise Unreachable(
            "A report could not be downloaded",
            cause=f"{label}: the download host {last.host} answered {last.status}, also to a fresh link.",
            remedy=f"Let the runner reach GitHub's download hosts ({DOWNLOAD_HOSTS}) through proxy and firewall, and "
            "check that its clock is right: the links are signed for a short time.",
        )

    def bodies(self) -> list[bytes]:
        """Every part as a whole; for small reports."""
        bodies: list[bytes] = []
        for index, link in enumerate(self._links):
            bodies.append(session.whole(self.part(index), self.label, link, sum(map(len, bodies))))
        return bodies

    def _opened(self) -> Envelope:
        answer = self._client.get(self._request, decode_envelope)
        if not isinstance(answer.value, Envelope):
            raise NoSuchReport(Word.SAID if answer.no_content else Word.VAGUE)
        if not answer.value.download_links:
            raise NoSuchReport(Word.SAID)
        return answer.value

    def _fresh(self, stale: str, index: int) -> str:
        with self._lock:
            if not self._renewed and self._links[index] == stale:
                self._renewed = True
                fresh = self._opened().download_links
                if len(fresh) != len(self._links):
                    raise Unreachable(
                        "GitHub replaced a report while it was read",
                        cause=f"{self.label}: a fresh answer has another number of parts.",
                        remedy="Run it again: the day is asked for once more.",
                    )
                self._links = fresh
            return self._links[index]


class Reports:
    """Opens reports; `downloads` never sees the token, `client` never sees a link."""

    def __init__(self, client: GitHubClient, downloads: Downloads) -> None:
        self._client = client
        self._downloads = downloads
        self._newest_users: dict[Scope, ReportFile] = {}
        self._locks: dict[Scope, threading.Lock] = {}

    def open(self, request: ApiRequest) -> ReportFile:
        """The report, nothing of it read yet; raises NoSuchReport and CopilotUsageError."""
        return ReportFile(request, self._client, self._downloads)

    def newest_users(self, owner: Scope) -> ReportFile:
        """The users' 28-day report, its envelope asked for once a run: its window is needed before its rows are."""
        with self._locks.setdefault(owner, threading.Lock()):
            if owner not in self._newest_users:
                self._newest_users[owner] = self.open(endpoints.newest_days(owner, Report.USERS))
            return self._newest_users[owner]


def unusable(label: str, what: str) -> UnreadableDocument:
    """The error for a report that came and says nothing that can be used."""
    return UnreadableDocument(
        "A report cannot be used",
        cause=f"{label}: {what}.",
        remedy="Run it again tomorrow: GitHub restates its newest days. "
        "If it stays, report it to this action's issues with this message.",
    )


def left_out(scope: Scope, label: str, problems: Sequence[DataProblem]) -> Iterator[Note]:
    """One note for all that was left out of an answer."""
    if problems:
        more = f" ({len(problems)} such places)" if len(problems) > 1 else ""
        yield Note(f"Something in “{label}” was left out: {problems[0].where}: {problems[0].what}{more}.", scope)
