from __future__ import annotations

import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.runner.commands import CommandFormatter, PlainFormatter, mask, plain
from copilot_usage.runner.secrets import Secrets


def formatted(level: int, message: str, **extra: str) -> str:
    record = logging.LogRecord("copilot_usage", level, "", 0, message, (), None)
    record.__dict__.update(extra)
    return CommandFormatter(Secrets()).format(record)


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


HOSTILE = [
    "::error::x",
    "  ::add-mask::x",
    "\u3000::add-mask::x",
    "##[error]x",
    "fine\n::stop-commands::x",
    "fine\r::stop-commands::x",
    "a team named x##[set-output name=headline;]y",
    "fine\r##[set-output name=headline;]y",
    ":::error::x",
    "###[error]x",
    "#\u200b##[error]x",
]


def commands_in(text: str) -> list[str]:
    """As the runner reads them: a carriage return ends a line, `::` begins it, `##[` is looked for anywhere in it."""
    lines = re.split(r"\r\n|\r|\n", text)
    return [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_plain_line_is_taken_for_a_command(hostile: str) -> None:
    assert commands_in(plain(hostile)) == []


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR])
def test_what_is_logged_holds_no_command_but_its_own(level: int, hostile: str) -> None:
    own = {logging.DEBUG: ["::debug"], logging.WARNING: ["::warning"], logging.ERROR: ["::error"]}.get(level, [])
    text = formatted(level, f"{hostile} and {hostile}", title=hostile)
    assert [line[: len(own[0])] for line in commands_in(text)] == own
    assert "##[" not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_command_in_a_terminal_logs_none_either(hostile: str) -> None:
    record = logging.LogRecord("copilot_usage", logging.INFO, "", 0, "%s", (hostile,), None)
    assert commands_in(PlainFormatter(Secrets()).format(record)) == []


@given(st.lists(st.sampled_from([":", "#", "[", "\r", "\n", " ", "x", "\u200b", "\ufeff"])).map("".join))
def test_no_text_at_all_is_taken_for_a_command(text: str) -> None:
    assert commands_in(plain(text)) == []


def test_an_annotation_is_cut_before_the_runner_cuts_it() -> None:
    assert len(formatted(logging.WARNING, "x" * 10_000)) < 4_096


def test_what_is_for_finding_mistakes_is_whole_and_so_is_a_secret() -> None:
    reason = "x" * 10_000 + "KeyError: the reason"
    assert formatted(logging.DEBUG, reason).endswith("the reason")
    assert mask("s" * 10_000) == "::add-mask::" + "s" * 10_000


def test_warnings_beyond_what_the_runner_shows_become_plain_lines() -> None:
    formatter = CommandFormatter(Secrets())
    record = logging.LogRecord("copilot_usage", logging.WARNING, "", 0, "again", (), None)
    lines = [formatter.format(record) for _ in range(12)]
    assert sum(line.startswith("::warning") for line in lines) == 10


def test_a_mask_hides_a_secret() -> None:
    assert mask("s3cret") == "::add-mask::s3cret"
