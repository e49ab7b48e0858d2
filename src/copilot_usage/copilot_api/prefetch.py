"""Downloads ahead in a few threads, within a bounded space; reports are read while they arrive."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Self, TypeVar

from copilot_usage.copilot_api.ndjson import rows
from copilot_usage.copilot_api.report_files import ReportFile
from copilot_usage.copilot_api.session import AT_ONCE
from copilot_usage.timing import POLL_SECONDS, Deadline

# The most bytes of one report that wait for their reader; with a few reports at once this bounds the memory.
CAPACITY = 4 * 1024 * 1024

Result = TypeVar("Result")


class Workers:
    """Threads for one fetch; leaving the block drops what was not begun, and waits for none: a thread may hang."""

    def __init__(self, deadline: Deadline, count: int = AT_ONCE) -> None:
        self.count = count
        self.deadline = deadline
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="asking")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self.deadline.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def submit(self, work: Callable[[], Result]) -> Future[Result]:
        """Begins as soon as a thread is free; works begin in the order given."""
        return self._pool.submit(work)

    def in_order(self, works: Iterable[Callable[[], Result]]) -> Iterator[Result]:
        """The results in the order of the works, of which only a few are begun ahead."""
        begun: deque[Future[Result]] = deque()
        for work in works:
            begun.append(self.submit(work))
            if len(begun) > self.count:
                yield self.deadline.result(begun.popleft())
        while begun:
            yield self.deadline.result(begun.popleft())


class ByteQueue:
    """Blocks of bytes, in order, a few megabytes at most; what the writer raises is raised to the reader."""

    def __init__(self, deadline: Deadline, capacity: int = CAPACITY) -> None:
        self._deadline = deadline
        self._capacity = capacity
        self._changed = threading.Condition()
        self._blocks: deque[bytes] = deque()
        self._held = 0
        self._ended = False
        self._closed = False
        self._error: BaseException | None = None

    def fill(self, blocks: Callable[[], Iterable[bytes]]) -> None:
        """The writer's whole work, until there are no more blocks or the reader closes; raises nothing."""
        try:
            for block in blocks():
                with self._changed:
                    self._wait_until(lambda: self._held < self._capacity or self._closed)
                    if self._closed:
                        break
                    self._blocks.append(block)
                    self._held += len(block)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - it is raised again where the blocks are read
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def __iter__(self) -> Iterator[bytes]:
        """The reader's side."""
        while True:
            with self._changed:
                self._wait_until(lambda: bool(self._blocks) or self._ended)
                if not self._blocks:
                    break
                block = self._blocks.popleft()
                self._held -= len(block)
                self._changed.notify_all()
            yield block
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Nothing more is read: the writer ends soon."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        while not ready():
            self._changed.wait(POLL_SECONDS)
            self._deadline.check()


def row_streams(workers: Workers, opens: Iterable[Callable[[], ReportFile]]) -> Generator[Iterator[bytes], None, None]:
    """The rows of each report, in order; to be closed. Iterating over rows raises NoSuchReport and CopilotUsageError.

    The oldest unread report always has a worker, so reader and writers cannot deadlock.
    """
    waiting = iter(opens)
    begun: deque[ByteQueue] = deque()
    try:
        while True:
            for open_file in islice(waiting, workers.count - len(begun)):
                begun.append(ByteQueue(workers.deadline))
                workers.submit(partial(begun[-1].fill, partial(_blocks, open_file)))
            if not begun:
                return
            yield rows(begun[0])
            begun.popleft().close()
    finally:
        for queue in begun:
            queue.close()


def _blocks(open_file: Callable[[], ReportFile]) -> Iterator[bytes]:
    """All parts, one after the other; a part might end without a newline."""
    file = open_file()
    for index in range(len(file)):
        yield from file.part(index)
        yield b"\n"
