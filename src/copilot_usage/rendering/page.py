"""The page: a report as the view that templates see, then as text.

Templates of the workspace override the built-in ones, block by block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from copilot_usage.domain.report import Report, ScopeReport
from copilot_usage.errors import TemplateMistake
from copilot_usage.rendering import markdown, notes, owners
from copilot_usage.rendering.activity import activity
from copilot_usage.rendering.breakdowns import breakdowns
from copilot_usage.rendering.comparison import comparison
from copilot_usage.rendering.findings import findings, joint_findings, kinds
from copilot_usage.rendering.headline import headline_table
from copilot_usage.rendering.seat_section import seats
from copilot_usage.rendering.surfaces import adoption
from copilot_usage.rendering.templates import LIMIT, environment, render
from copilot_usage.rendering.view import PageView, ScopeView, Section, without_empty_columns


@dataclass(frozen=True, slots=True)
class Page:
    """Markdown for the job summary, and what was wrong with the workspace's templates; `unused`: by their names.

    `terminal`: Markdown that says the same without charts, folds and HTML; empty unless it was asked for.
    """

    text: str
    mistakes: tuple[TemplateMistake, ...] = ()
    unused: tuple[str, ...] = ()
    terminal: str = ""


def render_page(
    report: Report,
    *,
    templates: Path | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    terminal: bool = False,
) -> Page:
    """Renders a report; a mistake in `templates` is reported, and the built-in page is shown instead."""
    view = compose(report)
    mistakes: tuple[TemplateMistake, ...] = ()
    if templates is not None:
        from copilot_usage.rendering.own_templates import render_apart

        try:
            made = render_apart(view, templates, cancelled, terminal=terminal)
            return Page(made.text, unused=made.unused, terminal=made.terminal)
        except TemplateMistake as mistake:
            mistakes = (mistake,)
    text = render(view, environment()).encode()[:LIMIT].decode("utf-8", "ignore")
    return Page(text, mistakes, terminal=render(view, environment(terminal=True)) if terminal else "")


def compose(report: Report) -> PageView:
    """Everything the page can show; sections without data are not there."""
    first = report.scopes[0]
    several = len(report.scopes) > 1
    compared = first.before.range if first.before is not None else None
    return PageView(
        title=_title(report) if several else f"Copilot usage · {markdown.cell(first.scope.name)}",
        completeness=notes.completeness(report),
        cautions=tuple(map(markdown.prose, report.cautions)),
        alerts=tuple(markdown.cell_of_sentence(alert) for alert in report.alerts),
        insights=joint_findings(report.scopes) if several else (),
        comparison=comparison(report),
        scopes=tuple(map(_scope, report.scopes)),
        breaks=notes.breaks(report.range, compared),
        notes=tuple(dict.fromkeys(notes.notes(report))),
        glossary=notes.GLOSSARY,
        source=notes.source(report),
        demo=report.demo,
    )


def _scope(scope: ScopeReport) -> ScopeView:
    return ScopeView(
        name=markdown.cell(scope.scope.name),
        kind=scope.scope.kind.value,
        state=notes.state(scope),
        headline=headline_table(scope),
        insights=findings(scope),
        sections=tuple(_sections(scope)),
    )


def _sections(scope: ScopeReport) -> Iterator[Section]:
    """In the order of the page."""
    made = (
        activity(scope),
        adoption(scope),
        *breakdowns(scope),
        owners.pull_requests(scope),
        owners.credits_used(scope),
        owners.phases(scope),
        owners.customizations(scope),
        seats(scope),
        owners.people(scope),
    )
    return (_tidy(section) for section in made if section is not None)


def _tidy(section: Section) -> Section:
    tables, folded = (tuple(map(without_empty_columns, kind)) for kind in (section.tables, section.folded))
    charts = tuple(replace(chart, numbers=without_empty_columns(chart.numbers)) for chart in section.charts)
    return replace(section, charts=charts, tables=tables, folded=folded)


def _title(report: Report) -> str:
    """The owner, where all scopes are its teams."""
    owners = {scope.scope.owner for scope in report.scopes}
    if len(owners) == 1:
        return f"Copilot usage · teams of {markdown.cell(owners.pop())}"
    return f"Copilot usage · {len(report.scopes)} {kinds(report)}{notes.could_not_be_read(report)}"
