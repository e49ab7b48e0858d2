"""The page: a report through Jinja templates. Templates of the workspace override the built-in ones, block by block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from copilot_usage.domain.report import Report
from copilot_usage.errors import TemplateMistake
from copilot_usage.rendering.composition import compose
from copilot_usage.rendering.environment import environment, text_of
from copilot_usage.rendering.size_limit import LIMIT, within_limit


@dataclass(frozen=True, slots=True)
class Page:
    """Markdown for the job summary, and what was wrong with the workspace's templates; `unused`: by their names."""

    text: str
    mistakes: tuple[TemplateMistake, ...] = ()
    unused: tuple[str, ...] = ()


def render_page(
    report: Report, *, templates: Path | None = None, cancelled: Callable[[], bool] = lambda: False
) -> Page:
    """Renders a report; a mistake in `templates` is reported, and the built-in page is shown instead."""
    view = compose(report)
    mistakes: tuple[TemplateMistake, ...] = ()
    if templates is not None:
        from copilot_usage.rendering.own_templates import render_apart

        try:
            made = render_apart(view, templates, cancelled)
            return Page(made.text, unused=made.unused)
        except TemplateMistake as mistake:
            mistakes = (mistake,)
    text = within_limit(view, partial(text_of, templates=environment()))
    return Page(text.encode()[:LIMIT].decode("utf-8", "ignore"), mistakes)
