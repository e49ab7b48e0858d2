"""The rows of big reports, read while they are downloaded; the next few reports are on their way already."""

from __future__ import annotations

from collections import deque
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from copilot_usage.copilot_api.lines import rows
from copilot_usage.copilot_api.pipe import Pipe

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from copilot_usage.copilot_api.questions import ApiRequest
    from copilot_usage.copilot_api.reports import ReportFile, Reports
    from copilot_usage.copilot_api.workers import Workers
    from copilot_usage.timing import Deadline


class RowStreams:
    """Begins reports in order. The first that is not read yet always has a thread, so nobody waits for nobody."""

    def __init__(self, reports: Reports, workers: Workers, deadline: Deadline) -> None:
        self._reports = reports
        self._workers = workers
        self._deadline = deadline

    def of_questions(self, questions: Iterable[ApiRequest]) -> Generator[Iterator[bytes], None, None]:
        """The rows of each report; to be closed. Iterating over rows raises NoSuchReport and CopilotUsageError."""
        return self._of(partial(self._reports.open, question) for question in questions)

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
