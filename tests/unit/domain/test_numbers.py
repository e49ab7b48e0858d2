from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.domain.numbers import dollars, mean, number, per_cent, rounded


@pytest.mark.parametrize(
    ("amount", "digits", "written"),
    [
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (0.25, 1, "0.3"),
        (1.005, 2, "1.01"),
        (100 * 0.285, 0, "29"),
        (1_234_567, 0, "1,234,567"),
        (0, 0, "0"),
        (-0.0, 0, "0"),
    ],
)
def test_ties_are_rounded_half_up_as_spreadsheets_do(amount: float, digits: int, written: str) -> None:
    assert number(amount, digits=digits) == written


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (number(0.4), "<1"),
        (mean(0.04), "<0.1"),
        (per_cent(0.04), "<0.1 %"),
        (per_cent(0.05), "0.1 %"),
        (dollars(0.004), "<1 USD"),
    ],
)
def test_what_is_not_zero_never_reads_as_zero(written: str, words: str) -> None:
    assert written == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "0 USD"), (0.4, "0.40 USD"), (9.5, "9.50 USD"), (3.0, "3 USD"), (19.5, "20 USD"), (1_234.5, "1,235 USD")],
)
def test_less_than_ten_dollars_have_their_cents(amount: float, words: str) -> None:
    assert dollars(amount) == words


def test_unknown_is_not_zero() -> None:
    assert {number(None), mean(None), per_cent(None), dollars(None)} == {"–"}
    assert (number(0), per_cent(0)) == ("0", "0.0 %")


@given(st.floats(-1e300, 1e300), st.integers(0, 3))
def test_every_number_can_be_written(amount: float, digits: int) -> None:
    assert abs(float(rounded(amount, digits)) - amount) <= 0.5 * 10.0**-digits + abs(amount) * 1e-14
    assert number(amount, digits=digits)
