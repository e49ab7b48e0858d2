from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import ORGANIZATION, TEAM
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import Saved, SkippedMonths
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.errors import CopilotUsageError, StoreRefused, TimeUp
from copilot_usage.snapshots.line_format import line_of
from copilot_usage.snapshots.local_store import DirectoryStore, RescuingStore
from unit.snapshots.strategies import scopes, snapshot, snapshots

YEAR = DateRange(date(2026, 1, 1), date(2026, 12, 31))
NOVEMBER = "reports/organization/octo-org/2026-11.ndjson"


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def by_scope(one: Snapshot) -> tuple[Scope, date]:
    return one.scope, one.day


def loaded(root: Path, *scopes: Scope) -> list[Snapshot | SkippedMonths]:
    return list(DirectoryStore(root).load(scopes or [ORGANIZATION], YEAR))


@settings(max_examples=25)
@given(st.lists(scopes().flatmap(snapshots), max_size=5, unique_by=lambda one: (one.scope, one.day)))
def test_what_is_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, saving: list[Snapshot]) -> None:
    root = tmp_path_factory.mktemp("history")
    assert DirectoryStore(root).save(saving) == Saved(len(saving))
    found = [one for one in loaded(root, *{one.scope for one in saving}) if isinstance(one, Snapshot)]
    assert sorted(found, key=by_scope) == sorted(saving, key=by_scope)


def test_the_folder_looks_as_it_does_on_a_branch(tmp_path: Path) -> None:
    DirectoryStore(tmp_path / "new" / "history").save(
        [snapshot(1), snapshot(1, month=10), snapshot(1, scope=TEAM), snapshot(2, generation=Generation.SEATS)]
    )
    assert sorted(files(tmp_path)) == [
        "new/history/README.md",
        "new/history/reports/organization/octo-org/2026-10.ndjson",
        "new/history/reports/organization/octo-org/2026-11.ndjson",
        "new/history/reports/team/octo-org/payments/2026-11.ndjson",
        "new/history/seats/organization/octo-org/2026-11.ndjson",
    ]


def test_days_come_month_by_month_of_all_scopes(tmp_path: Path) -> None:
    days = [
        snapshot(day, month=month, scope=scope)
        for month in (10, 11)
        for scope in (ORGANIZATION, TEAM)
        for day in (1, 2)
    ]
    DirectoryStore(tmp_path).save(days[::-1])
    assert loaded(tmp_path, ORGANIZATION.of_team("*"), ORGANIZATION) == days


def test_the_months_of_usage_are_known_by_scope_without_reading_them(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    store.save([snapshot(day, scope=scope) for scope in (ORGANIZATION, TEAM) for day in (3, 1)])
    store.save([snapshot(2, generation=Generation.SEATS)])
    for path in tmp_path.rglob("*.ndjson"):
        path.write_bytes(b"nothing that can be read")
    assert store.months() == {ORGANIZATION: ["2026-11"], TEAM: ["2026-11"]}
    assert DirectoryStore(tmp_path / "none").months() == {}


def test_an_empty_folder_and_none_at_all_hold_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path) == []
    assert loaded(tmp_path / "nowhere") == []
    assert DirectoryStore(tmp_path / "nowhere").save([]) == Saved(0)
    assert files(tmp_path) == {}


def test_files_without_news_are_not_touched(tmp_path: Path) -> None:
    DirectoryStore(tmp_path).save([snapshot(1), snapshot(1, month=10)])
    before = {path: path.stat() for path in tmp_path.rglob("*") if path.is_file()}
    assert DirectoryStore(tmp_path).save([snapshot(1), snapshot(2)]) == Saved(1)
    written = [path.name for path, stat in before.items() if path.stat().st_ino != stat.st_ino]
    assert written == ["2026-11.ndjson"]


def test_two_stores_that_saved_the_same_hold_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    days = [snapshot(day, scope=scope) for day in (3, 1, 2) for scope in (TEAM, ORGANIZATION)]
    DirectoryStore(one).save(days)
    for day in reversed(days):
        DirectoryStore(other).save([day])
    assert files(one) == files(other)


def test_other_users_can_read_what_is_written(tmp_path: Path) -> None:
    """A container writes as root, and the workflow's next step reads as another user."""
    DirectoryStore(tmp_path).save([snapshot(1)])
    plain = tmp_path / "plain"
    plain.touch()
    assert (tmp_path / NOVEMBER).stat().st_mode == plain.stat().st_mode


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    foreign = {
        "notes.ndjson": b"mine",
        "reports/organization/Octo-Org/2026-11.ndjson": b"x",
        "README.md": b"# My notes",
    }
    for path, content in foreign.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    DirectoryStore(tmp_path).save([snapshot(1)])
    assert {path: files(tmp_path)[path] for path in foreign} == foreign
    assert loaded(tmp_path) == [snapshot(1)]


def in_the_way(path: Path, what: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if what == "a folder":
        path.mkdir()
    elif what == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(what)


@pytest.mark.parametrize(
    "what", ["a folder", "a pipe", "/dev/zero", "/dev/full", "/proc/self/environ", "2026-11.ndjson"]
)
def test_what_is_no_file_of_the_folder_is_named_and_neither_read_nor_written(tmp_path: Path, what: str) -> None:
    in_the_way(tmp_path / NOVEMBER, what)
    (skipped,) = loaded(tmp_path)
    assert isinstance(skipped, SkippedMonths)
    assert skipped.months == ("2026-11",)
    assert NOVEMBER in skipped.reason
    with pytest.raises(StoreRefused) as refused:
        DirectoryStore(tmp_path).save([snapshot(1), snapshot(1, month=10)])
    assert NOVEMBER in refused.value.cause
    # The other month is written all the same.
    assert snapshot(1, month=10) in loaded(tmp_path)
    assert not (tmp_path / NOVEMBER).is_file() or (tmp_path / NOVEMBER).is_symlink()


def test_a_folder_that_is_a_link_to_somewhere_else_is_not_written_to(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    in_the_way(tmp_path / "history/reports", str(outside))
    with pytest.raises(StoreRefused, match="cannot be written") as refused:
        DirectoryStore(tmp_path / "history").save([snapshot(1)])
    assert "leads out of the folder" in refused.value.cause
    assert list(outside.iterdir()) == []


def test_a_link_inside_the_folder_is_written_through(tmp_path: Path) -> None:
    in_the_way(tmp_path / NOVEMBER, str(tmp_path / "kept.ndjson"))
    DirectoryStore(tmp_path).save([snapshot(1)])
    assert (tmp_path / NOVEMBER).is_symlink()
    assert loaded(tmp_path) == [snapshot(1)]


@pytest.mark.parametrize("what", ["a folder", "a pipe", "/dev/zero"])
def test_a_readme_that_is_no_file_is_left_alone(tmp_path: Path, what: str) -> None:
    in_the_way(tmp_path / "README.md", what)
    assert DirectoryStore(tmp_path).save([snapshot(1)]) == Saved(1)


def test_a_process_waits_until_another_one_has_saved(tmp_path: Path) -> None:
    DirectoryStore(tmp_path).save([snapshot(1)])
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    waits = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            os.close(other)

    DirectoryStore(tmp_path, wait).save([snapshot(2)])
    assert len(waits) == 3
    assert loaded(tmp_path) == [snapshot(1), snapshot(2)]


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from copilot_usage.snapshots.local_store import DirectoryStore
with DirectoryStore(Path(sys.argv[1]))._lock():
    print("locked", flush=True)
    sys.stdin.read()
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        waits = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            other.kill()
            other.wait()

        assert DirectoryStore(tmp_path, wait).save([snapshot(1)]) == Saved(1)
    assert len(waits) == 1


def test_processes_that_save_at_once_lose_no_day(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from copilot_usage.snapshots.local_store import DirectoryStore
from unit.snapshots.strategies import snapshot
for day in range(int(sys.argv[2]), 31, 4):
    DirectoryStore(Path(sys.argv[1])).save([snapshot(day)])
"""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    begun = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(number)], env=environ)
        for number in range(1, 5)
    ]
    assert [process.wait() for process in begun] == [0, 0, 0, 0]
    assert loaded(tmp_path) == [snapshot(day) for day in range(1, 31)]


def test_the_readme_follows_the_months(tmp_path: Path) -> None:
    DirectoryStore(tmp_path).save([snapshot(1, month=9)])
    DirectoryStore(tmp_path).save([snapshot(1)])
    assert (
        "| organization | `octo-org` | reports | 2026-09 | 2026-11 | 2026-10 |" in (tmp_path / "README.md").read_text()
    )


def test_what_a_killed_process_left_behind_is_cleared_up(tmp_path: Path) -> None:
    DirectoryStore(tmp_path).save([snapshot(1)])
    before = set(files(tmp_path))
    (tmp_path / NOVEMBER).with_name(".2026-11.ndjson.123.part").write_bytes(b'{"day":')
    (tmp_path / ".README.md.123.part").touch()
    (tmp_path / ".mine.ndjson.1.part").mkdir()
    DirectoryStore(tmp_path).save([snapshot(2)])
    assert loaded(tmp_path) == [snapshot(1), snapshot(2)]
    assert set(files(tmp_path)) == before


# The kernel ends this process once a file is as large as the limit: in the middle of a `write`, and like `kill -9`
# without another line of Python.
ENDED_IN_THE_MIDDLE = """
import resource, signal, sys
from pathlib import Path
from copilot_usage.snapshots.local_store import DirectoryStore
from unit.snapshots.strategies import snapshot
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
DirectoryStore(Path(sys.argv[1])).save([snapshot(2), snapshot(3, month=10)])
"""
MONTH_OF_TWO_DAYS = len(line_of(snapshot(1)) + line_of(snapshot(2))) + 2


@pytest.mark.parametrize(
    ("limit", "half_written", "stored"),
    [
        (0, ".2026-11.ndjson.", [snapshot(1)]),
        (MONTH_OF_TWO_DAYS - 1, ".2026-11.ndjson.", [snapshot(1)]),
        (MONTH_OF_TWO_DAYS, ".README.md.", [snapshot(3, month=10), snapshot(1), snapshot(2)]),
    ],
    ids=["before the first byte", "before the last byte", "in the README"],
)
def test_a_process_killed_in_the_middle_of_a_write_loses_no_day_and_leaves_nothing(
    tmp_path: Path, limit: int, half_written: str, stored: list[Snapshot]
) -> None:
    DirectoryStore(tmp_path).save([snapshot(1)])
    before = files(tmp_path)
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    killed = subprocess.run(
        [sys.executable, "-c", ENDED_IN_THE_MIDDLE, str(tmp_path), str(limit)], env=environ, check=False
    )
    assert killed.returncode == -signal.SIGXFSZ
    (half,) = tmp_path.rglob("*.part")
    assert (half.name.startswith(half_written), half.stat().st_size) == (True, limit)
    assert loaded(tmp_path) == stored
    assert {path: files(tmp_path)[path] for path in before if path != NOVEMBER} == {"README.md": before["README.md"]}

    DirectoryStore(tmp_path).save([snapshot(2), snapshot(3, month=10), snapshot(4)])
    assert loaded(tmp_path) == [snapshot(3, month=10), snapshot(1), snapshot(2), snapshot(4)]
    assert sorted(files(tmp_path)) == ["README.md", NOVEMBER.replace("11", "10"), NOVEMBER]
    assert "| 2026-10 | 2026-11 |" in files(tmp_path)["README.md"].decode()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    DirectoryStore(tmp_path).save([snapshot(1)])
    before = files(tmp_path)
    (tmp_path / "reports/team").write_text("in the way")
    with pytest.raises(StoreRefused) as refused:
        DirectoryStore(tmp_path).save([snapshot(1, scope=TEAM)])
    assert refused.value.title == "The snapshot folder cannot be written"
    assert "reports/team" in refused.value.cause
    assert files(tmp_path) == {**before, "reports/team": b"in the way"}


def test_a_line_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    DirectoryStore(tmp_path).save([snapshot(1)])
    with (tmp_path / NOVEMBER).open("a") as stream:
        stream.write("{}\n")
    day, skipped = loaded(tmp_path)
    assert day == snapshot(1)
    assert isinstance(skipped, SkippedMonths)
    assert f"line 2 of {NOVEMBER}" in skipped.reason


def test_a_day_is_one_json_line(tmp_path: Path) -> None:
    DirectoryStore(tmp_path).save([snapshot(1), snapshot(2, None)])
    lines = [json.loads(line) for line in (tmp_path / NOVEMBER).read_text().splitlines()]
    assert [(line["day"], line["status"]) for line in lines] == [("2026-11-01", "ok"), ("2026-11-02", "no-report")]


FLAGS = "--snapshot-directory FOLDER"
NOVEMBER_OF_RESCUE = DateRange(date(2026, 11, 1), date(2026, 11, 30))


@dataclass
class Refusing:
    """A Store that holds a day and raises `error` when it is to keep another."""

    error: CopilotUsageError | None
    saves: list[Sequence[Snapshot]] = field(default_factory=list)

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        return iter([snapshot(1)])

    def months(self) -> Mapping[Scope, Sequence[str]]:
        return {}

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        if self.error:
            raise self.error
        self.saves.append(snapshots)
        return Saved(len(snapshots), "c0ffee")


def archived() -> StoreRefused:
    return StoreRefused("The snapshot repository is archived", cause="It is read-only.", remedy="Unarchive it.")


def test_where_nothing_goes_wrong_there_is_no_folder(tmp_path: Path) -> None:
    store = RescuingStore(Refusing(None), tmp_path / "not-stored", FLAGS)
    assert list(store.load([ORGANIZATION], NOVEMBER_OF_RESCUE)) == [snapshot(1)]
    assert store.save([snapshot(2)]) == Saved(1, "c0ffee")
    assert not list(tmp_path.iterdir())


def test_the_folder_is_filled_before_the_other_store_is_asked(tmp_path: Path) -> None:
    folder = tmp_path / "not-stored"

    @dataclass
    class Looking(Refusing):
        def save(self, snapshots: Sequence[Snapshot]) -> Saved:
            assert list(DirectoryStore(folder).load([ORGANIZATION], NOVEMBER_OF_RESCUE)) == snapshots
            return super().save(snapshots)

    store = RescuingStore(Looking(None), folder, FLAGS)
    assert store.save([snapshot(2)]) == Saved(1, "c0ffee")
    assert not folder.exists()


def test_a_folder_of_an_earlier_run_stays(tmp_path: Path) -> None:
    DirectoryStore(tmp_path).save([snapshot(1)])
    RescuingStore(Refusing(None), tmp_path, FLAGS).save([snapshot(2)])
    assert snapshot(1) in DirectoryStore(tmp_path).load([ORGANIZATION], NOVEMBER_OF_RESCUE)


def test_what_is_refused_is_written_to_the_folder_and_the_error_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "not-stored"
    with pytest.raises(StoreRefused) as refused:
        RescuingStore(Refusing(archived()), folder, FLAGS).save([snapshot(2), snapshot(3)])
    assert list(DirectoryStore(folder).load([ORGANIZATION], NOVEMBER_OF_RESCUE)) == [snapshot(2), snapshot(3)]
    error = refused.value
    assert error.title == "The snapshot repository is archived"
    assert error.cause == f"It is read-only.\nWhat was fetched is in {folder}."
    assert error.remedy.startswith("Unarchive it.\n\nTo keep what was fetched")
    assert f"copilot-usage import {folder} {FLAGS}\n" in error.remedy
    assert "${{ runner.temp }}/not-stored" in error.remedy


def test_several_refused_saves_of_one_run_are_all_rescued_and_told_once(tmp_path: Path) -> None:
    store = RescuingStore(Refusing(archived()), tmp_path, FLAGS)
    errors = []
    for day in (2, 3):
        with pytest.raises(StoreRefused) as refused:
            store.save([snapshot(day)])
        errors.append(refused.value)
    assert list(DirectoryStore(tmp_path).load([ORGANIZATION], NOVEMBER_OF_RESCUE)) == [snapshot(2), snapshot(3)]
    assert [error.cause.count(str(tmp_path)) for error in errors] == [1, 1]


def test_a_run_whose_time_is_up_in_the_middle_of_a_save_loses_nothing(tmp_path: Path) -> None:
    over = TimeUp("This run ran out of time", cause="It took too long.", remedy="Give it more.")
    with pytest.raises(TimeUp) as refused:
        RescuingStore(Refusing(over), tmp_path, FLAGS).save([snapshot(2)])
    assert refused.value is over
    assert list(DirectoryStore(tmp_path).load([ORGANIZATION], NOVEMBER_OF_RESCUE)) == [snapshot(2)]


def test_a_folder_that_cannot_be_written_does_not_hide_the_first_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(StoreRefused, match="archived") as refused:
        RescuingStore(Refusing(archived()), in_the_way, FLAGS).save([snapshot(2)])
    assert refused.value.cause.startswith(
        f"It is read-only.\nWhat was fetched could not be put into {in_the_way} either"
    )
    assert refused.value.remedy == "Unarchive it."
