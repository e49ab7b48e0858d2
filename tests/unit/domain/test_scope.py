from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.domain.scope import Scope, ScopeKind, bare_team_slug, is_slug

ORGANIZATION = Scope(ScopeKind.ORGANIZATION, "octo-org")
ENTERPRISE = Scope(ScopeKind.ENTERPRISE, "octo")
SLUG_SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"


def test_a_scope_is_named_by_its_owner_and_team_in_lower_case() -> None:
    assert Scope(ScopeKind.ORGANIZATION, "Octo-Org").name == "octo-org"
    assert Scope(ScopeKind.TEAM, "Octo-Org", "Payments").name == "octo-org/payments"


def test_two_spellings_of_a_scope_are_the_same_scope() -> None:
    assert Scope(ScopeKind.ENTERPRISE_TEAM, "OCTO", "ent:Core") == Scope(ScopeKind.ENTERPRISE_TEAM, "octo", "core")


@pytest.mark.parametrize("slug", ["ent:core", "ENT:Core", "core", "Core"])
def test_an_enterprise_team_is_found_with_and_without_its_prefix(slug: str) -> None:
    assert bare_team_slug(slug) == "core"


@pytest.mark.parametrize(
    ("kind", "owner_kind"),
    [
        (ScopeKind.ORGANIZATION, ScopeKind.ORGANIZATION),
        (ScopeKind.TEAM, ScopeKind.ORGANIZATION),
        (ScopeKind.ENTERPRISE, ScopeKind.ENTERPRISE),
        (ScopeKind.ENTERPRISE_TEAM, ScopeKind.ENTERPRISE),
    ],
)
def test_the_owner_of_each_kind_of_scope(kind: ScopeKind, owner_kind: ScopeKind) -> None:
    scope = Scope(kind, "octo", "core" if kind.is_team else None)
    assert scope.parent == Scope(owner_kind, "octo")


@pytest.mark.parametrize(("owner", "kind"), [(ORGANIZATION, ScopeKind.TEAM), (ENTERPRISE, ScopeKind.ENTERPRISE_TEAM)])
def test_a_team_of_an_owner_has_the_kind_that_fits(owner: Scope, kind: ScopeKind) -> None:
    team = owner.of_team("core")
    assert (team.kind, team.parent) == (kind, owner)


def test_a_team_leads_to_its_sibling() -> None:
    assert ENTERPRISE.of_team("core").of_team("web") == ENTERPRISE.of_team("web")


def test_the_star_covers_the_teams_of_its_own_owner_only() -> None:
    every = ORGANIZATION.of_team("*")
    assert every.every_team
    assert every.covers(ORGANIZATION.of_team("core"))
    assert every.covers(every)
    assert not every.covers(ORGANIZATION)
    assert not every.covers(Scope(ScopeKind.ORGANIZATION, "other").of_team("core"))
    assert not every.covers(Scope(ScopeKind.ENTERPRISE, "octo-org").of_team("core"))


def test_a_team_covers_itself_only() -> None:
    assert ORGANIZATION.of_team("core").covers(ORGANIZATION.of_team("CORE"))
    assert not ORGANIZATION.of_team("core").covers(ORGANIZATION.of_team("web"))
    assert not ORGANIZATION.covers(ORGANIZATION.of_team("core"))


def test_scopes_can_be_put_in_order() -> None:
    teams = [ORGANIZATION.of_team(name) for name in ("web", "core")]
    assert [team.team for team in sorted(teams)] == ["core", "web"]


@pytest.mark.parametrize("slug", ["a", "7", "octo-org", "Octo_Cat", "a.b", "x" * 100, "_under", "ends-"])
def test_what_github_allows_is_a_slug(slug: str) -> None:
    assert is_slug(slug)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a.",
        ".a",
        "-a",
        "a/b",
        "a\\b",
        "a b",
        "a\n",
        "ent:core",
        "*",
        "%2e",
        "é",
        "a?b",
        "a#b",
        "x" * 101,
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_slug(text)


@given(st.text(alphabet=SLUG_SIGNS + "/\\ :?#%\n\té٣", max_size=104))
def test_a_slug_is_one_harmless_component_of_a_path(text: str) -> None:
    if is_slug(text):
        assert text not in {"", ".", ".."}
        assert set(text) <= set(SLUG_SIGNS)
        assert text[0] not in ".-"
        assert text[-1] != "."
        assert len(text) <= 100
