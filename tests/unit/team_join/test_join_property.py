"""The streaming join against the plainest one that can be written: dictionaries, all rows in memory, no shortcuts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.team_join.join import TeamJoin
from sample_documents import COUNTERS, lines

OWNER = Scope(ScopeKind.ORGANIZATION, "octo-org")
FIRST = date(2026, 10, 5)
DAYS = [FIRST + timedelta(days=n) for n in range(9)]
ARRAYS: dict[str, tuple[str, ...]] = {
    "totals_by_ide": ("ide",),
    "totals_by_feature": ("feature",),
    "totals_by_language_feature": ("language", "feature"),
    "totals_by_language_model": ("language", "model"),
    "totals_by_model_feature": ("model", "feature"),
}
FLAGS = ("used_chat", "used_agent", "used_cli", "used_copilot_cloud_agent", "used_copilot_code_review_passive")
Row = dict[str, Any]

_amount = st.integers(0, 50)
_id = st.integers(1, 6).flatmap(lambda n: st.sampled_from([n, str(n)]))


def _counters(*, prompts: bool = True) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(COUNTERS[not prompts :], _amount))


def _array(keys: tuple[str, ...]) -> st.SearchStrategy[list[Row]]:
    named = st.fixed_dictionaries({key: st.sampled_from(["a", "b", "c"]) for key in keys})
    row = st.builds(lambda names, figures: names | figures, named, _counters(prompts="language" not in keys))
    return st.lists(row, max_size=3)


_extras = st.fixed_dictionaries(
    {},
    optional={array: st.none() | _array(keys) for array, keys in ARRAYS.items()}
    | {flag: st.none() | st.booleans() for flag in FLAGS}
    | {"ai_credits_used": st.floats(0, 100).map(lambda amount: round(amount, 3))},
)
_user = st.builds(
    lambda person, day, figures, extras: (
        {"user_id": person, "day": str(day), "organization_id": "1"} | figures | extras
    ),
    _id,
    st.sampled_from(DAYS),
    _counters(),
    _extras,
)
_membership = st.builds(
    lambda person, day, team: (
        {"user_id": person, "day": str(day), "organization_id": 1, "team_id": team} | {"slug": f"team-{team}"}
    ),
    _id,
    st.sampled_from(DAYS),
    _id,
)


class _Naive:
    """The recipe, step by step."""

    def __init__(self, memberships: list[Row], users: list[Row]) -> None:
        self.members: dict[tuple[str, int], set[int]] = defaultdict(set)
        for row in memberships:
            self.members[row["day"], int(row["team_id"])].add(int(row["user_id"]))
        self.rows: dict[tuple[str, int], Row] = {}
        for row in users:
            self.rows.setdefault((row["day"], int(row["user_id"])), row)

    def rows_of(self, day: date, team: int) -> list[Row]:
        return [
            self.rows[str(day), person] for person in self.members[str(day), team] if (str(day), person) in self.rows
        ]

    def active(self, day: date, team: int) -> set[int]:
        return {int(row["user_id"]) for row in self.rows_of(day, team) if _is_active(row)}

    def document(self, day: date, team: int) -> Row:
        rows = self.rows_of(day, team)
        found: Row = {"members": len(self.members[str(day), team]), "daily_active_users": len(self.active(day, team))}
        found |= _sums(rows)
        for array, keys in ARRAYS.items():
            groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
            for row in rows:
                for item in row.get(array) or ():
                    groups[tuple(item[key] for key in keys)].append(item)
            if groups:
                found[array] = [dict(zip(keys, group, strict=True)) | _sums(groups[group]) for group in sorted(groups)]
        return found


def _is_active(row: Row) -> bool:
    prompts, generations = row.get(COUNTERS[0], 0), row.get(COUNTERS[1], 0)
    return prompts > 0 or generations > 0 or any(row.get(flag) for flag in FLAGS if "passive" not in flag)


def _sums(rows: list[Row]) -> Row:
    return {name: sum(row.get(name, 0) for row in rows) for name in COUNTERS if any(name in row for row in rows)}


def _shown(document: Row) -> Row:
    """What both sides say: the streaming one has ids besides, and zeros where other teams' rows made a figure known."""
    wanted = {"members", "daily_active_users", *COUNTERS, *ARRAYS}
    return {name: value for name, value in document.items() if name in wanted and value != 0}


def _alike(rows: list[Row], people: int) -> list[Row]:
    """The same rows for so many people alike: from some number on, people in the same teams are summed together."""
    return (
        [row | {"user_id": int(row["user_id"]) * 100 + n} for row in rows for n in range(people)]
        if people > 1
        else rows
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_membership, max_size=60),
    st.lists(_user, max_size=60),
    st.lists(st.sampled_from(DAYS), unique=True, max_size=3),
    st.sampled_from(["a day at a time", "all days at once"]),
    st.sampled_from([1, 20]),
)
def test_the_streaming_join_is_the_naive_join(
    memberships: list[Row], users: list[Row], lead_in: list[date], how: str, alike: int
) -> None:
    memberships, users = _alike(memberships, alike), _alike(users, alike)
    naive, join = _Naive(memberships, users), TeamJoin(OWNER, [OWNER.of_team("*")])
    for day in DAYS:
        rows = lines(row for row in memberships if row["day"] == str(day))
        usable = join.add_memberships(day, rows, breakdowns=day not in lead_in)
        if usable and how == "a day at a time":
            join.add_users(lines(row for row in users if row["day"] == str(day)), days=[day])
    if how == "all days at once":
        join.add_users(lines(users))
    for day in DAYS:
        if not join.has_usage(day):
            join.no_report(day)
    for day in DAYS:
        teams = {team for held, team in naive.members if held == str(day) and naive.members[held, team]}
        documents = join.documents(day)
        assert documents.keys() == {OWNER.of_team(f"team-{team}") for team in teams}
        for team in teams:
            expected = naive.document(day, team)
            if day in lead_in:
                expected = {name: value for name, value in expected.items() if name not in ARRAYS}
            assert _shown(documents[OWNER.of_team(f"team-{team}")]) == {k: v for k, v in expected.items() if v != 0}
    assert join.problems == ()
    for team in {team for _, team in naive.members}:
        scope = OWNER.of_team(f"team-{team}")
        week = ending(DAYS[-1], 7)
        assert join.trailing(scope, DAYS[-1])["weekly_active_users"] == len(
            set[int]().union(*(naive.active(day, team) for day in week))
        )
        assert join.active(scope, DateRange(DAYS[0], DAYS[1])) == len(
            naive.active(DAYS[0], team) | naive.active(DAYS[1], team)
        )
