from __future__ import annotations

import zlib
from io import BytesIO

import pytest
import requests
from urllib3.response import HTTPResponse

from copilot_usage.snapshots.git_api import TooLarge, body_of, read_in_bounds
from fakes.clock import RecordedClock


class Dripping(BytesIO):
    """A byte a second."""

    def __init__(self, content: bytes, clock: RecordedClock) -> None:
        super().__init__(content)
        self.clock = clock

    def read1(self, _: int | None = -1, /) -> bytes:
        self.clock.sleep(1)
        return self.read(1)


def answer(body: BytesIO, **headers: str) -> HTTPResponse:
    return HTTPResponse(body, headers=headers, preload_content=False)


def test_a_body_that_drips_or_has_no_end_is_not_waited_for() -> None:
    clock = RecordedClock()
    with pytest.raises(TimeoutError):
        body_of(answer(Dripping(b"x" * 1000, clock)), elapsed=clock.now)
    assert len(clock.sleeps) <= 61


def test_a_slow_body_that_comes_whole_is_taken() -> None:
    clock = RecordedClock()
    assert body_of(answer(Dripping(b"x" * 20, clock)), elapsed=clock.now) == b"x" * 20


def test_a_body_larger_than_any_is_not_kept() -> None:
    with pytest.raises(TooLarge):
        body_of(answer(BytesIO(b"x" * 1001)), largest=1000)


def test_a_small_body_that_unpacks_to_an_immense_one_is_not_kept() -> None:
    bomb = answer(BytesIO(zlib.compress(b"x" * 5_000_000)), **{"content-encoding": "deflate"})
    with pytest.raises(TooLarge):
        body_of(bomb, largest=1_000_000)


def test_a_body_is_read_as_requests_would_read_it() -> None:
    response = requests.Response()
    response.raw = answer(BytesIO(zlib.compress(b"[1]")), **{"content-encoding": "deflate"})
    read_in_bounds(response)
    assert response.json() == [1]
