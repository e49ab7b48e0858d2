"""Holds docs/files.md against the files, and runs its examples."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from builders import NEWEST, report_of, scope_report, seat, seat_figures, week_with_odd_values
from copilot_usage.domain.metrics import Dimension
from copilot_usage.domain.report import SeatDay
from copilot_usage.rendering.csv_file import COLUMNS, render_csv
from copilot_usage.rendering.json_file import json_parts

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS.joinpath("files.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def first_cells(table: str) -> list[str]:
    """The names in the first column of the table with this header."""
    _, _, rest = PAGE.partition(table)
    rows = rest.partition("\n\n")[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    report = week_with_odd_values()
    tmp_path.joinpath("usage.csv").write_text("".join(render_csv(report)), encoding="utf-8", newline="")
    tmp_path.joinpath("usage.json").write_text("".join(json_parts(report)), encoding="utf-8", newline="")
    return tmp_path


def test_the_page_lists_the_columns() -> None:
    assert tuple(first_cells("| column | content |")) == COLUMNS


def test_the_page_lists_the_dimensions() -> None:
    assert set(first_cells("| dimension | value |")) == set(Dimension)


def test_the_page_lists_the_figures_of_seats() -> None:
    report = report_of(scope_report(seats=seat_figures(seat(1)), seat_days=(SeatDay(NEWEST, 3, 2),)))
    written = {line.split(",")[5] for line in "".join(render_csv(report)).splitlines()[1:]}
    assert set(first_cells("| metric | meaning |")) == written


def test_the_places_that_the_page_names_are_in_the_schema() -> None:
    schema = json.loads(DOCS.joinpath("report.schema.json").read_text(encoding="utf-8"))
    scope = schema["$defs"]["scope"]["properties"]
    for place in first_cells("| where | what |"):
        name = place.removesuffix("[]")
        known = scope if name.startswith(".scopes[].") or not name.startswith(".") else schema["properties"]
        assert name.removeprefix(".scopes[].").removeprefix(".").removesuffix("[]") in known, place


@pytest.mark.parametrize("program", blocks("python"))
def test_the_examples_in_python_run(program: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, check=False, capture_output=True, encoding="utf-8", timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "2026-11-21" in done.stdout


@pytest.mark.parametrize("query", blocks("sql"))
def test_the_examples_for_duckdb_run(query: str, folder: Path) -> None:
    here = query.replace("FROM 'usage.", f"FROM '{folder}/usage.")
    with duckdb.connect() as connection:
        assert len(connection.execute(here).fetchall()) > 5


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed here")
@pytest.mark.parametrize("command", "".join(blocks("sh")).splitlines())
def test_the_examples_for_jq_run(command: str, folder: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, check=False, capture_output=True, encoding="utf-8", timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "octo-org" in done.stdout
