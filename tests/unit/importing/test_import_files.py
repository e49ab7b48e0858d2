from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from builders import NEWEST, ORGANIZATION, TEAM, TODAY
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.errors import InputError, UnreadableDocument
from copilot_usage.importing.import_files import import_files
from copilot_usage.snapshots.line_format import line_of
from copilot_usage.snapshots.local_store import DirectoryStore
from sample_documents import membership, user_row

DAY = {"day": str(NEWEST), "daily_active_users": 3}
KEPT = Snapshot(NEWEST, ORGANIZATION, Generation.REPORTS, settled=False, document=DAY)


def stored(folder: Path) -> list[object]:
    return list(DirectoryStore(folder).load([ORGANIZATION], DateRange(NEWEST, NEWEST)))


def test_snapshots_name_their_own_scope(tmp_path: Path) -> None:
    DirectoryStore(tmp_path / "rescued").save([KEPT])
    import_files([str(tmp_path / "rescued")], [], DirectoryStore(tmp_path / "history"), TODAY)
    assert stored(tmp_path / "history") == [KEPT]


def test_a_day_is_filed_under_the_scope_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "day.json").write_text(json.dumps(DAY))
    import_files([str(tmp_path / "day.json")], [ORGANIZATION], DirectoryStore(tmp_path / "history"), TODAY)
    assert stored(tmp_path / "history") == [KEPT]


def test_a_day_without_a_scope_is_named_and_the_rest_is_imported(tmp_path: Path) -> None:
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
def test_a_day_that_names_another_owner_is_not_filed(
    tmp_path: Path, documents: list[dict[str, object]], words: str
) -> None:
    (tmp_path / "days.json").write_text(json.dumps(documents))
    with pytest.raises(UnreadableDocument) as caught:
        import_files([str(tmp_path / "days.json")], [ORGANIZATION], DirectoryStore(tmp_path / "history"), TODAY)
    assert words in caught.value.cause
    kept = list(DirectoryStore(tmp_path / "history").load([ORGANIZATION], ending(NEWEST, 2)))
    assert len(kept) == len(documents) - 1


FULL = {
    "day": "2026-11-02",
    "organization_id": "700001",
    "daily_active_users": 240,
    "loc_added_sum": 51_000,
    "user_initiated_interaction_count": 5_100,
}
NOVEMBER = DateRange(date(2026, 11, 1), date(2026, 11, 30))


def imported(folder: Path, *documents: object, scope: Scope | None = ORGANIZATION) -> str:
    """Imports a file of these documents into `folder`; what was not imported."""
    file = folder / "file.json"
    file.write_text("\n".join(json.dumps(document) for document in documents))
    try:
        import_files([str(file)], [scope] if scope else [], DirectoryStore(folder / "history"), TODAY)
    except UnreadableDocument as error:
        return error.cause if all(line.startswith(str(file)) for line in error.cause.splitlines()) else "no file's name"
    return ""


def history(folder: Path) -> list[Snapshot]:
    scopes = [ORGANIZATION, ORGANIZATION.of_team("*")]
    return [one for one in DirectoryStore(folder / "history").load(scopes, NOVEMBER) if isinstance(one, Snapshot)]


def wrapped(document: Mapping[str, object], created: str | None) -> dict[str, object]:
    return {"created_at": created, "day_totals": [document]}


@pytest.mark.parametrize(
    ("created", "settled"),
    [
        ("2026-11-07T03:00:00Z", True),
        ("2026-11-06T03:00:00Z", False),
        ("2027-01-01T00:00:00Z", True),
        ("soon", False),
        (None, False),
    ],
)
def test_a_file_settles_a_day_only_if_it_says_that_it_was_made_late_enough(
    tmp_path: Path, *, created: str | None, settled: bool
) -> None:
    assert imported(tmp_path, wrapped(FULL, created)) == ""
    assert [day.settled for day in history(tmp_path)] == [settled]


def test_a_single_day_with_a_moment_of_its_own_settles_as_in_a_wrapper(tmp_path: Path) -> None:
    assert imported(tmp_path, {**FULL, "created_at": "2026-11-07T03:00:00Z"}) == ""
    assert [day.settled for day in history(tmp_path)] == [True]


def test_a_file_made_in_the_future_settles_nothing_of_these_days(tmp_path: Path) -> None:
    assert imported(tmp_path, wrapped(DAY, "2030-01-01T00:00:00Z")) == ""
    assert not stored(tmp_path / "history")[0].settled  # type: ignore[attr-defined]


def test_a_final_stored_day_beats_whatever_a_file_says_of_it(tmp_path: Path) -> None:
    good = Snapshot(date(2026, 11, 2), ORGANIZATION, Generation.REPORTS, settled=True, document=FULL)
    DirectoryStore(tmp_path / "history").save([good])
    assert imported(tmp_path, wrapped({**FULL, "daily_active_users": 12}, "2026-11-20T00:00:00Z")) == ""
    assert history(tmp_path) == [good]


def test_of_two_files_of_a_day_the_one_that_was_made_later_counts(tmp_path: Path) -> None:
    late = wrapped({**FULL, "daily_active_users": 250}, "2026-11-20T00:00:00Z")
    early = wrapped(FULL, "2026-11-04T00:00:00Z")
    (tmp_path / "a.json").write_text(json.dumps(late))
    (tmp_path / "b.json").write_text(json.dumps(early))
    names = [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
    import_files(names, [ORGANIZATION], DirectoryStore(tmp_path / "history"), TODAY)
    (day,) = history(tmp_path)
    assert day.document is not None
    assert (day.document["daily_active_users"], day.settled) == (250, True)


def test_a_day_of_which_most_is_missing_is_named_and_the_fuller_one_stays(tmp_path: Path) -> None:
    assert imported(tmp_path, FULL) == ""
    said = imported(tmp_path, {"day": "2026-11-02", "daily_active_users": 0})
    assert "2026-11-02 of octo-org: it lacks most of what is stored" in said
    assert [day.document for day in history(tmp_path)] == [FULL]


def test_days_of_another_owner_than_the_stored_ones_are_refused_and_named(tmp_path: Path) -> None:
    assert imported(tmp_path, FULL) == ""
    foreign = {**FULL, "day": "2026-11-03", "organization_id": "700002"}
    line = json.loads(line_of(Snapshot(NEWEST, TEAM, Generation.REPORTS, settled=True, document=foreign)))
    for document in (foreign, wrapped(foreign, None), line):
        assert "is of another organization than the days of octo-org" in imported(tmp_path, document)
    assert [day.document for day in history(tmp_path)] == [FULL]


@pytest.mark.parametrize("document", ["", None, "No report available", [], {"day_totals": []}])
def test_a_file_without_usage_is_named(tmp_path: Path, document: object) -> None:
    assert "there is no usage in it" in imported(tmp_path, document)


def test_rows_of_people_are_named_with_their_file(tmp_path: Path) -> None:
    row = {"day": "2026-11-02", "user_id": 101, "user_login": "person-a", "loc_added_sum": 4}
    assert "rows of people" in imported(tmp_path, {"user_totals": [row]})
    assert "user rows without" in imported(tmp_path, {"day_totals": [row]}, scope=ORGANIZATION.of_team("*"))
    assert "it is about a person" in imported(tmp_path, {"day": "2026-11-02", "user_login": "a", "loc_added_sum": 4})
    assert history(tmp_path) == []


def test_what_a_folder_holds_besides_is_named_and_the_rest_imported(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    DirectoryStore(folder / "rescued").save([KEPT])
    for name in ("day.json.1", "day.json.gz", "day.csv", ".hidden", "UPPER.JSON"):
        (folder / name).write_text(json.dumps(FULL))
    with pytest.raises(UnreadableDocument) as caught:
        import_files([str(folder)], [ORGANIZATION], DirectoryStore(tmp_path / "history"), TODAY)
    named = {line.partition(": ")[0] for line in caught.value.cause.splitlines()}
    assert named == {str(folder / name) for name in ("day.json.1", "day.json.gz", "day.csv")}
    assert len(history(tmp_path)) == 2


def test_a_folder_without_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="Not everything") as caught:
        import_files([str(tmp_path)], [ORGANIZATION], DirectoryStore(tmp_path / "history"), TODAY)
    assert "there is no file in it" in caught.value.cause


def test_a_day_that_the_store_does_not_take_is_named(tmp_path: Path) -> None:
    newer = line_of(Snapshot(date(2026, 11, 2), ORGANIZATION, Generation.REPORTS, settled=True, document=FULL))
    file = tmp_path / "history/reports/organization/octo-org/2026-11.ndjson"
    file.parent.mkdir(parents=True)
    file.write_bytes(newer.replace(b'"schema":1', b'"schema":2'))
    assert "2026-11-02 of octo-org: the day was stored by a newer version" in imported(tmp_path, FULL)
    assert history(tmp_path) == []


def test_a_count_of_seats_is_no_day(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "copilot_usage")
    seats = Snapshot(NEWEST, ORGANIZATION, Generation.SEATS, settled=True, document={"total": 3})
    assert imported(tmp_path, *(json.loads(line_of(one)) for one in (seats, KEPT)), scope=None) == ""
    assert "1 day read, 1 of them new or different" in caplog.text


def test_nothing_imported_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="Not everything") as caught:
        import_files([str(tmp_path / "none.json")], [ORGANIZATION], DirectoryStore(tmp_path), TODAY)
    assert caught.value.remedy.startswith("Nothing was imported.")


EVERY_TEAM = ORGANIZATION.of_team("*")


def imported_rows(folder: Path, **rows: object) -> str:
    """Imports files of these rows, by name, for every team; the problems, with names of files instead of paths."""
    for name, row in rows.items():
        (folder / f"{name}.json").write_text(json.dumps(row))
    names = [str(folder / f"{name}.json") for name in rows]
    try:
        import_files(names, [EVERY_TEAM], DirectoryStore(folder / "history"), TODAY)
    except UnreadableDocument as error:
        return error.cause.replace(f"{folder}/", "")
    return ""


def test_rows_of_people_and_teams_become_days_of_teams(tmp_path: Path) -> None:
    row = user_row(1, day="2026-11-02", loc_added_sum=6, used_chat=1)
    members = [membership(person, 42, "payments", day="2026-11-02") for person in (1, 2)]
    assert imported_rows(tmp_path, users=row, teams=members) == ""
    (day,) = history(tmp_path)
    assert (day.scope, day.day, day.settled) == (TEAM, date(2026, 11, 2), False)
    assert day.document is not None
    assert (day.document["loc_added_sum"], day.document["daily_active_users"]) == (6, 1)
    assert day.trailing == {"weekly_active_users": None, "monthly_active_users": None}


def test_a_row_that_cannot_be_joined_is_named_with_its_files(tmp_path: Path) -> None:
    users = {f"users{n}": user_row(n, day="2026-11-02", used_chat="yes") for n in range(1, 4)}
    said = imported_rows(tmp_path, **users, teams=membership(1, 42, "payments", day="2026-11-02"))
    assert said.startswith("users1.json, users2.json, users3.json and 1 more: users report, row 1: ")


def test_rows_without_the_other_kind_of_the_same_day_are_named_by_day(tmp_path: Path) -> None:
    users = [user_row(1, day="2026-11-03"), user_row(1, day=None)]
    said = imported_rows(tmp_path, users=users, teams=membership(1, 42, "payments", day="2026-11-02"))
    assert history(tmp_path) == []
    dayless, alone, teams = said.splitlines()
    assert dayless == "users.json: rows without a usable `day`: 1"
    assert alone.startswith("users.json: 2026-11-03: user rows without")
    assert teams.startswith("teams.json: 2026-11-02: user-teams rows without")
