"""`docs/metrics.md` and the code say the same about every figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot_usage.domain.metrics import EARLIER, METRICS, ROW_METRICS, Dimension
from copilot_usage.parsers import metrics, reports, usage

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
ALL = {**ROW_METRICS, **METRICS}
NOT_THERE = "–"


def _table(heading: str) -> dict[str, list[str]]:
    """First cell of each row that is code → the other cells, of all tables under a heading of the second level."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:3] == "| `"]
    names = [row[0].strip("`") for row in rows]
    assert len(set(names)) == len(names)
    return {name: row[1:] for name, row in zip(names, rows, strict=True)}


FIGURES, DIMENSIONS = _table("The figures"), _table("The dimensions")


def test_every_figure_has_its_row() -> None:
    assert FIGURES.keys() == ALL.keys()


def test_every_dimension_has_its_row() -> None:
    assert list(DIMENSIONS) == [str(dimension) for dimension in Dimension]


@pytest.mark.parametrize("name", ALL)
def test_a_figure_has_its_kind_and_a_definition(name: str) -> None:
    kind, definition, *_ = FIGURES[name]
    assert kind == ALL[name].kind
    assert definition.endswith(".")


def _sources(*tables: dict[str, str]) -> dict[str, set[str]]:
    """Metric → the fields that it is read from."""
    sources: dict[str, set[str]] = {}
    for table in tables:
        for field, metric in table.items():
            sources.setdefault(metric, set()).add(field)
    return sources


READ_FROM_METRICS = _sources(
    metrics.TOP,
    {f"{block}.total_engaged_users": f"{block}.total_engaged_users" for block in metrics.BLOCKS},
    metrics.COMPLETION_FIELDS,
    metrics.CHAT_FIELDS,
    metrics.DOTCOM_CHAT_FIELDS,
    metrics.SUMMARY_FIELDS,
)
READ_FROM_USAGE = _sources(usage.TOP, usage.COMPLETION_FIELDS, {"active_users": "active_users"})


@pytest.mark.parametrize("name", ALL)
def test_the_column_of_reports_says_from_where_the_figure_is_read(name: str) -> None:
    fields = {metric for table in reports.FIELDS.values() for metric in table.values()}
    fields |= {metric for array in reports.ARRAYS for metric in array.fields.values()} | set(reports.AGENT.values())
    cell = FIGURES[name][2]
    assert (cell == NOT_THERE) == (name not in fields)
    assert cell == NOT_THERE or name in cell or name == "members"


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("column", "sources"), [(3, READ_FROM_METRICS), (4, READ_FROM_USAGE)], ids=["metrics", "usage"]
)
def test_the_columns_of_the_older_generations_say_from_where_the_figure_is_read(
    name: str, column: int, sources: dict[str, set[str]]
) -> None:
    cell = FIGURES[name][column]
    assert (cell == NOT_THERE) == (name not in sources)
    assert all(f"`{field}`" in cell for field in sources.get(name, ()))


def test_what_only_the_older_generations_say_is_not_said_to_be_in_reports() -> None:
    in_reports = {name for name in EARLIER if FIGURES[name][2] != NOT_THERE}
    assert in_reports == {"total_engaged_users"}  # of an adoption phase


@pytest.mark.parametrize("array", reports.ARRAYS, ids=lambda array: array.field)
def test_the_array_behind_a_dimension_is_named(array: reports.Array) -> None:
    dimensions = [name for name in (array.dimension, array.completion, array.crossing) if name is not None]
    assert dimensions
    assert all(array.field in DIMENSIONS[name][1] for name in dimensions)


@pytest.mark.parametrize(("key", "dimension"), usage.ROW_KEYS.items())
def test_the_key_behind_a_dimension_of_usage_is_named(key: str, dimension: Dimension) -> None:
    assert f"`{key}`" in DIMENSIONS[dimension][3]
