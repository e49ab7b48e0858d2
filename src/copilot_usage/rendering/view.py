"""What a template sees: finished words and numbers. The names here are a promise (docs/templates.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from copilot_usage.rendering.markdown import UNKNOWN


@dataclass(frozen=True, slots=True)
class Table:
    """A table of finished cells. `columns`: (title, alignment as Markdown writes it); `note`: a sentence below it."""

    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def columns(first: str, *figures: str, drawn: str = "") -> tuple[tuple[str, str], ...]:
    """Columns of a table: names to the left, figures to the right; `drawn`: a last one with bars or sparklines."""
    return ((first, ":--"), *((title, "--:") for title in figures), *(((drawn, ":--"),) if drawn else ()))


def without_empty_columns(table: Table) -> Table:
    """The same without columns that are unknown in every row; the first column stays."""
    kept = [n for n in range(len(table.columns)) if n == 0 or any(row[n] not in {UNKNOWN, ""} for row in table.rows)]
    columns = tuple(table.columns[n] for n in kept)
    return replace(table, columns=columns, rows=tuple(tuple(row[n] for n in kept) for row in table.rows))


@dataclass(frozen=True, slots=True)
class Chart:
    """A Mermaid chart, the sentence that explains its colours, and its numbers."""

    mermaid: str
    legend: str
    numbers: Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. `kind`: its name, in the order of dropping and for a template of its own."""

    kind: str
    title: str
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    folded: tuple[Table, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScopeView:
    """One scope of the page. `state`: `as of 14 Nov`, `could not be read`, or nothing."""

    name: str
    kind: str
    state: str
    headline: Table
    insights: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """The whole page. `dropped`: titles of the sections left out to stay under GitHub's limit."""

    title: str
    completeness: str
    cautions: tuple[str, ...]
    alerts: tuple[str, ...]
    insights: tuple[str, ...]
    comparison: Section | None
    scopes: tuple[ScopeView, ...]
    breaks: tuple[str, ...]
    notes: tuple[str, ...]
    glossary: tuple[tuple[str, str], ...]
    source: str
    dropped: tuple[str, ...] = ()
    demo: bool = False
