"""Holds docs/alerts.md against the figures that a threshold can name."""

from __future__ import annotations

import re
from pathlib import Path

from copilot_usage.domain.alerts import ALERT_FIGURES, COMPARISONS, FIGURES, parse_threshold

PAGE = Path(__file__).parents[2].joinpath("docs/alerts.md").read_text(encoding="utf-8")


def test_the_page_lists_every_figure_with_its_meaning_and_whether_it_has_a_change() -> None:
    changes = {name: "yes" if watched.change else "no" for name, watched in ALERT_FIGURES.items()}
    rows = [f"| `{name}` | {meaning} | {changes.get(name, 'no')} |" for name, meaning in FIGURES.items()]
    assert re.findall(r"^\| `.*$", PAGE, re.MULTILINE) == rows


def test_the_thresholds_of_the_page_can_be_read() -> None:
    (block,) = re.findall(r"alert-when: \|\n(.*?)```", PAGE, re.DOTALL)
    lines = block.strip().splitlines()
    assert [str(parse_threshold(line)) for line in lines] == [line.strip() for line in lines]


def test_the_page_names_every_comparison() -> None:
    (line,) = re.findall(r"^- \*\*Comparison\*\*: (.*)$", PAGE, re.MULTILINE)
    assert line.replace("`", "").split() == list(COMPARISONS)
