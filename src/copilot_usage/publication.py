"""Renders a report and writes it where it was asked for: page, files, job summary, outputs."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from copilot_usage.errors import OutputRefused
from copilot_usage.rendering.files.csv_file import render_csv
from copilot_usage.rendering.files.json_file import json_parts
from copilot_usage.rendering.page import render_page
from copilot_usage.runner.outputs import append_outputs, append_summary, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from copilot_usage.domain.report import Report
    from copilot_usage.runner.inputs import RunnerContext
    from copilot_usage.settings.wishes import Settings

_logger = logging.getLogger(__name__)


class Publication:
    """`show` is given the page: a terminal shows it, a workflow does not. `cancelled` ends the work of templates."""

    def __init__(
        self,
        settings: Settings,
        around: RunnerContext,
        show: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._around = around
        self._show = show
        self._cancelled = cancelled

    def publish(self, report: Report, outputs: Mapping[str, str]) -> None:
        """Writes everything that can be written; then raises OutputRefused for the first file that could not be."""
        page = self._page(report)
        hide = self._around.secrets.hide
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
            self._show(page)
        _logger.info("%s", outputs["headline"])
        if refused:
            raise refused[0]

    def _page(self, report: Report) -> str:
        folder = self._settings.templates
        templates = None if folder is None else Path(self._around.workspace, folder)
        if templates is not None:
            _logger.debug("rendering with the templates of %s", folder)
        page = render_page(report, templates=templates, cancelled=self._cancelled)
        for mistake in page.mistakes:
            _logger.warning("%s\n%s", mistake.cause, mistake.remedy, extra={"title": mistake.title})
        for name in page.unused:
            text = f"`{name}` is neither a built-in template nor a kind of section, and no other template includes it."
            _logger.warning("%s", text, extra={"title": "A template is not used"})
        return self._around.secrets.hide(page.text)

    def _write(self, name: str, parts: Iterable[str]) -> None:
        path = write_file(self._around.workspace, name, map(self._around.secrets.hide, parts))
        _logger.info("wrote %s", path if self._show is not None else name)


def _refusal(write: Callable[[], None]) -> OutputRefused | None:
    try:
        write()
    except OutputRefused as error:
        return error
    return None
