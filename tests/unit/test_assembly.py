"""What the real things are given: here, how long the store may wait."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from copilot_usage.assembly import _within_the_run
from copilot_usage.errors import TimeUp
from copilot_usage.settings.wishes import settings_from
from copilot_usage.timing import Cancellation, Clock


def test_the_store_waits_as_long_as_the_run_may_take_and_five_minutes_more() -> None:
    elapsed = [0.0]
    clock = Clock(now=lambda: datetime(2026, 11, 23, tzinfo=UTC), elapsed=lambda: elapsed[0])
    cancelled = Cancellation()
    cancelled.set()  # so that nothing here really waits
    inputs = {"token": "t", "org": "octo-org", "timeout-minutes": "10"}
    wait = _within_the_run(settings_from(inputs, today=date(2026, 11, 23)), clock, cancelled)
    wait(900)
    elapsed[0] = 800
    wait(100)
    with pytest.raises(TimeUp, match="time for this run is over"):
        wait(101)
