"""The headline table: this range, the range before, the change."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from copilot_usage.domain.change import change, change_of_sums
from copilot_usage.domain.figures import PEOPLE_WINDOWS, working_day_mean
from copilot_usage.domain.insights import same_weekdays
from copilot_usage.domain.metric import COMPLETION, Dimension
from copilot_usage.domain.report import seats_before
from copilot_usage.rendering import markdown
from copilot_usage.rendering.view import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from copilot_usage.domain.figures import Figures, Total
    from copilot_usage.domain.report import ScopeReport, SeatDay
    from copilot_usage.domain.seats import SeatFigures
    from copilot_usage.domain.usage import Amount

_OTHER_GENERATION = (
    "The range before comes from another generation of GitHub's API: only what means the same in both is compared."
)
OTHER_WEEKDAYS = "The range before has different weekdays, so changes also reflect where the weekends fall."
COUNTS = {
    "user_initiated_interaction_count": "Prompts",
    "loc_added_sum": "Lines written by Copilot",
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
    rows = tuple(row for row in _rows(scope) if row[1] != markdown.UNKNOWN)
    return Table("", tuple(columns), rows, " ".join(_cautions(scope)))


def _cautions(scope: ScopeReport) -> Iterator[str]:
    """What to know before the changes are believed."""
    before = scope.before
    if before is None:
        return
    if set(before.generations) != set(scope.now.generations):
        yield _OTHER_GENERATION
    elif not same_weekdays(scope.now.range):
        yield OTHER_WEEKDAYS
    if len(before.days) != len(scope.now.days):
        then, now = markdown.counted(len(before.days)), len(scope.now.days)
        yield f"The range before has {then} with data and this one has {now}, so sums are not compared."


def _rows(scope: ScopeReport) -> Iterator[tuple[str, ...]]:
    days = len(scope.now.range)
    people = "Active people" if days == 1 else f"Active people ({days} days)"
    yield _row(scope, f"**{people}**", lambda figures: figures.active_people)
    if days > _MOST_COUNTED and scope.now.active_people is None:
        yield _row(scope, f"**Active people (last {_MOST_COUNTED} days)**", partial(_at_the_end, scope))
    if days > 1:
        yield from _mean_rows(scope)
    rate = partial(_row, scope, write=markdown.per_cent, points=True)
    yield rate("Completions accepted", lambda figures: figures.acceptance_rate)
    yield rate("Completions accepted, by lines", lambda figures: figures.acceptance_rate_by_lines)
    for metric, title in COUNTS.items():
        yield _sum_row(scope, title, partial(_total, metric))
        if metric == "loc_added_sum":
            yield rate("of these, by agents", lambda figures: figures.agent_share)
    if scope.now.total("loc_added_sum") is None:
        # The two older generations count no work in all, only that of completions.
        for metric, title in _COUNTS_OF_COMPLETIONS.items():
            yield _sum_row(scope, title, partial(_of_completions, metric))
    if scope.seats is not None:
        yield from _seat_rows(scope, scope.seats)


def _mean_rows(scope: ScopeReport) -> Iterator[tuple[str, ...]]:
    mean = partial(_row, scope, write=markdown.mean)
    yield mean("Active people on a working day (mean)", lambda figures: figures.mean_daily_active_working)
    yield mean("Active people on any day (mean)", lambda figures: figures.mean_daily_active)
    yield mean("People shown completions on a working day (mean)", partial(_shown_completions, scope))


def _seat_rows(scope: ScopeReport, seats: SeatFigures) -> Iterator[tuple[str, ...]]:
    """What was kept of earlier days tells activity in 30 days, but not which seats were too new to be idle."""
    kept = [seats_before(scope, earlier.range) for earlier in _earlier(scope)]
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


def _shown_completions(scope: ScopeReport, figures: Figures) -> float | None:
    """All that generation `usage` says of people; its own figure, under its own name."""
    return working_day_mean(scope.history, figures.range, "total_active_users")


def _at_the_end(scope: ScopeReport, figures: Figures) -> Amount | None:
    return scope.history.amount(figures.range.until, PEOPLE_WINDOWS[_MOST_COUNTED])


def _row(
    scope: ScopeReport,
    title: str,
    read: Callable[[Figures], Amount | None],
    *,
    write: Callable[[Amount | None], str] = markdown.number,
    points: bool = False,
) -> tuple[str, ...]:
    now = read(scope.now)
    cells = [title, f"**{write(now)}**" if title.startswith("**") and now is not None else write(now)]
    for earlier in _earlier(scope):
        then = read(earlier)
        cells += [write(then), markdown.trend(change(now, then), points=points)]
    return tuple(cells)


def _sum_row(scope: ScopeReport, title: str, read: Callable[[Figures], Total | None]) -> tuple[str, ...]:
    now = read(scope.now)
    cells = [title, _amount(now, scope.now)]
    for earlier in _earlier(scope):
        then = read(earlier)
        cells += [_amount(then, earlier), markdown.trend(change_of_sums(now, then))]
    return tuple(cells)


def _amount(total: Total | None, figures: Figures) -> str:
    """A sum that not all days with data know says over how many it goes."""
    if total is None:
        return markdown.UNKNOWN
    partly = total.days < len(figures.days)
    return (
        f"{markdown.number(total.amount)} ({markdown.counted(total.days)})" if partly else markdown.number(total.amount)
    )


def _total(metric: str, figures: Figures) -> Total | None:
    return figures.totals.get(metric)


def _of_completions(metric: str, figures: Figures) -> Total | None:
    return figures.breakdowns.get(Dimension.FEATURE, {}).get(COMPLETION, {}).get(metric)


def _earlier(scope: ScopeReport) -> Iterator[Figures]:
    yield from (figures for figures in (scope.before, scope.year_before) if figures is not None)
