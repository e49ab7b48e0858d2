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

from copilot_usage.copilot_api.endpoints import ApiRequest
from copilot_usage.copilot_api.ndjson import rows
from copilot_usage.copilot_api.report_files import ReportFile, Reports
from copilot_usage.timing import GLANCE, Deadline

# GitHub asks for few requests at once (docs: "Best practices for using the REST API").
AT_ONCE = 4

Result = TypeVar("Result")


class Workers:
    """Threads for one fetch; leaving the block drops what was not begun, and waits for none: a thread may hang."""

    def __init__(self, deadline: Deadline, count: int = AT_ONCE) -> None:
        self.count = count
        self._deadline = deadline
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="asking")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._deadline.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def submit(self, work: Callable[[], Result]) -> Future[Result]:
        """Begins as soon as a thread is free; works begin in the order given."""
        return self._pool.submit(work)

    def result(self, future: Future[Result]) -> Result:
        """Waits for it; raises what it raised, and TimeUp when the run ends meanwhile."""
        return self._deadline.result(future)

    def in_order(self, works: Iterable[Callable[[], Result]]) -> Iterator[Result]:
        """The results in the order of the works, of which only a few are begun ahead."""
        begun: deque[Future[Result]] = deque()
        for work in works:
            begun.append(self.submit(work))
            if len(begun) > self.count:
                yield self.result(begun.popleft())
        while begun:
            yield self.result(begun.popleft())


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


class RowStreams:
    """Begins reports in order. The first that is not read yet always has a thread, so nobody waits for nobody."""

    def __init__(self, reports: Reports, workers: Workers, deadline: Deadline) -> None:
        self._reports = reports
        self._workers = workers
        self._deadline = deadline

    def of_questions(self, questions: Iterable[ApiRequest]) -> Generator[Iterator[bytes], None, None]:
        """The rows of each report; to be closed. Iterating over rows raises NoSuchReport and CopilotUsageError."""
        return self._of(partial(self._reports.open, request) for request in questions)

    def of_file(self, file: ReportFile) -> Generator[Iterator[bytes], None, None]:
        """The rows of one report whose envelope is there already."""
        return self._of([lambda: file])

    def _of(self, opens: Iterable[Callable[[], ReportFile]]) -> Generator[Iterator[bytes], None, None]:
        waiting = iter(opens)
        begun: deque[Pipe] = deque()
        try:
            while True:
                begun.extend(map(self._begin, islice(waiting, self._workers.count - len(begun))))
                if not begun:
                    return
                yield rows(begun[0])
                begun.popleft().abandon()
        finally:
            for pipe in begun:
                pipe.abandon()

    def _begin(self, open_file: Callable[[], ReportFile]) -> Pipe:
        pipe = Pipe(self._deadline)
        self._workers.submit(partial(pipe.pump, partial(_blocks, open_file)))
        return pipe


def _blocks(open_file: Callable[[], ReportFile]) -> Iterator[bytes]:
    """All parts, one after the other; a part need not end with the end of a line."""
    file = open_file()
    for index in range(len(file)):
        yield from file.part(index)
        yield b"\n"
