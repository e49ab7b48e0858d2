from __future__ import annotations

import io
import logging
import re

import pytest

from copilot_usage.rendering.terminal.progress import ProgressBar, ProgressLines

ENVIRON = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}


class Screen(io.StringIO):
    """A terminal as far as anybody asks."""

    def isatty(self) -> bool:
        return True


def without_escapes(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_a_bar_shows_how_much_is_done() -> None:
    err = Screen()
    bar = ProgressBar(err, ENVIRON)
    bar.begin("octo-org [days]", 40)
    bar.advance(30)
    bar.end()
    assert "octo-org [days]" in without_escapes(err.getvalue())
    assert "30/40" in without_escapes(err.getvalue())


def test_a_bar_may_begin_again_and_end_without_having_begun() -> None:
    err = Screen()
    bar = ProgressBar(err, ENVIRON)
    bar.end()
    bar.advance()
    bar.begin("first", 2)
    bar.begin("second", 2)
    bar.end()
    bar.end()
    assert "second" in err.getvalue()


def test_nothing_to_do_is_no_bar() -> None:
    err = Screen()
    bar = ProgressBar(err, ENVIRON)
    bar.begin("octo-org", 0)
    bar.advance()
    bar.end()
    assert err.getvalue() == ""


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="copilot_usage.rendering.terminal.progress")
    return caplog


def test_a_log_gets_a_line_for_so_many_days_with_what_is_left(lines: pytest.LogCaptureFixture) -> None:
    progress = ProgressLines()
    progress.begin("octo-org", 75)
    for _ in range(75):
        progress.advance()
    progress.end()
    assert lines.messages == [
        "octo-org: 75 days to fetch",
        "octo-org: 30 of 75 days, 45 left",
        "octo-org: 60 of 75 days, 15 left",
        "octo-org: all 75 days done",
    ]


def test_steps_of_any_size_give_a_line_each_time_enough_is_done(lines: pytest.LogCaptureFixture) -> None:
    progress = ProgressLines()
    progress.begin("octo-org", 1_200)
    for steps in (28, 1, 1, 1_000):
        progress.advance(steps)
    assert lines.messages[1:] == ["octo-org: 30 of 1,200 days, 1,170 left", "octo-org: 1,030 of 1,200 days, 170 left"]


def test_a_short_work_needs_no_lines(lines: pytest.LogCaptureFixture) -> None:
    progress = ProgressLines()
    progress.begin("octo-org", 28)
    progress.advance(28)
    progress.end()
    assert lines.messages == []


def test_a_work_cut_short_says_where_it_stopped(lines: pytest.LogCaptureFixture) -> None:
    progress = ProgressLines()
    progress.begin("octo-org", 60)
    progress.advance(10)
    progress.end()
    progress.end()
    assert lines.messages == ["octo-org: 60 days to fetch", "octo-org: stopped after 10 of 60 days"]
