"""A report of the live generation: an envelope from the API, then its parts from wherever the signed links lead."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec

from copilot_usage.copilot_api import questions, transport
from copilot_usage.copilot_api.downloads import LinkExpired, Position
from copilot_usage.copilot_api.questions import Report
from copilot_usage.domain.dates import DateRange, parse_day
from copilot_usage.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from copilot_usage.copilot_api.client import GitHubClient
    from copilot_usage.copilot_api.downloads import Downloads
    from copilot_usage.copilot_api.questions import Question
    from copilot_usage.domain.scope import Scope

_BOM = b"\xef\xbb\xbf"


class Envelope(msgspec.Struct, frozen=True):
    """What the API answers about a report (schemas: copilot-usage-metrics-1-day-report and -28-day-report)."""

    download_links: list[str] | None = None
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


def decode_envelope(body: bytes) -> Envelope | None:
    """The envelope; None for each way to say "no report": a JSON string, `null`, no links (or no body at all)."""
    found = msgspec.json.decode(body.removeprefix(_BOM), type=Envelope | str | None)
    return found if isinstance(found, Envelope) and found.download_links else None


class NoSuchFile(Exception):
    """The link leads to nothing, and so does a fresh one: there is no report."""


class ReportFile:
    """The parts of one report. When a link has expired a fresh envelope is asked for, once."""

    def __init__(self, question: Question, envelope: Envelope, client: GitHubClient, downloads: Downloads) -> None:
        self.envelope = envelope
        self._question = question
        self._client = client
        self._downloads = downloads
        self._links = envelope.download_links or []
        self._renewed = False
        self._lock = threading.Lock()

    @property
    def label(self) -> str:
        return self._question.label

    def __len__(self) -> int:
        return len(self._links)

    def part(self, index: int) -> Iterator[bytes]:
        """A part as it arrives; raises NoSuchFile and CopilotUsageError."""
        label = self._question.label + (f", part {index + 1} of {len(self)}" if len(self) > 1 else "")
        position = Position()
        link = self._links[index]
        for attempt in (1, 2):
            try:
                yield from self._downloads.stream(link, label, position)
            except LinkExpired as expired:
                status = expired.status
            else:
                return
            if attempt == 1:
                link = self._fresh(link, index)
        if status == 404 and index == 0:
            raise NoSuchFile
        raise _refused(label, status)

    def bodies(self) -> list[bytes]:
        """Every part as a whole; for small reports."""
        bodies: list[bytes] = []
        for index, link in enumerate(self._links):
            bodies.append(transport.whole(self.part(index), self.label, link, sum(map(len, bodies))))
        return bodies

    def _fresh(self, stale: str, index: int) -> str:
        with self._lock:
            if not self._renewed and self._links[index] == stale:
                self._renewed = True
                fresh = self._client.get(self._question, decode_envelope).value
                if fresh is None:
                    raise NoSuchFile
                if len(fresh.download_links or []) != len(self._links):
                    raise _replaced(self._question.label)
                self._links = fresh.download_links or []
            return self._links[index]


class Reports:
    """Opens reports; `downloads` never sees the token, `client` never sees a link."""

    def __init__(self, client: GitHubClient, downloads: Downloads) -> None:
        self._client = client
        self._downloads = downloads
        self._newest_users: dict[Scope, ReportFile] = {}
        self._locks: dict[Scope, threading.Lock] = {}

    def open(self, question: Question) -> ReportFile | None:
        """The report, nothing of it read yet; None: GitHub has no such report. Raises CopilotUsageError."""
        envelope = self._client.get(question, decode_envelope).value
        return None if envelope is None else ReportFile(question, envelope, self._client, self._downloads)

    def newest_users(self, owner: Scope) -> ReportFile | None:
        """The users' 28-day report, its envelope asked for once a run: its window is needed before its rows are."""
        with self._locks.setdefault(owner, threading.Lock()):
            file = self._newest_users.get(owner) or self.open(questions.newest_days(owner, Report.USERS))
            if file is not None:
                self._newest_users[owner] = file
            return file


def _refused(label: str, status: int) -> Unreachable:
    return Unreachable(
        "A report could not be downloaded",
        cause=f"{label}: the download host answered {status}, also to a fresh link.",
        remedy="Let the runner reach GitHub's download hosts (on github.com: `copilot-reports-*.b01.azurefd.net` and "
        "`copilot-reports-production-*.b01.azurefd.net`, port 443), and check that its clock is right: the links are "
        "signed for a short time.",
    )


def _replaced(label: str) -> Unreachable:
    return Unreachable(
        "GitHub replaced a report while it was read",
        cause=f"{label}: a fresh answer has another number of parts.",
        remedy="Run it again: the day is asked for once more.",
    )
