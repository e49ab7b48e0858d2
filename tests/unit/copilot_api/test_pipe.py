from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from copilot_usage.copilot_api.pipe import Pipe
from copilot_usage.errors import TimeUp, Unreachable
from copilot_usage.timing import Deadline
from fakes.clock import RecordedClock

if TYPE_CHECKING:
    from collections.abc import Iterator


def deadline() -> Deadline:
    return Deadline(1000, now=RecordedClock().now)


def test_blocks_come_out_in_order_and_no_more_are_held_than_allowed() -> None:
    pipe = Pipe(deadline(), capacity=10)
    ahead: list[int] = []
    taken = 0

    def blocks() -> Iterator[bytes]:
        for number in range(50):
            ahead.append(number - taken)
            yield b"%05d" % number

    writer = threading.Thread(target=pipe.pump, args=(blocks,))
    writer.start()
    for number, block in enumerate(pipe):
        assert block == b"%05d" % number
        taken = number
    writer.join()
    assert taken == 49
    assert max(ahead) <= 4


def test_what_the_writing_side_raises_is_raised_to_the_reader_after_the_blocks() -> None:
    def blocks() -> Iterator[bytes]:
        yield b"first"
        raise Unreachable("gone", cause="c", remedy="r")

    pipe = Pipe(deadline())
    pipe.pump(blocks)
    reader = iter(pipe)
    assert next(reader) == b"first"
    with pytest.raises(Unreachable, match="gone"):
        next(reader)


def test_a_pipe_that_nobody_reads_on_ends_its_writer() -> None:
    closed = threading.Event()

    def blocks() -> Iterator[bytes]:
        try:
            while True:
                yield b"more"
        finally:
            closed.set()

    pipe = Pipe(deadline(), capacity=8)
    writer = threading.Thread(target=pipe.pump, args=(blocks,))
    writer.start()
    pipe.abandon()
    writer.join()
    assert closed.is_set()


def test_a_stopped_run_ends_both_sides() -> None:
    ended = deadline()
    ended.stop()
    with pytest.raises(TimeUp):
        list(Pipe(ended))
    full = Pipe(ended, capacity=1)
    full.pump(lambda: [b"one", b"two"])
    with pytest.raises(TimeUp):
        list(full)
