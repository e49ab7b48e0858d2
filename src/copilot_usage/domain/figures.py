"""What a range of days says: sums of what may be summed, ratios of sums, and people only as GitHub counted them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from copilot_usage.domain.dates import DateRange, is_working_day
from copilot_usage.domain.history import History
from copilot_usage.domain.metrics import AGENT_FEATURES, COMPLETION, SUMMABLE, Dimension
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Activity, Amount, Breakdown, Figure, UsageDay

# GitHub counts distinct people over windows of these lengths, in days, and over no others.
PEOPLE_WINDOWS: Mapping[int, str] = {1: "daily_active_users", 7: "weekly_active_users", 28: "monthly_active_users"}


def _of_features(metric: str, *features: str) -> tuple[Figure, ...]:
    return tuple(Figure(metric, Dimension.FEATURE, feature) for feature in features)


@dataclass(frozen=True, slots=True)
class Rate:
    """A ratio of sums, in per cent: some figures of others."""

    parts: tuple[Figure, ...]
    whole: tuple[Figure, ...]


# Completions accepted of those shown; their lines; and GitHub's "agent contribution": lines changed by agents.
ACCEPTANCE = Rate(
    _of_features("code_acceptance_activity_count", COMPLETION),
    _of_features("code_generation_activity_count", COMPLETION),
)
ACCEPTANCE_BY_LINES = Rate(
    _of_features("loc_added_sum", COMPLETION), _of_features("loc_suggested_to_add_sum", COMPLETION)
)
_LINES_CHANGED = ("loc_added_sum", "loc_deleted_sum")
AGENT_SHARE = Rate(
    tuple(figure for metric in _LINES_CHANGED for figure in _of_features(metric, *AGENT_FEATURES)),
    tuple(map(Figure, _LINES_CHANGED)),
)


@dataclass(frozen=True, slots=True)
class Total:
    """A sum, and over how many days the figure was known."""

    amount: Amount
    days: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A range of a history, summarised. What is not known is absent or None."""

    range: DateRange
    days: tuple[date, ...]
    missing: tuple[date, ...]
    unpublished: tuple[date, ...]
    unsettled: tuple[date, ...]
    generations: Mapping[Generation, int]
    active_people: int | None
    totals: Mapping[str, Total]
    breakdowns: Mapping[str, Mapping[str, Mapping[str, Total]]]
    mean_daily_active: float | None
    mean_daily_active_working: float | None
    peak_daily_active: tuple[date, int] | None

    def total(self, metric: str) -> Amount | None:
        """The sum of a figure over the range, None if it is not known on any day."""
        total = self.totals.get(metric)
        return None if total is None else total.amount

    def row_total(self, dimension: str, value: str, metric: str) -> Amount | None:
        """The same of one row of a breakdown."""
        total = self.breakdowns.get(dimension, {}).get(value, {}).get(metric)
        return None if total is None else total.amount

    def rate(self, rate: Rate) -> float | None:
        """None unless the whole is known, and a part of it."""
        parts, whole = ([self._amount(figure) for figure in side] for side in (rate.parts, rate.whole))
        known, of = ([amount for amount in side if amount is not None] for side in (parts, whole))
        return percentage(sum(known), sum(of)) if known and len(of) == len(whole) else None

    def _amount(self, figure: Figure) -> Amount | None:
        if not figure.dimension:
            return self.total(figure.metric)
        return self.row_total(figure.dimension, figure.value, figure.metric)

    @property
    def acceptance_rate(self) -> float | None:
        """Completions accepted of those shown, per cent (feature `code_completion`)."""
        return self.rate(ACCEPTANCE)

    @property
    def acceptance_rate_by_lines(self) -> float | None:
        """Lines of completions accepted of those suggested, per cent."""
        return self.rate(ACCEPTANCE_BY_LINES)

    @property
    def agent_share(self) -> float | None:
        """Lines that agents added and deleted, of all that were added and deleted, per cent."""
        return self.rate(AGENT_SHARE)


def percentage(part: Amount | None, whole: Amount | None) -> float | None:
    """`part` of `whole` in per cent; None where one is unknown or there is no whole."""
    if part is None or not whole:
        return None
    return 100 * part / whole


def summarise(history: History, days: DateRange, *, counted_people: int | None = None) -> Figures:
    """The figures of a range; `counted_people`: distinct people of joined rows, where they were counted (teams)."""
    usage_days = history.within(days)
    counted = history.of_newest_generation(days)
    active = [(usage.day, int(n)) for usage in counted if (n := usage.amount("daily_active_users")) is not None]
    return Figures(
        range=days,
        days=tuple(usage.day for usage in usage_days),
        missing=history.gaps(days),
        unpublished=history.unpublished(days),
        unsettled=tuple(usage.day for usage in usage_days if not usage.settled),
        generations=Counter(usage.generation for usage in usage_days),
        active_people=active_people(history, days) if counted_people is None else counted_people,
        totals=sum_activities(usage.totals for usage in usage_days),
        breakdowns=_sum_breakdowns(usage_days),
        mean_daily_active=_mean(counted, "daily_active_users"),
        mean_daily_active_working=working_day_mean(history, days, "daily_active_users"),
        peak_daily_active=max(active, key=lambda item: item[1], default=None),
    )


def of_newest_generation(history: History, figures: Figures) -> Figures:
    """The same over the days of one generation: totals and rows of two reach differently far."""
    if len(figures.generations) < 2:
        return figures
    days = {usage.day: usage for usage in history.of_newest_generation(figures.range)}
    return summarise(replace(history, days=days), figures.range)


def active_people(history: History, days: DateRange) -> int | None:
    """Distinct active people of a range: GitHub's own count of its last day, for the windows that it counts."""
    metric = PEOPLE_WINDOWS.get(len(days))
    amount = None if metric is None else history.amount(days.until, metric)
    return None if amount is None else int(amount)


def working_day_mean(history: History, days: DateRange, metric: str) -> float | None:
    """The mean of a day's figure, over the days from Monday to Friday that know it, all of one generation."""
    return _mean((usage for usage in history.of_newest_generation(days) if is_working_day(usage.day)), metric)


def _mean(usage_days: Iterable[UsageDay], metric: str) -> float | None:
    known = [amount for usage in usage_days if (amount := usage.amount(metric)) is not None]
    return sum(known) / len(known) if known else None


def sum_activities(activities: Iterable[Activity]) -> Mapping[str, Total]:
    """Adds what may be added; people, medians and averages are left out."""
    amounts: dict[str, Amount] = {}
    days: dict[str, int] = defaultdict(int)
    for activity in activities:
        for name, amount in activity.items():
            if name in SUMMABLE:
                amounts[name] = amounts.get(name, 0) + amount
                days[name] += 1
    return {name: Total(amount, days[name]) for name, amount in amounts.items()}


def _sum_breakdowns(usage_days: Iterable[UsageDay]) -> Mapping[str, Mapping[str, Mapping[str, Total]]]:
    rows: dict[str, dict[str, list[Activity]]] = defaultdict(lambda: defaultdict(list))
    for usage in usage_days:
        for dimension, breakdown in usage.breakdowns.items():
            for value, activity in breakdown.items():
                rows[dimension][value].append(activity)
    return {
        dimension: {value: sum_activities(activities) for value, activities in values.items()}
        for dimension, values in rows.items()
    }


def not_attributed(usage_days: Iterable[UsageDay], dimension: str, metric: str) -> Amount | None:
    """What the rows leave of the total, on the days that have one; None if no row has it, or nothing is left."""
    rests, rows = [], [(usage.amount(metric), usage.breakdowns.get(dimension, {}).values()) for usage in usage_days]
    if any(metric in row for _, found in rows for row in found):
        rests = [total - sum(row.get(metric, 0) for row in found) for total, found in rows if total is not None]
    return sum(rests) if sum(rests) > 0 else None


def latest_breakdown(history: History, days: DateRange, dimension: str) -> tuple[date, Breakdown] | None:
    """Of the last day of the range that has it: for figures that cannot be added, such as people in a phase."""
    for usage in reversed(history.within(days)):
        if usage.breakdowns.get(dimension):
            return usage.day, usage.breakdowns[dimension]
    return None
