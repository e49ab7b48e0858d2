"""One way over the lines of a users report, in a process of its own: a bare loop of a parser, or the team join.

usage: python -m benchmarks.joins WAY FOLDER DAYS
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

DAY = date(2026, 11, 17)
PARSERS = {"orjson": ("orjson", "loads"), "json": ("json", "loads"), "msgspec": ("msgspec.json", "decode")}
JOINS = ("counters", "everything")


def lines(path: Path, day: date) -> Iterator[bytes]:
    """The file's lines, said to be of this day."""
    theirs, ours = DAY.isoformat().encode(), day.isoformat().encode()
    with path.open("rb", buffering=256 * 1024) as stream:
        if day == DAY:
            yield from stream
        else:
            yield from (line.replace(theirs, ours, 1) for line in stream)


def parse(folder: Path, loads: Callable[[bytes], object]) -> None:
    for line in lines(folder / "users.ndjson", DAY):
        loads(line)


def join(folder: Path, days: int, *, breakdowns: bool) -> int:
    """The join of `days` days, as a run makes it; returns the number of documents."""
    from copilot_usage.domain.scope import Scope, ScopeKind
    from copilot_usage.team_join.join import TeamJoin

    owner = Scope(ScopeKind.ENTERPRISE, "octo-enterprise")
    found = TeamJoin(owner, [Scope(ScopeKind.ENTERPRISE_TEAM, "octo-enterprise", "*")])
    made = 0
    for day in (DAY - timedelta(days=back) for back in range(days - 1, -1, -1)):
        found.add_memberships(day, lines(folder / "teams.ndjson", day), breakdowns=breakdowns)
        found.add_users(lines(folder / "users.ndjson", day), days=[day])
        made += len(found.documents(day))
        found.forget(day)
    return made


def main() -> None:
    way, folder, days = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if way in PARSERS:
        module, name = PARSERS[way]
        parse(folder, getattr(importlib.import_module(module), name))
    elif not join(folder, days, breakdowns=way == "everything"):
        raise SystemExit("the join made no document")


if __name__ == "__main__":
    main()
