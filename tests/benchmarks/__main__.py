"""Measures the installed command against the fake GitHub, and prints the tables of docs/performance.md.

usage: script/bench [--only CASE]… [--quick]
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import crowds, joins
from benchmarks.cases import CASES, Case
from benchmarks.measuring import Run, best, run
from benchmarks.servers import Counted, Downloaded, Server, download, serving

COMMAND = Path(sys.executable).with_name("copilot-usage")
_HEAD = """\
| case | to reach | beyond the server | wall | user + system | peak memory | requests: API + downloads | read | ratio |
|:--|--:|--:|--:|--:|--:|--:|--:|--:|"""


def main() -> None:
    options = _options()
    wanted = options.only or [*_OTHERS, *CASES]
    print(_HEAD, flush=True)
    for name in wanted:
        if name in _OTHERS:
            rows = _OTHERS[name](1 if options.quick else 3, quick=options.quick)
        elif options.quick and CASES[name].large and not options.only:
            continue
        else:
            rows = iter([measured(CASES[name], 1 if options.quick or CASES[name].large else 5)])
        for row in rows:
            print(row, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=[*_OTHERS, *CASES], metavar="CASE", help="%(choices)s")
    parser.add_argument("--quick", action="store_true", help="leave out the large cases; run the others once")
    return parser.parse_args()


def measured(case: Case, runs: int) -> str:
    """A row of the table: the step as a workflow runs it. The ratio is to the bare download of the same answers."""
    with TemporaryDirectory() as folder:
        if case.folder is not None:
            _write(Path(folder, "history"), case.folder())
        if case.server is None:
            return _row(case, best([_step(case, Path(folder), {}) for _ in range(runs)]))
        with serving(case.server) as server:
            found = [_beside(case, Path(folder), server, number) for number in range(runs)]
    one, counted, bare = min(found, key=lambda beside: beside[0].wall)
    return _row(case, one, counted, bare)


def _write(folder: Path, files: Iterator[tuple[str, bytes]]) -> None:
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _beside(case: Case, folder: Path, server: Server, number: int) -> tuple[Run, Counted, Downloaded]:
    words = {**server.words, "run": str(number)}
    found = _step(case, folder, words)
    counted = server.count()
    bare = download(counted.repeatable)
    server.count()
    return found, counted, bare


def _step(case: Case, folder: Path, words: dict[str, str]) -> Run:
    """Inputs in the environment, as the runner hands them in."""
    inputs = {f"INPUT_{name.upper()}": value.format(**words) for name, value in case.inputs.items()}
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(folder),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_API_URL": words.get("api_url", "http://127.0.0.1:9"),
        "INPUT_COMPARE": "false",
    }
    return run([COMMAND], environ | inputs, folder)


def _row(case: Case, one: Run, counted: Counted | None = None, bare: Downloaded | None = None) -> str:
    goal = f"{case.seconds:g} s" + (f", {case.memory} MB" if case.memory else "")
    beyond = one.wall - (bare.seconds if bare else 0)
    asked = f"{counted.requests} + {counted.downloads}" if counted else "none"
    read, ratio = (f"{bare.size / 1e6:,.1f} MB", f"{one.wall / bare.seconds:.1f}") if bare else ("", "")
    took = f"{beyond:.2f} s | {one.wall:.2f} s | {one.cpu:.2f} s | {one.memory:.0f} MB"
    return f"| {case.title} | {goal} | {took} | {asked} | {read} | {ratio} |"


def _plain(title: str, goal: str, one: Run, ratio: float) -> str:
    return f"| {title} | {goal} | | {one.wall:.2f} s | {one.cpu:.2f} s | {one.memory:.0f} MB | none | | {ratio:.2f} |"


def start(runs: int, *, quick: bool) -> Iterator[str]:
    """What it takes to say the version, beside what Python itself takes."""
    pairs = [(run([sys.executable, "-c", "pass"]), run([COMMAND, "--version"])) for _ in range(5 * runs)]
    bare, ours = (best(side) for side in zip(*pairs, strict=True))
    title = f"`--version`: {1000 * (ours.wall - bare.wall):.0f} ms beyond `python -c pass`"
    yield _plain(title, "60 ms", ours, ours.wall / bare.wall)


def join(runs: int, *, quick: bool) -> Iterator[str]:
    """The team join alone, from a file, beside a bare loop of a parser over the same lines; and its memory."""
    people, teams = (10_000, 50) if quick else (100_000, 200)
    yardstick = "orjson" if importlib.util.find_spec("orjson") else "json"
    with TemporaryDirectory() as folder:
        _crowd(Path(folder), people, teams)
        found = {way: best([_joined(way, folder) for _ in range(runs)]) for way in (yardstick, *joins.JOINS)}
        bare = found[yardstick].cpu
        yield _plain(f"`{yardstick}.loads` over {people:,} users' lines", "yardstick", found[yardstick], 1)
        goals = {"counters": "1.0 ×", "everything": "3.0 ×, 250 MB"}
        for way, goal in goals.items():
            yield _plain(f"their join, {way}", goal, found[way], found[way].cpu / bare)
        _crowd(Path(folder), people // 20, teams // 4)
        few = {days: _joined("everything", folder, days) for days in (1, 7, 28)}
        for days, one in few.items():
            title = f"the join of {people // 20:,} people × {days} days, everything"
            yield _plain(title, "flat memory", one, one.memory / few[1].memory)


def _crowd(folder: Path, people: int, teams: int) -> None:
    with (folder / "users.ndjson").open("wb") as stream:
        stream.writelines(crowds.users(joins.DAY, people))
    with (folder / "teams.ndjson").open("wb") as stream:
        stream.writelines(crowds.memberships(joins.DAY, people, teams))


def _joined(way: str, folder: str, days: int = 1) -> Run:
    return run([sys.executable, "-m", "benchmarks.joins", way, folder, str(days)])


_OTHERS: dict[str, Callable[..., Iterator[str]]] = {"start": start, "join": join}

if __name__ == "__main__":
    main()
