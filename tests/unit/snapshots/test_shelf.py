from __future__ import annotations

import threading
from contextlib import closing

import pytest

from copilot_usage.snapshots.shelf import BlobCache, pack, read_ahead


def test_a_text_is_found_again_by_its_sha() -> None:
    shelf = BlobCache()
    shelf.put("a", pack(b"text"))
    assert shelf.get("a") == b"text"
    assert shelf.get("b") is None
    assert ("a" in shelf, "b" in shelf) == (True, False)


def test_what_was_put_there_first_goes_first_when_the_room_is_full() -> None:
    shelf = BlobCache(room=100)
    for name in "abc":
        shelf.put(name, name.encode() * 40)
    assert [name for name in "abc" if name in shelf] == ["b", "c"]
    shelf.put("b", b"b" * 10)
    shelf.put("d", b"d" * 50)
    assert [name for name in "abcd" if name in shelf] == ["b", "c", "d"]


def test_a_text_larger_than_the_room_is_not_kept() -> None:
    shelf = BlobCache(room=10)
    shelf.put("a", b"x" * 11)
    assert "a" not in shelf


def test_items_are_read_in_order_and_never_more_than_so_many_at_once() -> None:
    lock, now, most = threading.Lock(), 0, 0
    together = threading.Barrier(3, timeout=5)

    def read(item: int) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1
        return item * item

    assert list(read_ahead(read, range(12), 3)) == [(n, n * n) for n in range(12)]
    assert most == 3


def test_reading_runs_only_a_little_ahead_and_ends_with_its_reader() -> None:
    begun: list[int] = []
    with closing(read_ahead(begun.append, range(1000), 2)) as reading:
        assert next(reading) == (0, None)
    assert len(begun) <= 6


def test_an_error_is_raised_where_its_item_would_have_been() -> None:
    def read(item: int) -> int:
        if item == 2:
            raise LookupError
        return item

    reading = read_ahead(read, range(5), 2)
    assert [next(reading), next(reading)] == [(0, 0), (1, 1)]
    with pytest.raises(LookupError):
        next(reading)
