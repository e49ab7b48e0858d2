"""The headline table: this range, the range before, the change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from copilot_usage.domain.change import Compared, Comparison, change
from copilot_usage.domain.figures import (
    ACCEPTANCE,
    ACCEPTANCE_BY_LINES,
    AGENT_SHARE,
    PEOPLE_WINDOWS,
    Figures,
    Rate,
    working_day_mean,
)
from copilot_usage.domain.metrics import COMPLETION, Dimension
from copilot_usage.domain.report import ScopeReport, seats_before
from copilot_usage.domain.seats import SeatFigures
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


@dataclass(frozen=True, slots=True)
class _Row:
    """A figure: how it is written of a range, and compared; `points`: its change is one of percentage points."""

    title: str
    write: Callable[[Figures], str]
    compare: Callable[[Comparison], Compared]
    points: bool = False


def headline_table(scope: ScopeReport) -> Table:
    """This range, the range before, the change; and the same weeks of last year where they are stored."""
    columns = [("", ":--"), ("This range", "--:")]
    if scope.before is not None:
        columns += [(f"{markdown.counted(len(scope.before.range))} before", "--:"), ("Change", "--:")]
    if scope.year_before is not None:
        columns += [("A year ago", "--:"), ("Change", "--:")]
    earlier = [ranges for figures in (scope.before, scope.year_before) if (ranges := scope.against(figures))]
    marks, rows = markdown.Marks(), []
    for row in _rows(scope):
        now = row.write(scope.now)
        if now == markdown.UNKNOWN:
            continue
        cells = [row.title, f"**{now}**" if row.title.startswith("**") else now]
        for ranges in earlier:
            cells += [row.write(ranges.before), marks.trend(row.compare(ranges), points=row.points)]
        rows.append(tuple(cells))
    seats, people = scope.seats, scope.now.active_people
    if seats is not None and seats.total and not seats.activity_stands_still:
        rows += _seat_rows(scope, seats, earlier)
    note = (
        "More people were active than have a seat today: seats of the range were given back, or are of another owner."
    )
    more_people_than_seats = people is not None and seats is not None and people > seats.total
    return Table("", tuple(columns), tuple(rows), marks.below(note if more_people_than_seats else ""))


def _rows(scope: ScopeReport) -> Iterator[_Row]:
    days = len(scope.now.range)
    people = "Active people" if days == 1 else f"Active people ({days} days)"
    yield _Row(f"**{people}**", lambda figures: markdown.number(figures.active_people), Comparison.active_people)
    if days > _MOST_COUNTED and scope.now.active_people is None:
        metric = PEOPLE_WINDOWS[_MOST_COUNTED]
        yield _Row(
            f"**Active people (last {_MOST_COUNTED} days)**",
            lambda figures: markdown.number(scope.history.amount(figures.range.until, metric)),
            lambda ranges: ranges.on_last_day(metric),
        )
    if days > 1:
        yield _Row(
            "Active people, average working day",
            lambda figures: markdown.mean(figures.mean_daily_active_working),
            lambda ranges: ranges.working_day_mean("daily_active_users"),
        )
        yield _Row(
            "Active people, average day",
            lambda figures: markdown.mean(figures.mean_daily_active),
            lambda ranges: ranges.mean("daily_active_users"),
        )
        # All that generation `usage` says of people; its own figure, under its own name.
        yield _Row(
            "People shown completions, average working day",
            lambda figures: markdown.mean(working_day_mean(scope.history, figures.range, "total_active_users")),
            lambda ranges: ranges.working_day_mean("total_active_users"),
        )
    yield _rate("Completions accepted", ACCEPTANCE)
    yield _rate("Completions accepted, by lines", ACCEPTANCE_BY_LINES)
    for metric, title in COUNTS.items():
        yield _sum(title, metric)
        if metric == "loc_deleted_sum":
            yield _rate("Agent contribution (lines added and deleted)", AGENT_SHARE)
    if scope.now.total("loc_added_sum") is None:
        # The two older generations count no work in all, only that of completions.
        for metric, title in _COUNTS_OF_COMPLETIONS.items():
            yield _sum(title, metric, Dimension.FEATURE, COMPLETION)


def _rate(title: str, rate: Rate) -> _Row:
    return _Row(
        title, lambda figures: markdown.per_cent(figures.rate(rate)), lambda ranges: ranges.rate(rate), points=True
    )


def _sum(title: str, metric: str, dimension: str = "", value: str = "") -> _Row:
    """A sum that not all days with data know says over how many it goes."""

    def write(figures: Figures) -> str:
        total = (figures.breakdowns.get(dimension, {}).get(value, {}) if dimension else figures.totals).get(metric)
        if total is None:
            return markdown.UNKNOWN
        partly = f" ({markdown.counted(total.days)})" if total.days < len(figures.days) else ""
        return markdown.number(total.amount) + partly

    return _Row(title, write, lambda ranges: ranges.total(metric, dimension, value))


def _seat_rows(scope: ScopeReport, seats: SeatFigures, earlier: Sequence[Comparison]) -> Iterator[tuple[str, ...]]:
    """What was kept of earlier days tells activity in 30 days, but not which seats were too new to be idle."""
    kept = [seats_before(scope, ranges.before.range) for ranges in earlier]
    if any(then is not None and then.active_30 is not None for then in kept):
        cells = ["Seats used within 30 days", _of(seats.active_in_30_days, seats.total)]
        for then in kept:
            if then is None or then.active_30 is None:
                cells += [markdown.UNKNOWN, markdown.UNKNOWN]
            else:
                moved = markdown.trend(change(seats.active_in_30_days, then.active_30))
                cells += [_of(then.active_30, then.total), moved]
        yield tuple(cells)
    nothing = [markdown.UNKNOWN, markdown.UNKNOWN] * len(kept)
    yield (f"Idle seats ({markdown.counted(seats.idle_days)})", _of(seats.idle, seats.total), *nothing)


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}"
