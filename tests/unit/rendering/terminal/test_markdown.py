from __future__ import annotations

import re

import pytest

from copilot_usage.rendering.terminal.markdown import for_terminal


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
