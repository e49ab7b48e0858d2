from __future__ import annotations

import threading
from functools import partial

import pytest

from copilot_usage.copilot_api.workers import AT_ONCE, Workers
from copilot_usage.errors import TimeUp
from copilot_usage.timing import Deadline
from fakes.clock import RecordedClock


def deadline() -> Deadline:
    return Deadline(1000, now=RecordedClock().now)


def test_results_come_in_the_order_of_the_works_and_few_are_begun_ahead() -> None:
    begun: list[int] = []
    with Workers(deadline()) as workers:
        for number, result in enumerate(workers.in_order(partial(_note, begun, n) for n in range(30))):
            assert result == number
            assert len(begun) <= number + AT_ONCE + 1


def _note(begun: list[int], number: int) -> int:
    begun.append(number)
    return number


def test_four_works_run_at_once() -> None:
    together = threading.Barrier(AT_ONCE, timeout=10)
    with Workers(deadline()) as workers:
        assert len(list(workers.in_order([together.wait] * AT_ONCE))) == AT_ONCE


def test_whoever_waits_notices_that_the_run_was_stopped() -> None:
    ending, release = deadline(), threading.Event()
    with Workers(ending) as workers:
        work = workers.submit(lambda: release.wait(10))
        ending.stop()
        with pytest.raises(TimeUp):
            workers.result(work)
        release.set()


def test_what_was_not_begun_is_dropped_when_the_block_is_left_early() -> None:
    release = threading.Event()
    ending = deadline()
    workers = Workers(ending, count=1)
    workers.submit(lambda: release.wait(10))
    waiting = workers.submit(lambda: None)
    workers.__exit__(ValueError, ValueError(), None)
    release.set()
    assert waiting.cancelled()
    assert ending.stopped
