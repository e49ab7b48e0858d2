"""Hands what a thread downloads to the one that reads it, and lets neither run far ahead of the other."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from copilot_usage.timing import GLANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from copilot_usage.timing import Deadline

# So much of a report may lie between the two; with a few reports at once this bounds what downloads hold.
CAPACITY = 4 * 1024 * 1024


class Pipe:
    """Blocks of bytes, in order, a few megabytes at most; what the writer raises is raised to the reader."""

    def __init__(self, deadline: Deadline, capacity: int = CAPACITY) -> None:
        self._deadline = deadline
        self._capacity = capacity
        self._changed = threading.Condition()
        self._blocks: deque[bytes] = deque()
        self._held = 0
        self._ended = False
        self._abandoned = False
        self._error: BaseException | None = None

    def pump(self, blocks: Callable[[], Iterable[bytes]]) -> None:
        """The writing side's whole work; raises nothing."""
        try:
            for block in blocks():
                if not self._put(block):
                    break
        except BaseException as error:  # noqa: BLE001 - it is raised again where the blocks are read
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def __iter__(self) -> Iterator[bytes]:
        """The reading side."""
        while (block := self._take()) is not None:
            yield block
        if self._error is not None:
            raise self._error

    def abandon(self) -> None:
        """Nobody will read on: the writing side ends soon."""
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()

    def _put(self, block: bytes) -> bool:
        """False: nobody reads on."""
        with self._changed:
            while self._held >= self._capacity and not self._abandoned:
                self._changed.wait(GLANCE)
                self._deadline.check()
            if self._abandoned:
                return False
            self._blocks.append(block)
            self._held += len(block)
            self._changed.notify_all()
            return True

    def _take(self) -> bytes | None:
        with self._changed:
            while not self._blocks and not self._ended:
                self._changed.wait(GLANCE)
                self._deadline.check()
            if not self._blocks:
                return None
            block = self._blocks.popleft()
            self._held -= len(block)
            self._changed.notify_all()
            return block
