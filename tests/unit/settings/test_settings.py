from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.errors import InputError
from copilot_usage.parsers.parse import read
from copilot_usage.pipeline.plan import ranges_to_load
from copilot_usage.pipeline.state import RunState
from copilot_usage.settings.settings import Api, Settings, settings_from

TODAY = date(2026, 11, 23)


def settings(**inputs: str) -> Settings:
    named = {"token": "t0ken", "org": "octo-org"} | {name.replace("_", "-"): value for name, value in inputs.items()}
    return settings_from(named, today=TODAY, repository_owner="owner-of-the-workflow")


def problems(**inputs: str) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        settings(**inputs)
    return caught.value.problems


def scopes(**inputs: str) -> list[tuple[str, str]]:
    return [(scope.kind.value, scope.name) for scope in settings(**inputs).scopes]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, [("organization", "octo-org")]),
        ({"org": ""}, [("organization", "owner-of-the-workflow")]),
        ({"org": "B-Org, a-org\nB-ORG"}, [("organization", "b-org"), ("organization", "a-org")]),
        ({"org": "", "enterprise": "Octo"}, [("enterprise", "octo")]),
        ({"team": "core"}, [("team", "octo-org/core")]),
        ({"team": "core,*"}, [("team", "octo-org/*")]),
        ({"org": "", "enterprise": "octo", "team": "ent:core"}, [("enterprise-team", "octo/core")]),
        ({"enterprise": "octo", "scope": "enterprise"}, [("enterprise", "octo")]),
        ({"org": "a,b", "team": "x,y"}, [("team", "a/x"), ("team", "a/y"), ("team", "b/x"), ("team", "b/y")]),
    ],
)
def test_the_scope_follows_from_what_is_given(inputs: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert scopes(**inputs) == expected


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        ({"token": ""}, "`token`"),
        ({"token": "two words"}, "`token`"),
        ({"token": "ghp_one\nghp_two"}, "`token`"),
        ({"token": "ghp_a::add-mask::b"}, "`token`"),
        ({"token": "ghp_schlüssel"}, "`token`"),
        ({"token": "g" * 10_000}, "`token`"),
        ({"snapshot-token": "g" * 10_000}, "`snapshot-token`"),
        ({"snapshot-token": "ghp_one\nghp_two"}, "`snapshot-token`"),
        ({"snapshot-token": "ghp_a::add-mask::b"}, "`snapshot-token`"),
        ({"enterprise": "octo"}, "`scope`"),
        ({"scope": "galaxy"}, "`organization`"),
        ({"scope": "team"}, "`team`"),
        ({"scope": "organization", "team": "core"}, "`team`"),
        ({"scope": "enterprise"}, "`enterprise`"),
        ({"org": "../etc"}, "`org`"),
        ({"team": "a/b"}, "`team`"),
        ({"days": "0"}, "from 1 to"),
        ({"days": "ten"}, "`ten`"),
        ({"days": "28", "since": "2026-11-01"}, "`days`"),
        ({"since": "1.11.2026"}, "`since`"),
        ({"since": "2026-02-30"}, "`since`"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "is after"),
        ({"since": "2026-11-24"}, "future"),
        ({"until": "2025-11-01"}, "older than what GitHub keeps"),
        ({"compare": "yes"}, "`true` and `false`"),
        ({"api": "v3"}, "`reports`"),
        ({"api": "snapshots"}, "`api`"),
        ({"people": "all"}, "`logins`"),
        ({"seat-price": "-1"}, "`seat-price`"),
        ({"snapshot-repository": "just-a-name", "snapshot-token": "t"}, "`owner/name`"),
        ({"snapshot-repository": "octo-org/history"}, "`snapshot-token`"),
        ({"snapshot-branch": "a..b"}, "`snapshot-branch`"),
        *(
            ({"snapshot-repository": name, "snapshot-token": "t"}, "`owner/name`")
            for name in ("../a", "./a", "a/..", "a/.", "a/b/c", "/a/b", "a.b/c", "-a/b", "a/b?c", "a/%2e%2e")
        ),
        *(
            ({"snapshot-branch": name}, "`snapshot-branch`")
            for name in ("../a", "/a", "a/", "a//b", "a/.b", ".a", "a.lock", "a.lock/b", "refs/heads/a", "a b", "a@{0}")
        ),
        *(
            (
                {"snapshot-directory": name} | {"snapshot-repository": "a/b", "snapshot-token": "t"},
                "`snapshot-directory`",
            )
            for name in ("..", ".", "a/..", "a//b", "a/./b", "/", "a\\b", ".git/hooks", "a?b")
        ),
        *(({name: slug}, f"`{name}`") for name in ("org", "team") for slug in ("..", "../a", "a/b", ".a", "a?b", "ä")),
        ({"org": "", "enterprise": "../a"}, "`enterprise`"),
        *(({name: "octo\udcff"}, f"`{name}`: contains bytes") for name in ("org", "team", "json-file", "alert-when")),
        *(
            ({name: day}, f"`{name}`: `{day[:10]}` was given, allowed is a day from 2016-11-15 to 2027-11-24")
            for name in ("since", "until")
            for day in ("0001-01-01", "9999-12-31", "2016-11-14", "2027-11-25", "9999-12-31T00:00:00Z")
        ),
        ({"snapshot-directory": "../x", "snapshot-repository": "a/b", "snapshot-token": "t"}, "`snapshot-directory`"),
        ({"alert-when": "nonsense"}, "`alert-when`"),
    ],
)
def test_a_wrong_input_is_named_with_what_is_allowed(inputs: dict[str, str], word: str) -> None:
    found = problems(**inputs)
    assert len(found) == 1
    assert word in found[0]


@pytest.mark.parametrize("owner", ["../a", "a/b", "octo\udcff", "a b"])
def test_the_workflows_owner_is_checked_like_an_input(owner: str) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        settings_from({"token": "t"}, today=TODAY, repository_owner=owner)


@given(
    since=st.dates(date(2016, 11, 15), date(2026, 11, 23)),
    until=st.dates(date(2016, 11, 15), date(2027, 11, 24)),
)
def test_every_range_that_is_allowed_can_be_computed_with(since: date, until: date) -> None:
    assume(since <= until)
    given = settings(since=str(since), until=str(until), snapshot_directory="history")
    assert ranges_to_load(given, RunState(read), TODAY)


def test_all_problems_are_reported_at_once() -> None:
    found = problems(token="", days="x", compare="perhaps", people="faces")
    assert {problem.split(":")[0] for problem in found} == {"`token`", "`days`", "`compare`", "`people`"}


def test_the_default_is_28_days_unless_an_end_is_given() -> None:
    assert settings().days == 28
    assert settings(since="2026-11-01").days is None


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, ("2026-10-25", "2026-11-21")),
        ({"days": "7"}, ("2026-11-15", "2026-11-21")),
        ({"since": "2026-11-01"}, ("2026-11-01", "2026-11-21")),
        ({"until": "2026-10-31"}, ("2026-10-04", "2026-10-31")),
        ({"since": "2026-10-01T23:30:00-05:00", "until": "2026-10-05T00:00:00Z"}, ("2026-10-02", "2026-10-05")),
    ],
)
def test_the_range_counts_from_the_newest_published_day(inputs: dict[str, str], expected: tuple[str, str]) -> None:
    since, until = (date.fromisoformat(day) for day in expected)
    assert settings(**inputs).range_at(date(2026, 11, 21)) == DateRange(since, until)


def test_a_range_that_is_not_published_yet_is_no_range() -> None:
    assert settings(since="2026-11-22").range_at(date(2026, 11, 21)) is None


def test_secrets_are_not_shown() -> None:
    shown = repr(settings(token="c4nary", snapshot_token="c4nary2"))
    assert "c4nary" not in shown


def test_the_demo_needs_no_token_and_is_its_own_organization() -> None:
    demo = settings_from({"demo": "true"}, today=TODAY, repository_owner="another-org")
    assert demo.scopes == (Scope(ScopeKind.ORGANIZATION, "octo-org"),)


def test_the_history_alone_needs_no_token() -> None:
    alone = settings(token="", api="snapshots", snapshot_directory="history")
    assert alone.api is Api.SNAPSHOTS
    assert alone.keeps_history


@pytest.mark.parametrize("word", ["true", "True", "TRUE"])
def test_the_six_booleans_of_yaml_are_booleans(word: str) -> None:
    assert settings(compare=word).compare is True
    assert settings(compare={"true": "false", "True": "False", "TRUE": "FALSE"}[word]).compare is False


def test_the_workflows_owner_is_no_organization_of_an_enterprise() -> None:
    assert "`org`: is missing" in problems(org="", enterprise="octo", scope="organization")[0]


def test_a_list_of_separators_alone_is_not_given() -> None:
    assert scopes(org="octo-org", team=" , \n") == [("organization", "octo-org")]


def test_two_files_are_not_one() -> None:
    (problem,) = problems(json_file="out/usage", csv_file="./out/usage")
    assert problem == "`csv-file`: `./out/usage` is already the file of `json-file`; give each its own."


def test_a_quoted_value_cannot_end_its_quotation() -> None:
    assert "`x'<b>`" in problems(days="x`<b>")[0]
