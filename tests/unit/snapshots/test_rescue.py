from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pytest

from builders import ORGANIZATION
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.storing import Saved
from copilot_usage.errors import CopilotUsageError, StoreRefused, TimeUp
from copilot_usage.snapshots.directory import DirectoryStore
from copilot_usage.snapshots.rescue import RescuingStore
from unit.snapshots.strategies import snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.snapshot import Snapshot
    from copilot_usage.domain.storing import SkippedMonths

FLAGS = "--snapshot-directory FOLDER"
NOVEMBER = DateRange(date(2026, 11, 1), date(2026, 11, 30))


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
    assert list(store.load([ORGANIZATION], NOVEMBER)) == [snapshot(1)]
    assert store.save([snapshot(2)]) == Saved(1, "c0ffee")
    assert not list(tmp_path.iterdir())


def test_the_folder_is_filled_before_the_other_store_is_asked(tmp_path: Path) -> None:
    folder = tmp_path / "not-stored"

    @dataclass
    class Looking(Refusing):
        def save(self, snapshots: Sequence[Snapshot]) -> Saved:
            assert list(DirectoryStore(folder).load([ORGANIZATION], NOVEMBER)) == snapshots
            return super().save(snapshots)

    store = RescuingStore(Looking(None), folder, FLAGS)
    assert store.save([snapshot(2)]) == Saved(1, "c0ffee")
    assert not folder.exists()


def test_a_folder_of_an_earlier_run_stays(tmp_path: Path) -> None:
    DirectoryStore(tmp_path).save([snapshot(1)])
    RescuingStore(Refusing(None), tmp_path, FLAGS).save([snapshot(2)])
    assert snapshot(1) in DirectoryStore(tmp_path).load([ORGANIZATION], NOVEMBER)


def test_what_is_refused_is_written_to_the_folder_and_the_error_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "not-stored"
    with pytest.raises(StoreRefused) as refused:
        RescuingStore(Refusing(archived()), folder, FLAGS).save([snapshot(2), snapshot(3)])
    assert list(DirectoryStore(folder).load([ORGANIZATION], NOVEMBER)) == [snapshot(2), snapshot(3)]
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
    assert list(DirectoryStore(tmp_path).load([ORGANIZATION], NOVEMBER)) == [snapshot(2), snapshot(3)]
    assert [error.cause.count(str(tmp_path)) for error in errors] == [1, 1]


def test_a_run_whose_time_is_up_in_the_middle_of_a_save_loses_nothing(tmp_path: Path) -> None:
    over = TimeUp("The time for this run is over", cause="It took too long.", remedy="Give it more.")
    with pytest.raises(TimeUp) as refused:
        RescuingStore(Refusing(over), tmp_path, FLAGS).save([snapshot(2)])
    assert refused.value is over
    assert list(DirectoryStore(tmp_path).load([ORGANIZATION], NOVEMBER)) == [snapshot(2)]


def test_a_folder_that_cannot_be_written_does_not_hide_the_first_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(StoreRefused, match="archived") as refused:
        RescuingStore(Refusing(archived()), in_the_way, FLAGS).save([snapshot(2)])
    assert refused.value.cause.startswith(
        f"It is read-only.\nWhat was fetched could not be put into {in_the_way} either"
    )
    assert refused.value.remedy == "Unarchive it."
