from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.rendering.charts import ceiling, line_chart, share, sparkline, unique


@pytest.mark.parametrize(
    ("highest", "end"), [(0, 1), (1, 1), (4, 5), (5, 6), (9, 10), (312, 330), (98, 102), (1_000, 1_100)]
)
def test_an_axis_ends_a_little_above_the_data(highest: int, end: int) -> None:
    assert ceiling(highest) == end


@given(st.integers(0, 10**9))
def test_an_axis_holds_the_data_and_does_not_flatten_it(highest: int) -> None:
    assert highest <= ceiling(highest) <= max(6, 1.25 * highest)


@given(st.lists(st.sampled_from(["", "2 Nov", "9 Nov"]), max_size=90))
def test_no_two_labels_are_one_point_of_the_axis(labels: list[str]) -> None:
    made = unique(labels)
    assert len(set(made)) == len(labels)
    assert [label.strip("\u200b") for label in made] == labels


def test_a_chart_names_its_colours_and_has_every_point() -> None:
    chart = line_chart(["2 Nov", "", "4 Nov"], [[3, 4, 2], [1.5, 2, 1]], "people")
    assert 'plotColorPalette: "#8250df, #1f883d"' in chart
    assert "line [3, 4, 2]" in chart
    assert "line [1.5, 2, 1]" in chart
    assert re.search(r'y-axis "people" 0 --> 5', chart)


def test_a_sparkline_shows_what_is_not_known_as_a_dot() -> None:
    assert sparkline([0, None, 7, 14]) == "`▁·▅█`"
    assert sparkline([None, None]) == ""
    assert sparkline([0, 0]) == "`▁▁`"


def test_a_long_sparkline_is_thinned() -> None:
    assert len(sparkline(list(range(365))).strip("`")) <= 28


@pytest.mark.parametrize(("part", "full"), [(0, 0), (4, 0), (50, 5), (100, 10), (170, 10)])
def test_a_bar_has_ten_cells(part: int, full: int) -> None:
    assert share(part, 100) == f"{'▰' * full}{'▱' * (10 - full)} {part} %"
