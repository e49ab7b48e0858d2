from __future__ import annotations

from collections.abc import Mapping

import pytest

from copilot_usage.errors import StoreRefused
from copilot_usage.snapshots.errors import BranchAddress, GitResponse, moved, outrun, refused, too_large, unreachable

CANARY = "ghs_canary0token"
ADDRESS = BranchAddress("octo-org/history", "copilot-usage", "http://127.0.0.1", CANARY)


def answer(
    status: int, message: str = "", headers: Mapping[str, str] | None = None, *, writing: bool = True
) -> GitResponse:
    return GitResponse(status, message, headers or {}, writing)


@pytest.mark.parametrize(
    ("said", "title", "remedy"),
    [
        (answer(401, "Bad credentials"), "The snapshot token is not valid", "has not expired"),
        (
            answer(403, "Resource not accessible by integration"),
            "The snapshot token cannot write",
            "permissions:\n  contents: write",
        ),
        (
            answer(403, "Resource not accessible by personal access token"),
            "The snapshot token cannot write",
            "Contents",
        ),
        (answer(404, "Not Found"), "The snapshot token cannot write", "contents: write"),
        (
            answer(403, "Resource not accessible by integration", writing=False),
            "The snapshot token cannot read",
            "contents: write",
        ),
        (answer(404, "Not Found", writing=False), "The snapshot repository was not found", "owner/name"),
        (answer(403, "Repository was archived so is read-only."), "The snapshot repository is archived", "Unarchive"),
        (
            answer(403, "Resource protected by organization SAML enforcement. You must grant your token access."),
            "The snapshot token is not authorized for single sign-on",
            "Authorize the token",
        ),
        (
            answer(422, "Repository rule violations found\n\nChanges must be made through a pull request."),
            "The snapshot branch is protected",
            "snapshot-branch: copilot-usage",
        ),
        (
            answer(409, "Repository rule violations found\n\nCannot create ref due to creations being restricted."),
            "The snapshot branch is protected",
            "bypass",
        ),
        (
            answer(422, 'Required status check "build" is expected.'),
            "The snapshot branch is protected",
            "snapshot-branch",
        ),
        (
            answer(403, "Protected branch update failed for refs/heads/main."),
            "The snapshot branch is protected",
            "snapshot-branch",
        ),
        (
            answer(403, "API rate limit exceeded"),
            "The rate limit of the snapshot repository is used up",
            "after that time",
        ),
        (answer(429), "The rate limit of the snapshot repository is used up", "1,000 requests an hour"),
        (answer(502, "Server Error"), "The snapshot repository could not be reached", "githubstatus.com"),
        (answer(418, "I'm a teapot"), "GitHub refused the snapshots", "debug log"),
        (answer(422, "Invalid request"), "GitHub refused the snapshots", "debug log"),
    ],
)
def test_each_situation_has_its_title_and_its_remedy(said: GitResponse, title: str, remedy: str) -> None:
    error = refused(ADDRESS, said)
    assert isinstance(error, StoreRefused)
    assert error.title == title
    assert remedy in error.remedy
    assert error.response is said


@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 429, 500, 503])
@pytest.mark.parametrize("writing", [True, False])
def test_no_error_holds_the_token(status: int, *, writing: bool) -> None:
    error = refused(ADDRESS, answer(status, "no", writing=writing))
    assert CANARY not in f"{error}{error.cause}{error.remedy}{error!r}{ADDRESS!r}"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"retry-after": "3600"}, "GitHub asks for a pause of 3600 s"),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795435200"}, "it is full again at 2026-11-23 12:00 UTC"),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 40}, "GitHub does not say for how long"),
        ({"x-ratelimit-remaining": "0"}, "GitHub does not say for how long"),
    ],
)
def test_a_rate_limit_says_when_it_is_over(headers: Mapping[str, str], words: str) -> None:
    assert words in refused(ADDRESS, answer(403, "limit", headers)).cause


def test_what_github_said_is_quoted_on_one_line_and_not_without_end() -> None:
    cause = refused(ADDRESS, answer(418, "first\nsecond\x1b[31m\u202e" + "x" * 5000)).cause
    assert "(“first second [31m xxx" in cause
    assert len(cause) < 500


def test_braces_in_what_github_said_are_no_placeholders() -> None:
    assert "{0} {token}" in refused(ADDRESS, answer(418, "{0} {token}")).cause


@pytest.mark.parametrize(
    "message",
    ["Update is not a fast forward", "Reference already exists", "Reference does not exist", "Reference update failed"],
)
def test_a_lost_race_is_known(message: str) -> None:
    assert answer(422, message).lost_race
    assert not answer(403, message).lost_race


def test_a_conflict_is_a_lost_race_unless_a_rule_is_behind_it() -> None:
    assert answer(409, "Conflict").lost_race
    assert not answer(409, "Repository rule violations found").lost_race


def test_an_empty_repository_is_known() -> None:
    assert answer(409, "Git Repository is empty.").empty_repository
    assert not answer(409, "Conflict").empty_repository


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (unreachable(ADDRESS, "no answer in time"), "octo-org/history: no answer in time."),
        (moved(ADDRESS, "octo-labs/history"), "octo-org/history answers from another address (“octo-labs/history”)."),
        (outrun(ADDRESS, 40), "40 times another writer changed the branch copilot-usage of octo-org/history"),
        (too_large(ADDRESS, ""), "GitHub lists the top folder of copilot-usage"),
    ],
)
def test_errors_without_a_response_have_words_too(error: StoreRefused, words: str) -> None:
    assert words in error.cause
    assert error.remedy


@pytest.mark.parametrize(
    ("response", "seconds"),
    [
        (answer(502), 3),
        (answer(500, headers={"retry-after": "7"}), 7),
        (answer(503, headers={"retry-after": "soon"}), 3),
        (answer(503, headers={"retry-after": "-5"}), 3),
        (answer(403, "You have exceeded a secondary rate limit."), 60),
        (answer(429), 60),
        (answer(429, headers={"retry-after": "7", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1090"}), 7),
        (answer(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1090"}), 91),
        (answer(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "910"}), 1),
        (answer(429, headers={"x-ratelimit-remaining": "12", "x-ratelimit-reset": "1090"}), 60),
        (answer(403, headers={"x-ratelimit-remaining": "0"}), 60),
        (answer(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 400}), 60),
        (answer(429, headers={"retry-after": "9" * 5000}), 60),
        (answer(403, "Resource not accessible by integration"), None),
        (answer(404), None),
        (answer(422, "Update is not a fast forward"), None),
    ],
)
def test_a_retry_waits_as_long_as_github_asks_and_only_for_what_passes(
    response: GitResponse, seconds: float | None
) -> None:
    assert response.retry_after(now=1000.0, backoff=3) == seconds
