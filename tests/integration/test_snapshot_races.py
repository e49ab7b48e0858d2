"""Many writers on one branch, and runs that end in the middle: the branch is always before or after, never between."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest

from builders import ORGANIZATION, TEAM
from copilot_usage.demo.github import Reply, Request, serve
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import Saved
from copilot_usage.domain.snapshot import Snapshot
from copilot_usage.errors import StoreRefused
from copilot_usage.snapshots.branch_store import RepositoryStore
from copilot_usage.snapshots.git_api import RetryPolicy
from fakes.git_data import GitData
from fakes.github import BRANCH, REF, TODAY, FakeGitHub, HungUp, replying
from fakes.real_git import bare_repository
from unit.snapshots.strategies import snapshot

YEAR = DateRange(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with serve(FakeGitHub(TODAY)) as github:
        yield github


def stored(github: FakeGitHub) -> list[str]:
    """The days of the organization on the branch."""
    lines = [
        line for path, text in sorted(github.files.items()) if "/octo-org/20" in path for line in text.splitlines()
    ]
    return [json.loads(line)["day"] for line in lines]


def before(where: str, act: Callable[[], object], times: int = 1) -> Callable[..., Reply]:
    """Something happens right before a request."""
    left = count(1)

    def intercept(request: Request, answer: Callable[[], Reply]) -> Reply:
        if where in f"{request.method} {request.path}" and next(left) <= times:
            act()
        return answer()

    return intercept


def test_a_lost_race_is_merged_line_by_line_from_the_new_head(github: FakeGitHub, tmp_path: Path) -> None:
    github.store().save([snapshot(1), snapshot(1, month=10), snapshot(1, scope=TEAM)])
    store = github.store()
    list(store.load([ORGANIZATION], YEAR))
    github.forget()
    other = github.store()
    github.intercept = before("PATCH", lambda: other.save([snapshot(2), snapshot(2, scope=TEAM)]))
    saved = store.save([snapshot(3), snapshot(2, month=10)])
    assert saved == Saved(2, github.head)
    assert stored(github) == ["2026-10-01", "2026-10-02", "2026-11-01", "2026-11-02", "2026-11-03"]
    assert github.slept
    bare_repository(github, tmp_path / "bare")


def test_after_a_lost_race_only_what_changed_is_read_and_posted_again(github: FakeGitHub) -> None:
    github.store().save([snapshot(1), snapshot(1, month=10)])
    store, other = github.store(), github.store()
    list(store.load([ORGANIZATION], YEAR))
    list(other.load([ORGANIZATION], YEAR))
    github.forget()
    github.intercept = before("PATCH", lambda: other.save([snapshot(2)]))
    store.save([snapshot(3), snapshot(2, month=10)])
    others = ["GET git/commits", "POST git/trees", "POST git/commits", "PATCH git/refs"]
    lost, again = others, ["GET git/ref", "GET git/trees", "GET git/blobs", *others]
    assert sorted(github.git_requests) == sorted([*others, *lost, *again])
    (last_tree,) = [request.body for request in github.requests if request.method == "POST"][-2:-1]
    assert ["content" in entry for entry in last_tree["tree"]] == [False, True]


def test_a_writer_whose_days_another_one_has_stored_has_nothing_to_write(github: FakeGitHub) -> None:
    github.store().save([snapshot(1)])
    store, other = github.store(), github.store()
    github.intercept = before("PATCH", lambda: other.save([snapshot(2), snapshot(3)]))
    assert store.save([snapshot(2)]) == Saved(0)


def test_a_branch_made_by_another_in_the_same_moment_is_a_lost_race(github: FakeGitHub) -> None:
    store, other = github.store(), github.store()
    github.intercept = before("POST /repos/octo-org/copilot-usage/git/refs", lambda: other.save([snapshot(1)]))
    assert store.save([snapshot(2)]).days_written == 1
    assert stored(github) == ["2026-11-01", "2026-11-02"]


@pytest.mark.parametrize("beginning", ["no branch", "a branch", "an empty repository"])
def test_twenty_writers_at_once_all_succeed(github: FakeGitHub, tmp_path: Path, beginning: str) -> None:
    if beginning == "a branch":
        github.store().save([snapshot(30)])
    elif beginning == "an empty repository":
        github.git.objects.refs.clear()
    together = Barrier(20)

    def write(number: int) -> Saved:
        policy = RetryPolicy(sleep=lambda seconds: None, chance=random.Random(number).random)
        store = RepositoryStore(
            repository=github.repository,
            branch=BRANCH,
            directory="snapshots",
            token=github.writing_token,
            api_url=github.api_url,
            policy=policy,
        )
        together.wait()
        return store.save([snapshot(number), snapshot(number, scope=ORGANIZATION.of_team(f"team-{number % 3}"))])

    with ThreadPoolExecutor(20) as pool:
        saved = list(pool.map(write, range(1, 21)))
    assert [one.days_written for one in saved] == [2] * 20
    assert len({one.commit for one in saved}) == 20
    assert [day for day in stored(github) if day != "2026-11-30"] == [f"2026-11-{n:02}" for n in range(1, 21)]
    lines = b"".join(text for path, text in github.files.items() if path.endswith(".ndjson")).splitlines()
    assert len(lines) == 40 + (beginning == "a branch")
    bare_repository(github, tmp_path / "bare")


def test_a_branch_that_always_changes_ends_in_an_error_that_says_so(github: FakeGitHub) -> None:
    github.store().save([snapshot(1)])
    days = iter(range(2, 1000))

    def somebody_writes() -> None:
        github.git.commit_file(f"notes/{next(days)}", b"", "busy", REF)

    github.intercept = before("PATCH", somebody_writes, times=1000)
    with pytest.raises(StoreRefused, match="Other writers kept changing the snapshot branch") as refused:
        github.store().save([snapshot(2)])
    assert "max-parallel" in refused.value.remedy
    assert max(github.slept) <= 20


def test_a_branch_deleted_meanwhile_is_made_again_with_what_it_held(
    github: FakeGitHub, caplog: pytest.LogCaptureFixture
) -> None:
    store = github.store()
    store.save([snapshot(1)])
    store.save([snapshot(2)])
    del github.git.objects.refs[REF]
    store.save([snapshot(3)])
    assert stored(github) == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert "was deleted while this run was writing" in caplog.text


def test_a_branch_that_is_not_found_when_it_is_to_be_moved_is_looked_for_again(github: FakeGitHub) -> None:
    store = github.store()
    store.save([snapshot(1)])
    gone = replying(404, "Not Found", where="PATCH")

    def intercept(request: Request, answer: Callable[[], Reply]) -> Reply:
        github.git.objects.refs.pop(REF, None) if request.method == "PATCH" else None
        return gone(request, answer)

    github.intercept = intercept
    assert store.save([snapshot(2)]).days_written == 1
    assert stored(github) == ["2026-11-01", "2026-11-02"]


def test_a_branch_put_back_meanwhile_goes_on_from_where_this_run_knows_it(github: FakeGitHub) -> None:
    store = github.store()
    store.save([snapshot(1)])
    older = github.head or ""
    store.save([snapshot(2)])
    github.git.objects.refs[REF] = older
    store.save([snapshot(3)])
    assert stored(github) == ["2026-11-01", "2026-11-02", "2026-11-03"]


def test_a_branch_replaced_meanwhile_is_written_to_and_told(
    github: FakeGitHub, caplog: pytest.LogCaptureFixture
) -> None:
    store = github.store()
    store.save([snapshot(1, month=10)])
    del github.git.objects.refs[REF]
    github.git.commit_file("README.md", b"anew", "anew", REF)
    store.save([snapshot(3)])
    assert stored(github) == ["2026-11-03"]
    assert "was replaced while this run was writing: 1 month that it held is gone" in caplog.text


# Ended at every request


def first_save(github: FakeGitHub) -> list[Snapshot]:
    return [snapshot(1), snapshot(1, scope=TEAM)]


def later_save(github: FakeGitHub) -> list[Snapshot]:
    github.store().save([snapshot(1), snapshot(1, month=10)])
    return [snapshot(2), snapshot(2, month=10)]


def save_to_an_empty_repository(github: FakeGitHub) -> list[Snapshot]:
    github.git.objects.refs.clear()
    return [snapshot(1)]


@pytest.mark.parametrize("prepare", [first_save, later_save, save_to_an_empty_repository])
@pytest.mark.parametrize("heard", [True, False])
def test_a_run_cut_off_at_any_request_leaves_the_branch_before_or_after(
    prepare: Callable[[FakeGitHub], list[Snapshot]], *, heard: bool
) -> None:
    """`heard`: GitHub still did what the last request asked for, only its answer got lost."""
    results = []
    for last in range(1, 20):
        with serve(FakeGitHub(TODAY)) as github:
            saving = prepare(github)
            beginning = stored(github)
            requests = count(1)

            def intercept(
                _: Request, answer: Callable[[], Reply], last: int = last, requests: Iterator[int] = requests
            ) -> Reply:
                number = next(requests)
                if number == last and heard:
                    answer()
                if number >= last:
                    raise HungUp
                return answer()

            github.intercept = intercept
            with suppress(StoreRefused):
                github.store(tries=1).save(saving)
            ended = stored(github)
            github.intercept = lambda _, answer: answer()
            github.store().save(saving)
            after = stored(github)
            assert ended in (beginning, after)
            assert set(after) >= {day.day.isoformat() for day in saving if day.scope == ORGANIZATION}
            results.append(ended == after)
            if next(requests) <= last:
                break
    assert results == sorted(results)
    assert results[0] is False
    assert results[-1] is True


@pytest.mark.parametrize("where", ["PATCH", "POST /repos/octo-org/copilot-usage/git/refs"])
def test_an_answer_that_got_lost_is_no_lost_race(github: FakeGitHub, where: str) -> None:
    if where == "PATCH":
        github.store().save([snapshot(1)])
    lost = iter([True])

    def intercept(request: Request, answer: Callable[[], Reply]) -> Reply:
        reply = answer()
        if where in f"{request.method} {request.path}" and next(lost, False):
            raise HungUp
        return reply

    github.intercept = intercept
    assert github.store().save([snapshot(2)]) == Saved(1, github.head)


# Empty repositories


def test_an_empty_repository_gets_its_first_file_and_then_the_days(github: FakeGitHub, tmp_path: Path) -> None:
    github.git.objects.refs.clear()
    github.forget()
    assert github.store().save([snapshot(1)]) == Saved(1, github.head)
    assert github.git_requests == [
        "GET git/ref",
        "POST git/trees",
        "PUT contents/README.md",
        "GET git/ref",
        "GET git/trees",
        "GET git/commits",
        "POST git/trees",
        "POST git/commits",
        "PATCH git/refs",
    ]
    assert list(github.git.objects.refs) == [REF]
    assert b"| organization | `octo-org` | reports | 2026-11 |" in github.files["README.md"]
    bare_repository(github, tmp_path / "bare")


def test_an_empty_repository_that_begins_with_its_default_branch_only_gets_a_note_there(github: FakeGitHub) -> None:
    github.git.objects.refs.clear()

    def only_main(request: Request, answer: Callable[[], Reply]) -> Reply:
        if request.method == "PUT" and request.body.get("branch"):
            return Reply(404, {"message": f"Branch {request.body['branch']} not found"})
        return answer()

    github.intercept = only_main
    assert github.store().save([snapshot(1)]).days_written == 1
    assert github.files_on("main") == {"README.md": b"Snapshots of Copilot usage are on the branch `copilot-usage`.\n"}
    assert sorted(github.files) == ["README.md", "snapshots/reports/organization/octo-org/2026-11.ndjson"]


def test_an_empty_repository_holds_nothing(github: FakeGitHub) -> None:
    github.git = GitData()
    assert list(github.store().load([ORGANIZATION], YEAR)) == []
