"""Joins the user rows and user-teams rows of files, day by day, into the days of teams."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from copilot_usage.domain.usage import Flaw
from copilot_usage.generations.found import day_of
from copilot_usage.generations.team_join.join import TeamJoin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from copilot_usage.domain.scope import Scope
    from copilot_usage.generations.documents import Document

_USERS_ALONE = "user rows without the user-teams rows of the same day cannot be imported: they are no team's"
_TEAMS_ALONE = "user-teams rows without the user rows of the same day cannot be imported: they hold no usage"


@dataclass(frozen=True, slots=True)
class JoinedDay:
    """A team's day, ready to be filed."""

    scope: Scope
    day: date
    document: Document
    trailing: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class JoinedRows:
    """What became of rows."""

    days: tuple[JoinedDay, ...]
    flaws: tuple[Flaw, ...]


def join_rows(
    owner: Scope, teams: Collection[Scope], *, users: Iterable[Document], memberships: Iterable[Document]
) -> JoinedRows:
    """The days of which both kinds of rows are there; `teams` may hold `*`. Rows that lack the other kind are flaws."""
    flaws: list[Flaw] = []
    user_days, team_days = _by_day(users, flaws), _by_day(memberships, flaws)
    flaws += [Flaw(str(day), _USERS_ALONE) for day in sorted(user_days.keys() - team_days.keys())]
    flaws += [Flaw(str(day), _TEAMS_ALONE) for day in sorted(team_days.keys() - user_days.keys())]
    join = TeamJoin(owner, teams)
    joined = []
    for day in sorted(user_days.keys() & team_days.keys()):
        join.add_memberships(day, map(msgspec.json.encode, team_days[day]))
        join.add_users(map(msgspec.json.encode, user_days[day]), days=(day,))
        for scope, document in join.documents(day).items():
            joined.append(JoinedDay(scope, day, document, join.trailing(scope, day)))
        join.forget(day)
    return JoinedRows(tuple(joined), (*flaws, *join.flaws))


def _by_day(rows: Iterable[Document], flaws: list[Flaw]) -> Mapping[date, list[Document]]:
    days: defaultdict[date, list[Document]] = defaultdict(list)
    dayless = 0
    for row in rows:
        day = day_of(row)
        if day is None:
            dayless += 1
        else:
            days[day].append(row)
    if dayless:
        flaws.append(Flaw("rows", f"{dayless} without a usable `day`"))
    return days
