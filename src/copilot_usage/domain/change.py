"""How a figure moved between two ranges, and when that may not be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot_usage.domain.figures import Figures
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
    """Change of a sum; None unless it was known on equally many days of both ranges, since half a range is no trend."""
    if before is None:
        return None
    ours, theirs = now.totals.get(metric), before.totals.get(metric)
    if ours is None or theirs is None or ours.days != theirs.days:
        return None
    return Change(ours.amount, theirs.amount)
