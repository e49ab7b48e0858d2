"""File contents on their way to and from GitHub: compressed, cached, batched."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import islice
from threading import Lock
from typing import TypeVar

from copilot_usage.domain.scope import Scope
from copilot_usage.snapshots.layout import MonthFile
from copilot_usage.snapshots.months import in_words

_T = TypeVar("_T")
_R = TypeVar("_R")
# Snapshots pack ten to one or better: room for a year of fifty teams.
_ROOM = 48 * 1024 * 1024


def pack(text: bytes) -> bytes:
    """Compressed, quickly rather than well."""
    return zlib.compress(text, 1)


def unpack(compact: bytes) -> bytes:
    return zlib.decompress(compact)


class BlobCache:
    """Texts by the SHA of their blob, packed; whatever was put there first goes first when the room is full."""

    def __init__(self, room: int = _ROOM) -> None:
        self._left = room
        self._texts: dict[str, bytes] = {}
        self._lock = Lock()

    def put(self, sha: str, compact: bytes) -> None:
        with self._lock:
            self._left += len(self._texts.pop(sha, b"")) - len(compact)
            self._texts[sha] = compact
            while self._left < 0:
                self._left += len(self._texts.pop(next(iter(self._texts))))

    def get(self, sha: str) -> bytes | None:
        """The text, unpacked."""
        compact = self._texts.get(sha)
        return None if compact is None else unpack(compact)

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


# Small contents travel with the tree. GitHub gives itself ten seconds for a request, so not too many of them at once.
_INLINE = 1024 * 1024
_TREE = 4 * 1024 * 1024
# GitHub would make links of these: issues of the repository, and commits.
_REFERENCE = re.compile(r"gh-\d+|[0-9a-f]{7,64}", re.IGNORECASE)


@dataclass(slots=True)
class PendingFile:
    """A file as it should be. `base`: the blob it was made from; `days`: whose lines are new, none if it may stay.

    `posted`: GitHub has the blob already, whatever becomes of the commit.
    """

    path: str
    base: str | None
    sha: str
    compact: bytes
    size: int
    days: tuple[date, ...] = ()
    posted: bool = False

    @property
    def weight(self) -> int:
        """The bytes it adds to a tree request; a large file is posted by itself."""
        return 0 if self.posted or self.size > _INLINE else self.size

    def inline(self) -> str | None:
        """What a tree request may carry; None for what is large, or is no text."""
        if self.size > _INLINE:
            return None
        try:
            return self.content().decode()
        except UnicodeDecodeError:
            return None

    def content(self) -> bytes:
        return unpack(self.compact)


def draft_of(path: str, base: str | None, text: bytes = b"", days: tuple[date, ...] = ()) -> PendingFile:
    return PendingFile(path, base, blob_sha(text), pack(text), len(text), days)


def blob_sha(content: bytes) -> str:
    """How Git names a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()  # noqa: S324 - Git's choice


def batches(pending_files: Iterable[PendingFile]) -> Iterator[list[PendingFile]]:
    """Drafts that may go into one tree request together; none if there are none."""
    batch: list[PendingFile] = []
    room = _TREE
    for pending in pending_files:
        if batch and pending.weight > room:
            yield batch
            batch, room = [], _TREE
        batch.append(pending)
        room -= pending.weight
    if batch:
        yield batch


def commit_message(written: Mapping[MonthFile, PendingFile]) -> str:
    """One line. Names are slugs, so that nobody is mentioned; what would still become a link is left out."""
    days = {file: pending.days for file, pending in written.items()}
    told = {file: found for file, found in days.items() if file.generation.is_usage} or days
    scopes = sorted({file.scope for file in told})
    more = f" and {len(scopes) - 1} more" if len(scopes) > 1 else ""
    return f"Copilot usage: {in_words(days)} of {_name(scopes[0])}{more} up to {max(map(max, told.values()))}"


def _name(scope: Scope) -> str:
    parts = scope.name.split("/")
    return f"one {scope.kind}" if any(_REFERENCE.fullmatch(part) for part in parts) else scope.name
