"""Whose usage it is: an organization, an enterprise, or one of their teams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

EVERY_TEAM = "*"
_ENTERPRISE_TEAM_PREFIX = "ent:"
# Slugs reach URLs and paths, so only what GitHub itself allows in them; a single component, never "." or "..".
_SLUG = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")


class ScopeKind(StrEnum):
    """The four kinds of scope, as the input `scope` writes them."""

    ORGANIZATION = "organization"
    TEAM = "team"
    ENTERPRISE = "enterprise"
    ENTERPRISE_TEAM = "enterprise-team"

    @property
    def is_team(self) -> bool:
        return self in {ScopeKind.TEAM, ScopeKind.ENTERPRISE_TEAM}

    @property
    def owner_kind(self) -> ScopeKind:
        """The kind of the owner: a team's reports are its owner's."""
        in_enterprise = self in {ScopeKind.ENTERPRISE, ScopeKind.ENTERPRISE_TEAM}
        return ScopeKind.ENTERPRISE if in_enterprise else ScopeKind.ORGANIZATION


def is_slug(text: str) -> bool:
    """Whether `text` can be an organization's login, an enterprise's slug or a team's slug."""
    return _SLUG.fullmatch(text) is not None


def bare_team_slug(slug: str) -> str:
    """In lower case, without the `ent:` that the teams API puts before enterprise teams."""
    return slug.lower().removeprefix(_ENTERPRISE_TEAM_PREFIX)


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """An owner, or one of its teams; `team` may be `*`: every team that GitHub reports."""

    kind: ScopeKind
    owner: str
    team: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "owner", self.owner.lower())
        if self.team is not None:
            object.__setattr__(self, "team", bare_team_slug(self.team))

    @property
    def name(self) -> str:
        """`owner` or `owner/team`, in lower case."""
        return self.owner if self.team is None else f"{self.owner}/{self.team}"

    @property
    def every_team(self) -> bool:
        return self.team == EVERY_TEAM

    @property
    def parent(self) -> Scope:
        """The scope of the owner."""
        return Scope(self.kind.owner_kind, self.owner)

    def of_team(self, team: str) -> Scope:
        """The scope of one team of the same owner."""
        kind = ScopeKind.ENTERPRISE_TEAM if self.kind.owner_kind is ScopeKind.ENTERPRISE else ScopeKind.TEAM
        return Scope(kind, self.owner, team)

    def covers(self, other: Scope) -> bool:
        """Whether `other` is this scope, or one of the teams that `*` stands for."""
        return self == other or (self.every_team and (self.kind, self.owner) == (other.kind, other.owner))


@lru_cache(maxsize=1024)
def scope_named(kind: ScopeKind, name: str) -> Scope | None:
    """The scope with this very `name`: lower case, no prefix, one or two slugs; None where none is called so."""
    owner, *teams = name.split("/")
    if len(teams) != kind.is_team or not all(map(is_slug, (owner, *teams))):
        return None
    scope = Scope(kind, owner, *teams)
    return scope if scope.name == name else None
