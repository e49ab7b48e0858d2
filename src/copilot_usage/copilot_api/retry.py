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

from copilot_usage.errors import Busy, CopilotUsageError, RateLimited, Unreachable
from copilot_usage.timing import Deadline

_logger = logging.getLogger(__name__)

TRIES = 5
# When so many questions in a row had no answer after all tries, the rest is asked once each until something answers.
_HOPE = 3
# GitHub's advice for a secondary limit that names no time (docs: "Rate limits for the REST API").
_LIMIT_WAIT = 60.0
_LONGEST_WAIT = 86_400.0
_PASSING = frozenset({408, 500, 502, 503, 504})
_SECONDARY = ("secondary rate limit", "abuse detection")


@dataclass(frozen=True, slots=True)
class TransientError:
    """Why a try brought nothing.

    `wait`: seconds that GitHub asks for; `limit`: a rate limit; `busy`: a fault of its servers; `remedy`: what
    has to be mended before another try can help; `host`: where, if the same tries may lead to several hosts.
    """

    words: str
    wait: float | None = None
    limit: bool = False
    busy: bool = False
    remedy: str | None = None
    host: str | None = None


def trouble_in(status: int, headers: Mapping[str, str], text: str, now: float) -> TransientError | None:
    """Whether an answer is one that passes: a fault of the server, or a rate limit; None for every other."""
    asked = _retry_after(headers.get("retry-after"))
    if status in _PASSING:
        return TransientError(f"GitHub answered {status}", wait=asked, busy=status >= 500)
    if status not in {403, 429}:
        return None
    if asked is not None:
        return TransientError("GitHub asks for a pause (secondary rate limit)", wait=asked, limit=True)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal() and len(reset) < 12:
        wait = min(int(reset) - now + 1, _LONGEST_WAIT)
        return TransientError("the rate limit is used up", wait=wait if wait > 0 else None, limit=True)
    if status == 429 or any(words in text.lower() for words in _SECONDARY):
        return TransientError("GitHub asks for a pause (secondary rate limit)", limit=True)
    return None


def _retry_after(header: str | None) -> float | None:
    if header is None:
        return None
    try:
        return min(Retry().parse_retry_after(header), _LONGEST_WAIT)
    except (InvalidHeader, ValueError, OverflowError):
        return None


class HostRetry:
    """Waits for one host, on behalf of every thread that asks it."""

    def __init__(self, host: str, deadline: Deadline, *, jitter: Callable[[], float] | None = None) -> None:
        self.deadline = deadline
        self._host = host
        self._jitter = jitter or random.random
        self._lock = threading.Lock()
        self._silence = 0
        self._resume_at = 0.0

    def tries(self, label: str) -> RetryState:
        """Counts the tries for one thing, named as the log shall name it."""
        return RetryState(self, label, total=1 if self._silence >= _HOPE else TRIES)

    def enter(self) -> None:
        """Waits while a rate limit holds for all; raises TimeUp."""
        self.deadline.check()
        pause = self._resume_at - self.deadline.now()
        if pause > 0:
            self.deadline.wait(pause)

    def answered(self) -> None:
        """The host is there."""
        self._silence = 0

    def unreachable(self, label: str, transient: TransientError, tries: int) -> Unreachable:
        """The error after the last try."""
        with self._lock:
            self._silence += 1
        times = "one try" if tries == 1 else f"{tries} tries"
        return (Busy if transient.busy else Unreachable)(
            f"No usable answer from {transient.host or self._host}",
            cause=f"{label}: {transient.words} ({times}).",
            remedy=transient.remedy or _NETWORK,
        )

    def pause(self, transient: TransientError, waits: int) -> float:
        """Seconds to wait for a rate limit: what GitHub asks for, else twice as long each time, with jitter."""
        return _LIMIT_WAIT * 2**waits * (1 + self._jitter() / 4) if transient.wait is None else transient.wait

    def hold(self, label: str, transient: TransientError, waits: int) -> float:
        """The pause for a rate limit, which then holds for all; raises RateLimited if the run has not that long."""
        wait = self.pause(transient, waits)
        if wait >= self.deadline.left:
            raise self.rate_limited(label, transient, wait)
        with self._lock:
            self._resume_at = max(self._resume_at, self.deadline.now() + wait)
        return wait

    def rate_limited(self, label: str, transient: TransientError, wait: float) -> RateLimited:
        """The error where waiting does not help this run."""
        until = datetime.fromtimestamp(self.deadline.now() + wait, UTC)
        return RateLimited(
            "GitHub's rate limit does not allow more in this run",
            cause=f"{label}: {transient.words}; the next request makes sense at {until:%Y-%m-%d %H:%M} UTC.",
            remedy="Run it again after that time: what was stored is not asked for again. Or let it wait longer:\n\n"
            f"```yaml\nwith:\n  timeout-minutes: {int(wait // 60) + 30}\n```",
        )


class RetryState:
    """The tries for one thing."""

    def __init__(self, retry: HostRetry, label: str, *, total: int) -> None:
        self._patience = retry
        self._label = label
        self._total = total
        self._limits = 0
        self._retry = Retry(total=total - 1, backoff_factor=1, backoff_jitter=1, backoff_max=60)

    def again(self, transient: TransientError) -> None:
        """Waits before the next try and says so; raises Unreachable, RateLimited or TimeUp if there will be none."""
        left = self._retry.total if isinstance(self._retry.total, int) else 0
        if left <= 0 or transient.remedy:
            raise self._given_up(transient)
        self._retry = self._retry.increment("GET")
        wait = self._wait(transient)
        if not transient.limit and wait >= self._patience.deadline.left:
            raise self._given_up(transient)
        number = self._total - left + 1
        _logger.info(
            "%s: %s; asking again %s (try %d of %d)", self._label, transient.words, _when(wait), number, self._total
        )
        self._patience.deadline.wait(wait)

    def _given_up(self, transient: TransientError) -> CopilotUsageError:
        if transient.limit:
            return self._patience.rate_limited(self._label, transient, self._patience.pause(transient, self._limits))
        tried = len(self._retry.history) + 1
        return self._patience.unreachable(self._label, transient, tried)

    def _wait(self, transient: TransientError) -> float:
        if transient.limit:
            self._limits += 1
            return self._patience.hold(self._label, transient, self._limits - 1)
        return self._retry.get_backoff_time() if transient.wait is None else transient.wait


def _when(wait: float) -> str:
    return f"in {wait:.0f} s" if wait >= 1 else "at once"


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
