"""The store on a branch, over real sockets: what it asks for, what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Barrier, Lock

import pytest

from builders import ORGANIZATION, TEAM
from copilot_usage.demo.github import Reply, Request, serve
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import LeftOut, Saved, SkippedMonths
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.errors import StoreRefused
from fakes.github import BRANCH, TODAY, FakeGitHub
from fakes.real_git import bare_repository, git
from unit.snapshots.strategies import snapshot

YEAR = DateRange(date(2025, 11, 24), date(2026, 11, 23))
NOVEMBER = DateRange(date(2026, 11, 1), date(2026, 11, 30))
NOVEMBER_FILE = "snapshots/reports/organization/octo-org/2026-11.ndjson"
COMMIT = ["POST git/trees", "POST git/commits", "PATCH git/refs"]


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with serve(FakeGitHub(TODAY)) as github:
        yield github


def year_of(scope: Scope) -> list[Snapshot]:
    return [
        Snapshot(day, scope, Generation.REPORTS, settled=True, document={"daily_active_users": n})
        for n, day in enumerate(YEAR)
    ]


def loaded(github: FakeGitHub, *scopes: Scope, days: DateRange = NOVEMBER) -> list[Snapshot | SkippedMonths]:
    return list(github.store().load(scopes or [ORGANIZATION], days))


def clone(github: FakeGitHub, folder: Path) -> Path:
    """What git makes of the branch."""
    git(bare_repository(github, folder / "bare"), "clone", "--quiet", "--branch", BRANCH, ".", str(folder / "work"))
    return folder / "work"


def test_the_first_save_creates_an_orphan_branch(github: FakeGitHub, tmp_path: Path) -> None:
    main = github.files_on("main")
    saved = github.store().save([snapshot(20), snapshot(21, scope=TEAM)])
    assert saved == Saved(2, github.head)
    assert sorted(github.files) == [
        "README.md",
        NOVEMBER_FILE,
        "snapshots/reports/team/octo-org/payments/2026-11.ndjson",
    ]
    work = clone(github, tmp_path)
    assert git(work, "log", "--format=%s") == "Copilot usage: 2 days of octo-org and 1 more up to 2026-11-21\n"
    assert github.files_on("main") == main


def test_what_one_run_saves_the_next_one_loads(github: FakeGitHub) -> None:
    days = [snapshot(20), snapshot(21, None), snapshot(22, settled=False, trailing={"weekly_active_users": 3})]
    github.store().save(days)
    assert loaded(github) == days


def test_where_there_is_no_branch_nothing_is_stored(github: FakeGitHub) -> None:
    assert loaded(github) == []
    assert github.git_requests == ["GET git/ref", "GET /repos/octo-org/copilot-usage"]


def test_a_year_of_one_scope_loads_within_fifteen_requests(github: FakeGitHub) -> None:
    days = year_of(ORGANIZATION)
    github.store().save(days)
    github.forget()
    assert loaded(github, days=YEAR) == days
    assert len(github.git_requests) == 15
    assert github.git_requests[:2] == ["GET git/ref", "GET git/trees"]


def test_a_year_of_every_team_asks_once_for_each_month(github: FakeGitHub) -> None:
    teams = [ORGANIZATION.of_team(f"team-{n}") for n in range(8)]
    github.store().save([day for team in teams for day in year_of(team)])
    github.forget()
    found = [item for item in loaded(github, ORGANIZATION.of_team("*"), days=YEAR) if isinstance(item, Snapshot)]
    assert len(found) == 8 * 365
    assert [item.day.strftime("%Y-%m") for item in found] == sorted(item.day.strftime("%Y-%m") for item in found)
    assert len(github.git_requests) == 2 + 8 * 13


def test_an_up_to_date_run_asks_six_times_and_once_for_each_month(github: FakeGitHub) -> None:
    github.store().save([*year_of(ORGANIZATION)[:-2], snapshot(22, settled=False)])
    github.forget()
    store = github.store()
    list(store.load([ORGANIZATION], DateRange(date(2026, 10, 25), date(2026, 11, 23))))
    assert store.save([snapshot(22, 11), snapshot(23), snapshot(30, 7, month=10)]).days_written == 3
    assert len(github.git_requests) == 6 + 2
    assert github.git_requests[-4:] == ["GET git/commits", *COMMIT]


def test_a_run_without_news_posts_nothing(github: FakeGitHub) -> None:
    github.store().save([snapshot(20), snapshot(21)])
    head = github.head
    github.forget()
    store = github.store()
    list(store.load([ORGANIZATION], NOVEMBER))
    assert store.save([snapshot(21), snapshot(20)]) == Saved(0)
    assert github.git_requests == ["GET git/ref", "GET git/trees", "GET git/blobs"]
    assert github.head == head


def test_nothing_about_a_person_is_posted_and_the_days_left_out_come_back(github: FakeGitHub) -> None:
    person = replace(snapshot(2), document={"daily_active_users": 1, "user_login": "person-a"})
    store = github.store()
    assert store.save([person]) == Saved(0, left_out=(LeftOut(ORGANIZATION, person.day, "it is about a person"),))
    assert github.head is None
    saved = store.save([person, snapshot(1), snapshot(1, generation=Generation.SEATS)])
    assert (saved.days_written, [left.day for left in saved.left_out]) == (1, [person.day])
    assert loaded(github) == [snapshot(1), snapshot(1, generation=Generation.SEATS)]


def test_saving_nothing_asks_nothing(github: FakeGitHub) -> None:
    assert github.store().save([]) == Saved(0)
    assert github.git_requests == []


def test_months_of_which_nothing_is_wanted_are_not_read(github: FakeGitHub) -> None:
    github.store().save([*year_of(ORGANIZATION), snapshot(20, scope=TEAM)])
    github.forget()
    assert len(loaded(github, TEAM)) == 1
    assert github.git_requests == ["GET git/ref", "GET git/trees", "GET git/blobs"]


def test_each_save_of_one_run_builds_on_the_one_before(github: FakeGitHub, tmp_path: Path) -> None:
    store = github.store()
    list(store.load([ORGANIZATION], YEAR))
    store.save([snapshot(1), snapshot(2)])
    github.forget()
    assert store.save([snapshot(2, 11), snapshot(3)]).days_written == 2
    assert store.save([snapshot(1, month=10)]).days_written == 1
    assert github.git_requests == COMMIT * 2
    assert loaded(github, days=YEAR) == [snapshot(1, month=10), snapshot(1), snapshot(2, 11), snapshot(3)]
    assert git(clone(github, tmp_path), "rev-list", "--count", BRANCH) == "3\n"


def test_the_months_that_are_stored_cost_no_request_beside_those_of_loading(github: FakeGitHub) -> None:
    github.store().save([snapshot(1), snapshot(1, scope=TEAM)])
    store = github.store()
    list(store.load([ORGANIZATION], NOVEMBER))
    asked = len(github.requests)
    assert store.months() == {ORGANIZATION: ["2026-11"], TEAM: ["2026-11"]}
    assert len(github.requests) == asked


def test_two_loads_of_one_run_look_at_the_branch_once(github: FakeGitHub) -> None:
    github.store().save(year_of(ORGANIZATION))
    github.forget()
    store = github.store()
    list(store.load([ORGANIZATION], NOVEMBER))
    list(store.load([ORGANIZATION], DateRange(date(2026, 10, 15), date(2026, 11, 30))))
    assert github.git_requests == ["GET git/ref", "GET git/trees", "GET git/blobs", "GET git/blobs"]


def test_a_load_that_is_given_up_stops_asking(github: FakeGitHub) -> None:
    github.store().save([day for n in range(8) for day in year_of(ORGANIZATION.of_team(f"team-{n}"))])
    github.forget()
    loading = github.store().load([ORGANIZATION.of_team("*")], YEAR)
    next(loading)
    assert hasattr(loading, "close")
    loading.close()
    assert len(github.git_requests) < 2 + 20


def test_large_months_go_as_blobs_and_many_small_ones_in_several_trees(github: FakeGitHub) -> None:
    def heavy(day: int, scope: Scope, size: int) -> Snapshot:
        document = {"daily_active_users": 1, "pad": "x" * size}
        return Snapshot(date(2026, 11, day), scope, Generation.REPORTS, settled=True, document=document)

    teams = [ORGANIZATION.of_team(f"team-{n}") for n in range(6)]
    days = [heavy(1, ORGANIZATION, 2_000_000), *(heavy(1, team, 900_000) for team in teams)]
    github.store().save(days)
    assert github.git_requests[2:] == ["POST git/blobs", *["POST git/trees"] * 2, "POST git/commits", "POST git/refs"]
    assert set(map(str, loaded(github, ORGANIZATION, *teams))) == set(map(str, days))


def test_many_writes_in_a_row_pause_between_them(github: FakeGitHub) -> None:
    def huge(team: int) -> Snapshot:
        document = {"daily_active_users": 1, "pad": "x" * 1_100_000}
        return Snapshot(date(2026, 11, 1), ORGANIZATION.of_team(f"t{team}"), Generation.REPORTS, True, document)  # noqa: FBT003

    github.store().save([huge(team) for team in range(22)])
    assert github.slept == [1] * (22 + 3 - 20)


def test_lines_that_cannot_be_used_survive_a_save(github: FakeGitHub) -> None:
    foreign = b'\xff broken\n{"schema":9,"day":"2026-11-05"}\n'
    github.git.commit_file(NOVEMBER_FILE, foreign, "by hand", f"refs/heads/{BRANCH}")
    github.store().save([snapshot(20)])
    assert github.files[NOVEMBER_FILE].endswith(foreign)
    day, skipped = loaded(github)
    assert day == snapshot(20)
    assert isinstance(skipped, SkippedMonths)
    assert "line 2 of reports/organization/octo-org/2026-11.ndjson" in skipped.reason


# README


def readme(github: FakeGitHub, path: str = "README.md") -> str:
    return github.files[path].decode()


def test_the_branch_explains_itself_in_the_same_commit(github: FakeGitHub, tmp_path: Path) -> None:
    github.store().save([snapshot(20, month=9)])
    github.store().save([snapshot(20)])
    assert "| organization | `octo-org` | reports | 2026-09 | 2026-11 | 2026-10 |" in readme(github)
    changed = git(clone(github, tmp_path), "show", "--name-only", "--format=", BRANCH).split()
    assert changed == ["README.md", NOVEMBER_FILE]


def test_the_readme_changes_only_with_the_months(github: FakeGitHub, tmp_path: Path) -> None:
    github.store().save([snapshot(20)])
    github.store().save([snapshot(21)])
    assert git(clone(github, tmp_path), "show", "--name-only", "--format=", BRANCH).split() == [NOVEMBER_FILE]


def test_the_readme_is_the_same_however_the_branch_came_about(github: FakeGitHub) -> None:
    for day in (snapshot(1, scope=TEAM), snapshot(1, month=8), snapshot(1), snapshot(2)):
        github.store().save([day])
    piece_by_piece = github.files
    del github.git.objects.refs[f"refs/heads/{BRANCH}"]
    github.store().save([snapshot(1), snapshot(2), snapshot(1, scope=TEAM), snapshot(1, month=8)])
    assert github.files == piece_by_piece


def test_a_readme_that_an_older_version_wrote_is_written_anew(github: FakeGitHub) -> None:
    github.store().save([snapshot(20)])
    older = github.files["README.md"].split(b"\n", 1)[0] + b"\nold words\n"
    github.git.commit_file("README.md", older, "older", f"refs/heads/{BRANCH}")
    github.forget()
    github.store().save([snapshot(21)])
    assert "old words" not in readme(github)
    assert len(github.git_requests) == 6 + 1 + 1


def test_a_shared_branch_keeps_its_own_readme(github: FakeGitHub) -> None:
    before = github.files_on("main")
    for month in (10, 11):
        github.store(branch="main").save([snapshot(1, month=month)])
    after = github.files_on("main")
    assert {path: after[path] for path in before} == before
    assert b"| 2026-10 | 2026-11 | none |" in after["snapshots/README.md"]


def test_a_readme_of_others_in_the_directory_is_left_alone(github: FakeGitHub) -> None:
    github.git.commit_file("snapshots/README.md", b"# Mine\n", "mine", f"refs/heads/{BRANCH}")
    github.store().save([snapshot(1)])
    assert readme(github, "snapshots/README.md") == "# Mine\n"
    assert "README.md" not in github.files


def test_a_deep_directory_is_a_folder_like_any_other(github: FakeGitHub) -> None:
    github.store(directory="data/copilot usage/").save([snapshot(1)])
    assert "data/copilot usage/reports/organization/octo-org/2026-11.ndjson" in github.files
    assert list(github.store(directory="data/copilot usage").load([ORGANIZATION], NOVEMBER)) == [snapshot(1)]
    assert 'Path("data/copilot usage/reports")' in readme(github)


def test_a_branch_with_a_slash_is_a_branch_like_any_other(github: FakeGitHub) -> None:
    for day in (1, 2):
        github.store(branch="data/copilot").save([snapshot(day)])
    assert list(github.store(branch="data/copilot").load([ORGANIZATION], NOVEMBER)) == [snapshot(1), snapshot(2)]


# Long lists and short limits


def cut_off(most: int) -> Callable[[Request, Callable[[], Reply]], Reply]:
    """Lists no more than so many entries of a recursive tree, as GitHub does past 100,000."""

    def intercept(request: Request, answer: Callable[[], Reply]) -> Reply:
        reply = answer()
        if "/git/trees/" in request.path and request.query.get("recursive") and len(reply.content["tree"]) > most:
            return Reply(200, {**reply.content, "tree": reply.content["tree"][:most], "truncated": True})
        return reply

    return intercept


@pytest.mark.parametrize("most", [1, 4, 12, 40])
def test_a_branch_too_large_for_one_list_is_walked_folder_by_folder(github: FakeGitHub, most: int) -> None:
    for n in range(20):
        github.git.commit_file(f"src/{n}/main.py", b"", "code", "refs/heads/main")
    days = [*year_of(ORGANIZATION), *(snapshot(1, scope=ORGANIZATION.of_team(f"team-{n}")) for n in range(9))]
    github.store(branch="main").save(days)
    github.intercept = cut_off(most)
    found = list(github.store(branch="main").load([ORGANIZATION, ORGANIZATION.of_team("*")], YEAR))
    assert len(found) == len(days)
    assert github.store(branch="main").save([snapshot(2, scope=TEAM)]).days_written == 1
    assert len([path for path in github.files_on("main") if path.startswith("src/")]) == 20


def test_a_folder_that_github_never_lists_completely_is_an_error_and_not_a_loss(github: FakeGitHub) -> None:
    github.store().save([snapshot(1), snapshot(1, month=10)])
    head = github.head

    def intercept(request: Request, answer: Callable[[], Reply]) -> Reply:
        reply = answer()
        if "/git/trees/" in request.path:
            return Reply(200, {**reply.content, "tree": reply.content["tree"][:1], "truncated": True})
        return reply

    github.intercept = intercept
    with pytest.raises(StoreRefused, match="The snapshot branch is too large to be listed"):
        github.store().save([snapshot(2)])
    assert github.head == head


def with_limit(github: FakeGitHub, limit: int) -> None:
    """Counts down, and refuses when nothing is left."""
    left = iter(range(limit - 1, -1, -1))

    def intercept(_: Request, answer: Callable[[], Reply]) -> Reply:
        remaining = next(left, None)
        headers = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": str(remaining or 0)}
        if remaining is None:
            reset = {"X-RateLimit-Reset": "4102444800"}
            return Reply(403, {"message": "API rate limit exceeded for installation ID 1."}, headers | reset)
        reply = answer()
        return Reply(reply.status, reply.content, {**reply.headers, **headers})

    github.intercept = intercept


def test_where_the_limit_is_short_the_oldest_months_are_left_out_and_told(github: FakeGitHub) -> None:
    github.store().save([*year_of(ORGANIZATION), *year_of(TEAM)])
    with_limit(github, 2 + 20 + 10)
    store = github.store()
    found = list(store.load([ORGANIZATION, TEAM], YEAR))
    skipped = [item for item in found if isinstance(item, SkippedMonths)]
    assert [(item.scope, item.months[0], item.months[-1]) for item in skipped] == [
        (ORGANIZATION, "2025-11", "2026-06"),
        (TEAM, "2025-11", "2026-06"),
    ]
    assert skipped[0].reason == "only 30 requests of this hour are left at GitHub"
    assert min(item.day for item in found if isinstance(item, Snapshot)) == date(2026, 7, 1)
    assert store.save([snapshot(23, 1000)]).days_written == 1


def test_where_others_use_up_the_limit_meanwhile_the_rest_is_told(github: FakeGitHub) -> None:
    github.store().save(year_of(ORGANIZATION))
    with_limit(github, 1000)
    normal, count = github.intercept, iter(range(1000))

    def suddenly_empty(request: Request, answer: Callable[[], Reply]) -> Reply:
        if next(count) == 7:
            with_limit(github, 0)
        return normal(request, answer)

    github.intercept = suddenly_empty
    found = loaded(github, days=YEAR)
    skipped = [item for item in found if isinstance(item, SkippedMonths)]
    assert [item.reason for item in skipped] == ["GitHub's rate limit was used up meanwhile"]
    read = {item.day.strftime("%Y-%m") for item in found if isinstance(item, Snapshot)}
    assert len(read) + len(skipped[0].months) == 13
    assert not read & set(skipped[0].months)
    assert read


def test_a_host_without_limits_is_read_whole(github: FakeGitHub) -> None:
    github.store().save(year_of(ORGANIZATION))
    assert len(loaded(github, days=YEAR)) == 365


def test_a_seat_count_is_stored_beside_the_reports(github: FakeGitHub) -> None:
    seats = Snapshot(date(2026, 11, 23), ORGANIZATION, Generation.SEATS, settled=True, document={"total": 12})
    github.store().save([snapshot(20), seats])
    assert set(map(str, loaded(github))) == {str(snapshot(20)), str(seats)}
    assert "snapshots/seats/organization/octo-org/2026-11.ndjson" in github.files


def test_days_come_in_order_though_four_months_are_requested_at_once(github: FakeGitHub) -> None:
    github.store().save(year_of(ORGANIZATION))
    lock, now, most = Lock(), 0, 0
    together = Barrier(4, timeout=5)

    def intercept(request: Request, answer: Callable[[], Reply]) -> Reply:
        nonlocal now, most
        if "/git/blobs/" not in request.path:
            return answer()
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1
        return answer()

    github.intercept = intercept
    twelve_months = DateRange(date(2025, 12, 1), YEAR.until)
    found = [item.day for item in loaded(github, days=twelve_months) if isinstance(item, Snapshot)]
    assert found == list(twelve_months)
    assert most == 4


def test_requests_made_ahead_that_fail_at_once_are_made_again_one_by_one(github: FakeGitHub) -> None:
    github.store().save(year_of(ORGANIZATION))
    slow_down = iter([Reply(429, {"message": "Slow down"})] * 4)
    together = Barrier(4, timeout=5)

    def intercept(request: Request, answer: Callable[[], Reply]) -> Reply:
        if "/git/blobs/" not in request.path or (fault := next(slow_down, None)) is None:
            return answer()
        together.wait()
        return fault

    github.intercept = intercept
    assert len(loaded(github, days=YEAR)) == 365
    assert github.slept == []
