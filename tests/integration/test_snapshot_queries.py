"""What the README of a branch and `docs/history.md` tell others to type is typed here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from builders import ENTERPRISE, ORGANIZATION, TEAM
from copilot_usage.demo.github import serve
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.snapshots.local_store import DirectoryStore
from fakes.github import BRANCH, TODAY, FakeGitHub
from unit.snapshots.strategies import snapshot

HISTORY = Path(__file__).parents[2] / "docs" / "history.md"
needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed here")
DAYS = [
    *(snapshot(day, 10 * day, month=10) for day in (29, 31)),
    *(snapshot(day, 10 * day, settled=False) for day in (1, 18, 19)),
    snapshot(30, None, month=10),
    snapshot(1, 3, scope=TEAM, trailing={"weekly_active_users": 5, "monthly_active_users": None}),
    snapshot(1, 7, scope=ENTERPRISE),
    Snapshot(date(2026, 11, 20), ORGANIZATION, Generation.SEATS, settled=True, document={"total": 900}),
]


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of a branch with three commits: the days, a day restated, a day added."""
    bare, work = tmp_path_factory.mktemp("bare"), tmp_path_factory.mktemp("history")
    with serve(FakeGitHub(TODAY)) as github:
        github.store().save(DAYS)
        github.store().save([snapshot(18, 181)])
        github.store().save([snapshot(20, 200)])
        github.git.objects.write_to(bare)
    subprocess.run(["git", "clone", "--quiet", "--branch", BRANCH, str(bare), str(work)], check=True)
    return work


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def shell(command: str, folder: Path) -> list[list[str]]:
    done = subprocess.run(["sh", "-c", command], cwd=folder, check=False, capture_output=True, text=True)
    assert not done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def of_history(word: str, language: str = "sh") -> str:
    """The command in the documentation that holds a word."""
    (found,) = [block for block in blocks(HISTORY.read_text(), language) if word in block]
    return found


def test_the_documentation_and_the_readme_ask_the_same(branch: Path) -> None:
    readme = (branch / "README.md").read_text()
    for language in ("sh", "sql", "python"):
        assert blocks(readme, language)
        assert set(blocks(readme, language)) <= set(blocks(HISTORY.read_text(), language))


@needs_jq
def test_jq_lists_active_people(branch: Path) -> None:
    (command,) = blocks((branch / "README.md").read_text(), "sh")
    assert shell(command, branch) == [
        ["2026-10-29", "octo-org", "290"],
        ["2026-10-31", "octo-org", "310"],
        ["2026-11-01", "octo-org", "10"],
        ["2026-11-18", "octo-org", "181"],
        ["2026-11-19", "octo-org", "190"],
        ["2026-11-20", "octo-org", "200"],
    ]


def sql(folder: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    monkeypatch.chdir(folder)
    return duckdb.execute(blocks((folder / "README.md").read_text(), "sql")[number]).fetchall()


def test_duckdb_lists_active_people(branch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = sql(branch, 0, monkeypatch)
    assert len(rows) == 8
    assert rows[0] == (date(2026, 11, 1), "octo-enterprise", 7)
    assert rows[-1] == (date(2026, 11, 1), "octo-org/payments", 3)


def test_duckdb_knows_first_days_last_days_and_gaps(branch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sql(branch, 1, monkeypatch) == [
        ("reports", "enterprise", "octo-enterprise", date(2026, 11, 1), date(2026, 11, 1), 0),
        ("reports", "organization", "octo-org", date(2026, 10, 29), date(2026, 11, 20), 23 - 6),
        ("reports", "team", "octo-org/payments", date(2026, 11, 1), date(2026, 11, 1), 0),
        ("seats", "organization", "octo-org", date(2026, 11, 20), date(2026, 11, 20), 0),
    ]


def test_pandas_makes_a_table_of_days_and_names(branch: Path) -> None:
    (program,) = blocks((branch / "README.md").read_text(), "python")
    done = subprocess.run([sys.executable, "-c", program], cwd=branch, check=True, capture_output=True, text=True)
    head, *rows = [line.split() for line in done.stdout.splitlines()]
    assert head == ["name", "octo-enterprise", "octo-org", "octo-org/payments"]
    assert ["2026-11-01", "7.0", "10.0", "3.0"] in rows


def test_a_local_folder_is_asked_from_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    DirectoryStore(tmp_path).save(DAYS)
    assert len(sql(tmp_path, 0, monkeypatch)) == 7
    assert len(sql(tmp_path, 1, monkeypatch)) == 4


def test_git_counts_how_often_days_were_replaced(branch: Path) -> None:
    assert shell(of_history("uniq -c"), branch) == [["1", '-{"day":"2026-11-18"']]


@needs_jq
def test_git_and_jq_show_a_figure_commit_by_commit(branch: Path) -> None:
    assert [people for _, people in shell(of_history("--reverse"), branch)] == ["180", "181", "181"]


@needs_jq
def test_git_and_jq_show_what_a_commit_changed_in_a_day(branch: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(branch, work)
    subprocess.run(["git", "-C", str(work), "reset", "--quiet", "--hard", "HEAD~1"], check=True)
    lines = shell(of_history("before.json"), work)
    assert ["-", '"daily_active_users":', "180"] in lines
    assert ["+", '"daily_active_users":', "181"] in lines


def test_the_readme_of_a_year_stays_readable(tmp_path: Path) -> None:
    teams = [ORGANIZATION.of_team(f"team-{n}") for n in range(50)]
    days = [date(2026, 1, 15) + timedelta(days=30 * month) for month in range(12)]
    DirectoryStore(tmp_path).save(
        [Snapshot(day, team, Generation.REPORTS, settled=True, document=None) for day in days for team in teams]
    )
    assert (tmp_path / "README.md").stat().st_size < 10_000
