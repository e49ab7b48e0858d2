"""Languages, editors and models: what is written with them, and what GitHub attributes to none."""

from __future__ import annotations

from collections.abc import Mapping

from copilot_usage.domain.figures import Figures, Total, not_attributed, of_newest_generation, percentage
from copilot_usage.domain.history import History
from copilot_usage.domain.metrics import Dimension
from copilot_usage.domain.report import ScopeReport
from copilot_usage.domain.usage import Amount
from copilot_usage.rendering import charts, markdown
from copilot_usage.rendering.view import Section, Table, columns

_LINES = "loc_added_sum"
_SHOWN, _ACCEPTED = "code_generation_activity_count", "code_acceptance_activity_count"
# Rows that are seen at once; the fold has all of them, up to the most that a table can hold.
_SEEN = 8
_MOST = 60
_TITLES = {
    Dimension.LANGUAGE: ("Languages", "Language", Dimension.COMPLETION_LANGUAGE),
    Dimension.IDE: ("Editors", "Editor", Dimension.COMPLETION_IDE),
    Dimension.MODEL: ("Models", "Model", Dimension.COMPLETION_MODEL),
}


def breakdowns(scope: ScopeReport) -> list[Section]:
    """One section a dimension that has rows."""
    figures = of_newest_generation(scope.history, scope.now)
    note = of_some_days(figures) if figures is not scope.now else ""
    made = (_section(scope.history, figures, dimension, note) for dimension in _TITLES)
    return [section for section in made if section is not None]


def of_some_days(figures: Figures) -> str:
    """What stands below a table of a range in which two generations count differently far."""
    return f"Of the {markdown.counted(len(figures.days))} from `{next(iter(figures.generations))}` alone."


def _section(history: History, figures: Figures, dimension: Dimension, note: str) -> Section | None:
    title, column, completions = _TITLES[dimension]
    # The two older generations say these of completions alone.
    rows = figures.breakdowns.get(dimension) or figures.breakdowns.get(completions) or {}
    if not rows:
        return None
    metric = _LINES if any(_amount(row, _LINES) for row in rows.values()) else _SHOWN
    ranked = sorted(rows, key=lambda value: (-(_amount(rows[value], metric) or 0), value))
    whole = max(figures.total(metric) or 0, sum(_amount(row, metric) or 0 for row in rows.values()))
    accepted = figures.breakdowns.get(completions, {})
    made = [_row(value, rows[value], accepted.get(value, {}), metric, whole) for value in ranked[:_MOST]]
    rest = not_attributed((history.days[day] for day in figures.days), dimension, metric)
    lines = markdown.number(rest) if metric == _LINES else markdown.UNKNOWN
    tail = (("*not attributed*", *[markdown.UNKNOWN] * 3, lines, _share(rest, whole)),) if rest else ()
    titles = columns(column, "Completions shown", "Accepted", "Rate", "Lines written", drawn="Share")
    if len(made) <= _SEEN + 2:
        return Section("breakdown", title, tables=(Table("", titles, (*made, *tail), note),))
    more = Table(f"All {len(ranked):,} {title.lower()}", titles, (*made, *tail))
    return Section("breakdown", title, tables=(Table("", titles, tuple(made[:_SEEN]), note),), folded=(more,))


def _amount(row: Mapping[str, Total], metric: str) -> Amount | None:
    total = row.get(metric)
    return None if total is None else total.amount


def _row(
    value: str, row: Mapping[str, Total], completions: Mapping[str, Total], metric: str, whole: Amount
) -> tuple[str, ...]:
    shown, accepted = _amount(completions, _SHOWN), _amount(completions, _ACCEPTED)
    return (
        markdown.cell(value),
        markdown.number(shown),
        markdown.number(accepted),
        markdown.per_cent(percentage(accepted, shown)),
        markdown.number(_amount(row, _LINES)),
        _share(_amount(row, metric), whole),
    )


def _share(amount: Amount | None, whole: Amount) -> str:
    return "" if amount is None or not whole else charts.share(amount, whole)
