"""Opens the files with what analysts open them with: a spreadsheet's rules, pandas, DuckDB, jq."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd  # type: ignore[import-untyped] # its types are another package
import pytest

from builders import ODD_VALUES, week_with_odd_values
from copilot_usage.domain.alerts import SEAT_FIGURES
from copilot_usage.rendering.csv_file import render_csv
from copilot_usage.rendering.json_file import json_parts


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`usage.csv` and `usage.json` of two scopes and a week."""
    folder = tmp_path_factory.mktemp("files")
    report = week_with_odd_values()
    with (folder / "usage.csv").open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(render_csv(report))
    with (folder / "usage.json").open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(json_parts(report))
    return folder


def queried(query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def jq(program: str, file: Path) -> str:
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed here")
    done = subprocess.run(
        ["jq", "-r", program, str(file)], check=True, capture_output=True, encoding="utf-8", timeout=60
    )
    return done.stdout.strip()


def test_a_spreadsheet_sees_seven_columns_in_every_row_and_no_formula(files: Path) -> None:
    with (files / "usage.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream, strict=True))
    assert {len(row) for row in rows} == {7}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    assert rows[0][0] == "scope"  # no byte order mark that would become part of the first name


def test_every_reader_of_csv_sees_the_same_number_of_rows(files: Path) -> None:
    path = files / "usage.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = sum(1 for _ in csv.reader(stream)) - 1
    assert len(pd.read_csv(path)) == rows
    assert queried(f"SELECT count(*) FROM '{path}'") == [(rows,)]
    assert rows == (6 + 3) * (3 + 2 * (len(ODD_VALUES) + 2)) + len(SEAT_FIGURES)


def test_pandas_reads_the_csv_with_its_types(files: Path) -> None:
    usage = pd.read_csv(files / "usage.csv", parse_dates=["day"], keep_default_na=False)
    assert usage["amount"].dtype.kind == "f"
    assert usage["day"].dtype.kind == "M"
    total = usage[(usage.name == "octo-org") & (usage.dimension == "total") & (usage.metric == "loc_added_sum")]
    assert total["amount"].sum() == 600
    assert set(usage[usage.dimension == "language"]["value"].str.removeprefix("'")) == {"go", *ODD_VALUES}


def test_pandas_turns_the_csv_into_a_table_of_days(files: Path) -> None:
    usage = pd.read_csv(files / "usage.csv")
    table = usage[(usage.name == "octo-org") & (usage.dimension == "total")].pivot_table(
        index="day", columns="metric", values="amount"
    )
    assert table.loc["2026-11-21", "daily_active_users"] == 11
    assert "2026-11-17" not in table.index  # a missing day is not there rather than zero


def test_duckdb_reads_the_csv_with_its_types(files: Path) -> None:
    usage = queried(f"DESCRIBE SELECT * FROM '{files / 'usage.csv'}'")
    assert {column[0]: column[1] for column in usage} == {
        "scope": "VARCHAR", "name": "VARCHAR", "day": "DATE", "dimension": "VARCHAR", "value": "VARCHAR",
        "metric": "VARCHAR", "amount": "DOUBLE",
    }  # fmt: skip


def test_duckdb_sums_what_may_be_summed(files: Path) -> None:
    found = queried(
        f"""SELECT name, sum(amount) FROM '{files / "usage.csv"}'
            WHERE dimension = 'total' AND metric = 'loc_added_sum' GROUP BY name ORDER BY name"""
    )
    assert found == [("octo-org", 600.0), ("octo-org/web", 300.0)]


def test_duckdb_gives_defused_values_back(files: Path) -> None:
    found = queried(
        rf"""SELECT DISTINCT regexp_replace(value, '^''', '') FROM '{files / "usage.csv"}'
             WHERE dimension = 'language'"""
    )
    assert {value for (value,) in found} == {"go", *ODD_VALUES}


def test_duckdb_reads_the_json_document(files: Path) -> None:
    found = queried(
        f"""SELECT scope.name, day.day, day.totals['daily_active_users']
            FROM (SELECT unnest(scopes) AS scope FROM '{files / "usage.json"}'), unnest(scope.days) AS d(day)
            WHERE scope.name = 'octo-org' ORDER BY ALL"""
    )
    assert len(found) == 6
    assert found[-1] == ("octo-org", date(2026, 11, 21), 11)


def test_pandas_reads_the_json_document(files: Path) -> None:
    document = json.loads((files / "usage.json").read_text(encoding="utf-8"))
    days = pd.json_normalize(document["scopes"], record_path="days", meta=["name"], max_level=0)
    assert len(days) == 9
    assert days.iloc[0]["totals"]["loc_added_sum"] == 100


def test_jq_reads_the_json_document(files: Path) -> None:
    program = '.scopes[] | select(.name == "octo-org") | .days[] | "\\(.day) \\(.totals.daily_active_users)"'
    assert jq(program, files / "usage.json").splitlines()[-1] == "2026-11-21 11"


def test_jq_finds_the_gap_and_the_seats(files: Path) -> None:
    program = '.scopes[0] | [.missing_days[0], .seats.idle, .figures.acceptance_rate] | map(tostring) | join(" ")'
    assert jq(program, files / "usage.json") == "2026-11-17 2 null"
