from __future__ import annotations

import logging

import pytest

from copilot_usage.runner.commands import CommandFormatter, mask, plain


def formatted(level: int, message: str, **extra: str) -> str:
    record = logging.LogRecord("copilot_usage", level, "", 0, message, (), None)
    record.__dict__.update(extra)
    return CommandFormatter().format(record)


def test_a_warning_is_an_annotation_with_a_title() -> None:
    assert formatted(logging.WARNING, "two\nlines", title="A: title, here") == (
        "::warning title=A%3A title%2C here::two%0Alines"
    )


def test_an_error_is_an_annotation() -> None:
    assert formatted(logging.ERROR, "100 %") == "::error::100 %25"


def test_an_ordinary_line_is_no_annotation() -> None:
    assert formatted(logging.INFO, "28 days") == "28 days"


def test_debug_lines_are_left_to_the_runner() -> None:
    assert formatted(logging.DEBUG, "will ask") == "::debug::will ask"


@pytest.mark.parametrize("hostile", ["::error::x", "  ::add-mask::x", "##[error]x", "fine\n::stop-commands::x"])
def test_no_plain_line_is_taken_for_a_command(hostile: str) -> None:
    lines = plain(hostile).splitlines()
    assert not any(line.lstrip(" ").startswith(("::", "##[")) for line in lines)


def test_an_annotation_is_cut_before_the_runner_cuts_it() -> None:
    assert len(formatted(logging.WARNING, "x" * 10_000)) < 4_096


def test_what_is_for_finding_mistakes_is_whole_and_so_is_a_secret() -> None:
    reason = "x" * 10_000 + "KeyError: the reason"
    assert formatted(logging.DEBUG, reason).endswith("the reason")
    assert mask("s" * 10_000) == "::add-mask::" + "s" * 10_000


def test_warnings_beyond_what_the_runner_shows_become_plain_lines() -> None:
    formatter = CommandFormatter()
    record = logging.LogRecord("copilot_usage", logging.WARNING, "", 0, "again", (), None)
    lines = [formatter.format(record) for _ in range(12)]
    assert sum(line.startswith("::warning") for line in lines) == 10


def test_a_mask_hides_a_secret() -> None:
    assert mask("s3cret") == "::add-mask::s3cret"
