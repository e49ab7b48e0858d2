from __future__ import annotations

import subprocess
import zlib
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.snapshots.blobs import BlobCache, PendingFile, batches, blob_sha


def test_a_text_is_found_again_by_its_sha() -> None:
    cache = BlobCache()
    cache.put("a", b"text")
    assert cache.get("a") == b"text"
    assert cache.get("b") is None
    assert ("a" in cache, "b" in cache) == (True, False)


def test_the_oldest_text_goes_first_when_the_room_is_full() -> None:
    short, text = bytes(range(10)), bytes(range(40))
    cache = BlobCache(room=2 * len(zlib.compress(text, 1)))
    for name in "abc":
        cache.put(name, text)
    assert [name for name in "abc" if name in cache] == ["b", "c"]
    cache.put("b", short)
    cache.put("d", short)
    assert [name for name in "abcd" if name in cache] == ["b", "c", "d"]


def test_a_text_larger_than_the_room_is_not_kept() -> None:
    cache = BlobCache(room=10)
    cache.put("a", bytes(range(11)))
    assert "a" not in cache


MEBIBYTE = 1024 * 1024


def test_small_text_travels_with_the_tree_and_nothing_else_does() -> None:
    small = PendingFile.of("x", None, "ü\n".encode())
    assert (small.needs_blob, small.weight, small.for_tree()) == (False, 3, {"content": "ü\n"})
    assert PendingFile.of("x", None, b"\xff\n").needs_blob
    large = PendingFile.of("x", None, b"x" * (MEBIBYTE + 1))
    assert (large.needs_blob, large.weight, len(large.text)) == (True, 0, MEBIBYTE + 1)


def test_what_is_posted_weighs_nothing_and_is_named_by_its_blob() -> None:
    for text in (b"abc", b"\xff\n", b"x" * (MEBIBYTE + 1)):
        posted = replace(PendingFile.of("x", None, text), posted=True)
        assert (posted.needs_blob, posted.weight, posted.for_tree()) == (False, 0, {"sha": blob_sha(text)})


@given(st.lists(st.integers(0, 2 * MEBIBYTE), max_size=20))
def test_a_tree_request_never_carries_more_than_four_mebibytes(sizes: list[int]) -> None:
    files = [PendingFile(str(n), None, "", b"", size) for n, size in enumerate(sizes)]
    found = list(batches(files))
    assert [file for batch in found for file in batch] == files
    assert all(batch and sum(file.weight for file in batch) <= 4 * MEBIBYTE for batch in found)


def test_a_blob_is_named_as_git_names_it() -> None:
    text = b"ein Tag\n"
    git = subprocess.run(["git", "hash-object", "--stdin"], input=text, capture_output=True, check=True)
    assert blob_sha(text) == git.stdout.decode().strip()
