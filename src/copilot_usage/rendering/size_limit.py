"""GitHub shows a job summary of up to 1 MiB; whole sections are dropped to stay under it, in a stated order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from copilot_usage.rendering.view import PageView

# Limit of the runner (`AttachmentSizeLimit`), less what other steps and the encoding may add.
LIMIT = 1024 * 1024 - 16 * 1024
# First what is least missed. `scopes`: the sections of every scope but the comparison; the comparison itself stays.
ORDER = ("people", "customizations", "phases", "breakdown", "pull_requests", "credits", "adoption", "seats", "activity")


def within_limit(page: PageView, render: Callable[[PageView], str]) -> str:
    """The page as it is if it fits, else without more and more; the last resort has the top and the notes alone.

    The last resort may still be too long.
    """
    text = ""
    for smaller in _ever_smaller(page):
        text = render(smaller)
        if len(text.encode()) <= LIMIT:
            break
    return text


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
