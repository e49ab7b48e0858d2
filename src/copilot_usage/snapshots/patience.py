"""How long the store may wait, and how often it may ask."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from copilot_usage.timing import Deadline


def _result(future: Future[Any]) -> Any:
    return future.result()


@dataclass(slots=True)
class RetryPolicy:
    """`tries` of one request, `races` against other writers; no wait for GitHub is longer than `longest_wait` seconds.

    `chance` gives numbers from 0 to 1. `sleep` waits, and `result` waits for a thread that asks; what they raise ends
    the load or save. `saving`: the deadline of saves, where they have one of their own.
    """

    sleep: Callable[[float], object] = time.sleep
    result: Callable[[Future[Any]], Any] = _result
    chance: Callable[[], float] = random.random
    tries: int = 5
    longest_wait: float = 300.0
    timeout: int = 30
    races: int = 40
    saving: Deadline | None = None

    def follow(self, deadline: Deadline) -> None:
        """From now on this deadline ends every wait."""
        self.sleep, self.result = deadline.wait, deadline.result

    def begin_saving(self) -> None:
        if self.saving is not None:
            self.follow(self.saving)

    def back_off(self, attempt: int, most: float) -> None:
        """Waits after attempt number `attempt` (from 0): up to twice as long each time, never longer than `most`."""
        self.sleep(self.chance() * min(most, 2.0**attempt))
