"""Renders a report and writes it where it was asked for: page, files, job summary, outputs."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from copilot_usage.rendering.exports import json_parts, render_csv
from copilot_usage.rendering.page import render_page
from copilot_usage.runner.outputs import append_outputs, append_summary, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from copilot_usage.domain.report import Report
    from copilot_usage.runner.inputs import Surroundings
    from copilot_usage.settings.wishes import Settings

_logger = logging.getLogger(__name__)


class Publication:
    """`show` is given the page: a terminal shows it, a workflow does not."""

    def __init__(self, settings: Settings, around: Surroundings, show: Callable[[str], None] | None = None) -> None:
        self._settings = settings
        self._around = around
        self._show = show

    def publish(self, report: Report, outputs: Mapping[str, str]) -> None:
        """Writes everything; the figures first, since they do not depend on anybody's templates."""
        if self._settings.json_file:
            self._write(self._settings.json_file, json_parts(report))
        if self._settings.csv_file:
            self._write(self._settings.csv_file, render_csv(report))
        page = self._page(report)
        if self._settings.summary_file:
            self._write(self._settings.summary_file, [page])
        append_summary(self._around.summary_path, page)
        append_outputs(self._around.output_path, outputs)
        if self._show is not None:
            self._show(page)
        _logger.info("%s", outputs["headline"])

    def _page(self, report: Report) -> str:
        folder = self._settings.templates
        page = render_page(report, templates=None if folder is None else Path(self._around.workspace, folder))
        for mistake in page.mistakes:
            _logger.warning("%s\n%s", mistake.cause, mistake.remedy, extra={"title": mistake.title})
        return page.text

    def _write(self, name: str, parts: Iterable[str]) -> None:
        path = write_file(self._around.workspace, name, parts)
        _logger.info("wrote %s", path if self._show is not None else name)
