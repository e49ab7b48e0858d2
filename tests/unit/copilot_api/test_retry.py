from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest

from copilot_usage.copilot_api.retry import TRIES, HostRetry, TransientError, transient_error
from copilot_usage.errors import RateLimited, TimeUp, Unreachable
from copilot_usage.timing import Deadline
from fakes.clock import START, RecordedClock

RESET = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(START) + 90)}


def retry_of(clock: RecordedClock, seconds: float = 100_000) -> HostRetry:
    return HostRetry("api.test", Deadline(seconds, now=clock.now, sleep=clock.sleep), jitter=lambda: 0.0)


@pytest.mark.parametrize(
    ("status", "headers", "text", "expected"),
    [
        (500, {}, "", TransientError("GitHub answered 500", busy=True)),
        (408, {}, "", TransientError("GitHub answered 408")),
        (502, {}, "", TransientError("GitHub answered 502", busy=True)),
        (504, {}, "", TransientError("GitHub answered 504", busy=True)),
        (503, {"retry-after": "7"}, "", TransientError("GitHub answered 503", wait=7, busy=True)),
        (429, {}, "", TransientError("GitHub asks for a pause (secondary rate limit)", limit=True)),
        (
            429,
            {"retry-after": "30"},
            "",
            TransientError("GitHub asks for a pause (secondary rate limit)", wait=30, limit=True),
        ),
        (
            403,
            {"retry-after": "30"},
            "",
            TransientError("GitHub asks for a pause (secondary rate limit)", wait=30, limit=True),
        ),
        (
            403,
            {},
            "You have exceeded a secondary rate limit",
            TransientError("GitHub asks for a pause (secondary rate limit)", limit=True),
        ),
        (403, RESET, "", TransientError("the rate limit is used up", wait=91, limit=True)),
        (429, RESET, "", TransientError("the rate limit is used up", wait=91, limit=True)),
        (403, {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "9"}, "Must have admin rights", None),
        (403, {"retry-after": "soon"}, "Must have admin rights", None),
        (404, {"retry-after": "30"}, "", None),
        (401, RESET, "", None),
        (422, {}, "", None),
    ],
)
def test_only_faults_and_limits_are_worth_another_try(
    status: int, headers: Mapping[str, str], text: str, expected: TransientError | None
) -> None:
    assert transient_error(status, headers, text, START) == expected


@pytest.mark.parametrize("reset", ["9" * 11, "9" * 400])
def test_a_reset_that_makes_no_sense_does_not_break_anything(reset: str) -> None:
    found = transient_error(429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}, "", START)
    assert found is not None
    with pytest.raises(RateLimited):
        retry_of(RecordedClock(), seconds=50).start("seats").wait(found)


def test_a_reset_in_the_past_is_a_limit_without_a_time() -> None:
    found = transient_error(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, "", START)
    assert found == TransientError("the rate limit is used up", limit=True)


def test_a_fault_is_tried_again_at_once_and_then_after_longer_and_longer() -> None:
    clock = RecordedClock()
    state = retry_of(clock).start("octo-org: seats")
    for _ in range(TRIES - 1):
        state.wait(TransientError("GitHub answered 502"))
    assert [int(sleep) for sleep in clock.sleeps] == sorted(int(sleep) for sleep in clock.sleeps)
    assert sum(clock.sleeps) < 30


def test_after_the_last_try_the_error_says_what_was_asked_and_how_often() -> None:
    state = retry_of(RecordedClock()).start("octo-org: seats")
    for _ in range(TRIES - 1):
        state.wait(TransientError("GitHub answered 502"))
    with pytest.raises(Unreachable, match="octo-org: seats: GitHub answered 502 \\(5 tries\\)"):
        state.wait(TransientError("GitHub answered 502"))


def test_each_further_try_is_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    state = retry_of(RecordedClock()).start("octo-org: seats")
    with caplog.at_level(logging.INFO):
        state.wait(TransientError("GitHub answered 502"))
        state.wait(TransientError("the rate limit is used up", wait=91, limit=True))
    assert caplog.messages == [
        "octo-org: seats: GitHub answered 502; asking again at once (try 2 of 5)",
        "octo-org: seats: the rate limit is used up; asking again in 91 s (try 3 of 5)",
    ]


def test_what_does_not_pass_is_not_tried_again() -> None:
    clock = RecordedClock()
    with pytest.raises(Unreachable) as refused:
        retry_of(clock).start("seats").wait(TransientError("its certificate is not trusted here", remedy="Mend it."))
    assert refused.value.remedy == "Mend it."
    assert clock.sleeps == []


def test_a_secondary_limit_without_a_time_is_waited_for_from_a_minute_up_doubling() -> None:
    clock = RecordedClock()
    state = retry_of(clock).start("seats")
    for _ in range(3):
        state.wait(TransientError("pause", limit=True))
    assert clock.sleeps == [60, 120, 240]


def test_a_limit_that_lasts_longer_than_the_run_ends_it_without_waiting() -> None:
    clock = RecordedClock()
    state = retry_of(clock, seconds=600).start("octo-org: seats")
    with pytest.raises(RateLimited) as refused:
        state.wait(TransientError("the rate limit is used up", wait=1800, limit=True))
    assert refused.value.fatal
    assert "octo-org: seats" in refused.value.cause
    assert "timeout-minutes: 60" in refused.value.remedy
    assert clock.sleeps == []


def test_a_limit_that_never_ends_is_still_called_a_limit() -> None:
    state = retry_of(RecordedClock()).start("seats")
    for _ in range(TRIES - 1):
        state.wait(TransientError("pause", limit=True))
    with pytest.raises(RateLimited):
        state.wait(TransientError("pause", limit=True))


def test_a_limit_holds_for_every_later_request() -> None:
    clock = RecordedClock()
    retry = retry_of(clock)
    retry.hold(50)
    retry.enter()
    assert clock.sleeps == [50]


def test_when_the_host_stays_silent_the_rest_is_asked_once_each() -> None:
    retry = retry_of(RecordedClock())
    for _ in range(3):
        retry.unanswered()
    with pytest.raises(Unreachable, match="one try"):
        retry.start("days").wait(TransientError("refused"))


def test_an_answer_brings_all_tries_back() -> None:
    retry = retry_of(RecordedClock())
    for _ in range(3):
        retry.unanswered()
    retry.answered()
    retry.start("days").wait(TransientError("refused"))


def test_after_a_failed_try_at_the_end_of_the_run_the_time_is_named() -> None:
    clock = RecordedClock()
    state = retry_of(clock, seconds=5).start("seats")
    clock.sleep(5)
    with pytest.raises(TimeUp):
        state.wait(TransientError("it took too long"))


def test_no_try_outlasts_the_run() -> None:
    clock = RecordedClock()
    state = retry_of(clock, seconds=5).start("seats")
    with pytest.raises(Unreachable):
        state.wait(TransientError("GitHub answered 503", wait=6))
    assert clock.sleeps == []


@pytest.mark.parametrize(("reset", "waits"), [(0, []), (1, [1.0])])
def test_nothing_waits_for_a_limit_that_is_over(reset: int, waits: list[float]) -> None:
    clock = RecordedClock()
    retry = retry_of(clock)
    retry._resume_at = clock.now() + reset
    retry.enter()
    assert clock.sleeps == waits
