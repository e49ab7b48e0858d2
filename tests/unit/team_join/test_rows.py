"""The declaration of people's rows is enough: what it names is read, added up, and known to the reader of a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from msgspec import inspect

from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.parsers import reports
from copilot_usage.team_join.join import TeamJoin
from copilot_usage.team_join.rows import PEOPLE, WholeUserRow, alternatives
from sample_documents import lines, membership, user_row

OWNER = Scope(ScopeKind.ORGANIZATION, "octo-org")
WEB = OWNER.of_team("web")
DAY = date(2026, 10, 5)
NOT_FIGURES = {"user_id", "day", "organization_id", "enterprise_id", "user_login"}
WHOLE = inspect.type_info(WholeUserRow)


def _filled(kind: inspect.Type) -> Any:
    """A value of the type with every field that the type has."""
    match alternatives(kind)[0]:
        case inspect.StructType(fields=fields):
            return {field.name: _filled(field.type) for field in fields}
        case inspect.ListType(item_type=item):
            return [_filled(item)]
        case inspect.BoolType():
            return True
        case inspect.StrType():
            return "a"
        case _:
            return 3


def _row() -> dict[str, Any]:
    assert isinstance(WHOLE, inspect.StructType)
    filled = {name: value for name, value in _filled(WHOLE).items() if name not in NOT_FIGURES}
    return user_row(1, **filled)


def _documents_of(row: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    join = TeamJoin(OWNER, [OWNER.of_team("*")])
    join.add_memberships(DAY, lines([membership(1, 42, "web")]))
    join.add_users([json.dumps(row).encode()], days=[DAY])
    return join.documents(DAY)[WEB], len(join.problems)


def _figures(value: Any, path: str = "") -> set[str]:
    """The paths of all numbers."""
    if isinstance(value, dict):
        return {found for name, inner in value.items() for found in _figures(inner, f"{path}.{name}")}
    if isinstance(value, list):
        return {found for inner in value for found in _figures(inner, path)}
    return {path} if type(value) in {int, float} else set()


def test_every_figure_that_is_declared_is_in_the_document_of_a_team() -> None:
    row = _row()
    declared = _figures({name: value for name, value in row.items() if name not in NOT_FIGURES})
    document, _ = _documents_of(row)
    assert declared - _figures(document) == {".ai_adoption_phase.phase_number", ".totals_by_3rd_party_agent.agent_id"}
    assert document["totals_by_ai_adoption_phase"][0]["phase_number"] == 3
    assert document["totals_by_3rd_party_agent"][0]["agent_id"] == "3"
    assert set(PEOPLE.values()) <= document.keys()


def test_a_row_reads_the_same_in_the_slow_way() -> None:
    quickly, problems = _documents_of(_row())
    assert problems == 0
    slowly, problems = _documents_of(_row() | {"day": str(DAY), "user_login": 5})
    assert problems == 1
    assert slowly == quickly


def test_every_figure_of_the_document_is_known_to_the_reader_of_a_day() -> None:
    document, _ = _documents_of(_row())
    usage = reports.read(document, day=DAY, settled=True).usage
    assert usage is not None
    known = set(usage.totals) | {
        name for breakdown in usage.breakdowns.values() for row in breakdown.values() for name in row
    }
    assert {path.removeprefix(".").rsplit(".", 1)[-1] for path in _figures(document)} - {
        name.rsplit(".", 1)[-1] for name in known
    } == {"team_id", "phase_number"}


@pytest.mark.parametrize("flag", PEOPLE)
def test_a_flag_alone_counts_its_person(flag: str) -> None:
    document, _ = _documents_of(user_row(1, **{flag: True}))
    assert document[PEOPLE[flag]] == 1
