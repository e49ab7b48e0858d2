"""Stored histories of a year: documents of fictional days, their amounts varied, in the layout of the snapshots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from copilot_usage.demo.organization import Organization
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.snapshots.layout import by_month
from copilot_usage.snapshots.line_format import line_of

OWNER = "octo-org"
# The number of different days; the others are these with other amounts.
_DIFFERENT = 7
_SEED = 17
# The document of a team of this size has about 12 KB.
_TEAM_PEOPLE = 16
_TRAILING = {"weekly_active_users": 31, "monthly_active_users": 44}


def organization_year(until: date, people: int) -> Iterator[tuple[str, bytes]]:
    """The files of a year of one organization: path, content."""
    templates = _templates(until, people)
    yield from _files([(Scope(ScopeKind.ORGANIZATION, OWNER), templates, None)], until)


def teams_year(until: date, teams: int) -> Iterator[tuple[str, bytes]]:
    """The files of a year of `teams` teams: path, content."""
    templates = [
        {name: value for name, value in found.items() if name != "totals_by_language_model"}
        for found in _templates(until, _TEAM_PEOPLE)
    ]
    scopes = (Scope(ScopeKind.TEAM, OWNER, f"team-{number:02}") for number in range(teams))
    for number, scope in enumerate(scopes):
        own = [{**found, "team_id": 900 + number, "slug": scope.team, "members": 48} for found in templates]
        yield from _files([(scope, own, _TRAILING)], until)


def _templates(until: date, people: int) -> list[dict[str, Any]]:
    organization = Organization(OWNER, "90210", count=people, teams=3)
    return [organization.document(until - timedelta(days=n)) for n in range(_DIFFERENT)]


def _files(
    histories: list[tuple[Scope, list[dict[str, Any]], dict[str, int] | None]], until: date
) -> Iterator[tuple[str, bytes]]:
    random = Random(_SEED)
    for scope, templates, trailing in histories:
        snapshots = (
            Snapshot(
                day,
                scope,
                Generation.REPORTS,
                settled=True,
                document=_varied(templates[n % 7], day, random),
                trailing=trailing,
            )
            for n, day in enumerate(until - timedelta(days=back) for back in range(364, -1, -1))
        )
        for file, month in by_month(snapshots).items():
            yield file.path, b"".join(line_of(snapshot) + b"\n" for snapshot in month)


def _varied(value: Any, day: date, random: Random) -> Any:
    """The same document with other amounts, of another day."""
    whole = json.loads(json.dumps(value), parse_int=lambda digits: round(int(digits) * random.uniform(4, 16)))
    kept = {name: value[name] for name in ("organization_id", "team_id", "slug") if name in value}
    return {**whole, **kept, "day": day.isoformat()}
