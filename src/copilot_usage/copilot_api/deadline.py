"""How long this run may take, and how it waits; whoever cancels it ends every wait."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Protocol

from copilot_usage.errors import TimeUp

if TYPE_CHECKING:
    from collections.abc import Callable


class Cancelled(Protocol):
    """Whether somebody cancelled the run."""

    def is_set(self) -> bool: ...


# How soon a sleeper notices that the run was cancelled.
_GLANCE = 0.2


class Deadline:
    """The end of the run's time. `now` gives seconds since 1970, as GitHub's `x-ratelimit-reset` does.

    `elapsed` gives seconds that never run backwards (None: `now` does). `sleep` waits for so many seconds; without it
    the wait ends early when `cancelled` is set.
    """

    def __init__(
        self,
        seconds: float,
        *,
        now: Callable[[], float],
        elapsed: Callable[[], float] | None = None,
        sleep: Callable[[float], object] | None = None,
        cancelled: Cancelled | None = None,
    ) -> None:
        self.now = now
        self.cancelled = cancelled or Event()
        self._stopped = Event()
        self._sleep = sleep or self._doze
        self._seconds = seconds
        self._elapsed = elapsed or now
        self._end = self._elapsed() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; negative when the time is over."""
        return self._end - self._elapsed()

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be asked, however much time there is."""
        return self.cancelled.is_set() or self._stopped.is_set()

    def check(self) -> None:
        """Raises TimeUp when the time is over or somebody cancelled the run."""
        if self.stopped:
            raise TimeUp(
                "The run was cancelled",
                cause="Somebody, or the runner, stopped it before everything was fetched.",
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

    def stop(self) -> None:
        """Nothing more is to be asked: ends every wait, in whatever thread."""
        self._stopped.set()

    def _doze(self, seconds: float) -> None:
        """Sleeps, with an eye on both events; counts for itself, so that a clock that stands still prolongs no wait."""
        while seconds > 0 and not self.cancelled.is_set():
            if self._stopped.wait(min(seconds, _GLANCE)):
                return
            seconds -= _GLANCE

    def time_up(self) -> TimeUp:
        """The error for a run that takes too long."""
        minutes = f"{self._seconds / 60:g}"
        return TimeUp(
            "The time for this run is over",
            cause=f"Not everything could be fetched within {minutes} minutes (`timeout-minutes`).",
            remedy="Give it more time, or a shorter range; what was stored is not asked for again:\n\n"
            f"```yaml\nwith:\n  timeout-minutes: {round(self._seconds / 30) or 30}\n```",
        )
