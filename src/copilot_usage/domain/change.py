"""How a figure moved between two ranges, and when that may not be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot_usage.domain.figures import Figures, Total
    from copilot_usage.domain.usage import Amount


@dataclass(frozen=True, slots=True)
class Change:
    """A figure now and before. `relative` in per cent, None from zero; `difference` in the figure's own unit."""

    now: Amount
    before: Amount

    @property
    def difference(self) -> Amount:
        return self.now - self.before

    @property
    def relative(self) -> float | None:
        return 100 * self.difference / self.before if self.before else None


def change(now: Amount | None, before: Amount | None) -> Change | None:
    """None where one side is unknown."""
    return None if now is None or before is None else Change(now, before)


def change_of_total(now: Figures, before: Figures | None, metric: str) -> Change | None:
    """Change of a day's counter, summed; see `change_of_sums`."""
    return None if before is None else change_of_sums(now.totals.get(metric), before.totals.get(metric))


def change_of_sums(now: Total | None, before: Total | None) -> Change | None:
    """None unless both sums are of equally many days, since half a range is no trend."""
    if now is None or before is None or now.days != before.days:
        return None
    return Change(now.amount, before.amount)
