from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.domain.metrics import COUNTERS, Dimension
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Breakdown, CompactBreakdowns, UsageDay


def test_a_figure_that_is_not_said_is_unknown_and_zero_is_zero() -> None:
    day = UsageDay(date(2026, 11, 21), Generation.REPORTS, {"loc_added_sum": 0})
    assert day.amount("loc_added_sum") == 0
    assert day.amount("loc_deleted_sum") is None


def test_a_row_that_is_not_there_is_empty() -> None:
    day = UsageDay(date(2026, 11, 21), Generation.REPORTS, {}, {"ide": {"vscode": {"loc_added_sum": 3}}})
    assert day.row("ide", "vscode") == {"loc_added_sum": 3}
    assert day.row("ide", "vim") == {}
    assert day.row("model", "vscode") == {}


AMOUNTS = st.one_of(st.integers(0, 2**53), st.floats(0, 2**53, allow_nan=False))
BREAKDOWNS = st.dictionaries(
    st.sampled_from(Dimension), st.dictionaries(st.text(), st.dictionaries(st.text(), AMOUNTS, max_size=4), max_size=4)
)


@given(BREAKDOWNS)
def test_what_was_packed_is_there_unchanged(breakdowns: Mapping[str, Breakdown]) -> None:
    compact = CompactBreakdowns(breakdowns)
    assert compact == breakdowns
    assert dict(compact.items()) == breakdowns
    assert list(compact) == list(breakdowns)
    assert len(compact) == len(breakdowns)


def test_a_dimension_is_found_by_its_name_and_one_that_is_not_there_is_not() -> None:
    compact = CompactBreakdowns({Dimension.IDE: {"vscode": {"loc_added_sum": 3}}})
    assert compact["ide"] == {"vscode": {"loc_added_sum": 3}}
    assert compact.get(Dimension.MODEL) is None
    assert Dimension.MODEL not in compact


def test_changing_what_was_given_out_or_in_changes_nothing_that_is_packed() -> None:
    given_in = {"ide": {"vscode": {"loc_added_sum": 3}}}
    compact = CompactBreakdowns(given_in)
    given_in["ide"]["vscode"]["loc_added_sum"] = 4
    dict(compact.items()).clear()
    assert compact == {"ide": {"vscode": {"loc_added_sum": 3}}}
    assert "vscode" in repr(compact)


def test_a_packed_day_is_less_than_half_of_its_dictionaries() -> None:
    rows = {f"language-{n}": dict.fromkeys(COUNTERS, 1000 + n) for n in range(30)}
    in_dictionaries = sum(sys.getsizeof(row) for row in rows.values())
    assert len(CompactBreakdowns({"language": rows})._bytes) < in_dictionaries / 2
