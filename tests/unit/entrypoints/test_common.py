"""Signals, exit codes, and the error for an unexpected exception."""

from __future__ import annotations

import os
import signal
import threading
from time import monotonic

import pytest

from copilot_usage.entrypoints.common import exit_code, failure_of, stop_on_signals
from copilot_usage.errors import InputError, RunCancelled, StoreRefused
from copilot_usage.github_runner import RunnerContext
from copilot_usage.timing import Cancellation, Deadline

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def test_a_signal_is_remembered_and_the_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    cancelled = Cancellation()
    with stop_on_signals(cancelled):
        assert not cancelled.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        assert cancelled.is_set()
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_of_either_kind_does_what_it_did_before(second: signal.Signals) -> None:
    seen = []
    before = {number: signal.signal(number, lambda number, _: seen.append(number)) for number in SIGNALS}
    try:
        with stop_on_signals(Cancellation()):
            os.kill(os.getpid(), signal.SIGINT)
            assert seen == []
            os.kill(os.getpid(), second)
            assert seen == [second]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize(
    ("number", "error", "code"),
    [
        (None, InputError(["x"]), 2),
        (None, KeyError(), 1),
        (signal.SIGTERM, KeyError(), 1),
        (signal.SIGINT, KeyError(), 130),
    ],
)
def test_a_failed_run_ends_with_its_exit_code(number: int | None, error: Exception, code: int) -> None:
    cancelled = Cancellation()
    if number is not None:
        cancelled.set(number)
    assert exit_code(error, cancelled) == code


def test_a_signal_ends_a_wait_that_it_interrupts() -> None:
    cancelled = Cancellation()
    with stop_on_signals(cancelled):
        threading.Timer(0, os.kill, (os.getpid(), signal.SIGTERM)).start()
        with pytest.raises(RunCancelled):
            Deadline(3600, now=monotonic, cancelled=cancelled).wait(3000)


def test_an_error_in_words_stays_as_it_is() -> None:
    error = StoreRefused("Title", cause="c", remedy="r")
    assert failure_of(error, RunnerContext()) is error


def test_an_unexpected_error_names_its_place_but_not_its_message() -> None:
    failure = failure_of(KeyError("ghp_secret"), RunnerContext(action_repository="octo-org/copilot-usage-report"))
    assert "KeyError" in failure.cause
    assert "ghp_secret" not in failure.cause + failure.remedy
    assert "https://github.com/octo-org/copilot-usage-report/issues" in failure.remedy
