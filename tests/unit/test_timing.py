from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate
from threading import Event

import pytest

from copilot_usage.errors import TimeUp
from copilot_usage.timing import Deadline, DelayedCancellation
from fakes.clock import START, RecordedClock


def test_a_wait_within_the_time_is_slept() -> None:
    clock = RecordedClock()
    Deadline(100, now=clock.now, sleep=clock.sleep).wait(60)
    assert clock.sleeps == [60]


def test_a_wait_beyond_the_time_is_not_begun() -> None:
    clock = RecordedClock()
    deadline = Deadline(60, now=clock.now, sleep=clock.sleep)
    with pytest.raises(TimeUp) as refusal:
        deadline.wait(61)
    assert clock.sleeps == []
    assert "timeout-minutes: 2" in refusal.value.remedy


def test_when_the_time_is_over_every_check_says_so() -> None:
    clock = RecordedClock()
    deadline = Deadline(60, now=clock.now, sleep=clock.sleep)
    clock.sleep(61)
    with pytest.raises(TimeUp, match="within 1 minutes"):
        deadline.check()


@pytest.mark.parametrize("how", ["cancelled", "stopped"])
def test_a_real_sleep_ends_when_the_run_does(how: str) -> None:
    clock, cancelled = RecordedClock(), Event()
    deadline = Deadline(10_000, now=clock.now, cancelled=cancelled)
    if how == "cancelled":
        cancelled.set()
    else:
        deadline.stop()
    deadline._sleep_until_stopped(9_000)
    with pytest.raises(TimeUp, match="cancelled"):
        deadline.wait(9_000)


def test_cancelling_during_a_wait_is_noticed_after_it() -> None:
    clock, cancelled = RecordedClock(), Event()
    deadline = Deadline(100, now=clock.now, sleep=lambda _: cancelled.set(), cancelled=cancelled)
    with pytest.raises(TimeUp, match="cancelled"):
        deadline.wait(1)


def test_a_save_may_take_a_little_longer_than_the_run() -> None:
    clock = RecordedClock()
    saving = Deadline(600, now=clock.now, sleep=clock.sleep, grace=300)
    saving.wait(899)
    with pytest.raises(TimeUp, match="within 10 minutes"):
        saving.wait(2)


def test_a_last_save_has_some_seconds_after_it_first_hears_of_the_cancellation() -> None:
    clock, cancelled = RecordedClock(), Event()
    saving = Deadline(600, now=clock.now, sleep=clock.sleep, cancelled=DelayedCancellation(cancelled, 5, clock.now))
    saving.check()
    cancelled.set()
    clock.sleep(60)
    saving.check()
    saving.wait(4)
    with pytest.raises(TimeUp, match="cancelled"):
        saving.wait(1)


def machine(days: float) -> Deadline:
    """A run on a machine whose clock is `days` ahead; GitHub's answers say START."""
    clock = RecordedClock(START + days * 86_400)
    return Deadline(100, now=clock.now, sleep=clock.sleep)


@pytest.mark.parametrize(("days", "words"), [(3, "72 hours ahead"), (-3, "72 hours behind")])
def test_githubs_clock_decides_what_day_it_is(days: int, words: str, caplog: pytest.LogCaptureFixture) -> None:
    deadline = machine(days)
    assert deadline.github_day() is None
    deadline.learn(formatdate(START, usegmt=True))
    assert deadline.github_day() == datetime.fromtimestamp(START, UTC).date()
    assert deadline.now() == START
    assert deadline.left == 100
    deadline.learn(formatdate(START + 86_400, usegmt=True))
    assert deadline.now() == START
    assert [record.getMessage() for record in caplog.records] == [
        f"This machine's clock is {words}; GitHub's decides which day it is."
    ]


@pytest.mark.parametrize("header", [None, "", "yesterday", "Mon, 99 Nov 99999 99:99:99 GMT"])
def test_a_date_that_is_none_teaches_nothing(header: str | None) -> None:
    deadline = machine(0)
    deadline.learn(header)
    assert deadline.github_day() is None
    assert deadline.now() == START


def test_a_clock_that_is_off_by_minutes_is_not_told_of(caplog: pytest.LogCaptureFixture) -> None:
    machine(1 / 24).learn(formatdate(START, usegmt=True))
    assert caplog.records == []
