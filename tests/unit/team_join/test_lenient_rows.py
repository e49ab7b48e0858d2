from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.parsers.fields import ProblemLog
from copilot_usage.team_join.join import TeamJoin
from copilot_usage.team_join.lenient_rows import typed_rows
from copilot_usage.team_join.rows import whole_users
from sample_documents import counters, lines, membership, user_row

OWNER = Scope(ScopeKind.ORGANIZATION, "octo-org")
WEB = OWNER.of_team("web")
DAY = date(2026, 10, 5)
GOOD = user_row(1, loc_added_sum=10, used_chat=True)


def _web(users: list[bytes], members: list[bytes] | None = None) -> tuple[dict[str, Any], list[str]]:
    join = TeamJoin(OWNER, [OWNER.of_team("*")])
    join.add_memberships(DAY, members or lines(membership(n, 42, "web") for n in range(1, 10)))
    join.add_users(users, days=[DAY])
    return join.documents(DAY)[WEB], [problem.what for problem in join.problems]


@pytest.mark.parametrize("bad", ["7", -7, None, True, [7], 7.5, 2**60, 10**30])
def test_a_bad_figure_of_a_person_is_left_out_and_the_rest_of_the_row_counts(bad: Any) -> None:
    row = user_row(2, loc_added_sum=bad, loc_deleted_sum=3, used_chat=True)
    web, problems = _web(lines([GOOD, row]))
    assert (web["loc_added_sum"], web["loc_deleted_sum"], web["daily_active_users"]) == (10, 3, 2)
    assert len(problems) == (bad is not None)


def test_a_whole_number_written_with_a_point_is_a_whole_number() -> None:
    web, problems = _web([json.dumps(user_row(2, loc_added_sum=4)).replace("4}", "4.0}").encode()])
    assert (web["loc_added_sum"], problems) == (4, [])


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b'{"user_id": 2, "day": "2026-10-05", "loc_added_sum": 5',
        b"\x00\xff\xfe",
        b'{"user_id": 2, "loc_added_sum": NaN}',
        b"[" * 100_000,
        b'{"user_id": 2, "x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"loc_added_sum": 5}',
        b'{"user_id": true, "loc_added_sum": 5}',
        b'{"user_id": null, "loc_added_sum": 5}',
        b"5",
    ],
)
def test_a_line_that_is_no_row_is_counted_and_the_others_are_read(line: bytes) -> None:
    web, problems = _web([line + b"\n", *lines([GOOD])])
    assert (web["loc_added_sum"], web["daily_active_users"]) == (10, 1)
    assert problems


@pytest.mark.parametrize("line", [b"", b"\r\n", b"null", b'""', b'"No report available"'])
def test_lines_that_hold_nothing_are_no_flaws(line: bytes) -> None:
    assert _web([line, *lines([GOOD])])[1] == []


def test_a_byte_order_mark_and_carriage_returns_do_not_matter() -> None:
    web, problems = _web([b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n"])
    assert (web["loc_added_sum"], problems) == (10, [])


def test_an_array_in_one_line_is_as_many_rows() -> None:
    web, problems = _web([json.dumps([GOOD, user_row(2, loc_added_sum=1)]).encode()])
    assert (web["loc_added_sum"], problems) == (11, [])


def test_nulls_in_arrays_objects_and_flags_are_absences() -> None:
    nothing = dict.fromkeys(
        ("totals_by_ide", "totals_by_feature", "totals_by_cli", "totals_by_3rd_party_agent", "ai_adoption_phase")
    )
    web, problems = _web(lines([GOOD | nothing | {"used_cli": None, "ai_credits_used": None}]))
    assert (web["loc_added_sum"], problems) == (10, [])


def test_a_bad_row_of_a_breakdown_does_not_spoil_the_others() -> None:
    rows = [
        {"feature": "agent_edit", **counters(1, 1, 1, 1, 1, 1, 1)},
        {"feature": None, **counters(1, 1, 1, 1, 1, 1, 1)},
        {"feature": "agent_edit", "loc_added_sum": "many", "loc_deleted_sum": 2},
        "nonsense",
    ]
    web, problems = _web(lines([user_row(1, totals_by_feature=rows)]))
    assert web["totals_by_feature"] == [{"feature": "agent_edit"} | counters(1, 1, 1, 1, 1, 1, 3)]
    assert set(problems) == {"a row that is no object", "a row without `feature`", "`loc_added_sum` is a text"}


def test_everything_of_a_row_that_fits_survives_the_slow_way() -> None:
    row = user_row(
        1,
        **counters(1, 2, 3, 4, 5, 6, 7),
        ai_credits_used=1.5,
        used_cli=True,
        totals_by_ide=[{"ide": "vim", **counters(1, 2, 3, 4, 5, 6, 7)}],
        totals_by_language_feature=[{"language": "go", "feature": "agent_edit", **counters(1, 2, 3, 4, 5, 6)}],
        totals_by_language_model=[{"language": "go", "model": "auto", **counters(1, 2, 3, 4, 5, 6)}],
        totals_by_model_feature=[{"model": "auto", "feature": "agent_edit", **counters(1, 2, 3, 4, 5, 6, 7)}],
        totals_by_cli={"session_count": 1, "token_usage": {"output_tokens_sum": 5}},
        totals_by_copilot_app={"prompt_count": 2},
        totals_by_vscode_agent={"total_user_messages": 4},
        totals_by_3rd_party_agent=[{"agent_id": "a", "agent_name": "A", "user_initiated_interaction_count": 1}],
        totals_by_mcp=[{"mcp": "github", "interaction_count": 3}],
        ai_adoption_phase={"phase": "Phase 1", "phase_number": 1, "version": "v1"},
        used_chat=True,
    )
    quickly, _ = _web(lines([row]))
    slowly, problems = _web(lines([row | {"used_agent": "yes"}]))
    assert slowly == quickly
    assert problems == ["`used_agent` is a text"]


def test_the_place_of_the_first_bad_row_is_named_without_naming_anybody() -> None:
    problems = ProblemLog()
    line = json.dumps(user_row(3, loc_added_sum="octocat")).encode()
    ((number, (row,)),) = typed_rows([line], whole_users, "users report", problems)
    assert (number, row.user_id) == (1, 3)
    assert [(problem.where, problem.what) for problem in problems] == [
        ("users report, row 1", "`loc_added_sum` is a text")
    ]


@pytest.mark.parametrize(
    "bad",
    [
        {"user_id": None},
        {"team_id": [42]},
        {"slug": None},
        {"slug": "../../etc"},
        {"slug": ""},
        {"slug": "a" * 10_000},
        {"day": "2026-10-04"},
    ],
)
def test_a_bad_membership_is_counted_and_left_out(bad: dict[str, Any]) -> None:
    members = lines([membership(1, 42, "web"), membership(2, 42, "web") | bad])
    web, problems = _web(lines([GOOD]), members)
    assert web["members"] == 1
    assert len(problems) == 1


def test_a_membership_with_an_odd_day_is_still_one() -> None:
    members = lines([membership(1, 42, "web"), membership(2, 42, "web") | {"day": 5}])
    assert _web(lines([GOOD]), members)[0]["members"] == 2


def test_a_flood_of_values_ends_in_others() -> None:
    rows = [{"ide": f"ide-{n}", "loc_added_sum": 1} for n in range(6_000)]
    web, _ = _web(lines([user_row(1, totals_by_ide=rows)]))
    assert len(web["totals_by_ide"]) == 5_001
    assert sum(row["loc_added_sum"] for row in web["totals_by_ide"]) == 6_000
    assert {"ide": "others", "loc_added_sum": 1_000} in web["totals_by_ide"]
