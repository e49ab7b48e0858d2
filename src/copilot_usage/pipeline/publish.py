"""Renders a report and writes page, files, job summary and outputs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from copilot_usage.domain.figures import percentage
from copilot_usage.domain.metrics import COMPLETION, Dimension
from copilot_usage.domain.numbers import rounded
from copilot_usage.domain.ports import Saved
from copilot_usage.domain.report import Report
from copilot_usage.errors import OutputRefused
from copilot_usage.github_runner import RunnerContext, append_outputs, append_summary, write_file
from copilot_usage.rendering.csv_file import render_csv
from copilot_usage.rendering.findings import headline
from copilot_usage.rendering.json_file import json_parts
from copilot_usage.rendering.page import Page, render_page
from copilot_usage.settings.settings import Settings

_logger = logging.getLogger(__name__)


def outputs_of(report: Report, settings: Settings, saved: Saved) -> dict[str, str]:
    """The step's outputs, by name; an unknown figure is empty."""
    with_data = {day for scope in report.scopes for day in scope.now.days}
    # One of several that were asked for is not the whole, even where it is the only one with data.
    alone = len(report.scopes) == len(settings.scopes) == 1
    people = report.scopes[0].now.active_people if alone else None
    rate = report.scopes[0].now.acceptance_rate if alone else _joint_acceptance_rate(report)
    return {
        "since": report.range.since.isoformat(),
        "until": report.range.until.isoformat(),
        "days": str(len(with_data)),
        "missing-days": str(len(report.missing_days)),
        "active-users": "" if people is None else str(people),
        "acceptance-rate": "" if rate is None else str(rounded(rate, 1)),
        "headline": headline(report),
        "alerts": json.dumps(list(report.alerts), ensure_ascii=False),
        "summary-file": settings.summary_file or "",
        "json-file": settings.json_file or "",
        "csv-file": settings.csv_file or "",
        "snapshot-commit": saved.commit or "",
        "snapshots-written": str(saved.days_written),
    }


def _joint_acceptance_rate(report: Report) -> float | None:
    """The ratio of sums; of teams, which overlap, none, nor where one of several could not be read."""
    if any(scope.scope.kind.is_team or scope.refused for scope in report.scopes):
        return None
    sums = []
    for metric in ("code_acceptance_activity_count", "code_generation_activity_count"):
        amounts = (scope.now.row_total(Dimension.FEATURE, COMPLETION, metric) for scope in report.scopes)
        known = [amount for amount in amounts if amount is not None]
        sums.append(sum(known) if known else None)
    return percentage(*sums)


def publish(
    settings: Settings,
    context: RunnerContext,
    report: Report,
    outputs: Mapping[str, str],
    *,
    show: Callable[[str], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Writes everything that can be written; then raises OutputRefused for the first file that could not be.

    `show` is given the page as a terminal shows it; a workflow shows none. `cancelled` ends the work of templates.
    """
    hide = context.secrets.hide
    made = _page(settings, context, report, cancelled, terminal=show is not None)
    page = hide(made.text)
    files: tuple[tuple[str | None, Iterable[str]], ...] = (
        (settings.json_file, json_parts(report)),
        (settings.csv_file, render_csv(report)),
        (settings.summary_file, [page]),
    )

    def write_and_log(name: str, parts: Iterable[str]) -> None:
        path = write_file(context.workspace, name, map(hide, parts))
        _logger.info("wrote %s", name if show is None else path)

    writes: list[Callable[[], None]] = [
        *(partial(write_and_log, name, parts) for name, parts in files if name is not None),
        partial(append_summary, context.summary_path, page),
        partial(append_outputs, context.output_path, {name: hide(value) for name, value in outputs.items()}),
    ]
    refused = []
    for write in writes:
        try:
            write()
        except OutputRefused as error:
            refused.append(error)
    if show is not None:
        show(hide(made.terminal))
    _logger.info("%s", outputs["headline"])
    if refused:
        raise refused[0]


def _page(
    settings: Settings, context: RunnerContext, report: Report, cancelled: Callable[[], bool], *, terminal: bool
) -> Page:
    templates = None if settings.templates is None else Path(context.workspace, settings.templates)
    if templates is not None:
        _logger.debug("rendering with the templates of %s", settings.templates)
    page = render_page(report, templates=templates, cancelled=cancelled, terminal=terminal)
    for mistake in page.mistakes:
        _logger.warning("%s\n%s", mistake.cause, mistake.remedy, extra={"title": mistake.title})
    for name in page.unused:
        text = f"`{name}` is neither a built-in template nor a kind of section, and no other template includes it."
        _logger.warning("%s", text, extra={"title": "A template is not used"})
    return page
