from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.parsers.parse import read
from sample_documents import metrics_day, report_day, usage_day

ORGANIZATION = Scope(ScopeKind.ORGANIZATION, "octo-org")


@pytest.mark.parametrize(
    ("generation", "day", "document"),
    [
        (Generation.REPORTS, date(2026, 10, 5), report_day()),
        (Generation.METRICS, date(2025, 3, 4), metrics_day()),
        (Generation.USAGE, date(2024, 6, 11), usage_day()),
    ],
)
def test_a_snapshot_is_read_by_the_reader_of_its_generation(
    generation: Generation, day: date, document: dict[str, Any]
) -> None:
    reading = read(Snapshot(day, ORGANIZATION, generation, settled=False, document=document))
    assert reading.usage is not None
    assert reading.problems == ()
    assert (reading.usage.day, reading.usage.generation, reading.usage.settled) == (day, generation, False)


def test_a_day_without_report_is_no_usage_and_no_flaw() -> None:
    reading = read(Snapshot(date(2026, 10, 5), ORGANIZATION, Generation.REPORTS, settled=True, document=None))
    assert (reading.usage, reading.problems) == (None, ())


def test_the_history_of_seats_is_not_usage() -> None:
    seats = Snapshot(date(2026, 10, 5), ORGANIZATION, Generation.SEATS, settled=True, document={"total": 5})
    assert read(seats).usage is None
