"""Whose usage is wanted, from four inputs: `scope`, `org`, `enterprise`, `team`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_usage.domain.scope import EVERY_TEAM, Scope, ScopeKind, is_slug
from copilot_usage.settings.values import quoted

if TYPE_CHECKING:
    from copilot_usage.settings.values import Values


def scopes_from(values: Values, default_org: str | None) -> tuple[Scope, ...]:
    """The scopes asked for, in the order given; problems are left with `values`."""
    kind = _kind(values)
    if kind is None:
        return ()
    owners_input = "enterprise" if kind.owner_kind is ScopeKind.ENTERPRISE else "org"
    owners = _slugs(values, owners_input)
    if default_org and owners_input == "org" and not (values.given("org") or values.given("enterprise")):
        owners = _checked(values, "org", (default_org,))
    if not owners and not values.given(owners_input):
        values.problem(owners_input, f"is missing: `scope` is `{kind}`, so give one or more, separated by commas.")
    teams = _slugs(values, "team")
    if kind.is_team and not values.given("team"):
        values.problem("team", f"is missing: `scope` is `{kind}`. Give team slugs, or `*` for every team.")
    if not kind.is_team and values.given("team"):
        values.problem(
            "team", f"was given, but `scope` is `{kind}`. Leave `scope` out, or set it to `{_team_kind(kind)}`."
        )
    if kind.is_team:
        return tuple(dict.fromkeys(Scope(kind, owner, team) for owner in owners for team in _not_repeated(teams)))
    return tuple(dict.fromkeys(Scope(kind, owner) for owner in owners))


def _kind(values: Values) -> ScopeKind | None:
    if values.given("scope"):
        return values.choice("scope", ScopeKind)
    if values.given("org") and values.given("enterprise"):
        values.problem("scope", "is needed, because both `org` and `enterprise` are given. Which of the two is meant?")
        return None
    kind = ScopeKind.ENTERPRISE if values.given("enterprise") else ScopeKind.ORGANIZATION
    return _team_kind(kind) if values.given("team") else kind


def _team_kind(kind: ScopeKind) -> ScopeKind:
    return ScopeKind.ENTERPRISE_TEAM if kind is ScopeKind.ENTERPRISE else ScopeKind.TEAM


def _not_repeated(teams: tuple[str, ...]) -> tuple[str, ...]:
    """`*` holds every other team."""
    return (EVERY_TEAM,) if EVERY_TEAM in teams else teams


def _slugs(values: Values, name: str) -> tuple[str, ...]:
    return _checked(values, name, values.several(name))


def _checked(values: Values, name: str, slugs: tuple[str, ...]) -> tuple[str, ...]:
    for slug in slugs:
        bare = slug.removeprefix("ent:") if name == "team" else slug
        if not (is_slug(bare) or (name == "team" and slug == EVERY_TEAM)):
            values.problem(
                name,
                f"{quoted(slug)} is not a name that GitHub allows. Give it as in the address of its page: "
                "letters, digits, `-`, `_` and `.`.",
            )
    return tuple(slug for slug in slugs if is_slug(slug.removeprefix("ent:")) or slug == EVERY_TEAM)
