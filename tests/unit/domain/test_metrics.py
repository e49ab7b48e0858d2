from __future__ import annotations

import re

import pytest

from copilot_usage.domain.metrics import COUNTERS, METRICS, ROW_METRICS, Dimension, Kind, is_summable


def test_the_seven_counters_may_be_added() -> None:
    assert len(COUNTERS) == 7
    assert all(is_summable(name) for name in COUNTERS)


@pytest.mark.parametrize("name", [name for name in METRICS if re.search(r"(^|_)active_|_users$", name)])
def test_people_are_people_by_whatever_name(name: str) -> None:
    assert METRICS[name].kind is Kind.PEOPLE
    assert not is_summable(name)


@pytest.mark.parametrize("name", [name for name in METRICS if "median" in name])
def test_medians_are_not_added(name: str) -> None:
    assert METRICS[name].kind is Kind.MEDIAN
    assert not is_summable(name)


@pytest.mark.parametrize("name", [name for name in METRICS if "avg" in name])
def test_averages_are_not_added(name: str) -> None:
    assert METRICS[name].kind is Kind.AVERAGE
    assert not is_summable(name)


@pytest.mark.parametrize("name", [name for name in METRICS if name.startswith("distinct_")])
def test_different_things_are_no_more_added_than_different_people(name: str) -> None:
    assert not is_summable(name)


@pytest.mark.parametrize("name", ["avg_loc_added", "a_field_of_next_year", ""])
def test_what_is_not_known_is_not_added(name: str) -> None:
    assert not is_summable(name)


@pytest.mark.parametrize(
    "name", ["session_count", "interaction_count", "pull_requests.total_merged", "ai_credits_used"]
)
def test_counts_of_rows_and_of_objects_may_be_added(name: str) -> None:
    assert is_summable(name)


def test_a_name_means_the_same_on_a_day_and_on_a_row() -> None:
    assert [name for name in METRICS if name in ROW_METRICS and METRICS[name].kind is not ROW_METRICS[name].kind] == []


def test_every_figure_is_filed_under_its_own_name_and_has_words() -> None:
    for named in (METRICS, ROW_METRICS):
        assert all(name == metric.name for name, metric in named.items())
        assert all(metric.title.strip() for metric in named.values())


def test_no_two_figures_of_a_day_have_the_same_words() -> None:
    titles = [metric.title for metric in METRICS.values()]
    assert sorted(titles) == sorted(set(titles))


def test_names_can_stand_in_a_csv_cell_and_in_a_threshold_as_they_are() -> None:
    names = [*METRICS, *ROW_METRICS, *Dimension]
    assert all(re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", name) for name in names)
