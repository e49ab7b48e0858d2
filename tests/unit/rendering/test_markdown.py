"""Names from outside are plain text, in whatever place of the page they stand."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from copilot_usage.domain.change import Change
from copilot_usage.errors import CopilotUsageError
from copilot_usage.rendering.markdown import cell, cell_of_sentence, cut, number, per_cent, render_failure, trend

GITHUB = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
# Pieces that mean something to Markdown, HTML or GitHub, so that random texts are hostile ones.
PIECES = [
    *"|`*_~[]()<>!#@&\\$:^=+-.\n\r\t\"'{}",
    "<b>",
    "</td>",
    "<!--",
    "![x](y)",
    "https://example.com",
    "www.example.com",
    "@octocat",
    "#12",
    "GH-12",
    "::error::",
    "&#64;",
    "&lt;b&gt;",
    "\u202e",
    "\u200b",
    "👩\u200d💻",
    ":tada:",
    "```",
    "    ",
    "1. ",
    "a",
    "é",
]
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=120)


def as_plain(text: str) -> str:
    """What should be read: the text on one line, cut."""
    return cut(text) or "–"


@given(HOSTILE)
def test_a_cell_is_read_as_the_text_that_was_given(text: str) -> None:
    html = GITHUB.render(f"| a | b |\n|:--|:--|\n| {cell(text)} | end |\n")
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html, re.DOTALL)
    assert len(cells) == 2
    assert "<" not in cells[0]
    assert unescape(cells[0]).strip() == as_plain(text)
    assert cells[1] == "end"


@given(HOSTILE)
def test_a_heading_and_a_summary_keep_a_name_in_its_place(text: str) -> None:
    def tags(name: str) -> list[str]:
        page = f"# Copilot usage · {name}\n\n<details><summary><b>{name}</b></summary>\n\nend\n"
        return re.findall(r"</?[a-z!][^>]*>", GITHUB.render(page))

    assert tags(cell(text)) == tags("name")


@given(HOSTILE)
@example("_www.example.com")
def test_nothing_is_left_that_github_links_or_mentions(text: str) -> None:
    written = re.sub(r"&#\d+;", " ", cell(text))
    assert not re.search(r"[@#:`<>|\[\]\\$]", written)
    assert not re.search(r"(?i)\bwww\.|https?:", written)


@given(HOSTILE)
def test_a_cell_is_one_short_line_without_invisible_letters(text: str) -> None:
    plain = cut(text)
    assert len(plain) <= 80
    # The word joiner is ours: it keeps an address from being linked.
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Zl", "Zp"} for char in plain.replace("\u2060", ""))


def test_ten_thousand_letters_are_cut() -> None:
    assert cell("x" * 10_000) == "x" * 79 + "…"


def test_an_empty_name_is_seen_as_one() -> None:
    assert cell(" \u200b\n") == "–"


@given(HOSTILE)
def test_a_sentence_that_quotes_names_is_harmless_in_a_list(text: str) -> None:
    html = GITHUB.render(f"> [!WARNING]\n> - one {cell_of_sentence(text)}\n")
    assert html.count("<li>") == 1
    assert set(re.findall(r"</?[a-z]+", html)) <= {
        "<blockquote",
        "</blockquote",
        "<p",
        "</p",
        "<ul",
        "</ul",
        "<li",
        "</li",
    }


@pytest.mark.parametrize(
    ("change", "points", "words"),
    [
        (Change(110, 100), False, "▲ 10.0 %"),
        (Change(50, 100), False, "▼ 50.0 %"),
        (Change(300, 100), False, "▲ 200 %"),
        (Change(100, 100), False, "="),
        (Change(7, 0), False, "▲ from 0"),
        (Change(0, 0), False, "="),
        (Change(100.25, 100), False, "▲ 0.3 %"),
        (Change(31.5, 30.0), True, "▲ 1.5 pt"),
        (None, False, "–"),
    ],
)
def test_a_change_is_told_in_its_unit(change: Change | None, points: bool, words: str) -> None:  # noqa: FBT001
    assert trend(change, points=points) == words


def test_unknown_is_not_zero() -> None:
    assert (number(None), number(0), per_cent(None), per_cent(0)) == ("–", "0", "–", "0.0 %")


_HOSTILE = "<img src=x> [a](http://e) ![i](u) @all #12 **bold** `code` | $x$"


def test_what_is_quoted_is_plain_text() -> None:
    error = CopilotUsageError("Title", cause=f"GitHub answered 403: “{_HOSTILE}”.", remedy="Ask `octo-org`.")
    quoted = render_failure(error).partition("“")[2].partition("”")[0]
    assert not set("<>@[]|$*`") & set(quoted)


def test_words_outside_of_code_are_plain_text_too() -> None:
    text = render_failure(CopilotUsageError("A <b>", cause="“a” b” <i> @all", remedy="fine"))
    assert not {"<b>", "<i>", "@all"} & set(text.split())


def test_a_remedy_keeps_its_code_and_its_paragraphs() -> None:
    remedy = "Name it:\n\n```yaml\nwith:\n  token: ${{ secrets.TOKEN }}  # <b> @x\n```\n\nor `a | b`."
    assert remedy in render_failure(CopilotUsageError("Title", cause="one\ntwo", remedy=remedy))


def test_each_line_of_a_cause_stands_on_its_own() -> None:
    assert "> one  \n> two  \n" in render_failure(CopilotUsageError("Title", cause="one\ntwo", remedy="r"))
