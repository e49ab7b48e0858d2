"""Keeps snapshots in a local folder: the same layout as on a branch, every file written by rename."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from copilot_usage.domain.storing import Saved
from copilot_usage.errors import StoreRefused
from copilot_usage.snapshots.layout import by_month, month_file_at, wanted_files
from copilot_usage.snapshots.months import Month
from copilot_usage.snapshots.readme import README, is_ours, render_readme

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.snapshot import Snapshot
    from copilot_usage.domain.storing import Unread
    from copilot_usage.snapshots.layout import MonthFile

_logger = logging.getLogger(__name__)


class DirectoryStore:
    """A Store in the folder `root`, which is made when the first snapshot is saved."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | Unread]:
        """Reads month by month; raises StoreRefused."""
        with self._worded("read"):
            for file in wanted_files(self._files(), scopes, days):
                yield from Month(file, self._path(file).read_bytes()).load(days)

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        """Writes the months that change, and the README; raises StoreRefused."""
        with self._worded("written"):
            written = sum(self._save(file, group) for file, group in by_month(snapshots).items())
            if written:
                self._explain()
                _logger.info("%s written to %s", "1 day" if written == 1 else f"{written:,} days", self._root)
            return Saved(written)

    def _save(self, file: MonthFile, snapshots: Iterable[Snapshot]) -> int:
        path = self._path(file)
        stored = path.read_bytes() if path.exists() else b""
        written = Month(file, stored).save(snapshots)
        if written is None:
            return 0
        _replace(path, written.text)
        return len(written.days)

    def _explain(self) -> None:
        path = self._root / README
        former = path.read_bytes() if path.exists() else None
        text = render_readme(self._files(), "").encode()
        if former is None or (is_ours(former) and former != text):
            _replace(path, text)

    def _files(self) -> list[MonthFile]:
        paths = self._root.rglob("*.ndjson")
        found = (month_file_at(path.relative_to(self._root).as_posix()) for path in paths if path.is_file())
        return [file for file in found if file is not None]

    def _path(self, file: MonthFile) -> Path:
        return self._root / file.path

    @contextmanager
    def _worded(self, done: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreRefused(
                f"The snapshot folder cannot be {done}",
                cause=f"{error.filename or self._root}: {error.strerror or error}.",
                remedy="Check that the folder (`snapshot-directory`) is one that this process may read and write, "
                "and that the disk is not full.",
            ) from error


def _replace(path: Path, content: bytes) -> None:
    """Writes beside the file and renames: whoever reads, or is killed, finds the old content or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
