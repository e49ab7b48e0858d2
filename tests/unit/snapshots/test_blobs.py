from __future__ import annotations

import subprocess
import threading
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ENTERPRISE, ORGANIZATION, TEAM
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation
from copilot_usage.snapshots.blobs import (
    BlobCache,
    PendingFile,
    batches,
    blob_sha,
    commit_message,
    draft_of,
    pack,
    read_ahead,
)
from copilot_usage.snapshots.layout import MonthFile


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


MEBIBYTE = 1024 * 1024


def days(scope: Scope, *numbers: int, generation: Generation = Generation.REPORTS) -> dict[MonthFile, PendingFile]:
    file = MonthFile(generation, scope, "2026-11")
    return {file: draft_of(file.path, None, b"", tuple(date(2026, 11, number) for number in numbers))}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (days(ORGANIZATION, 18, 20, 19), "Copilot usage: 3 days of octo-org up to 2026-11-20"),
        (days(ORGANIZATION, 20), "Copilot usage: 1 day of octo-org up to 2026-11-20"),
        (
            days(ORGANIZATION, 19, 20) | days(TEAM, 20) | days(ENTERPRISE, 20),
            "Copilot usage: 4 days of octo-enterprise and 2 more up to 2026-11-20",
        ),
        (
            days(ORGANIZATION, 20) | days(ORGANIZATION, 23, generation=Generation.SEATS),
            "Copilot usage: 1 day of octo-org up to 2026-11-20",
        ),
        (
            days(ORGANIZATION, 23, generation=Generation.SEATS),
            "Copilot usage: seats of octo-org up to 2026-11-23",
        ),
        (
            days(Scope(ScopeKind.ORGANIZATION, "gh-123"), 20),
            "Copilot usage: 1 day of one organization up to 2026-11-20",
        ),
        (
            days(Scope(ScopeKind.TEAM, "octo-org", "deadbeef"), 20),
            "Copilot usage: 1 day of one team up to 2026-11-20",
        ),
    ],
)
def test_a_commit_says_what_it_brings_and_mentions_nobody(written: dict[MonthFile, PendingFile], message: str) -> None:
    assert commit_message(written) == message
    assert not set(message) & {"@", "#", "\n"}


def test_small_text_travels_with_the_tree_and_nothing_else_does() -> None:
    assert draft_of("x", None, "ü\n".encode()).inline() == "ü\n"
    assert draft_of("x", None, b"\xff\n").inline() is None
    large = draft_of("x", None, b"x" * (MEBIBYTE + 1))
    assert (large.inline(), large.weight, len(large.content())) == (None, 0, MEBIBYTE + 1)


def test_what_is_posted_weighs_nothing() -> None:
    assert replace(draft_of("x", None, b"abc"), posted=True).weight == 0


@given(st.lists(st.integers(0, 2 * MEBIBYTE), max_size=20))
def test_a_tree_request_never_carries_more_than_four_mebibytes(sizes: list[int]) -> None:
    pending_files = [PendingFile(str(n), None, "", b"", size) for n, size in enumerate(sizes)]
    found = list(batches(pending_files))
    assert [pending for batch in found for pending in batch] == pending_files
    assert all(batch and sum(pending.weight for pending in batch) <= 4 * MEBIBYTE for batch in found)


def test_a_blob_is_named_as_git_names_it() -> None:
    text = b"ein Tag\n"
    git = subprocess.run(["git", "hash-object", "--stdin"], input=text, capture_output=True, check=True)
    assert blob_sha(text) == git.stdout.decode().strip()
