"""Known breaks in GitHub's series: days from which it counts something else (facts: GitHub's changelog)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot_usage.domain.dates import DateRange

_BREAKS = (
    (date(2026, 4, 2), "GitHub switched off the `metrics` generation; days from here on come from `reports`."),
    (
        date(2026, 4, 10),
        "GitHub began to include CLI activity in the totals, and to count users of the cloud agent.",
    ),
    (date(2026, 6, 15), "GitHub began to count people known only to its servers as active (about 5 % more)."),
    (date(2026, 10, 6), "In editors not yet updated, some agent activity is counted under the CLI, or not at all."),
)


def breaks_in(days: DateRange) -> Sequence[tuple[date, str]]:
    """Those that fall into the range: the day, and what changed."""
    return tuple((day, text) for day, text in _BREAKS if day in days)
