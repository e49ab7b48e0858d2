"""What GitHub, or the way to it, can have against reading and writing snapshots; over real sockets."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from builders import ORGANIZATION
from copilot_usage.demo.github import Reply, Request, serve
from copilot_usage.domain.dates import ending
from copilot_usage.errors import StoreRefused
from copilot_usage.snapshots.branch_store import RepositoryStore
from copilot_usage.snapshots.git_api import RetryPolicy
from fakes.github import BRANCH, TODAY, FakeGitHub, HungUp, replying
from unit.snapshots.strategies import snapshot

CANARY = "ghs_canary0writing0token0that0must0never0appear"
NOVEMBER = ending(TODAY, 28)
RULES = "Repository rule violations found\n\nChanges must be made through a pull request."
POST_REFS = "POST /repos/octo-org/copilot-usage/git/refs"


@pytest.fixture
def github(caplog: pytest.LogCaptureFixture) -> Iterator[FakeGitHub]:
    """The token is in no log, not even in PyGithub's own debug log."""
    caplog.set_level(logging.DEBUG)
    with serve(FakeGitHub(TODAY)) as github:
        github.writing_token = CANARY
        yield github
    assert CANARY not in caplog.text


def refusal_of(act: Callable[[], object]) -> StoreRefused:
    with pytest.raises(StoreRefused) as refused:
        act()
    error = refused.value
    chain = [error, error.__cause__, error.__context__]
    assert not any(CANARY in f"{one}{one!r}{vars(one)}" for one in chain if one is not None)
    assert "\x1b" not in error.cause
    assert error.remedy
    return error


def refused_save(github: FakeGitHub) -> StoreRefused:
    return refusal_of(lambda: github.store().save([snapshot(22)]))


def refused_load(github: FakeGitHub) -> StoreRefused:
    return refusal_of(lambda: list(github.store().load([ORGANIZATION], NOVEMBER)))


@pytest.mark.parametrize(
    ("intercept", "title"),
    [
        (replying(401, "Bad credentials"), "The snapshot token is not valid"),
        (replying(403, "Resource not accessible by integration", where="POST"), "The snapshot token cannot write"),
        (replying(403, "Resource not accessible by integration", where="PATCH"), "The snapshot token cannot write"),
        (replying(404, "Not Found", where="POST"), "The snapshot token cannot write"),
        (
            replying(403, "Repository was archived so is read-only.", where="POST"),
            "The snapshot repository is archived",
        ),
        (
            replying(403, "Resource protected by organization SAML enforcement."),
            "The snapshot token is not authorized for single sign-on",
        ),
        (replying(422, RULES, where="PATCH"), "The snapshot branch is protected"),
        (replying(409, RULES, where="PATCH"), "The snapshot branch is protected"),
        (
            replying(403, "Protected branch update failed for refs/heads/copilot-usage.", where="PATCH"),
            "The snapshot branch is protected",
        ),
        (replying(422, "Invalid request. Surprise.", where="POST"), "GitHub refused the snapshots"),
        (replying(451, "Repository access blocked"), "GitHub refused the snapshots"),
    ],
)
def test_a_save_that_github_refuses_says_why_and_what_to_do(
    github: FakeGitHub, intercept: Callable[..., Reply], title: str
) -> None:
    github.store().save([snapshot(21)])
    head = github.head
    github.intercept = intercept
    assert refused_save(github).title == title
    assert github.head == head
    assert github.slept == []


def test_a_rule_against_new_branches_is_a_rule(github: FakeGitHub) -> None:
    message = "Repository rule violations found\n\nCannot create ref due to creations being restricted."
    github.intercept = replying(422, message, where=POST_REFS)
    assert refused_save(github).title == "The snapshot branch is protected"


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Reference update failed", "GitHub refused the snapshots"),
        ("Not Found", "The snapshot token cannot write"),
    ],
)
def test_what_only_looks_like_a_lost_race_is_told_after_a_while(github: FakeGitHub, message: str, title: str) -> None:
    github.store().save([snapshot(21)])
    status = 404 if message == "Not Found" else 422
    github.intercept = replying(status, message, where="PATCH")
    assert refused_save(github).title == title
    assert len(github.slept) < 10


def test_a_missing_permission_is_a_block_to_paste(github: FakeGitHub) -> None:
    github.intercept = replying(403, "Resource not accessible by integration", where="POST")
    error = refused_save(github)
    assert "```yaml\npermissions:\n  contents: write\n```" in error.remedy
    assert "“Resource not accessible by integration”" in error.cause


@pytest.mark.parametrize(
    ("intercept", "title"),
    [
        (replying(401, "Bad credentials"), "The snapshot token is not valid"),
        (replying(403, "Resource not accessible by personal access token"), "The snapshot token cannot read"),
        (replying(404, "Not Found"), "The snapshot repository was not found"),
    ],
)
def test_a_load_that_github_refuses_says_why(github: FakeGitHub, intercept: Callable[..., Reply], title: str) -> None:
    github.intercept = intercept
    assert refused_load(github).title == title


def test_a_month_that_cannot_be_read_is_an_error_and_not_a_gap(github: FakeGitHub) -> None:
    github.store().save([snapshot(21)])
    github.intercept = replying(404, "Not Found", where="git/blobs")
    assert refused_load(github).title == "The snapshot repository was not found"


def test_a_first_file_that_is_refused_says_why(github: FakeGitHub) -> None:
    github.git.objects.refs.clear()
    github.intercept = replying(403, "Resource not accessible by integration", where="PUT")
    assert refused_save(github).title == "The snapshot token cannot write"


def test_an_unknown_repository_is_told_from_a_missing_branch(github: FakeGitHub) -> None:
    store = github.store(repository="octo-org/typo")
    assert refusal_of(lambda: store.save([snapshot(1)])).title == "The snapshot repository was not found"


def test_a_repository_that_was_renamed_is_told_before_anything_is_written(github: FakeGitHub) -> None:
    def renamed(request: Request, answer: Callable[[], Reply]) -> Reply:
        if request.path.startswith("/repos/octo-org/old/"):
            path = request.path.replace("/repos/octo-org/old/", f"/repos/{github.repository}/")
            return Reply(301, {"message": "Moved Permanently"}, {"Location": f"{github.api_url}{path}"})
        return answer()

    github.store().save([snapshot(1)])
    github.intercept = renamed
    error = refusal_of(lambda: github.store(repository="octo-org/old").save([snapshot(2)]))
    assert error.title == "The snapshot repository has moved"
    assert "“octo-org/copilot-usage”" in error.cause


def test_the_token_does_not_follow_to_another_host(github: FakeGitHub) -> None:
    github.intercept = lambda request, _: Reply(301, {}, {"Location": f"http://localhost:1{request.path}"})
    error = refused_load(github)
    assert (error.title, "redirects" in error.cause) == ("The snapshot repository could not be reached", True)


# Faults that pass


def sometimes(*faults: Reply | None, where: str = "") -> Callable[..., Reply]:
    """The first requests that fit go wrong; None: without any answer."""
    waiting = iter(faults)

    def intercept(request: Request, answer: Callable[[], Reply]) -> Reply:
        if where not in f"{request.method} {request.path}":
            return answer()
        fault = next(waiting, Ellipsis)
        if fault is None:
            raise HungUp
        return answer() if fault is Ellipsis else fault

    return intercept


BROKEN = Reply(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"})
HTML = Reply(200, b"<html>proxy</html>", {"Content-Type": "text/html"})
BROKEN_OFF = Reply(200, b'{"sha": "00')
ODD = Reply(200, {"sha": 5, "object": []})
SECONDARY = Reply(403, {"message": "You have exceeded a secondary rate limit."})
TOO_MANY = Reply(429, {"message": "Slow down"})
PAUSE = Reply(403, {"message": "no"}, {"Retry-After": "7"})


@pytest.mark.parametrize("where", ["GET", "git/blobs", "POST", "git/trees", "git/commits", "PATCH"])
@pytest.mark.parametrize("fault", [BROKEN, None, HTML, BROKEN_OFF, ODD, SECONDARY, TOO_MANY, PAUSE])
def test_what_passes_is_tried_again_until_it_has_passed(github: FakeGitHub, where: str, fault: Reply | None) -> None:
    github.store().save([snapshot(20)])
    github.intercept = sometimes(fault, fault, where=where)
    assert github.store().save([snapshot(21)]).commit == github.head
    assert list(github.store().load([ORGANIZATION], NOVEMBER)) == [snapshot(20), snapshot(21)]
    assert len(github.slept) >= 1


@pytest.mark.parametrize(
    ("fault", "waits"),
    [(BROKEN, [1, 2]), (SECONDARY, [60, 60]), (TOO_MANY, [60, 60]), (PAUSE, [7, 7])],
)
def test_waits_are_those_that_github_asks_for(github: FakeGitHub, fault: Reply, waits: list[float]) -> None:
    github.intercept = sometimes(fault, fault, where="git/ref/")
    list(github.store().load([ORGANIZATION], NOVEMBER))
    assert github.slept == waits


@pytest.mark.parametrize(
    ("fault", "title", "words"),
    [
        (BROKEN, "The snapshot repository could not be reached", "GitHub answered 502"),
        (None, "The snapshot repository could not be reached", "the connection was reset"),
        (HTML, "The snapshot repository could not be reached", "the response is not one of GitHub's API"),
        (BROKEN_OFF, "The snapshot repository could not be reached", "the response is not one of GitHub's API"),
        (SECONDARY, "The rate limit of the snapshot repository is used up", "GitHub answered 403"),
        (TOO_MANY, "The rate limit of the snapshot repository is used up", "GitHub answered 429"),
        (PAUSE, "The rate limit of the snapshot repository is used up", "GitHub asks for a pause of 7 s"),
    ],
)
def test_what_does_not_pass_is_given_up_after_some_tries(
    github: FakeGitHub, fault: Reply | None, title: str, words: str
) -> None:
    requests = count()
    intercept = sometimes(*[fault] * 100)

    def counted(request: Request, answer: Callable[[], Reply]) -> Reply:
        next(requests)
        return intercept(request, answer)

    github.intercept = counted
    error = refused_save(github)
    assert (error.title, words in error.cause) == (title, True)
    assert next(requests) == 3


@pytest.mark.parametrize(
    "headers", [{"Retry-After": "3600"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"}]
)
@pytest.mark.parametrize("status", [403, 429])
def test_a_pause_longer_than_a_run_may_take_is_not_waited_for(
    github: FakeGitHub, headers: dict[str, str], status: int
) -> None:
    github.store().save([snapshot(20)])
    message = {"message": "API rate limit exceeded for installation."}
    github.intercept = lambda request, answer: Reply(status, message, headers) if request.method == "POST" else answer()
    error = refused_save(github)
    assert error.title == "The rate limit of the snapshot repository is used up"
    assert "3600 s" in error.cause or "2100-01-01 00:00 UTC" in error.cause
    assert not [wait for wait in github.slept if wait > 60]


def test_a_senseless_pause_is_not_believed(github: FakeGitHub) -> None:
    github.intercept = sometimes(Reply(503, b"", {"Retry-After": "soon"}), Reply(503, b"", {"Retry-After": "-5"}))
    assert list(github.store().load([ORGANIZATION], NOVEMBER)) == []


def test_a_blob_that_is_not_what_its_name_says_is_asked_for_again(github: FakeGitHub) -> None:
    github.store().save([snapshot(20)])
    other = Reply(200, {"sha": "0" * 40, "content": "e30=", "encoding": "base64"})
    github.intercept = sometimes(other, where="git/blobs")
    assert list(github.store().load([ORGANIZATION], NOVEMBER)) == [snapshot(20)]


@pytest.mark.parametrize("encoded", ["utf-8"])
def test_a_blob_may_come_as_plain_text(github: FakeGitHub, encoded: str) -> None:
    github.store().save([snapshot(20)])
    text = github.files["snapshots/reports/organization/octo-org/2026-11.ndjson"].decode()
    github.intercept = sometimes(Reply(200, {"content": text, "encoding": encoded}), where="git/blobs")
    assert list(github.store().load([ORGANIZATION], NOVEMBER)) == [snapshot(20)]


# No server


def store_at(api_url: str, token: str = CANARY) -> RepositoryStore:
    policy = RetryPolicy(sleep=lambda seconds: None, tries=2, timeout=1)
    return RepositoryStore(
        repository="octo-org/history",
        branch=BRANCH,
        directory="snapshots",
        token=token,
        api_url=api_url,
        policy=policy,
    )


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.parametrize(
    ("api_url", "token"),
    [
        (f"http://127.0.0.1:{free_port()}", CANARY),
        (f"http://127.0.0.1:{free_port()}/api/v3", CANARY),
        ("http://127.0.0.1:1", f"{CANARY}\n"),
        ("http://127.0.0.1:1", f"{CANARY}ü€"),
    ],
    # The ports are free ones, so the addresses are others in each process that collects the tests.
    ids=["no server", "with a path", "a line break in the token", "letters in the token that no header may hold"],
)
def test_a_host_that_is_not_there_is_an_error_with_a_remedy(api_url: str, token: str) -> None:
    error = refusal_of(lambda: store_at(api_url, token).save([snapshot(1)]))
    assert error.title == "The snapshot repository could not be reached"


def test_a_host_that_says_nothing_is_not_waited_for_without_end() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        error = refusal_of(lambda: store_at(f"http://127.0.0.1:{silent.getsockname()[1]}").save([snapshot(1)]))
    assert "no answer in time" in error.cause


def test_an_api_below_a_path_is_reached_there(github: FakeGitHub) -> None:
    paths = []

    def below(request: Request, answer: Callable[[], Reply]) -> Reply:
        paths.append(request.path)
        return answer()

    github.intercept = below
    store = store_at(f"{github.api_url}/api/v3/")
    assert refusal_of(lambda: store.save([snapshot(1)])).title == "The snapshot repository was not found"
    assert set(paths) == {
        f"/api/v3/repos/octo-org/history/git/ref/heads/{BRANCH}",
        "/api/v3/repos/octo-org/history",
    }
