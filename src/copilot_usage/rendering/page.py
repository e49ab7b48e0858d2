"""The page: a report through Jinja templates. Templates of the workspace override the built-in ones, block by block."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from copilot_usage.errors import TemplateMistake
from copilot_usage.rendering import markdown
from copilot_usage.rendering.composition import compose
from copilot_usage.rendering.size_limit import ORDER, within_limit
from copilot_usage.rendering.view import PageView

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_usage.domain.report import Report

_ENDING = ".md.j2"
_FIRST = f"summary{_ENDING}"
_PACKAGE = Path(__file__).parent.parent
# What a template can do wrong; it runs in a sandbox, so nothing else of ours can fail in it.
_MISTAKES = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    OSError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Page:
    """Markdown for the job summary, and what was wrong with the workspace's templates; `unused`: by their names."""

    text: str
    mistakes: tuple[TemplateMistake, ...] = ()
    unused: tuple[str, ...] = ()


def render_page(report: Report, *, templates: Path | None = None) -> Page:
    """Renders a report; a mistake in `templates` is reported, and the built-in page is shown instead."""
    view = compose(report)
    if templates is not None:
        try:
            return _render_with(view, templates)
        except TemplateMistake as mistake:
            return Page(_render(view, _environment(None)), (mistake,))
    return Page(_render(view, _environment(None)))


def _render(view: PageView, environment: ImmutableSandboxedEnvironment) -> str:
    return within_limit(view, partial(_text, environment))


def _render_with(view: PageView, templates: Path) -> Page:
    if not templates.is_dir():
        raise _mistake(f"There is no folder `{templates.name}` in the workspace.", None)
    environment = _environment(templates)
    try:
        return Page(_render(view, environment), unused=_unused(environment, templates))
    except _MISTAKES as error:
        raise _mistake(f"{_place(error, templates)}: {_words(error)}", error) from error


def _unused(environment: ImmutableSandboxedEnvironment, templates: Path) -> tuple[str, ...]:
    """Templates that nothing asked for, so probably misspelled; a kind of section may just be absent from this page."""
    loaded = {name for _, name in environment.cache.keys()} if environment.cache is not None else set()  # noqa: SIM118
    known = loaded | {f"{kind}{_ENDING}" for kind in (*ORDER, "comparison")}
    found = (path.relative_to(templates).as_posix() for path in sorted(templates.rglob(f"*{_ENDING}")))
    return tuple(name for name in found if name not in known)


def _text(environment: ImmutableSandboxedEnvironment, view: PageView) -> str:
    return environment.get_template(_FIRST).render(page=view)


def _environment(templates: Path | None) -> ImmutableSandboxedEnvironment:
    built_in = FileSystemLoader(_built_in_folder())
    loaders: list[BaseLoader] = [PrefixLoader({"built-in": built_in}), built_in]
    if templates is not None:
        loaders.insert(0, FileSystemLoader(templates))
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    filters: dict[str, Callable[..., Any]] = {"cell": markdown.cell, "number": markdown.number, "days": markdown.days}
    environment.filters.update(filters)
    return environment


def _built_in_folder() -> Path:
    """In the wheel beside this package's modules, in a checkout at the top of the repository."""
    packaged = _PACKAGE / "templates"
    return packaged if packaged.is_dir() else _PACKAGE.parent.parent / "templates"


def _mistake(cause: str, error: Exception | None) -> TemplateMistake:
    names = ", ".join(f"`page.{field.name}`" for field in fields(PageView))
    about = " The names that can be used: " + names + "." if error is not None else ""
    return TemplateMistake(
        "A template cannot be used",
        cause=f"{cause} The built-in page is shown instead.",
        remedy=f"Correct the template, or leave `templates` out.{about} docs/templates.md describes them all.",
    )


def _words(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return f"it includes or extends itself; the built-in files are named `built-in/{_FIRST}` and so on."
    if isinstance(error, TemplateNotFound):
        return f"there is no template `{error.message}`."
    return f"{str(error).rstrip('.')}."


def _place(error: Exception, templates: Path) -> str:
    """File and line of the template: Jinja puts its own frames into the traceback.

    The workspace's own line says more than that of the built-in macro which it called.
    """
    line, name = getattr(error, "lineno", None), getattr(error, "filename", None)
    frames = [(Path(frame.filename), frame.lineno) for frame in extract_tb(error.__traceback__)]
    frames = [(path, number) for path, number in frames if path.suffix == ".j2"]
    own = [(path, number) for path, number in frames if path.is_relative_to(templates)]
    path, line = (own or frames or [(Path(name or ""), line)])[-1]
    if not path.name:
        return "A template"
    shown = path.relative_to(templates).as_posix() if path.is_relative_to(templates) else path.name
    return f"`{shown}`, line {line}" if line else f"`{shown}`"
