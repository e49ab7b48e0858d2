"""Runs the cases named on the command line, or all, and prints a Markdown table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import Pipe, Process
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from copilot_usage.demo.github import InventedGitHub, owners, serve
from copilot_usage.demo.seats import seats

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

COMMAND = Path(sys.executable).with_name("copilot-usage")


@dataclass(frozen=True)
class Case:
    """`people` and `teams`: the invented organization's size; `runs`: the best of so many counts."""

    title: str
    people: int
    teams: int
    flags: tuple[str, ...] = ()
    runs: int = 3


FILES = ("--json-file", "{folder}/usage.json", "--csv-file", "{folder}/usage.csv", "--summary-file", "{folder}/page.md")
STORE = ("--snapshot-repository", "{repository}", "--snapshot-token", "{token}", "--snapshot-branch", "history-{run}")
CASES = {
    "organization": Case("organization, 28 days, 867 seats, page + JSON + CSV", 866, 9, FILES),
    "commit": Case("the same, with commit of snapshots", 866, 9, (*FILES, *STORE)),
    "seats": Case("12,000 seats", 12_000, 9, FILES, runs=1),
    "teams": Case("team `*`, 5,000 people × 28 days", 5_000, 50, ("--team", "*", *FILES), runs=1),
}


def serve_case(case: Case, pipe: Connection) -> None:
    """A GitHub in a process of its own, with its documents made beforehand, so that its time is not ours."""
    today = datetime.now(UTC).date()
    with serve(InventedGitHub(today, owners(people=case.people, teams=case.teams))) as github:
        published = github.published("octo-org")
        for day in published.window:
            published.document(day)
        seats(github.owners["octo-org"], today)
        if "--team" in case.flags:
            github.prepared["users-28-day", None] = published.files("users-28-day", None)
        pipe.send((github.api_url, github.reading_token, github.writing_token, github.repository))
        pipe.recv()
        pipe.send((len(github.requests), len(github.downloads), github.sent))


@dataclass(frozen=True)
class Measured:
    """Of one run: seconds of wall clock and of processor, peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


def run(command: list[str | Path], api_url: str) -> Measured:
    """Runs it once; a run that fails ends the benchmark."""
    environ = dict(os.environ, GITHUB_API_URL=api_url)
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, errors = process.communicate() if process.stderr is None else (None, process.stderr.read())
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    if status:
        raise SystemExit(errors.decode())
    return Measured(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measure(case: Case) -> str:
    """A row of the table."""
    ours, theirs = Pipe()
    server = Process(target=serve_case, args=(case, theirs))
    server.start()
    api_url, reading, writing, repository = ours.recv()
    with TemporaryDirectory() as folder:
        runs = []
        for number in range(case.runs):
            words = {"folder": folder, "repository": repository, "token": writing, "run": str(number)}
            flags = [flag.format(**words) for flag in case.flags]
            asked = ["report", "--token", reading, "--org", "octo-org", "--compare", "false", *flags]
            runs.append(run([COMMAND, *asked], api_url))
    ours.send("done")
    requests, downloads, sent = ours.recv()
    server.join()
    best = min(runs, key=lambda measured: measured.wall)
    counted = f"{requests // case.runs} + {downloads // case.runs}"
    read = f"{sent / case.runs / 1e6:,.1f} MB"
    return f"| {case.title} | {best.wall:.2f} s | {best.cpu:.2f} s | {best.memory:.0f} MiB | {counted} | {read} |"


def start() -> str:
    """What it takes to say the version, beside what Python itself takes."""
    pairs = [(run([sys.executable, "-c", "pass"], ""), run([COMMAND, "--version"], "")) for _ in range(5)]
    bare, ours = (min(one.wall for one in side) for side in zip(*pairs, strict=True))
    return f"| `--version`, beyond bare Python | {1000 * (ours - bare):.0f} ms | | | | |"


def rows(names: list[str]) -> Iterator[str]:
    """One after the other, as they are measured."""
    if not names or "start" in names:
        yield start()
    for name, case in CASES.items():
        if not names or name in names:
            yield measure(case)


def main() -> None:
    unknown = set(sys.argv[1:]) - {"start", *CASES}
    if unknown:
        raise SystemExit(f"no such case: {json.dumps(sorted(unknown))}; there are: start, {', '.join(CASES)}")
    print("| case | wall | user + system | peak memory | requests: API + downloads | read |")
    print("|:--|--:|--:|--:|--:|--:|")
    for row in rows(sys.argv[1:]):
        print(row, flush=True)


if __name__ == "__main__":
    main()
