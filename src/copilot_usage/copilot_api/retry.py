"""Retries with back-off; every wait is logged and bounded by the run's deadline."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from copilot_usage.errors import Busy, RateLimited, Unreachable
from copilot_usage.timing import Deadline

_logger = logging.getLogger(__name__)

TRIES = 5
# After this many requests in a row without an answer, each further one is tried once, until one is answered.
_MOST_UNANSWERED = 3
# GitHub's advice for a secondary limit that names no time (docs: "Rate limits for the REST API").
_LIMIT_WAIT = 60.0
_LONGEST_WAIT = 86_400.0
_PASSING = frozenset({408, 500, 502, 503, 504})
_SECONDARY = ("secondary rate limit", "abuse detection")

# Reports come from these hosts (GitHub's changelog of 2026-05-20).
DOWNLOAD_HOSTS = (
    "on github.com `copilot-reports.github.com`, on GHE.com `copilot-reports.SUBDOMAIN.ghe.com`, "
    "in rare cases `*.blob.core.windows.net`; port 443"
)
_NETWORK = (
    "Faults like this pass by themselves: run it again later, and see https://www.githubstatus.com. If it does not "
    f"pass, check that the runner may reach GitHub's API and its download hosts ({DOWNLOAD_HOSTS}) through proxy and "
    "firewall."
)


@dataclass(frozen=True, slots=True)
class TransientError:
    """Why a try failed, where another one may succeed.

    `wait`: seconds that GitHub asks for; `limit`: a rate limit; `busy`: a fault of its servers; `remedy`: what
    has to be mended before another try can help; `host`: where, if the same request may lead to several hosts.
    """

    words: str
    wait: float | None = None
    limit: bool = False
    busy: bool = False
    remedy: str | None = None
    host: str | None = None


def transient_error(status: int, headers: Mapping[str, str], text: str, now: float) -> TransientError | None:
    """A fault of the server, or a rate limit, that a response says; None for every other response."""
    try:
        asked = min(Retry().parse_retry_after(headers.get("retry-after", "")), _LONGEST_WAIT)
    except (InvalidHeader, ValueError, OverflowError):
        asked = None
    if status in _PASSING:
        return TransientError(f"GitHub answered {status}", wait=asked, busy=status >= 500)
    if status not in {403, 429}:
        return None
    reset = headers.get("x-ratelimit-reset", "")
    if asked is None and headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal() and len(reset) < 12:
        wait = min(int(reset) - now + 1, _LONGEST_WAIT)
        return TransientError("the rate limit is used up", wait=wait if wait > 0 else None, limit=True)
    if asked is not None or status == 429 or any(words in text.lower() for words in _SECONDARY):
        return TransientError("GitHub asks for a pause (secondary rate limit)", wait=asked, limit=True)
    return None


class HostRetry:
    """Retries for one host, on behalf of every thread that asks it."""

    def __init__(self, host: str, deadline: Deadline, *, jitter: Callable[[], float] | None = None) -> None:
        self.host = host
        self.deadline = deadline
        self.jitter = jitter or random.random
        self._lock = threading.Lock()
        self._unanswered = 0
        self._resume_at = 0.0

    def start(self, label: str) -> RetryState:
        """The retries of one request, named as the log shall name it."""
        return RetryState(self, label, TRIES if self._unanswered < _MOST_UNANSWERED else 1)

    def enter(self) -> None:
        """Waits while a rate limit holds for all; raises TimeUp."""
        self.deadline.wait(max(0.0, self._resume_at - self.deadline.now()))

    def answered(self) -> None:
        """The host is there."""
        self._unanswered = 0

    def unanswered(self) -> None:
        """A request has failed for good."""
        with self._lock:
            self._unanswered += 1

    def hold(self, seconds: float) -> None:
        """A rate limit holds for all requests."""
        with self._lock:
            self._resume_at = max(self._resume_at, self.deadline.now() + seconds)


@dataclass(slots=True)
class RetryState:
    """The retries of one request. `tries`: the most there will be; `failed` and `limited`: how many did, and why."""

    retry: HostRetry
    label: str
    tries: int
    failed: int = 0
    limited: int = 0

    def wait(self, error: TransientError) -> None:
        """Waits before the next try and says so; raises Unreachable, RateLimited or TimeUp if there will be none."""
        deadline = self.retry.deadline
        deadline.check()
        wait = self._pause(error)
        self.failed += 1
        if self.failed >= self.tries or error.remedy or wait >= deadline.left:
            if error.limit:
                raise self._rate_limited(error, wait)
            self.retry.unanswered()
            raise self._unreachable(error)
        if error.limit:
            self.limited += 1
            self.retry.hold(wait)
        when = f"in {wait:.0f} s" if wait >= 1 else "at once"
        _logger.info(
            "%s: %s; asking again %s (try %d of %d)", self.label, error.words, when, self.failed + 1, self.tries
        )
        deadline.wait(wait)

    def _pause(self, error: TransientError) -> float:
        """Seconds: what GitHub asks for, else longer each time, with jitter; after a first fault none."""
        if error.wait is not None:
            return error.wait
        if error.limit:
            return _LIMIT_WAIT * 2.0**self.limited * (1 + self.retry.jitter() / 4)
        return min(2.0**self.failed + self.retry.jitter(), 60.0) if self.failed else 0.0

    def _unreachable(self, error: TransientError) -> Unreachable:
        times = "one try" if self.failed == 1 else f"{self.failed} tries"
        return (Busy if error.busy else Unreachable)(
            f"No usable answer from {error.host or self.retry.host}",
            cause=f"{self.label}: {error.words} ({times}).",
            remedy=error.remedy or _NETWORK,
        )

    def _rate_limited(self, error: TransientError, wait: float) -> RateLimited:
        until = datetime.fromtimestamp(self.retry.deadline.now() + wait, UTC)
        return RateLimited(
            "GitHub's rate limit does not allow more in this run",
            cause=f"{self.label}: {error.words}; the next request makes sense at {until:%Y-%m-%d %H:%M} UTC.",
            remedy="Run it again after that time: what was stored is not asked for again. Or let it wait longer:\n\n"
            f"```yaml\nwith:\n  timeout-minutes: {int(wait // 60) + 30}\n```",
        )
