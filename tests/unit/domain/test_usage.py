from __future__ import annotations

from datetime import date

from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import UsageDay


def test_a_figure_that_is_not_said_is_unknown_and_zero_is_zero() -> None:
    day = UsageDay(date(2026, 11, 21), Generation.REPORTS, {"loc_added_sum": 0})
    assert day.amount("loc_added_sum") == 0
    assert day.amount("loc_deleted_sum") is None


def test_a_row_that_is_not_there_is_empty() -> None:
    day = UsageDay(date(2026, 11, 21), Generation.REPORTS, {}, {"ide": {"vscode": {"loc_added_sum": 3}}})
    assert day.row("ide", "vscode") == {"loc_added_sum": 3}
    assert day.row("ide", "vim") == {}
    assert day.row("model", "vscode") == {}
