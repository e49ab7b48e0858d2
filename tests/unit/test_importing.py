from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from builders import NEWEST, ORGANIZATION, TODAY
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.errors import InputError, UnreadableDocument
from copilot_usage.importing import import_files
from copilot_usage.snapshots.directory import DirectoryStore

if TYPE_CHECKING:
    from pathlib import Path

DAY = {"day": str(NEWEST), "daily_active_users": 3}
KEPT = Snapshot(NEWEST, ORGANIZATION, Generation.REPORTS, settled=False, document=DAY)


def stored(folder: Path) -> list[object]:
    return list(DirectoryStore(folder).load([ORGANIZATION], DateRange(NEWEST, NEWEST)))


def test_snapshots_say_themselves_whose_they_are(tmp_path: Path) -> None:
    DirectoryStore(tmp_path / "rescued").save([KEPT])
    import_files([str(tmp_path / "rescued")], [], DirectoryStore(tmp_path / "history"), TODAY)
    assert stored(tmp_path / "history") == [KEPT]


def test_a_day_is_filed_under_the_scope_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "day.json").write_text(json.dumps(DAY))
    import_files([str(tmp_path / "day.json")], [ORGANIZATION], DirectoryStore(tmp_path / "history"), TODAY)
    assert stored(tmp_path / "history") == [KEPT]


def test_a_day_of_nobody_is_named_and_the_rest_is_imported(tmp_path: Path) -> None:
    (tmp_path / "day.json").write_text(json.dumps(DAY))
    DirectoryStore(tmp_path / "rescued").save([KEPT])
    files = [str(tmp_path / "day.json"), str(tmp_path / "rescued")]
    with pytest.raises(UnreadableDocument) as caught:
        import_files(files, [], DirectoryStore(tmp_path / "history"), TODAY)
    assert "day.json" in caught.value.cause
    assert stored(tmp_path / "history") == [KEPT]


def test_files_are_about_one_scope(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        import_files([], [ORGANIZATION, ORGANIZATION.of_team("web")], DirectoryStore(tmp_path), TODAY)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        import_files([str(tmp_path / "none.json")], [ORGANIZATION], DirectoryStore(tmp_path), TODAY)
    assert "none.json" in caught.value.cause


@pytest.mark.parametrize(
    ("documents", "words"),
    [
        ([{**DAY, "enterprise_id": "1"}], "is of an enterprise"),
        (
            [{**DAY, "organization_id": "1"}, {**DAY, "day": "2026-11-20", "organization_id": "2"}],
            "of another organization",
        ),
    ],
    ids=["of an enterprise", "of two organizations"],
)
def test_a_day_that_says_it_is_somebody_elses_is_not_filed(
    tmp_path: Path, documents: list[dict[str, object]], words: str
) -> None:
    (tmp_path / "days.json").write_text(json.dumps(documents))
    with pytest.raises(UnreadableDocument) as caught:
        import_files([str(tmp_path / "days.json")], [ORGANIZATION], DirectoryStore(tmp_path / "history"), TODAY)
    assert words in caught.value.cause
    kept = list(DirectoryStore(tmp_path / "history").load([ORGANIZATION], ending(NEWEST, 2)))
    assert len(kept) == len(documents) - 1


def test_nothing_imported_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="Not everything") as caught:
        import_files([str(tmp_path / "none.json")], [ORGANIZATION], DirectoryStore(tmp_path), TODAY)
    assert caught.value.remedy.startswith("Nothing was imported.")
