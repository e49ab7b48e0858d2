"""Keeps snapshots in a local folder: the same layout as on a branch, every file written by rename.

Only regular files inside the folder are read and written, and by one process at a time.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import Saved, SkippedMonths, Store
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Snapshot
from copilot_usage.errors import CopilotUsageError, StoreRefused
from copilot_usage.snapshots.layout import MonthFile, by_month, month_file_at, months_by_scope, wanted_files
from copilot_usage.snapshots.months import Month, Written, in_words, usage_days
from copilot_usage.snapshots.readme import README, is_ours, render_readme

_logger = logging.getLogger(__name__)
# How soon a process notices that another one has saved, in seconds.
POLL_SECONDS = 0.1


class DirectoryStore:
    """A Store in the folder `root`, which is made when the first snapshot is saved.

    `wait`: sleeps for some seconds while another process saves; what it raises ends the save.
    """

    def __init__(self, root: Path, wait: Callable[[float], object] = time.sleep) -> None:
        self._root = root
        self._wait = wait

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        """Reads month by month; a month that cannot be read is skipped. Raises StoreRefused."""
        with self._errors_in_words("read"):
            files = wanted_files(self._files(), scopes, days)
        for file in files:
            try:
                text = self._inside(file.path).read_bytes()
            except OSError as error:
                yield SkippedMonths(file.scope, (file.month,), _reason(error), usage=file.generation.is_usage)
            else:
                yield from Month(file, text).load(days)

    def months(self) -> Mapping[Scope, Sequence[str]]:
        """From the names of the files; raises StoreRefused."""
        with self._errors_in_words("read"):
            return months_by_scope(self._files())

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        """Writes the months that change, and the README; then raises StoreRefused if a month could not be written."""
        written = self.write(snapshots)
        days = {file: month.days for file, month in written.items() if month.days}
        if days:
            _logger.info("%s written to %s", in_words(days), self._root)
        return Saved(usage_days(days), left_out=tuple(left for month in written.values() for left in month.left_out))

    def write(self, snapshots: Sequence[Snapshot]) -> Mapping[MonthFile, Written]:
        """The same without a line in the log."""
        written: dict[MonthFile, Written] = {}
        if not snapshots:
            return written
        refused = None
        with self._errors_in_words("written"), self._lock():
            for file, group in by_month(snapshots).items():
                try:
                    path = self._inside(file.path)
                    month = Month(file, path.read_bytes() if path.exists() else b"").save(group)
                    if month.text is not None:
                        _replace(path, month.text)
                    written[file] = month
                except OSError as error:
                    refused = refused or error
            if any(month.days for month in written.values()):
                self._write_readme()
            if refused is not None:
                raise refused
        return written

    def _write_readme(self) -> None:
        """One that this product did not write, or that is no file of the folder, is left alone."""
        try:
            path = self._inside(README)
        except OSError:
            return
        former = path.read_bytes() if path.exists() else None
        text = render_readme(self._files(), "").encode()
        if former is None or (is_ours(former) and former != text):
            _replace(path, text)

    def _files(self) -> list[MonthFile]:
        if not self._root.is_dir():
            return []
        os.scandir(self._root).close()  # unlike `rglob` it raises an error for a folder that cannot be read
        found = (month_file_at(path.relative_to(self._root).as_posix()) for path in self._root.rglob("*.ndjson"))
        return [file for file in found if file is not None]

    def _inside(self, name: str) -> Path:
        """The real path of a file of the folder; raises OSError where it leads out of the folder or is no file."""
        path = self._root / name
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(os.path.realpath(self._root)):
            raise OSError(errno.EPERM, "it leads out of the folder", str(path))
        if os.path.lexists(real) and not real.is_file():
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        return real

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Locks the folder, and removes what killed processes left; the system unlocks it when a process ends."""
        if self._root.exists() and not self._root.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "it is no folder", str(self._root))
        self._root.mkdir(parents=True, exist_ok=True)
        folder = os.open(self._root, os.O_RDONLY)
        try:
            if not _try_lock(folder):
                _logger.info("another process writes to %s; waiting for it", self._root)
                while not _try_lock(folder):
                    self._wait(POLL_SECONDS)
            for left in (*self._root.glob(f".{README}.*.part"), *self._root.rglob(".*.ndjson.*.part")):
                if left.is_file():
                    left.unlink()
            yield
        finally:
            os.close(folder)

    @contextmanager
    def _errors_in_words(self, done: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreRefused(
                f"The snapshot folder cannot be {done}",
                cause=f"{_reason(error, self._root)}.",
                remedy="Check that this process can read and write the folder (`snapshot-directory`), "
                "and that the disk is not full.",
            ) from error


def _reason(error: OSError, path: Path | None = None) -> str:
    return f"{error.filename or path}: {error.strerror or error}"


def _try_lock(folder: int) -> bool:
    """Whether this process has the lock; a file system without locks is used without one."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        _logger.debug("the snapshot folder cannot be locked")
    return True


def _replace(path: Path, content: bytes) -> None:
    """Writes beside the file and renames: a reader, also after a kill, finds the old content or the new one."""
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


class RescuingStore:
    """A Store around another one. `folder` holds what that one has not stored, in the same layout.

    It is filled before the other store saves, which can take long: the process may be killed meanwhile.
    `flags`: how `copilot-usage import` names the other store.
    """

    def __init__(self, store: Store, folder: Path, flags: str) -> None:
        self._store = store
        self._folder = folder
        self._flags = flags
        self._is_new = not folder.exists()

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        return self._store.load(scopes, days)

    def months(self) -> Mapping[Scope, Sequence[str]]:
        return self._store.months()

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        """Raises what the other store raised, with a word on where the snapshots are now."""
        refused = None
        try:
            DirectoryStore(self._folder).write(snapshots)
        except StoreRefused as error:
            refused = error
            self._clear()  # the other store may be on the same disk, which is full
        try:
            saved = self._store.save(snapshots)
        except Exception as error:
            if refused is None:
                _logger.info("what was fetched is in %s", self._folder)
            if isinstance(error, CopilotUsageError):
                self._explain(error, refused)
            raise
        self._clear()
        return saved

    def _clear(self) -> None:
        if self._is_new:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _explain(self, error: CopilotUsageError, refused: StoreRefused | None) -> None:
        found = f"What was fetched is in {self._folder}."
        if refused is not None:
            error.cause += f"\nWhat was fetched could not be put into {self._folder} either: {refused.cause}"
        elif found not in error.cause:
            error.cause += f"\n{found}"
            error.remedy += _REMEDY.format(folder=self._folder, name=self._folder.name, flags=self._flags)


_REMEDY = """

To keep what was fetched, let a later step of the workflow (`if: failure()`) upload `${{{{ runner.temp }}}}/{name}` as \
an artifact; then add it to the history, with the same inputs as flags:

```sh
copilot-usage import {folder} {flags}
```"""
