"""Active people over time: a chart, and the numbers behind it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from copilot_usage.domain.report import ScopeReport, listed
from copilot_usage.domain.snapshot import Generation
from copilot_usage.rendering import charts, markdown
from copilot_usage.rendering.series import Point, points, unit_of
from copilot_usage.rendering.view import Chart, Section, Table

_TRAILING = {
    "day": "people active in the 7 days up to the day",
    "week": "people active in the week",
    "month": "people active in the 28 days up to the end of the month",
}


def activity(scope: ScopeReport) -> Section | None:
    """Active people over time, and the numbers behind the chart."""
    found = points(scope.history, scope.now.range)
    unit = unit_of(scope.now.range)
    if not any(point.daily is not None or point.weekly is not None or point.monthly is not None for point in found):
        return None
    numbers = Table("Numbers", _columns(unit), tuple(_numbers(point) for point in found))
    chart = _chart(scope, found, unit, numbers)
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
    return (f"{point.title} {point.partly}".rstrip(), daily, *(markdown.number(amount) for amount in counts))


def _chart(scope: ScopeReport, found: tuple[Point, ...], unit: str, numbers: Table) -> Chart | None:
    """Mermaid's lines have no gaps: points that lack a figure are left out of the axis, and the legend says why."""
    trailing = [point.monthly if unit == "month" else point.weekly for point in found]
    said = {_TRAILING[unit]: trailing, _daily(unit): [point.daily for point in found]}
    shown = {words: amounts for words, amounts in said.items() if sum(amount is not None for amount in amounts) > 1}
    drawn = [n for n in range(len(found)) if all(amounts[n] is not None for amounts in shown.values())]
    if not shown or len(drawn) < 2:
        return None
    lines = [[amount for n in drawn if (amount := amounts[n]) is not None] for amounts in shown.values()]
    legend = [f"{colour}: {words}." for colour, words in zip(charts.COLOURS, shown, strict=False)]
    if unit == "week":
        legend.append("A date is the last day of its week.")
    partly = [f"{_short(scope, found[n], unit)} {found[n].partly}" for n in drawn if found[n].partly]
    if partly:
        legend.append(f"Not a whole {unit}: {listed(partly)}.")
    left_out: dict[str, list[str]] = defaultdict(list)
    for point in (point for n, point in enumerate(found) if n not in drawn):
        why = _why_not_drawn(scope, point, 28 if unit == "month" else 7)
        left_out[why].append(_short(scope, point, unit))
    legend += [f"{why} {listed(points)}." for why, points in left_out.items()]
    return Chart(charts.line_chart([found[n].label for n in drawn], lines, "people"), " ".join(legend), numbers)


def _why_not_drawn(scope: ScopeReport, point: Point, window: int) -> str:
    generations = {usage.generation for usage in scope.history.within(point.days)}
    if not generations:
        return "No data for"
    if Generation.REPORTS not in generations:
        names = " and ".join(f"`{name}`" for name in sorted(generations))
        return f"Not drawn, because API generation {names} does not count people over {window} days:"
    return "Not drawn, because a figure is not known:"


def _short(scope: ScopeReport, point: Point, unit: str) -> str:
    return point.title if unit == "month" else markdown.day_of(scope.now.range, point.days.until)


def _daily(unit: str) -> str:
    return "people active on the day" if unit == "day" else f"people active on a working day, the mean of the {unit}"
