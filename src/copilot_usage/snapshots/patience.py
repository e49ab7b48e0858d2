"""How long the store may wait, and how often it may ask."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Patience:
    """`tries` of one request, `races` against other writers; no wait for GitHub is longer than `longest_wait` seconds.

    `chance` gives numbers from 0 to 1; whatever `sleep` raises ends the load or save.
    """

    sleep: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = random.random
    tries: int = 5
    longest_wait: float = 300.0
    timeout: int = 30
    races: int = 40

    def back_off(self, attempt: int, most: float) -> None:
        """Waits after attempt number `attempt` (from 0): up to twice as long each time, never longer than `most`."""
        self.sleep(self.chance() * min(most, 2.0**attempt))
