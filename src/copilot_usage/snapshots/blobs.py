"""File contents on their way to and from GitHub: compressed, cached, batched."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

# Snapshots pack ten to one or better: room for a year of fifty teams.
_ROOM = 48 * 1024 * 1024


def blob_sha(content: bytes) -> str:
    """How Git names a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()  # noqa: S324 - Git's choice


class BlobCache:
    """Texts by the SHA of their blob, compressed to `room` bytes; the oldest entries go first."""

    def __init__(self, room: int = _ROOM) -> None:
        self._left = room
        self._texts: dict[str, bytes] = {}

    def put(self, sha: str, text: bytes) -> None:
        compact = zlib.compress(text, 1)
        self._left += len(self._texts.pop(sha, b"")) - len(compact)
        self._texts[sha] = compact
        while self._left < 0:
            self._left += len(self._texts.pop(next(iter(self._texts))))

    def get(self, sha: str) -> bytes | None:
        compact = self._texts.get(sha)
        return None if compact is None else zlib.decompress(compact)

    def __contains__(self, sha: object) -> bool:
        return sha in self._texts


# Small contents travel with the tree. GitHub gives itself ten seconds for a request, so one request has a limit.
_INLINE = 1024 * 1024
_TREE = 4 * 1024 * 1024


@dataclass(slots=True)
class PendingFile:
    """A file of the next commit. `base`: the blob it was made from; `days`: whose lines are new, none if it may stay.

    `posted`: GitHub has the blob already, whatever becomes of the commit. `size`: of the text, in bytes.
    """

    path: str
    base: str | None
    sha: str
    compact: bytes
    size: int
    days: tuple[date, ...] = ()
    posted: bool = False

    @classmethod
    def of(cls, path: str, base: str | None, text: bytes, days: tuple[date, ...] = ()) -> PendingFile:
        return cls(path, base, blob_sha(text), zlib.compress(text, 1), len(text), days)

    @property
    def text(self) -> bytes:
        return zlib.decompress(self.compact)

    @property
    def weight(self) -> int:
        """The bytes that it adds to a tree request."""
        return 0 if self.posted or self.size > _INLINE else self.size

    @property
    def needs_blob(self) -> bool:
        """Whether it must be posted as a blob before a tree can name it: it is large, or not UTF-8."""
        if self.posted or self.size > _INLINE:
            return not self.posted
        try:
            self.text.decode()
        except UnicodeDecodeError:
            return True
        return False

    def for_tree(self) -> dict[str, str]:
        """How a tree request names it: by the blob that GitHub has, or by its content."""
        return {"sha": self.sha} if self.posted else {"content": self.text.decode()}


def batches(files: Iterable[PendingFile]) -> Iterator[list[PendingFile]]:
    """Files that fit into one tree request together; none if there are none."""
    batch: list[PendingFile] = []
    room = _TREE
    for file in files:
        if batch and file.weight > room:
            yield batch
            batch, room = [], _TREE
        batch.append(file)
        room -= file.weight
    if batch:
        yield batch
