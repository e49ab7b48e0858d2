from __future__ import annotations

from datetime import date

import pytest

from builders import ENTERPRISE, ORGANIZATION, TEAM
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation
from copilot_usage.snapshots.blobs import PendingFile
from copilot_usage.snapshots.branch_store import commit_message
from copilot_usage.snapshots.layout import MonthFile


def days(scope: Scope, *numbers: int, generation: Generation = Generation.REPORTS) -> dict[MonthFile, PendingFile]:
    file = MonthFile(generation, scope, "2026-11")
    return {file: PendingFile.of(file.path, None, b"", tuple(date(2026, 11, number) for number in numbers))}


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
def test_a_commit_says_what_it_brings_and_mentions_no_user(written: dict[MonthFile, PendingFile], message: str) -> None:
    assert commit_message(written) == message
    assert not set(message) & {"@", "#", "\n"}
