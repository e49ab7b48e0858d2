"""The command in a terminal: help, the demo in an empty folder, reports, and files that people already have."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from copilot_usage.settings.inputs import INPUTS
from end_to_end.workflow import COMMAND
from fakes.github import FakeGitHub
from fakes.legacy_documents import metrics_day, usage_day


def run(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """In a plain environment: nothing of a workflow."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [str(COMMAND), *arguments],
        cwd=folder,
        env=kept | {"COLUMNS": "100"} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize("command", ["", "report", "demo", "import"])
def test_help_says_what_there_is(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, *filter(None, [command]), "--help")
    assert done.returncode == 0
    words = ["report", "demo", "import"] if command == "" else ["--org", "--team", "--verbose"]
    assert [word for word in words if word not in done.stdout] == []
    if command == "report":
        assert [an_input.name for an_input in INPUTS if f"--{an_input.name}" not in done.stdout] == []


def test_the_version_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "copilot-usage")


def test_a_reader_who_has_seen_enough_is_no_mistake(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [str(COMMAND), "demo", "--days", "1"], cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, b"mistake" in done.stderr, b"Exception" in done.stderr) == (0, False, False)
    assert (tmp_path / "copilot-usage-demo/summary.md").is_file()


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["report", "--unknown"], ["import"]], ids=str)
def test_what_is_no_command_is_exit_code_two(tmp_path: Path, arguments: list[str]) -> None:
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage:" in done.stderr


def test_wrong_flags_are_told_all_at_once(tmp_path: Path) -> None:
    done = run(tmp_path, "report", "--days", "many", "--people", "some")
    assert done.returncode == 2
    assert [word for word in ("`token`", "`days`", "`people`") if word not in done.stderr] == []


def test_the_demo_in_an_empty_folder_shows_a_page_and_leaves_files(tmp_path: Path) -> None:
    done = run(tmp_path, "demo")
    assert done.returncode == 0, done.stderr
    assert "octo-org" in done.stdout
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert files == [f"copilot-usage-demo/{name}" for name in ("summary.md", "usage.csv", "usage.json")]
    assert "octo-org" in (tmp_path / "copilot-usage-demo/summary.md").read_text()


def test_the_demo_asks_no_other_host(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    proxies = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), nowhere)
    done = run(tmp_path, "demo", "--days", "7", GITHUB_API_URL="https://api.example.invalid", **proxies)
    assert done.returncode == 0, done.stderr


def test_a_template_without_end_holds_up_no_cancelled_run(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    loop = "{% for n in range(100000) %}" * 3 + "{% endfor %}" * 3
    (tmp_path / "ours" / "summary.md.j2").write_text(loop)
    command = [str(COMMAND), "demo", "--days", "1", "--compare", "false", "--templates", "ours", "--verbose"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        before = next(line for line in process.stderr if line.startswith("rendering with the templates of ours"))
        process.send_signal(signal.SIGTERM)
        after = process.stderr.read()
    assert process.returncode == 0, before + after
    assert "The run was cancelled while the templates were rendered" in after
    assert "octo-org" in (tmp_path / "copilot-usage-demo/summary.md").read_text()


def test_a_report_of_a_real_organization(tmp_path: Path, github: FakeGitHub) -> None:
    flags = ("--token", github.reading_token, "--org", "octo-org", "--days", "7", "--csv-file", "usage.csv")
    done = run(tmp_path, "report", *flags, GITHUB_API_URL=github.api_url)
    assert done.returncode == 0, done.stderr
    assert "octo-org" in done.stdout
    assert github.reading_token not in done.stdout + done.stderr
    with (tmp_path / "usage.csv").open(newline="") as file:
        assert len({row["day"] for row in csv.DictReader(file)}) >= 7


def test_a_refused_report_says_what_to_do(tmp_path: Path, github: FakeGitHub) -> None:
    done = run(tmp_path, "report", "--token", "ghp_wrong", "--org", "octo-org", GITHUB_API_URL=github.api_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert "The token is not valid" in done.stderr
    assert "ghp_wrong" not in done.stderr


def as_array(folder: Path, days: list[dict[str, Any]]) -> None:
    (folder / "days.json").write_text(json.dumps(days, indent=2))


def as_lines(folder: Path, days: list[dict[str, Any]]) -> None:
    (folder / "days.ndjson").write_text("".join(json.dumps(day) + "\n" for day in days))


def a_file_a_day(folder: Path, days: list[dict[str, Any]]) -> None:
    for n, day in enumerate(days):
        (folder / f"{n}.json").write_text(json.dumps(day))


def as_report(folder: Path, days: list[dict[str, Any]]) -> None:
    wrapper = {"report_start_day": days[-1]["day"], "report_end_day": days[0]["day"], "organization_id": "90210"}
    (folder / "report.json").write_text(json.dumps(wrapper | {"day_totals": days}))


def reports_day(day: dict[str, Any]) -> dict[str, Any]:
    return day


def imported(folder: Path) -> dict[str, bytes]:
    store = folder / "history"
    return {path.relative_to(store).as_posix(): path.read_bytes() for path in store.rglob("*") if path.is_file()}


def lines(folder: Path) -> list[dict[str, Any]]:
    found = (content for path, content in imported(folder).items() if path.endswith(".ndjson"))
    return [json.loads(line) for content in found for line in content.splitlines()]


CASES = [
    (generation, tell, write)
    for generation, tell in (("reports", reports_day), ("metrics", metrics_day), ("usage", usage_day))
    for write in (as_array, as_lines, a_file_a_day)
]


@pytest.mark.parametrize(
    ("generation", "tell", "write"),
    [*CASES, ("reports", reports_day, as_report)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_saved_answers_are_imported_and_importing_again_changes_nothing(
    tmp_path: Path,
    github: FakeGitHub,
    generation: str,
    tell: Callable[[Any], dict[str, Any]],
    write: Callable[[Path, list[dict[str, Any]]], None],
) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    days = [github.today - timedelta(days=n) for n in range(30, 37)]
    documents = [tell(github.owners["octo-org"].document(day)) for day in days]
    write(saved, documents)
    command = ("import", "saved", "--org", "octo-org", "--snapshot-directory", "history")
    done = run(tmp_path, *command)
    assert done.returncode == 0, done.stderr
    kept = sorted(lines(tmp_path), key=lambda line: str(line["day"]), reverse=True)
    assert [line["document"] for line in kept] == documents
    assert {(line["generation"], line["name"]) for line in kept} == {(generation, "octo-org")}
    before = imported(tmp_path)
    assert run(tmp_path, *command).returncode == 0
    assert imported(tmp_path) == before


def save_rows(folder: Path, github: FakeGitHub, day: date) -> None:
    organization = github.owners["octo-org"]
    folder.mkdir(exist_ok=True)
    for name, rows in (("users", organization.user_rows(day)), ("teams", organization.user_team_rows(day))):
        (folder / f"{name}-{day}.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_rows_of_people_and_teams_become_days_of_teams_without_people(tmp_path: Path, github: FakeGitHub) -> None:
    day = github.today - timedelta(days=20)
    save_rows(tmp_path / "rows", github, day)
    done = run(tmp_path, "import", "rows", "--org", "octo-org", "--team", "*", "--snapshot-directory", "history")
    assert done.returncode == 0, done.stderr
    organization = github.owners["octo-org"]
    rows = {row["user_id"]: row for row in organization.user_rows(day)}
    kept = {line["name"].partition("/")[2]: line["document"] for line in lines(tmp_path)}
    members = list(organization.user_team_rows(day))
    assert set(kept) == {row["slug"] for row in members}
    for slug, document in kept.items():
        added = [
            rows[row["user_id"]]["loc_added_sum"] for row in members if row["slug"] == slug and row["user_id"] in rows
        ]
        assert document["loc_added_sum"] == sum(added)
    words = "".join(content.decode() for content in imported(tmp_path).values())
    assert [person.login for person in organization.people if person.login in words] == []


def test_what_cannot_be_imported_is_named_and_the_rest_is_imported(tmp_path: Path, github: FakeGitHub) -> None:
    days = [github.owners["octo-org"].document(github.today - timedelta(days=n)) for n in (30, 31)]
    good = "".join(json.dumps(day) + "\n" for day in days)
    (tmp_path / "partly.ndjson").write_text(good + "{broken\n")
    (tmp_path / "strange.json").write_text('{"hello": "world"}')
    (tmp_path / "noise.json").write_bytes(b"\xff\xfe\x00")
    files = ("partly.ndjson", "strange.json", "noise.json", "absent.json")
    done = run(tmp_path, "import", *files, "--org", "octo-org", "--snapshot-directory", "history")
    assert done.returncode == 1
    assert [name for name in files if name not in done.stderr] == []
    assert len(lines(tmp_path)) == 2
    people = tmp_path / "people"
    save_rows(people, github, github.today - timedelta(days=20))
    alone = str(next(people.glob("users-*")))
    rows_alone = run(tmp_path, "import", alone, "--org", "octo-org", "--snapshot-directory", "history")
    assert rows_alone.returncode == 1
    assert "--team" in rows_alone.stderr
    assert len(lines(tmp_path)) == 2


def test_files_are_imported_into_a_repository(tmp_path: Path, github: FakeGitHub) -> None:
    (tmp_path / "days.json").write_text(
        json.dumps(github.owners["octo-org"].document(github.today - timedelta(days=30)))
    )
    store = ("--snapshot-repository", github.repository, "--snapshot-token", github.writing_token)
    done = run(tmp_path, "import", "days.json", "--org", "octo-org", *store, GITHUB_API_URL=github.api_url)
    assert done.returncode == 0, done.stderr
    assert github.commits == 1
    assert [len(found) for found in github.lines.values()] == [1]


def test_a_month_of_last_year_is_imported_and_shown_without_naming_it(tmp_path: Path, github: FakeGitHub) -> None:
    """March 2025, and what is shown of it years later: the newest 28 days that are stored."""
    march = [date(2025, 3, n) for n in range(1, 32)]
    organization = github.owners["octo-org"]
    documents = [metrics_day(organization.document(github.today - timedelta(days=30)) | {"day": str(d)}) for d in march]
    (tmp_path / "march.json").write_text(json.dumps(documents))
    store = ("--org", "octo-org", "--snapshot-directory", "history")
    done = run(tmp_path, "import", "march.json", *store)
    assert done.returncode == 0, done.stderr
    report = ("report", *store, "--api", "snapshots", "--json-file", "usage.json")
    done = run(tmp_path, *report)
    assert done.returncode == 0, done.stderr
    shown = json.loads((tmp_path / "usage.json").read_text())
    assert shown["range"] == {"since": "2025-03-04", "until": "2025-03-31", "days": 28}
    assert len(shown["scopes"][0]["days"]) == 28
    done = run(tmp_path, *report, "--since", "2026-01-01", "--until", "2026-01-31")
    assert (done.returncode, done.stdout) == (1, "")
    assert "It holds days from 2025-03-01 to 2025-03-31." in " ".join(done.stderr.split())
