"""Active people over time: a chart, and the numbers behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_usage.rendering import charts, markdown
from copilot_usage.rendering.series import points, unit_of
from copilot_usage.rendering.view import Chart, Section, Table

if TYPE_CHECKING:
    from copilot_usage.domain.report import ScopeReport
    from copilot_usage.rendering.series import Point

_TRAILING = {
    "day": "active in the 7 days up to the day",
    "week": "active in the week",
    "month": "active in the 28 days up to its end",
}


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
        numbers = replace(numbers, title="Active people, in numbers")
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
    daily = markdown.number(point.daily) if len(point.days) == 1 else markdown.mean(point.daily)
    counts = (point.weekly, point.monthly, point.prompts, point.lines)
    return (point.title, daily, *(markdown.number(amount) for amount in counts))


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
        legend.append(f"Not drawn, because a figure is missing: {markdown.listed(left_out)}.")
    return Chart(charts.line_chart([point.label for point in drawn], lines, "people"), " ".join(legend), numbers)


def _short(point: Point, unit: str) -> str:
    return point.title if unit == "month" else markdown.day(point.days.until)


def _daily(unit: str) -> str:
    return "on the day" if unit == "day" else f"on a working day, the mean of the {unit}"
