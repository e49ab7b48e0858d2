"""How a view becomes text: Jinja in its sandbox, and the built-in templates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from copilot_usage.rendering import markdown
from copilot_usage.rendering.size_limit import LIMIT
from copilot_usage.rendering.view import PageView

ENDING = ".md.j2"
FIRST = f"summary{ENDING}"
_PACKAGE = Path(__file__).parent.parent


def environment(*before: BaseLoader) -> ImmutableSandboxedEnvironment:
    """The templates of the page; those that the loaders `before` have go first."""
    # In the wheel beside this package's modules, in a checkout at the top of the repository.
    packaged = _PACKAGE / "templates"
    built_in = FileSystemLoader(packaged if packaged.is_dir() else _PACKAGE.parent.parent / "templates")
    made = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*before, PrefixLoader({"built-in": built_in}), built_in]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    filters: dict[str, Callable[..., Any]] = {"cell": markdown.cell, "number": markdown.number, "days": markdown.days}
    made.filters.update(filters)
    return made


def text_of(view: PageView, templates: ImmutableSandboxedEnvironment) -> str:
    """The page; what is too long for GitHub is given up as soon as that is seen."""
    pieces, length = [], 0
    for piece in templates.get_template(FIRST).generate(page=view):
        pieces.append(piece)
        length += len(piece)
        if length > LIMIT:
            break
    return "".join(pieces)
