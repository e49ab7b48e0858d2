"""The page in a terminal, and progress."""

from __future__ import annotations

import io
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NEWEST, ORGANIZATION, report_of, scope_report, usage_day, usage_days
from copilot_usage.domain.dates import ending
from copilot_usage.domain.queries import Note
from copilot_usage.domain.report import Report
from copilot_usage.github_runner import plain
from copilot_usage.rendering.page import render_page
from copilot_usage.rendering.terminal import ProgressBar, ProgressLines, Terminal

COLOURS = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}


def page_of(report: Report, templates: Path | None = None) -> str:
    """The Markdown that a terminal draws."""
    return render_page(report, templates=templates, terminal=True).terminal


def week_of_two_teams() -> Report:
    """With a chart, a comparison, a caution and an alert."""
    days = usage_days(ending(NEWEST, 7), "daily_active_users", [1, 2, 3, 4, 5, 6, 7])
    scopes = [scope_report(*days, scope=ORGANIZATION.of_team(name)) for name in ("web", "data")]
    notes = (Note("Seats were refused.", ORGANIZATION, caution=True), Note("About rows."))
    return report_of(*scopes, notes=notes, alerts=("Too many.",))


def test_the_page_of_a_terminal_has_neither_html_nor_charts() -> None:
    text = page_of(week_of_two_teams())
    assert not re.search(r"<[a-z/]|mermaid|\[!", text)
    assert "Purple" not in text


def test_the_page_of_a_terminal_has_every_table_of_the_page() -> None:
    def rows(text: str) -> list[str]:
        return [line for line in text.splitlines() if line.startswith("|")]

    report = week_of_two_teams()
    assert rows(page_of(report)) == rows(render_page(report).text)


def test_an_alert_begins_with_its_kind_in_words() -> None:
    text = page_of(week_of_two_teams())
    assert "> **Caution:**\n> - " in text
    assert "> **Warning:**\n> - Too many" in text


def test_what_was_folded_stands_below_a_heading() -> None:
    headings = re.findall(r"^#+ .*$", page_of(week_of_two_teams()), re.MULTILINE)
    assert headings[:5] == [
        "# Copilot usage · teams of octo-org",
        "## Teams compared",
        "## octo-org/web",
        "### Active people",
        "#### Numbers",
    ]
    assert headings[-2:] == ["## Notes (1)", "## What the figures mean"]


def test_templates_of_the_workspace_are_drawn_with_the_frames_of_a_terminal(tmp_path: Path) -> None:
    own = '{% extends "built-in/summary.md.j2" %}{% block title %}# Ours{% endblock %}'
    (tmp_path / "summary.md.j2").write_text(own)
    text = page_of(report_of(scope_report(usage_day(totals={"daily_active_users": 4}))), tmp_path)
    assert text.startswith("# Ours")
    assert "## What the figures mean" in text
    assert "<" not in text


def test_no_page_for_a_terminal_is_made_where_there_is_none() -> None:
    assert render_page(week_of_two_teams()).terminal == ""


PAGE = """\
# Copilot usage · octo-org

| | This range | Change |
|:--|--:|--:|
| **Active people** | **312** | ▲ 7.2 % |
| Idle seats | 41 of 380 | ▲ 3 |

## Active people

#### Numbers of people

| Day | 7 days |
|:--|--:|
| Sat 21 Nov | 315 |



> **Note:**
> 10 Apr 2026: figures before and after differ.

Source: GitHub's reports
"""


class Screen(io.StringIO):
    """A terminal as far as anybody asks."""

    def isatty(self) -> bool:
        return True


def shown(markdown: str, stream: io.StringIO | None = None, **environ: str) -> str:
    stream = stream or io.StringIO()
    Terminal(stream, io.StringIO(), COLOURS | environ).show(markdown)
    return stream.getvalue()


def coloured(text: str) -> bool:
    return re.search(r"\x1b\[[0-9;]*m", text) is not None


def without_escapes(text: str) -> str:
    return re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|\].*?\x1b\\)", "", text)


def test_a_page_in_a_log_is_plain_and_readable() -> None:
    assert shown(PAGE) == (
        "Copilot usage · octo-org\n"
        "════════════════════════\n"
        "\n"
        "                This range   Change\n"
        " ──────────────────────────────────\n"
        " Active people         312  ▲ 7.2 %\n"
        " Idle seats      41 of 380      ▲ 3\n"
        "\n"
        "Active people\n"
        "─────────────\n"
        "\n"
        "Numbers of people\n"
        "\n"
        " Day         7 days\n"
        " ──────────────────\n"
        " Sat 21 Nov     315\n"
        "\n"
        "▌ Note: 10 Apr 2026: figures before and after differ.\n"
        "\n"
        "Source: GitHub's reports\n"
    )


def test_a_terminal_gets_colours_and_a_log_does_not() -> None:
    assert coloured(shown(PAGE, Screen()))
    assert not coloured(shown(PAGE))


def test_nothing_in_the_environment_makes_a_terminal_of_a_log() -> None:
    assert not coloured(shown(PAGE, FORCE_COLOR="1", TTY_COMPATIBLE="1", CLICOLOR_FORCE="1"))


def test_who_wants_no_colours_gets_none() -> None:
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown(PAGE, Screen(), NO_COLOR="1"))


def test_a_dumb_terminal_gets_no_colours() -> None:
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown(PAGE, Screen(), TERM="dumb"))


@pytest.mark.parametrize("columns", [40, 60, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    long = PAGE + "\n" + "word " * 100
    lines = without_escapes(shown(long, Screen(), COLUMNS=str(columns))).splitlines()
    assert max(len(line) for line in lines) <= columns
    assert max(len(line) for line in lines) > columns - 6


def test_a_terminal_shows_the_same_words_as_a_log() -> None:
    words = without_escapes(shown(PAGE, Screen(), COLUMNS="120")).split()
    assert words == [word for word in shown(PAGE).split() if not re.fullmatch("[═─]+", word) or word in words]


def test_what_an_old_code_page_lacks_is_no_crash() -> None:
    bytes_written = io.BytesIO()
    stream = io.TextIOWrapper(bytes_written, encoding="ascii")
    Terminal(stream, io.StringIO(), COLOURS).show(PAGE)
    assert b"Active people" in bytes_written.getvalue()


def test_a_sequence_that_would_move_the_cursor_is_shown_as_harmless_text() -> None:
    hostile = "# evil \x1b[2J\x1b]0;title\x07 \x9b31m \u202egnp\u200b\r\n"
    for stream in (None, Screen()):
        text = without_escapes(shown(hostile, stream))
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", text)


@given(st.text(alphabet="`<>!-#[]()*|\n\\ ab\x1b/detailsumry&;_~", max_size=80))
def test_any_page_can_be_shown_without_a_control_character(markdown: str) -> None:
    text = shown(markdown)
    assert text.endswith("\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_rich_is_not_loaded_before_something_is_shown() -> None:
    program = "import sys, copilot_usage.rendering.terminal; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_terminal_shows_the_page_on_one_stream_and_progress_on_the_other() -> None:
    out, err = io.StringIO(), Screen()
    terminal = Terminal(out, err, COLOURS)
    terminal.progress.begin("octo-org", 3)
    terminal.progress.advance()
    terminal.progress.end()
    terminal.show(PAGE)
    assert "Active people" in out.getvalue()
    assert "octo-org" in err.getvalue()
    assert "octo-org" not in out.getvalue().replace("usage · octo-org", "")


def test_what_was_written_as_entities_passes_the_filter_as_plain_text() -> None:
    out = io.StringIO()
    Terminal(out, io.StringIO(), {}, harmless=plain).show("| Team |\n|:--|\n| &#35;&#35;&#91;error&#93;x |\n")
    assert "[error]x" in out.getvalue()
    assert "##[" not in out.getvalue()


def test_a_bar_shows_how_much_is_done() -> None:
    err = Screen()
    bar = ProgressBar(err, COLOURS)
    bar.begin("octo-org [days]", 40)
    bar.advance(30)
    bar.end()
    assert "octo-org [days]" in without_escapes(err.getvalue())
    assert "30/40" in without_escapes(err.getvalue())


def test_a_bar_may_begin_again_and_end_without_having_begun() -> None:
    err = Screen()
    bar = ProgressBar(err, COLOURS)
    bar.end()
    bar.advance()
    bar.begin("first", 2)
    bar.begin("second", 2)
    bar.end()
    bar.end()
    assert "second" in err.getvalue()


def test_nothing_to_do_is_no_bar() -> None:
    err = Screen()
    bar = ProgressBar(err, COLOURS)
    bar.begin("octo-org", 0)
    bar.advance()
    bar.end()
    assert err.getvalue() == ""


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="copilot_usage.rendering.terminal")
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
