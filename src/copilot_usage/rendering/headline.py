"""The headline table: this range, the range before, the change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from copilot_usage.domain.change import Compared, Comparison, change
from copilot_usage.domain.figures import (
    ACCEPTANCE,
    ACCEPTANCE_BY_LINES,
    AGENT_SHARE,
    PEOPLE_WINDOWS,
    Figures,
    Rate,
    Total,
    working_day_mean,
)
from copilot_usage.domain.metrics import COMPLETION, Dimension
from copilot_usage.domain.report import ScopeReport, SeatDay, seats_before
from copilot_usage.domain.seats import SeatFigures
from copilot_usage.domain.usage import Amount
from copilot_usage.rendering import markdown
from copilot_usage.rendering.view import Table

COUNTS = {
    "user_initiated_interaction_count": "Prompts",
    "loc_added_sum": "Lines written by Copilot",
    "loc_deleted_sum": "Lines deleted by Copilot",
    "pull_requests.total_merged_created_by_copilot": "Merged pull requests written by Copilot",
    "total_chat_turns": "Chat turns",
    "total_chats": "Chats in the editor",
}
_COUNTS_OF_COMPLETIONS = {
    "code_generation_activity_count": "Completions shown",
    "loc_added_sum": "Lines of accepted completions",
}
# The longest window that GitHub counts distinct people over.
_MOST_COUNTED = max(PEOPLE_WINDOWS)


def headline_table(scope: ScopeReport) -> Table:
    """This range, the range before, the change; and the same weeks of last year where they are stored."""
    columns = [("", ":--"), ("This range", "--:")]
    if scope.before is not None:
        columns += [(f"{markdown.counted(len(scope.before.range))} before", "--:"), ("Change", "--:")]
    if scope.year_before is not None:
        columns += [("A year ago", "--:"), ("Change", "--:")]
    rows = _Rows(scope, markdown.Marks())
    known = tuple(row for row in rows.all() if row[1] != markdown.UNKNOWN)
    return Table("", tuple(columns), known, rows.marks.below(_more_people_than_seats(scope)))


def _more_people_than_seats(scope: ScopeReport) -> str:
    """Why the two rows do not contradict each other."""
    people, seats = scope.now.active_people, scope.seats
    if people is None or seats is None or people <= seats.total:
        return ""
    return (
        "More people were active than have a seat today: seats of the range were given back, or are of another owner."
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a scope, and the marks on their changes."""

    scope: ScopeReport
    marks: markdown.Marks

    def all(self) -> Iterator[tuple[str, ...]]:
        now = self.scope.now
        days = len(now.range)
        people = "Active people" if days == 1 else f"Active people ({days} days)"
        yield self._row(f"**{people}**", lambda figures: figures.active_people, lambda ranges: ranges.active_people())
        if days > _MOST_COUNTED and now.active_people is None:
            metric = PEOPLE_WINDOWS[_MOST_COUNTED]
            yield self._row(
                f"**Active people (last {_MOST_COUNTED} days)**",
                lambda figures: self.scope.history.amount(figures.range.until, metric),
                lambda ranges: ranges.on_last_day(metric),
            )
        if days > 1:
            yield from self._means()
        yield self._rate("Completions accepted", ACCEPTANCE)
        yield self._rate("Completions accepted, by lines", ACCEPTANCE_BY_LINES)
        for metric, title in COUNTS.items():
            yield self._sum(title, metric)
            if metric == "loc_deleted_sum":
                yield self._rate("Agent contribution (lines added and deleted)", AGENT_SHARE)
        if now.total("loc_added_sum") is None:
            # The two older generations count no work in all, only that of completions.
            for metric, title in _COUNTS_OF_COMPLETIONS.items():
                yield self._sum(title, metric, Dimension.FEATURE, COMPLETION)
        if self.scope.seats is not None and self.scope.seats.total and not self.scope.seats.activity_stands_still:
            yield from _seat_rows(self.scope, self.scope.seats)

    def _means(self) -> Iterator[tuple[str, ...]]:
        people = "daily_active_users"
        yield self._row(
            "Active people on a working day (mean)",
            lambda figures: figures.mean_daily_active_working,
            lambda ranges: ranges.working_day_mean(people),
            write=markdown.mean,
        )
        yield self._row(
            "Active people on any day (mean)",
            lambda figures: figures.mean_daily_active,
            lambda ranges: ranges.mean(people),
            write=markdown.mean,
        )
        # All that generation `usage` says of people; its own figure, under its own name.
        shown = "total_active_users"
        yield self._row(
            "People shown completions on a working day (mean)",
            lambda figures: working_day_mean(self.scope.history, figures.range, shown),
            lambda ranges: ranges.working_day_mean(shown),
            write=markdown.mean,
        )

    def _row(
        self,
        title: str,
        read: Callable[[Figures], Amount | None],
        compare: Callable[[Comparison], Compared],
        *,
        write: Callable[[Amount | None], str] = markdown.number,
        points: bool = False,
    ) -> tuple[str, ...]:
        now = read(self.scope.now)
        cells = [title, f"**{write(now)}**" if title.startswith("**") and now is not None else write(now)]
        for ranges in _comparisons(self.scope):
            cells += [write(read(ranges.before)), self._trend(now, compare(ranges), points=points)]
        return tuple(cells)

    def _rate(self, title: str, rate: Rate) -> tuple[str, ...]:
        return self._row(
            title,
            lambda figures: figures.rate(rate),
            lambda ranges: ranges.rate(rate),
            write=markdown.per_cent,
            points=True,
        )

    def _sum(self, title: str, metric: str, dimension: str = "", value: str = "") -> tuple[str, ...]:
        def read(figures: Figures) -> Total | None:
            rows = figures.breakdowns.get(dimension, {}).get(value, {}) if dimension else figures.totals
            return rows.get(metric)

        now = read(self.scope.now)
        cells = [title, _amount(now, self.scope.now)]
        for ranges in _comparisons(self.scope):
            cells += [
                _amount(read(ranges.before), ranges.before),
                self._trend(now, ranges.total(metric, dimension, value)),
            ]
        return tuple(cells)

    def _trend(self, now: object, compared: Compared, *, points: bool = False) -> str:
        """A row that is not shown leaves no mark."""
        return markdown.UNKNOWN if now is None else self.marks.trend(compared, points=points)


def _comparisons(scope: ScopeReport) -> Iterator[Comparison]:
    """With the range before, and with the same weeks of the year before."""
    found = (scope.against(figures) for figures in (scope.before, scope.year_before))
    yield from (ranges for ranges in found if ranges is not None)


def _seat_rows(scope: ScopeReport, seats: SeatFigures) -> Iterator[tuple[str, ...]]:
    """What was kept of earlier days tells activity in 30 days, but not which seats were too new to be idle."""
    kept = [seats_before(scope, ranges.before.range) for ranges in _comparisons(scope)]
    if any(then is not None and then.active_30 is not None for then in kept):
        cells = ["Seats used within 30 days", _of(seats.active_in_30_days, seats.total)]
        for then in kept:
            cells += _kept_cells(seats, then)
        yield tuple(cells)
    nothing = [markdown.UNKNOWN, markdown.UNKNOWN] * len(kept)
    yield (f"Idle seats ({markdown.counted(seats.idle_days)})", _of(seats.idle, seats.total), *nothing)


def _kept_cells(seats: SeatFigures, then: SeatDay | None) -> tuple[str, str]:
    if then is None or then.active_30 is None:
        return markdown.UNKNOWN, markdown.UNKNOWN
    return _of(then.active_30, then.total), markdown.trend(change(seats.active_in_30_days, then.active_30))


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}"


def _amount(total: Total | None, figures: Figures) -> str:
    """A sum that not all days with data know says over how many it goes."""
    if total is None:
        return markdown.UNKNOWN
    partly = total.days < len(figures.days)
    return (
        f"{markdown.number(total.amount)} ({markdown.counted(total.days)})" if partly else markdown.number(total.amount)
    )
