"""A clock that only sleeping moves, and that remembers every sleep."""

from __future__ import annotations

import threading

START = 1_795_400_000.0  # in November 2026


class RecordedClock:
    def __init__(self, start: float = START) -> None:
        self._now = start
        self._lock = threading.Lock()
        self.sleeps: list[float] = []

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.sleeps.append(seconds)
            self._now += seconds
