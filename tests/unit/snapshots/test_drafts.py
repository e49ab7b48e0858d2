from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ENTERPRISE, ORGANIZATION, TEAM
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation
from copilot_usage.snapshots.drafts import PendingFile, batches, blob_sha, commit_message, draft_of
from copilot_usage.snapshots.layout import MonthFile

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
    drafts = [PendingFile(str(n), None, "", b"", size) for n, size in enumerate(sizes)]
    found = list(batches(drafts))
    assert [draft for batch in found for draft in batch] == drafts
    assert all(batch and sum(draft.weight for draft in batch) <= 4 * MEBIBYTE for batch in found)


def test_a_blob_is_named_as_git_names_it() -> None:
    text = b"ein Tag\n"
    git = subprocess.run(["git", "hash-object", "--stdin"], input=text, capture_output=True, check=True)
    assert blob_sha(text) == git.stdout.decode().strip()
