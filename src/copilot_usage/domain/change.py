"""How a figure moved between two ranges of a history, or why that is not known. All comparisons are made here.

Compared are days whose documents can know the figure, of one generation, on one side of every break of GitHub's
series, and with as many working days. Where the known days differ, it is the working days alone that are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from copilot_usage.domain.breaks import why_not_comparable
from copilot_usage.domain.dates import DateRange, ending, is_working_day
from copilot_usage.domain.figures import PEOPLE_WINDOWS, Figures, Rate
from copilot_usage.domain.history import History
from copilot_usage.domain.usage import Amount, Figure, UsageDay

# Of a range, so much must be known for its mean to be that of the range: 6 of 7 days, 24 of 28.
ENOUGH = 0.85
_OTHER_GENERATION = "the two ranges come from different generations of GitHub's API, which count it differently"
_OTHER_WEEKDAYS = "the two ranges hold different numbers of working days"


@dataclass(frozen=True, slots=True)
class Change:
    """A figure now and before. `relative` in per cent, None from zero; `difference` in the figure's own unit.

    `of_working_days`: the days of the two ranges differ, so both amounts are those of the working days: means of
    counts and of people, the rate itself.
    """

    now: Amount
    before: Amount
    of_working_days: bool = False

    @property
    def difference(self) -> Amount:
        return self.now - self.before

    @property
    def relative(self) -> float | None:
        return 100 * self.difference / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class NoChange:
    """Both figures are known, but not comparable; `why` is the second half of a sentence."""

    why: str


Compared = Change | NoChange | None


def change(now: Amount | None, before: Amount | None) -> Change | None:
    """Of two figures that are known to be comparable; None where one is unknown."""
    return None if now is None or before is None else Change(now, before)


def moved(compared: Compared) -> Change | None:
    """The change, where there is one."""
    return compared if isinstance(compared, Change) else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ranges of a history."""

    history: History
    now: Figures
    before: Figures

    def total(self, metric: str, dimension: str = "", value: str = "") -> Compared:
        """Of a count of the day, or of a row of a breakdown: the sums."""
        figure = Figure(metric, dimension, value)
        return self._over_days((figure,), (), lambda days: _sum(days, figure), lambda days: _mean(days, figure))

    def mean(self, metric: str) -> Compared:
        """Of a figure of the day: the mean over all days."""
        figure = Figure(metric)
        return self._over_days((figure,), (), lambda days: _mean(days, figure), lambda days: _mean(days, figure))

    def working_day_mean(self, metric: str) -> Compared:
        """The same over Monday to Friday, of which the ranges need not hold equally many."""
        figure = Figure(metric)
        days = [[usage for usage in side if is_working_day(usage.day)] for side in self._sides((figure,), ())]
        if not all(days):
            return None
        why = _why((figure,), days, (self.now.range, self.before.range))
        return NoChange(why) if why else change(*(_mean(side, figure) for side in days))

    def rate(self, rate: Rate) -> Compared:
        """Of a ratio of sums, in per cent."""

        def read(days: Sequence[UsageDay]) -> float | None:
            whole = sum(_sum(days, figure) for figure in rate.whole)
            return 100 * sum(_sum(days, figure) for figure in rate.parts) / whole if whole else None

        return self._over_days(rate.parts, rate.whole, read, read)

    def active_people(self) -> Compared:
        """Of the distinct people of the whole range."""
        both = self.now.active_people, self.before.active_people
        metric = PEOPLE_WINDOWS.get(len(self.now.range))
        if metric is None:
            return change(*both)
        return _change_of(self.history, metric, (self.now.range.until, self.before.range.until), both)

    def on_last_day(self, metric: str, last: date | None = None) -> Compared:
        """Of a figure that is never added: of `last` or the last day, and as many days earlier as the range begins."""
        now = last or self.now.range.until
        return change_between(self.history, metric, now, now - (self.now.range.since - self.before.range.since))

    def _sides(self, some: Sequence[Figure], every: Sequence[Figure]) -> list[list[UsageDay]]:
        """The days of both ranges that know every one of some figures, and one at least of the others."""
        return [
            [
                usage
                for usage in self.history.within(side.range)
                if all(usage.figure(figure) is not None for figure in every)
                and any(usage.figure(figure) is not None for figure in some)
            ]
            for side in (self.now, self.before)
        ]

    def _over_days(
        self,
        some: Sequence[Figure],
        every: Sequence[Figure],
        read: Callable[[Sequence[UsageDay]], Amount | None],
        read_working_days: Callable[[Sequence[UsageDay]], Amount | None],
    ) -> Compared:
        sides = self._sides(some, every)
        why = _why((*some, *every), sides, (self.now.range, self.before.range))
        if not sides[0] or (why is None and not sides[1]):
            return None
        working = [[usage for usage in side if is_working_day(usage.day)] for side in sides]
        if why is None and len(sides[0]) == len(sides[1]) and len(working[0]) == len(working[1]):
            return change(*map(read, sides))
        why = why or self._too_few(sides) or (None if all(working) else _OTHER_WEEKDAYS)
        if why is not None:
            return NoChange(why)
        then = change(*map(read_working_days, working))
        return None if then is None else Change(then.now, then.before, of_working_days=True)

    def _too_few(self, sides: Sequence[Sequence[UsageDay]]) -> str | None:
        for side, wanted in zip(sides, (len(self.now.range), len(self.before.range)), strict=True):
            if len(side) < ENOUGH * wanted:
                return f"it is known on {len(side)} of {wanted} days only"
        return None


def change_between(history: History, metric: str, day: date, earlier: date) -> Compared:
    """Of a figure that is never added, from one day to another."""
    return _change_of(history, metric, (day, earlier), (history.amount(day, metric), history.amount(earlier, metric)))


def _change_of(history: History, metric: str, ends: Sequence[date], amounts: Sequence[Amount | None]) -> Compared:
    if None in amounts:
        return None
    why = why_days_differ(history, metric, *ends)
    if why is None and window_of(metric) == 1 and len({is_working_day(day) for day in ends}) > 1:
        why = _OTHER_WEEKDAYS
    return NoChange(why) if why else change(*amounts)


def why_days_differ(history: History, metric: str, *ends: date) -> str | None:
    """Why GitHub counts a figure differently on these days; people of 7 and 28 days are those up to each."""
    documents = [[usage] for day in ends if (usage := history.days.get(day))]
    return _why((Figure(metric),), documents, [ending(day, window_of(metric)) for day in ends])


def _why(figures: Sequence[Figure], documents: Sequence[Sequence[UsageDay]], spans: Sequence[DateRange]) -> str | None:
    reasons = (why_not_comparable(str(figure), *spans, part=len(figures) > 1) for figure in figures)
    if found := next(filter(None, reasons), None):
        return found
    generations = {usage.generation for side in documents for usage in side}
    return _OTHER_GENERATION if len(generations) > 1 else None


def window_of(metric: str) -> int:
    """Over how many days, up to its own, GitHub counts the figure."""
    return next((days for days, name in PEOPLE_WINDOWS.items() if metric.startswith(name.partition("_")[0])), 1)


def _sum(days: Sequence[UsageDay], figure: Figure) -> Amount:
    return sum(usage.figure(figure) or 0 for usage in days)


def _mean(days: Sequence[UsageDay], figure: Figure) -> float:
    return _sum(days, figure) / len(days)
