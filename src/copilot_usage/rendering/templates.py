"""How a view becomes text: Jinja in its sandbox with the built-in templates, in no more bytes than GitHub shows.

GitHub shows a job summary of up to 1 MiB; whole sections are dropped to stay under it, in a stated order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from copilot_usage.rendering import markdown
from copilot_usage.rendering.view import PageView

ENDING = ".md.j2"
FIRST = f"summary{ENDING}"
# Limit of the runner (`AttachmentSizeLimit`), less what other steps and the encoding may add.
LIMIT = 1024 * 1024 - 16 * 1024
# First what is least missed. `scopes`: the sections of every scope but the comparison; the comparison itself stays.
ORDER = ("people", "customizations", "phases", "breakdown", "pull_requests", "credits", "adoption", "seats", "activity")
_PACKAGE = Path(__file__).parent.parent


def environment(*before: BaseLoader, terminal: bool = False) -> ImmutableSandboxedEnvironment:
    """The templates of the page; those that the loaders `before` have go first, then those of a terminal."""
    # In the wheel beside this package's modules, in a checkout at the top of the repository.
    packaged = _PACKAGE / "templates"
    folder = packaged if packaged.is_dir() else _PACKAGE.parent.parent / "templates"
    built_in = FileSystemLoader(folder)
    of_terminal = [FileSystemLoader(folder / "terminal")] if terminal else []
    made = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*before, *of_terminal, PrefixLoader({"built-in": built_in}), built_in]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    filters: dict[str, Callable[..., Any]] = {"cell": markdown.cell, "number": markdown.number, "days": markdown.days}
    made.filters.update(filters)
    return made


def render(view: PageView, templates: ImmutableSandboxedEnvironment) -> str:
    """The page as it is if it fits, else without more and more; the last resort has the top and the notes alone.

    The last resort may still be too long.
    """
    return within_limit(view, lambda smaller: _text_of(smaller, templates))


def within_limit(page: PageView, write: Callable[[PageView], str]) -> str:
    """The text of the largest page that fits, or of the smallest there is."""
    text = ""
    for smaller in _ever_smaller(page):
        text = write(smaller)
        if len(text.encode()) <= LIMIT:
            break
    return text


def _text_of(view: PageView, templates: ImmutableSandboxedEnvironment) -> str:
    """A page that is too long for GitHub is given up as soon as that is seen."""
    pieces, length = [], 0
    for piece in templates.get_template(FIRST).generate(page=view):
        pieces.append(piece)
        length += len(piece)
        if length > LIMIT:
            break
    return "".join(pieces)


def _ever_smaller(page: PageView) -> Iterator[PageView]:
    yield page
    for kind in ORDER:
        titles = dict.fromkeys(
            section.title for scope in page.scopes for section in scope.sections if section.kind == kind
        )
        if not titles:
            continue
        scopes = tuple(
            replace(scope, sections=tuple(section for section in scope.sections if section.kind != kind))
            for scope in page.scopes
        )
        page = replace(page, scopes=scopes, dropped=(*page.dropped, *titles))
        yield page
    yield replace(page, scopes=(), dropped=(*page.dropped, "every single scope"))
    shortened = replace(
        page, scopes=(), notes=page.notes[:50], dropped=(*page.dropped, "every single scope", "some notes")
    )
    yield shortened
    yield replace(shortened, comparison=None)
