from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.domain.usage import DataProblem
from copilot_usage.parsers.fields import LARGEST, FieldReader, ProblemLog, Table, described, usable

FIELDS = {"loc_added_sum": "loc_added_sum", "ai_credits_used": "ai_credits_used"}


@pytest.mark.parametrize(
    ("value", "amount"), [(0, 0), (7, 7), (7.0, 7), (LARGEST, LARGEST), (0.0, 0), (-0.0, 0), (float(LARGEST), LARGEST)]
)
def test_whole_numbers_pass(value: object, amount: int) -> None:
    assert usable(value) == amount
    assert type(usable(value)) is int


@pytest.mark.parametrize(
    "value",
    [-1, -0.5, LARGEST + 1, 10**400, float("nan"), float("inf"), float("-inf"), True, False, "7", None, [7], {"n": 7}],
)
def test_what_is_no_figure_does_not_pass(value: object) -> None:
    assert usable(value) is None
    assert usable(value, fraction=True) is None


def test_fractions_pass_only_where_a_figure_can_be_one() -> None:
    assert usable(2.5) is None
    assert usable(2.5, fraction=True) == 2.5


def test_absent_and_null_are_unknown_and_zero_is_zero() -> None:
    reader = FieldReader()
    assert reader.amounts({"loc_added_sum": 0, "ai_credits_used": None}, FIELDS, "row") == {"loc_added_sum": 0}
    assert reader.amounts({}, FIELDS, "row") == {}
    assert list(reader.problems) == []


def test_a_bad_figure_is_left_out_and_described_without_quoting_it() -> None:
    reader = FieldReader()
    assert reader.amounts({"loc_added_sum": "octocat", "ai_credits_used": 1.5}, FIELDS, "row") == {
        "ai_credits_used": 1.5
    }
    assert list(reader.problems) == [DataProblem("row", "`loc_added_sum` is a text")]


def test_flaws_of_a_kind_are_counted_and_the_first_is_the_example() -> None:
    problems = ProblemLog()
    for row in (3, 8, 9):
        problems.add(f"row {row}", "a row without a team")
    problems.add("row 4", "something else")
    assert list(problems) == [
        DataProblem("row 3", "a row without a team (3 times, here first)"),
        DataProblem("row 4", "something else"),
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "true or false"),
        (-3, "a negative number"),
        (3, "a number"),
        (1.5, "a fraction"),
        (float("inf"), "a number that is far too large"),
        (float("nan"), "a number that is far too large"),
        (10**30, "a number that is far too large"),
        ("x", "a text"),
        ([], "a list"),
        ({}, "an object"),
        (None, "nothing"),
    ],
)
def test_values_have_words(value: object, words: str) -> None:
    assert described(value) == words


@given(st.integers() | st.floats() | st.text() | st.booleans() | st.none() | st.lists(st.integers()))
def test_whatever_passes_can_be_added(value: object) -> None:
    amount = usable(value, fraction=True)
    assert amount is None or 0 <= amount <= LARGEST


def test_rows_of_one_value_are_added_and_people_are_not() -> None:
    table = Table()
    table.add("python", {"loc_added_sum": 3, "active_users": 2})
    table.add("python", {"loc_added_sum": 4, "active_users": 5})
    table.add("go", {"loc_added_sum": 1, "active_users": 1})
    assert table.breakdown() == {"python": {"loc_added_sum": 7}, "go": {"loc_added_sum": 1, "active_users": 1}}


def test_an_array_that_is_none_has_no_rows() -> None:
    reader = FieldReader()
    assert reader.rows({"a": None}, "a") == reader.rows({}, "a") == []
    assert list(reader.problems) == []
    assert reader.rows({"a": {"b": 1}}, "a") == []
    assert reader.rows({"a": [{"b": 1}, 2]}, "a") == [{"b": 1}]
    assert [problem.what for problem in reader.problems] == ["an object instead of rows", "a row that is no object"]


def test_a_row_about_nothing_is_about_the_unknown_and_a_row_without_the_field_is_left_out() -> None:
    reader = FieldReader()
    assert reader.name({"model": ""}, "model", "rows") == "unknown"
    assert reader.name({}, "model", "rows") is None
    assert reader.name({"model": 5}, "model", "rows") is None
    assert [problem.what for problem in reader.problems] == ["a row without `model`", "`model` is a number"]
