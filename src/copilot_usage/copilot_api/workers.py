"""A few threads that do the asking, so that there are never more requests at once than there are threads."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from types import TracebackType
    from typing import Self

    from copilot_usage.timing import Deadline

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
