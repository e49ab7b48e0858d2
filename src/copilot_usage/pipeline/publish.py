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
from copilot_usage.rendering.json_file import json_parts
from copilot_usage.rendering.page import Page, render_page
from copilot_usage.settings.settings import Settings


def outputs_of(report: Report, settings: Settings, saved: Saved, headline: str) -> dict[str, str]:
    """The step's outputs (design: the contract); an unknown figure is empty."""
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
        "headline": headline,
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
    return percentage(
        *(_sum(report, name) for name in ("code_acceptance_activity_count", "code_generation_activity_count"))
    )


def _sum(report: Report, metric: str) -> float | None:
    amounts = [scope.now.row_total(Dimension.FEATURE, COMPLETION, metric) for scope in report.scopes]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


_logger = logging.getLogger(__name__)


class Publication:
    """`show` is given the page: a terminal shows it, a workflow does not. `cancelled` ends the work of templates."""

    def __init__(
        self,
        settings: Settings,
        context: RunnerContext,
        show: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._around = context
        self._show = show
        self._cancelled = cancelled

    def publish(self, report: Report, outputs: Mapping[str, str]) -> None:
        """Writes everything that can be written; then raises OutputRefused for the first file that could not be."""
        made = self._page(report)
        hide = self._around.secrets.hide
        page = hide(made.text)
        writes: list[Callable[[], None]] = [
            partial(self._write, name, parts)
            for name, parts in (
                (self._settings.json_file, json_parts(report)),
                (self._settings.csv_file, render_csv(report)),
                (self._settings.summary_file, [page]),
            )
            if name is not None
        ]
        writes += [
            partial(append_summary, self._around.summary_path, page),
            partial(append_outputs, self._around.output_path, {name: hide(value) for name, value in outputs.items()}),
        ]
        refused = [error for write in writes if (error := _refusal(write)) is not None]
        if self._show is not None:
            self._show(hide(made.terminal))
        _logger.info("%s", outputs["headline"])
        if refused:
            raise refused[0]

    def _page(self, report: Report) -> Page:
        folder = self._settings.templates
        templates = None if folder is None else Path(self._around.workspace, folder)
        if templates is not None:
            _logger.debug("rendering with the templates of %s", folder)
        terminal = self._show is not None
        page = render_page(report, templates=templates, cancelled=self._cancelled, terminal=terminal)
        for mistake in page.mistakes:
            _logger.warning("%s\n%s", mistake.cause, mistake.remedy, extra={"title": mistake.title})
        for name in page.unused:
            text = f"`{name}` is neither a built-in template nor a kind of section, and no other template includes it."
            _logger.warning("%s", text, extra={"title": "A template is not used"})
        return page

    def _write(self, name: str, parts: Iterable[str]) -> None:
        path = write_file(self._around.workspace, name, map(self._around.secrets.hide, parts))
        _logger.info("wrote %s", path if self._show is not None else name)


def _refusal(write: Callable[[], None]) -> OutputRefused | None:
    try:
        write()
    except OutputRefused as error:
        return error
    return None
