"""The clock of a run, its deadline, and its cancellation. Every wait of both edges goes through here.

The main thread must not wait for a network itself: a server that sends a byte a second keeps a read busy past every
timeout, and a name that is looked up hears no signal. So each request runs in a thread of a pool, and the main thread
takes its answer from `Deadline.result`. A thread that is still busy at the end is left behind (`__main__`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from threading import Event, Lock
from time import monotonic
from typing import Protocol, TypeVar

from copilot_usage.errors import RunCancelled, TimeUp

_logger = logging.getLogger(__name__)
Result = TypeVar("Result")

# How soon a wait notices that the run was cancelled.
POLL_SECONDS = 0.2
# A clock that is further off than this is warned of.
_WRONG_SECONDS = 7200.0
# A body that has taken longer than this must have brought this many bytes a second, or it counts as hanging.
_SLOW_SECONDS = 60.0
_SLOWEST_RATE = 1024


@dataclass(frozen=True, slots=True)
class Clock:
    """The only clock of a run. `now`: UTC; `elapsed`: seconds that never run backwards."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    elapsed: Callable[[], float] = monotonic

    def today(self) -> date:
        """The UTC day."""
        return self.now().date()


class Cancelled(Protocol):
    """Whether the run was cancelled."""

    def is_set(self) -> bool: ...


class Cancellation:
    """Whether the run was cancelled. Without a lock: a signal's handler may interrupt the thread that would hold it."""

    def __init__(self) -> None:
        self._asked = False
        self.signal: int | None = None

    def set(self, signal: int | None = None) -> None:
        """`signal`: the number of the one that did it."""
        self.signal = signal
        self._asked = True

    def is_set(self) -> bool:
        return self._asked


class DelayedCancellation:
    """A cancellation that is heard some seconds later, counted from the first look at it: time for a last save."""

    def __init__(self, cancelled: Cancelled, seconds: float, elapsed: Callable[[], float]) -> None:
        self._cancelled = cancelled
        self._seconds = seconds
        self._elapsed = elapsed
        self._end: float | None = None

    def is_set(self) -> bool:
        if self._end is None and self._cancelled.is_set():
            self._end = self._elapsed() + self._seconds
        return self._end is not None and self._elapsed() >= self._end


class Deadline:
    """The end of the run's time, `seconds` from now.

    `now`: seconds since 1970, as GitHub's `x-ratelimit-reset` has them; `elapsed`: seconds that never run backwards
    (None: `now` does); `sleep`: None ends a wait early when `cancelled` is set; `grace`: seconds beyond the end, for
    what must still be done then.
    """

    def __init__(
        self,
        seconds: float,
        *,
        now: Callable[[], float],
        elapsed: Callable[[], float] | None = None,
        sleep: Callable[[float], object] | None = None,
        cancelled: Cancelled | None = None,
        grace: float = 0,
    ) -> None:
        self._now = now
        self._ahead: float | None = None
        self.cancelled = cancelled or Event()
        self._stopped = Event()
        self._sleep = sleep or self._sleep_until_stopped
        self._seconds = seconds
        self._shared: tuple[str, float] | None = None
        self.elapsed = elapsed or now
        self._learning = Lock()
        self._end = self.elapsed() + seconds + grace

    def now(self) -> float:
        """Seconds since 1970, by GitHub's clock once it has answered."""
        return self._now() - (self._ahead or 0)

    def github_day(self) -> date | None:
        """The UTC day by GitHub's clock; None before its first answer."""
        return None if self._ahead is None else datetime.fromtimestamp(self.now(), UTC).date()

    def learn(self, header: str | None) -> None:
        """Takes the time from GitHub's `Date` instead of this machine's clock; the first answer decides."""
        try:
            moment = parsedate_to_datetime(header or "").timestamp()
        except (ValueError, OverflowError):
            return
        with self._learning:
            if self._ahead is not None:
                return
            self._ahead = self._now() - moment
        if abs(self._ahead) > _WRONG_SECONDS:
            _logger.warning(
                "This machine's clock is %.0f hours %s; GitHub's decides which day it is.",
                abs(self._ahead) / 3600,
                "ahead" if self._ahead > 0 else "behind",
                extra={"title": "The clock is wrong"},
            )

    @property
    def left(self) -> float:
        """Seconds that are left; negative when the time is over."""
        return self._end - self.elapsed()

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be asked, however much time there is."""
        return self.cancelled.is_set() or self._stopped.is_set()

    def check(self) -> None:
        """Raises TimeUp when the time is over or it was cancelled."""
        if self.stopped:
            raise RunCancelled(
                "The run was cancelled",
                cause="It was stopped before everything was done.",
                remedy="Run it again: what was stored is not asked for again.",
            )
        if self.left <= 0:
            raise self.time_up()

    def wait(self, seconds: float) -> None:
        """Waits; raises TimeUp at once if the time would be over, or when it was cancelled meanwhile."""
        self.check()
        if seconds >= self.left:
            raise self.time_up()
        if seconds > 0:
            self._sleep(seconds)
        self.check()

    def result(self, future: Future[Result]) -> Result:
        """Waits for a thread's work; raises what it raised, and TimeUp when the run ends meanwhile."""
        while not future.done():
            self.check()
            with suppress(TimeoutError):
                future.exception(timeout=POLL_SECONDS)
        return future.result()

    @contextmanager
    def share(self, what: str) -> Iterator[None]:
        """Within the block a quarter of what is left may be used, so that `what` cannot use up the run's time."""
        end = self._end
        self._shared = (what, max(self.left, 0) / 4)
        self._end = self.elapsed() + self._shared[1]
        try:
            yield
        finally:
            self._end, self._shared = end, None

    def stop(self) -> None:
        """Nothing more is to be asked: ends every wait, in every thread."""
        self._stopped.set()

    def _sleep_until_stopped(self, seconds: float) -> None:
        """Sleeps, with an eye on both events; counts for itself, so that a clock that stands still prolongs no wait."""
        while seconds > 0 and not self.cancelled.is_set():
            if self._stopped.wait(min(seconds, POLL_SECONDS)):
                return
            seconds -= POLL_SECONDS

    def time_up(self) -> TimeUp:
        """The error for a run, or a share of it, that takes too long."""
        if self._shared:
            what, seconds = self._shared
            return TimeUp(
                "GitHub was too slow",
                cause=f"{what}: no answer within {seconds / 60:.1f} minutes, a quarter of what this run had left.",
                remedy="Run it again later, or give it more time (`timeout-minutes`).",
            )
        minutes = f"{self._seconds / 60:g}"
        return TimeUp(
            "This run ran out of time",
            cause=f"Not everything could be done within {minutes} minutes (`timeout-minutes`).",
            remedy="Give it more time, or a shorter range; what was stored is not asked for again:\n\n"
            f"```yaml\nwith:\n  timeout-minutes: {round(self._seconds / 30) or 30}\n```",
        )


def in_time(read: Callable[[], bytes], elapsed: Callable[[], float]) -> Iterator[bytes]:
    """What a body brings, a read at a time; raises TimeoutError for one that drips."""
    arrived, begun = 0, elapsed()
    while chunk := read():
        arrived += len(chunk)
        taken = elapsed() - begun
        if taken > _SLOW_SECONDS and arrived < _SLOWEST_RATE * taken:
            raise TimeoutError
        yield chunk
