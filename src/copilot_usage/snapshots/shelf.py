"""Texts that were read and may be needed again, within a bounded space; and reading ahead, a few at a time."""

from __future__ import annotations

import zlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from concurrent.futures import Future

_T = TypeVar("_T")
_R = TypeVar("_R")
# Snapshots pack ten to one or better: room for a year of fifty teams.
_ROOM = 48 * 1024 * 1024


def pack(text: bytes) -> bytes:
    """Compressed, quickly rather than well."""
    return zlib.compress(text, 1)


def unpack(packed: bytes) -> bytes:
    return zlib.decompress(packed)


class BlobCache:
    """Texts by the SHA of their blob, packed; whatever was put there first goes first when the room is full."""

    def __init__(self, room: int = _ROOM) -> None:
        self._left = room
        self._texts: dict[str, bytes] = {}
        self._lock = Lock()

    def put(self, sha: str, packed: bytes) -> None:
        with self._lock:
            self._left += len(self._texts.pop(sha, b"")) - len(packed)
            self._texts[sha] = packed
            while self._left < 0:
                self._left += len(self._texts.pop(next(iter(self._texts))))

    def get(self, sha: str) -> bytes | None:
        """The text, unpacked."""
        packed = self._texts.get(sha)
        return None if packed is None else unpack(packed)

    def __contains__(self, sha: object) -> bool:
        return sha in self._texts


def read_ahead(read: Callable[[_T], _R], items: Iterable[_T], at_once: int) -> Generator[tuple[_T, _R]]:
    """Each item with what `read` gives for it, in order; so many are read at once, and about as many lie ready."""
    rest = iter(items)
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="snapshots")
    try:
        waiting: deque[tuple[_T, Future[_R]]] = deque()
        for item in islice(rest, 2 * at_once):
            waiting.append((item, pool.submit(read, item)))
        while waiting:
            item, future = waiting.popleft()
            result = future.result()
            for following in islice(rest, 1):
                waiting.append((following, pool.submit(read, following)))
            yield item, result
    finally:
        pool.shutdown(cancel_futures=True)
