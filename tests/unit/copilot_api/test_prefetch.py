from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from copilot_usage.copilot_api.prefetch import ByteQueue, Workers
from copilot_usage.copilot_api.session import AT_ONCE
from copilot_usage.errors import TimeUp, Unreachable
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


def test_a_wait_for_a_result_ends_when_the_run_is_stopped() -> None:
    ending, release = deadline(), threading.Event()
    with Workers(ending) as workers:
        work = workers.submit(lambda: release.wait(10))
        ending.stop()
        with pytest.raises(TimeUp):
            workers.deadline.result(work)
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


def test_blocks_come_out_in_order_and_no_more_are_held_than_allowed() -> None:
    queue = ByteQueue(deadline(), capacity=10)
    ahead: list[int] = []
    taken = 0

    def blocks() -> Iterator[bytes]:
        for number in range(50):
            ahead.append(number - taken)
            yield b"%05d" % number

    writer = threading.Thread(target=queue.fill, args=(blocks,))
    writer.start()
    for number, block in enumerate(queue):
        assert block == b"%05d" % number
        taken = number
    writer.join()
    assert taken == 49
    assert max(ahead) <= 4


def test_what_the_writing_side_raises_is_raised_to_the_reader_after_the_blocks() -> None:
    def blocks() -> Iterator[bytes]:
        yield b"first"
        raise Unreachable("gone", cause="c", remedy="r")

    queue = ByteQueue(deadline())
    queue.fill(blocks)
    reader = iter(queue)
    assert next(reader) == b"first"
    with pytest.raises(Unreachable, match="gone"):
        next(reader)


def test_a_queue_that_is_closed_ends_its_writer() -> None:
    closed = threading.Event()

    def blocks() -> Iterator[bytes]:
        try:
            while True:
                yield b"more"
        finally:
            closed.set()

    queue = ByteQueue(deadline(), capacity=8)
    writer = threading.Thread(target=queue.fill, args=(blocks,))
    writer.start()
    queue.close()
    writer.join()
    assert closed.is_set()


def test_a_stopped_run_ends_both_sides() -> None:
    ended = deadline()
    ended.stop()
    with pytest.raises(TimeUp):
        list(ByteQueue(ended))
    full = ByteQueue(ended, capacity=1)
    full.fill(lambda: [b"one", b"two"])
    with pytest.raises(TimeUp):
        list(full)
