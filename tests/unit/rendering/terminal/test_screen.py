from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.github_runner import plain
from copilot_usage.rendering.terminal.screen import Terminal, for_terminal, show


def test_code_is_left_as_it_is() -> None:
    assert for_terminal("`<br>` and ``a`<b>`` and <b>bold</b>") == "`<br>` and ``a`<b>`` and bold"
    fenced = "```yaml\non: <details>\n# [!NOTE] <b>\n```\n"
    assert for_terminal(fenced) == fenced


@pytest.mark.parametrize("kind", ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"])
def test_an_alert_begins_with_its_kind_in_words(kind: str) -> None:
    assert for_terminal(f"> [!{kind}]\n> Text") == f"> **{kind.capitalize()}:**\n> Text"


def test_what_was_folded_stands_one_level_below_its_section() -> None:
    folded = "### Teams\n\n<details>\n<summary>\n  web\n</summary>\n\ntext\n\n</details>\n"
    assert re.findall(r"^#+ .*$", for_terminal(folded), re.MULTILINE) == ["### Teams", "#### web"]


def test_a_folded_part_before_any_heading_has_one_all_the_same() -> None:
    assert "## Notes" in for_terminal("<details><summary>Notes</summary>\n\ntext\n\n</details>")


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("a<br>b", "a b"),
        ("a<!-- hidden\nwords -->b", "ab"),
        ("![a chart](https://example.org/x.png)", "a chart"),
        ("[Teams](#teams)", "Teams"),
        ("[docs](https://example.org)", "[docs](https://example.org)"),
        ("a < b and c > d", "a < b and c > d"),
        ("&lt;b&gt; 3 <4", "&lt;b&gt; 3 <4"),
        ('<p align="center">middle</p>', "middle"),
    ],
)
def test_html_goes_and_words_stay(markdown: str, text: str) -> None:
    assert for_terminal(markdown) == text


def test_several_charts_go_and_what_stands_between_them_stays() -> None:
    chart = "```mermaid\npie\n```\n"
    assert for_terminal(f"{chart}between\n\n{chart}after") == "between\n\nafter"


COLOURS = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
PAGE = """\
# Copilot usage · octo-org

| | This range | Change |
|:--|--:|--:|
| **Active people** | **312** | ▲ 7.2 % |
| Idle seats | 41 of 380 | ▲ 3 |

## Active people

```mermaid
---
config:
  xyChart: {}
---
xychart-beta
  line [286, 289]
```

<details><summary>Numbers of <b>people</b></summary>

| Day | 7 days |
|:--|--:|
| Sat 21 Nov | 315 |

</details>

> [!NOTE]
> 10 Apr 2026: figures before and after differ.

<sub>Source: GitHub's reports · [up](#copilot-usage)</sub>
"""


class Screen(io.StringIO):
    """A terminal as far as anybody asks."""

    def isatty(self) -> bool:
        return True


def shown(markdown: str, stream: io.StringIO | None = None, **environ: str) -> str:
    stream = stream or io.StringIO()
    show(markdown, stream, COLOURS | environ)
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
        "Source: GitHub's reports · up\n"
    )


def test_a_terminal_gets_colours_and_a_log_does_not() -> None:
    assert coloured(shown(PAGE, Screen()))
    assert not coloured(shown(PAGE))


def test_nothing_in_the_environment_makes_a_terminal_of_a_log() -> None:
    assert not coloured(shown(PAGE, FORCE_COLOR="1", TTY_COMPATIBLE="1", CLICOLOR_FORCE="1"))


def test_who_wants_no_colours_gets_none() -> None:
    assert "\x1b[3" not in shown(PAGE, Screen(), NO_COLOR="1")


def test_a_dumb_terminal_gets_no_colours() -> None:
    assert "\x1b[3" not in shown(PAGE, Screen(), TERM="dumb")


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
    show(PAGE, stream, COLOURS)
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
    program = "import sys, copilot_usage.rendering.terminal.screen; sys.exit('rich' in sys.modules)"
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
