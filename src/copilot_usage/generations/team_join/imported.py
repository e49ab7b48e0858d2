"""Joins the user rows and user-teams rows of files, day by day, into the days of teams."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from copilot_usage.domain.usage import DataProblem
from copilot_usage.generations.documents import Document
from copilot_usage.generations.found import day_of
from copilot_usage.generations.team_join.join import TeamJoin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from copilot_usage.domain.scope import Scope

_USERS_ALONE = "user rows without the user-teams rows of the same day cannot be imported: they are no team's"
_TEAMS_ALONE = "user-teams rows without the user rows of the same day cannot be imported: they hold no usage"
# Of so many files that hold rows of a day a flaw gives the names.
_NAMED = 3
# The file's name, and the row.
Row = tuple[str, Document]


@dataclass(frozen=True, slots=True)
class JoinedDay:
    """A team's day, ready to be filed; `source`: the files that its rows come from."""

    source: str
    scope: Scope
    day: date
    document: Document
    trailing: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class JoinedRows:
    """What became of rows."""

    days: tuple[JoinedDay, ...]
    flaws: tuple[DataProblem, ...]


def join_rows(
    owner: Scope, teams: Collection[Scope], *, users: Iterable[Row], memberships: Iterable[Row]
) -> JoinedRows:
    """The days of which both kinds of rows are there; `teams` may hold `*`. Rows that lack the other kind are flaws."""
    flaws: list[DataProblem] = []
    user_days, team_days = _by_day(users, flaws), _by_day(memberships, flaws)
    for days, others, what in ((user_days, team_days, _USERS_ALONE), (team_days, user_days, _TEAMS_ALONE)):
        flaws += [
            DataProblem(f"{_names_of_files(days[day])}: {day}", what) for day in sorted(days.keys() - others.keys())
        ]
    join = TeamJoin(owner, teams)
    joined = []
    origins: list[str] = []
    for day in sorted(user_days.keys() & team_days.keys()):
        join.add_memberships(day, (msgspec.json.encode(document) for _, document in team_days[day]))
        join.add_users((msgspec.json.encode(document) for _, document in user_days[day]), days=(day,))
        source = _names_of_files([*user_days[day], *team_days[day]])
        for scope, document in join.documents(day).items():
            joined.append(JoinedDay(source, scope, day, document, join.trailing(scope, day)))
        join.forget(day)
        origins += [source] * (len(join.flaws) - len(origins))
    found = (
        DataProblem(f"{origin}: {flaw.where}", flaw.what) for origin, flaw in zip(origins, join.flaws, strict=True)
    )
    return JoinedRows(tuple(joined), (*flaws, *found))


def _by_day(rows: Iterable[Row], flaws: list[DataProblem]) -> Mapping[date, list[Row]]:
    days: defaultdict[date, list[Row]] = defaultdict(list)
    dayless: list[Row] = []
    for row in rows:
        day = day_of(row[1])
        (dayless if day is None else days[day]).append(row)
    if dayless:
        flaws.append(DataProblem(_names_of_files(dayless), f"{len(dayless)} rows without a usable `day`"))
    return days


def _names_of_files(rows: Iterable[Row]) -> str:
    names = list(dict.fromkeys(name for name, _ in rows))
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more files" if len(names) > _NAMED else "")
