from __future__ import annotations

import pytest

from copilot_usage.copilot_api.transport import timeouts
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
