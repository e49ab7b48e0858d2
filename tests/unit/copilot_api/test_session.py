from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice

import pytest
from requests import Response

from copilot_usage.copilot_api.session import chunks, timeouts
from copilot_usage.errors import TimeUp
from copilot_usage.timing import Deadline
from fakes.clock import RecordedClock


def test_no_request_may_outlast_the_run() -> None:
    clock = RecordedClock()
    deadline = Deadline(5, now=clock.now, sleep=clock.sleep)
    assert timeouts(deadline) == (5, 5)
    clock.sleep(6)
    with pytest.raises(TimeUp):
        timeouts(deadline)


class Dripping:
    """A body that brings a few bytes a second."""

    def __init__(self, clock: RecordedClock, drop: int) -> None:
        self._clock = clock
        self._drop = drop

    def read1(self, _: int, *, decode_content: bool) -> bytes:
        self._clock.sleep(1)
        return b"x" * self._drop


def dripping(seconds: float, drop: int) -> Iterator[bytes]:
    clock, response = RecordedClock(), Response()
    response.raw = Dripping(clock, drop)
    return chunks(response, Deadline(seconds, now=clock.now, sleep=clock.sleep))


def test_a_body_that_arrives_in_drops_is_given_up_after_a_minute() -> None:
    body = dripping(1800, 10)
    with pytest.raises(TimeoutError):
        deque(islice(body, 100))


def test_a_slow_body_is_read_until_the_run_ends() -> None:
    body = dripping(1800, 2000)
    for _ in range(1799):
        next(body)
    with pytest.raises(TimeUp):
        next(body)
