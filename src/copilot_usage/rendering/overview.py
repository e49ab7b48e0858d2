"""The top of the page: the headline table, and the active people over time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from copilot_usage.domain.change import change, change_of_total
from copilot_usage.domain.dates import is_working_day
from copilot_usage.domain.figures import percentage
from copilot_usage.domain.metric import Dimension
from copilot_usage.domain.report import seats_before
from copilot_usage.rendering import charts, markdown
from copilot_usage.rendering.series import points, unit_of
from copilot_usage.rendering.view import Chart, Section, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from copilot_usage.domain.figures import Figures
    from copilot_usage.domain.report import ScopeReport
    from copilot_usage.domain.seats import SeatFigures
    from copilot_usage.domain.usage import Amount
    from copilot_usage.rendering.series import Point

# Features whose lines were written without anybody accepting them one by one.
AGENT_FEATURES = ("agent_edit", "chat_panel_agent_mode", "copilot_cli", "copilot_app")
_TOTALS = {
    "Prompts": "user_initiated_interaction_count",
    "Lines written by Copilot": "loc_added_sum",
}
_TRAILING = {
    "day": "active in the 7 days up to the day",
    "week": "active in the week",
    "month": "active in the 28 days up to its end",
}
_MERGED = "pull_requests.total_merged_created_by_copilot"


def headline_table(scope: ScopeReport) -> Table:
    """This range, the range before, the change; and the same weeks of last year where they are stored."""
    columns = [("", ":--"), ("This range", "--:")]
    if scope.before is not None:
        columns += [(f"{len(scope.before.range)} days before", "--:"), ("Change", "--:")]
    if scope.year_before is not None:
        columns += [("A year ago", "--:"), ("Change", "--:")]
    rows = tuple(row[: len(columns)] for row in _rows(scope) if row[1] != markdown.UNKNOWN)
    return Table("", tuple(columns), rows)


def _rows(scope: ScopeReport) -> Iterator[tuple[str, ...]]:
    days = len(scope.now.range)
    people = "Active people" if days == 1 else f"Active people ({days} days)"
    yield _row(scope, f"**{people}**", lambda figures: figures.active_people)
    if days > 1:
        mean: Callable[[Figures], float | None] = lambda figures: figures.mean_daily_active_working  # noqa: E731
        yield _row(scope, "Active people on a working day (mean)", mean)
        yield _row(scope, "Active people on any day (mean)", lambda figures: figures.mean_daily_active)
        yield _row(scope, "People shown completions on a working day (mean)", partial(_shown_completions, scope))
    yield _row(scope, "Completions accepted", lambda figures: figures.acceptance_rate, rate=True)
    yield _row(scope, "Completions accepted, by lines", lambda figures: figures.acceptance_rate_by_lines, rate=True)
    for title, metric in _TOTALS.items():
        yield _sum_row(scope, title, metric)
        if metric == "loc_added_sum":
            yield _row(scope, "of these, by agents", agent_share, rate=True)
    yield _sum_row(scope, "Pull requests merged that Copilot wrote", _MERGED)
    if scope.seats is not None:
        yield from _seat_rows(scope, scope.seats)


def _seat_rows(scope: ScopeReport, seats: SeatFigures) -> Iterator[tuple[str, ...]]:
    """What was kept of earlier days tells activity in 30 days, but not which seats were too new to be idle."""
    nothing = [markdown.UNKNOWN] * 4
    kept = seats_before(scope) if scope.before is not None else None
    if kept is not None and kept.active_30 is not None:
        moved = change(seats.active_in_30_days, kept.active_30)
        now = f"{seats.active_in_30_days:,} of {seats.total:,}"
        yield (
            "Seats used within 30 days",
            now,
            f"{kept.active_30:,} of {kept.total:,}",
            markdown.trend(moved),
            *nothing,
        )
    yield (f"Idle seats ({seats.idle_days} days)", f"{seats.idle:,} of {seats.total:,}", *nothing)


def agent_share(figures: Figures) -> float | None:
    """Lines that agents wrote, of all lines that Copilot wrote, per cent."""
    lines = [figures.row_total(Dimension.FEATURE, feature, "loc_added_sum") for feature in AGENT_FEATURES]
    known = [amount for amount in lines if amount is not None]
    return percentage(sum(known), figures.total("loc_added_sum")) if known else None


def _shown_completions(scope: ScopeReport, figures: Figures) -> float | None:
    """All that generation `usage` says of people; its own figure, under its own name."""
    days = filter(is_working_day, figures.range)
    known = [n for day in days if (n := scope.history.amount(day, "total_active_users")) is not None]
    return sum(known) / len(known) if known else None


def _row(
    scope: ScopeReport, title: str, read: Callable[[Figures], Amount | None], *, rate: bool = False
) -> tuple[str, ...]:
    now = read(scope.now)
    write = markdown.per_cent if rate else markdown.number
    cells = [title, f"**{write(now)}**" if title.startswith("**") and now is not None else write(now)]
    for earlier in _earlier(scope):
        then = read(earlier)
        cells += [write(then), markdown.trend(change(now, then), points=rate)]
    return tuple(cells)


def _sum_row(scope: ScopeReport, title: str, metric: str) -> tuple[str, ...]:
    cells = [title, markdown.number(scope.now.total(metric))]
    for earlier in _earlier(scope):
        cells += [markdown.number(earlier.total(metric)), markdown.trend(change_of_total(scope.now, earlier, metric))]
    return tuple(cells)


def _earlier(scope: ScopeReport) -> Iterator[Figures]:
    yield from (figures for figures in (scope.before, scope.year_before) if figures is not None)


def activity(scope: ScopeReport) -> Section | None:
    """Active people over time, and the numbers behind the chart."""
    found = points(scope.history, scope.now.range)
    unit = unit_of(scope.now.range)
    if not any(point.daily is not None or point.weekly is not None or point.monthly is not None for point in found):
        return None
    numbers = Table("Numbers", _columns(unit), tuple(_numbers(point) for point in found))
    chart = _chart(found, unit, numbers)
    months = (_months(scope),) if unit == "week" else ()
    if chart is None:
        return Section("activity", "Active people", folded=(numbers, *months))
    return Section("activity", "Active people", charts=(chart,), folded=months)


def _months(scope: ScopeReport) -> Table:
    found = points(scope.history, scope.now.range, "month")
    return Table("By month", _columns("month"), tuple(_numbers(point) for point in found))


def _columns(unit: str) -> tuple[tuple[str, str], ...]:
    daily = "On the day" if unit == "day" else "On a working day (mean)"
    people = (("7 days", "--:"), ("28 days", "--:"))
    return ((unit.capitalize(), ":--"), (daily, "--:"), *people, ("Prompts", "--:"), ("Lines written", "--:"))


def _numbers(point: Point) -> tuple[str, ...]:
    amounts = (point.daily, point.weekly, point.monthly, point.prompts, point.lines)
    return (point.title, *(markdown.number(amount) for amount in amounts))


def _chart(found: tuple[Point, ...], unit: str, numbers: Table) -> Chart | None:
    """Mermaid's lines have no gaps: points that lack a figure are left out of the axis, and the legend says so."""
    trailing = "monthly" if unit == "month" else "weekly"
    names = {trailing: _TRAILING[unit], "daily": _daily(unit)}
    shown = [name for name in names if sum(getattr(point, name) is not None for point in found) > 1]
    if not shown:
        return None
    drawn = [point for point in found if all(getattr(point, name) is not None for name in shown)]
    if len(drawn) < 2:
        return None
    lines = [[getattr(point, name) for point in drawn] for name in shown]
    legend = [f"{colour}: {names[name]}." for colour, name in zip(charts.COLOURS, shown, strict=False)]
    if unit == "week":
        legend.append("A date is the last day of its week.")
    left_out = [_short(point, unit) for point in found if point not in drawn]
    if left_out:
        legend.append(f"Not drawn, since these figures are missing: {markdown.listed(left_out)}.")
    return Chart(charts.line_chart([point.label for point in drawn], lines, "people"), " ".join(legend), numbers)


def _short(point: Point, unit: str) -> str:
    return point.title if unit == "month" else markdown.day(point.days.until)


def _daily(unit: str) -> str:
    return "on the day" if unit == "day" else f"on a working day, the mean of the {unit}"
