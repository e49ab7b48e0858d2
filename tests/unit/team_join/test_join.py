from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.queries import PersonActivity
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.usage import DataProblem
from copilot_usage.parsers import reports
from copilot_usage.team_join.join import TeamJoin
from sample_documents import COUNTERS, counters, lines, membership, user_row

OWNER = Scope(ScopeKind.ORGANIZATION, "octo-org")
EVERY = OWNER.of_team("*")
WEB, CORE = OWNER.of_team("web"), OWNER.of_team("core")
DAY = date(2026, 10, 5)


def _joined(
    memberships: Iterable[Any], users: Iterable[Any], *teams: Scope, **more: Any
) -> tuple[TeamJoin, Mapping[Scope, dict[str, Any]]]:
    join = TeamJoin(OWNER, teams or (EVERY,), **more)
    join.add_memberships(DAY, lines(memberships))
    join.add_users(lines(users), days=[DAY])
    return join, join.documents(DAY)


def test_githubs_own_example_comes_out_as_it_says() -> None:
    day = {"day": "2026-10-05", "organization_id": "999"}
    frontend, backend = {"team_id": 42, "slug": "frontend"}, {"team_id": 43, "slug": "backend"}
    teams = [{"user_id": 1001} | day | frontend, {"user_id": 1001} | day | backend, {"user_id": 1002} | day | frontend]
    alice = {"user_id": 1001, "code_acceptance_activity_count": 12, "loc_added_sum": 88, "used_chat": True}
    bob = {"user_id": 1002, "code_acceptance_activity_count": 7, "loc_added_sum": 24, "used_chat": True}
    _, documents = _joined(teams, [alice | day, bob | day])
    found = {
        (team["team_id"], team["slug"]): (
            team["daily_active_users"],
            team["code_acceptance_activity_count"],
            team["loc_added_sum"],
        )
        for team in documents.values()
    }
    assert found == {(42, "frontend"): (2, 19, 112), (43, "backend"): (1, 12, 88)}


def test_a_teams_document_has_the_shape_of_an_organizations_day() -> None:
    row = user_row(
        1,
        **counters(5, 20, 8, 30, 0, 40, 2),
        used_cli=True,
        ai_credits_used=2.25,
        totals_by_ide=[{"ide": "vscode", **counters(5, 20, 8, 30, 0, 40, 2)}],
        totals_by_feature=[{"feature": "code_completion", **counters(0, 12, 8, 30, 0, 25, 0)}],
        totals_by_language_feature=[
            {"language": "go", "feature": "code_completion", **counters(12, 8, 30, 0, 25, 0)},
        ],
        totals_by_language_model=[{"language": "go", "model": "auto", **counters(12, 8, 30, 0, 25, 0)}],
        totals_by_model_feature=[{"model": "auto", "feature": "code_completion", **counters(0, 12, 8, 30, 0, 25, 0)}],
        totals_by_cli={
            "session_count": 2,
            "request_count": 10,
            "prompt_count": 4,
            "token_usage": {"output_tokens_sum": 100, "prompt_tokens_sum": 150, "avg_tokens_per_request": 25},
        },
    )
    _, documents = _joined([membership(1, 42, "web")], [row])
    assert documents[WEB] == {
        "day": "2026-10-05",
        "organization_id": "4711",
        "team_id": 42,
        "slug": "web",
        "members": 1,
        "daily_active_users": 1,
        "daily_active_cli_users": 1,
        "ai_credits_used": 2.25,
        **counters(5, 20, 8, 30, 0, 40, 2),
        "totals_by_ide": row["totals_by_ide"],
        "totals_by_feature": row["totals_by_feature"],
        "totals_by_language_feature": row["totals_by_language_feature"],
        "totals_by_language_model": row["totals_by_language_model"],
        "totals_by_model_feature": row["totals_by_model_feature"],
        "totals_by_cli": {
            "session_count": 2,
            "request_count": 10,
            "prompt_count": 4,
            "token_usage": {"output_tokens_sum": 100, "prompt_tokens_sum": 150, "avg_tokens_per_request": 25.0},
        },
    }
    assert reports.read(documents[WEB], day=DAY, settled=True).problems == ()


def test_what_few_people_use_is_added_up_too() -> None:
    agent = {"agent_id": "a-1", "agent_name": "Codex", "user_initiated_interaction_count": 3}
    extras = {
        "totals_by_3rd_party_agent": [agent],
        "totals_by_skill": [{"skill": "other", "interaction_count": 2}],
        "totals_by_custom_agent": [{"custom_agent": "other", "interaction_count": 1}],
        "totals_by_mcp": [{"mcp": "github", "interaction_count": 5}],
        "totals_by_slash_cmd": [{"slash_cmd": "plan", "interaction_count": 4}],
        "totals_by_plugin": [{"plugin": "other", "interaction_count": 7}],
        "totals_by_copilot_app": {"session_count": 1, "request_count": 0, "prompt_count": 2},
        "totals_by_vscode_agent": {"session_count": 3, "total_user_messages": 9},
        "ai_adoption_phase": {"phase": "Phase 2", "phase_number": 2, "version": "v1"},
        "used_chat": True,
    }
    users = [user_row(1, **extras), user_row(2, **extras), user_row(3, **(extras | {"used_chat": False}))]
    _, documents = _joined([membership(n, 42, "web") for n in (1, 2, 3)], users)
    web = documents[WEB]
    assert web["totals_by_3rd_party_agent"] == [agent | {"user_initiated_interaction_count": 9}]
    assert web["totals_by_mcp"] == [{"mcp": "github", "interaction_count": 15}]
    assert web["totals_by_plugin"] == [{"plugin": "other", "interaction_count": 21}]
    assert web["totals_by_skill"] == [{"skill": "other", "interaction_count": 6}]
    assert web["totals_by_custom_agent"] == [{"custom_agent": "other", "interaction_count": 3}]
    assert web["totals_by_slash_cmd"] == [{"slash_cmd": "plan", "interaction_count": 12}]
    assert web["totals_by_copilot_app"] == {"session_count": 3, "request_count": 0, "prompt_count": 6}
    assert web["totals_by_vscode_agent"] == {"session_count": 9, "total_user_messages": 27}
    assert web["totals_by_ai_adoption_phase"] == [
        {"phase": "Phase 2", "phase_number": 2, "version": "v1", "total_engaged_users": 2}
    ]
    assert reports.read(web, day=DAY, settled=True).problems == ()


def test_people_without_activity_are_members_and_not_active() -> None:
    join, documents = _joined([membership(n, 42, "web") for n in range(1, 6)], [user_row(1, used_chat=True)])
    assert (documents[WEB]["members"], documents[WEB]["daily_active_users"]) == (5, 1)
    assert join.members(WEB, DAY) == 5


def test_a_team_without_a_single_row_did_nothing_and_that_is_known() -> None:
    users = [user_row(1, **counters(5, 20, 8, 30, 0, 40, 2), used_cli=True)]
    _, documents = _joined([membership(1, 42, "web"), membership(2, 43, "core")], users)
    core = documents[CORE]
    assert (core["daily_active_users"], core["loc_added_sum"]) == (0, 0)
    assert "ai_credits_used" not in core


def test_people_of_a_surface_that_no_row_of_the_team_tells_are_absent() -> None:
    _, documents = _joined([membership(1, 42, "web")], [user_row(1, loc_added_sum=3, used_cli=None)])
    assert [name for name in documents[WEB] if name.startswith("daily_")] == ["daily_active_users"]


def test_a_figure_that_some_rows_say_is_the_sum_of_those() -> None:
    members = [membership(n, 42, "web") for n in (1, 2, 3)]
    users = [user_row(1, loc_added_sum=3), user_row(2), user_row(3, loc_added_sum=0)]
    assert _joined(members, users)[1][WEB]["loc_added_sum"] == 3


@pytest.mark.parametrize(
    ("fields", "active"),
    [
        ({"user_initiated_interaction_count": 1}, 1),
        ({"code_generation_activity_count": 1}, 1),
        ({"used_agent": True}, 1),
        ({"used_chat": True}, 1),
        ({"used_cli": True}, 1),
        ({"used_copilot_coding_agent": True}, 1),
        ({"used_copilot_cloud_agent": True}, 1),
        ({"used_copilot_app": True}, 1),
        ({"used_vscode_agent": True}, 1),
        ({"used_copilot_code_review_active": True}, 1),
        ({"used_copilot_code_review_passive": True}, 0),
        ({"ai_credits_used": 12.5}, 0),
        ({"loc_added_sum": 5}, 0),
        ({"used_chat": False, "used_agent": None, "user_initiated_interaction_count": 0}, 0),
        ({}, 0),
    ],
)
def test_active_is_who_prompted_generated_or_used_a_surface(fields: dict[str, Any], active: int) -> None:
    _, documents = _joined([membership(1, 42, "web")], [user_row(1, **fields)])
    assert documents[WEB]["daily_active_users"] == active


def test_people_per_surface_come_from_the_flags() -> None:
    members = [membership(n, 42, "web") for n in range(1, 5)]
    users = [
        user_row(1, used_copilot_app=True, used_vscode_agent=False, used_copilot_coding_agent=True),
        user_row(2, used_copilot_cloud_agent=True, used_copilot_coding_agent=True),
        user_row(3, used_copilot_code_review_active=True, used_copilot_code_review_passive=True),
        user_row(4, used_copilot_code_review_active=None, used_copilot_code_review_passive=True),
    ]
    web = _joined(members, users)[1][WEB]
    assert web["daily_active_copilot_app_users"] == 1
    assert web["daily_active_vscode_agent_users"] == 0
    assert web["daily_active_copilot_cloud_agent_users"] == 2
    assert web["daily_active_copilot_code_review_users"] == 1
    assert web["daily_passive_copilot_code_review_users"] == 1
    assert "daily_active_cli_users" not in web


def test_rows_repeated_across_parts_count_once() -> None:
    members = [membership(1, 42, "web"), membership(1, 42, "web"), membership("1", "42", "web")]
    users = [user_row(1, loc_added_sum=7, used_chat=True), user_row("1", loc_added_sum=7, used_chat=True)]
    _, documents = _joined(members, users)
    assert (documents[WEB]["members"], documents[WEB]["loc_added_sum"]) == (1, 7)


def test_memberships_that_come_in_several_calls_are_put_together() -> None:
    join = TeamJoin(OWNER, [EVERY])
    join.add_memberships(DAY, lines([membership(1, 42, "web"), membership(2, 42, "web")]))
    join.add_memberships(DAY, lines([membership(1, 43, "core"), membership(3, 42, "web"), membership(2, 42, "web")]))
    join.add_users(lines([user_row(n, loc_added_sum=1) for n in (1, 2, 3)]), days=[DAY])
    documents = join.documents(DAY)
    assert (documents[WEB]["members"], documents[WEB]["loc_added_sum"]) == (3, 3)
    assert (documents[CORE]["members"], documents[CORE]["loc_added_sum"]) == (1, 1)


@pytest.mark.parametrize("user", [7, "7"])
@pytest.mark.parametrize("member", [7, "7"])
@pytest.mark.parametrize("owner", [4711, "4711"])
def test_ids_match_as_texts_and_as_numbers(user: Any, member: Any, owner: Any) -> None:
    users = [user_row(user, loc_added_sum=1, organization_id=owner)]
    _, documents = _joined([membership(member, "42", "web")], users)
    assert documents[WEB]["loc_added_sum"] == 1
    assert documents[WEB]["team_id"] == 42


def test_an_enterprise_is_joined_on_its_own_id_and_slugs_lose_their_prefix() -> None:
    enterprise = Scope(ScopeKind.ENTERPRISE, "octo")
    join = TeamJoin(enterprise, [enterprise.of_team("ent:platform")])
    ids = {"enterprise_id": "12", "organization_id": None}
    join.add_memberships(DAY, lines([membership(1, 5, "ent:platform", **ids), membership(2, 6, "other", **ids)]))
    join.add_users(lines([user_row(1, loc_added_sum=3, enterprise_id=12, organization_id="77")]), days=[DAY])
    platform = enterprise.of_team("platform")
    assert join.documents(DAY).keys() == {platform}
    document = join.documents(DAY)[platform]
    assert (document["enterprise_id"], document["slug"], document["loc_added_sum"]) == ("12", "ent:platform", 3)


def test_rows_of_another_owner_are_left_out_and_named() -> None:
    members = [*(membership(n, 42, "web") for n in range(1, 5)), membership(9, 42, "web", organization_id="666")]
    users = [user_row(1, loc_added_sum=1), user_row(2, loc_added_sum=50, organization_id="666")]
    join, documents = _joined(members, users)
    assert (documents[WEB]["members"], documents[WEB]["loc_added_sum"]) == (4, 1)
    assert {problem.what for problem in join.problems} == {
        "rows of another owner (1 people)",
        "a row of another organization",
    }


def test_rows_that_do_not_name_their_owner_or_day_are_taken_as_the_reports() -> None:
    nowhere = {"organization_id": None, "day": None}
    members = [membership(1, 42, "web"), membership(2, 42, "web", **nowhere)]
    _, documents = _joined(members, [user_row(2, loc_added_sum=4, **nowhere)])
    assert (documents[WEB]["members"], documents[WEB]["loc_added_sum"]) == (2, 4)


def test_rows_of_another_day_than_the_reports_are_left_out_and_named() -> None:
    members = [membership(1, 42, "web"), membership(2, 42, "web", day="2026-10-04")]
    join, documents = _joined(members, [user_row(1, loc_added_sum=4, day="2026-10-04"), user_row(3)])
    assert documents[WEB]["members"] == 1
    assert documents[WEB]["loc_added_sum"] == 0
    assert join.problems == (
        DataProblem("user-teams report, row 2", "a row of another day than the report's (2 times, here first)"),
    )


def test_only_teams_asked_for_have_documents() -> None:
    join, documents = _joined([membership(1, 42, "web"), membership(1, 43, "core")], [user_row(1)], WEB)
    assert documents.keys() == {WEB}
    assert join.unseen == ()


def test_teams_that_no_report_names_are_known() -> None:
    join, _ = _joined([membership(1, 42, "web")], [user_row(1)], WEB, OWNER.of_team("tiny"))
    assert join.unseen == (OWNER.of_team("tiny"),)


def test_the_slug_most_like_one_that_no_report_names_is_known_even_if_nobody_asked_for_it() -> None:
    members = [membership(1, 42, "payments"), membership(1, 43, "platform")]
    join, _ = _joined(members, [user_row(1)], OWNER.of_team("paymets"))
    assert join.nearest(OWNER.of_team("paymets")) == "payments"
    assert join.nearest(OWNER.of_team("x")) is None


def test_many_people_in_the_same_teams_sum_up_as_few_do() -> None:
    people = range(1, 101)
    rows = [{"feature": "agent_edit", **counters(1, 2, 3, 4, 5, 6, 7)}]
    members = [membership(n, 40 + team, f"team-{team}") for n in people for team in range(3) if n % (team + 1) == 0]
    users = [user_row(n, **counters(1, 2, 3, 4, 5, 6, 7), totals_by_feature=rows, used_cli=n % 2 == 0) for n in people]
    _, documents = _joined(members, users)
    for team, count, cli in ((0, 100, 50), (1, 50, 50), (2, 33, 16)):
        document = documents[OWNER.of_team(f"team-{team}")]
        expected = counters(*(count * n for n in range(1, 8)))
        assert {name: document[name] for name in COUNTERS} == expected
        assert document["totals_by_feature"] == [{"feature": "agent_edit"} | expected]
        assert (document["members"], document["daily_active_users"]) == (count, count)
        assert document["daily_active_cli_users"] == cli


def test_rows_that_come_after_documents_were_made_count_for_their_own_team_alone() -> None:
    def row(person: int) -> dict[str, Any]:
        return user_row(person, totals_by_feature=[{"feature": "agent_edit", "loc_added_sum": 1}])

    people = range(1, 31)
    join = TeamJoin(OWNER, [EVERY])
    in_both = [membership(n, team, slug) for n in people for team, slug in ((42, "web"), (43, "core"))]
    join.add_memberships(DAY, lines([*in_both, membership(99, 42, "web")]))
    join.add_users(lines(row(n) for n in people), days=[DAY])
    join.documents(DAY)
    join.add_users(lines([row(99)]), days=[DAY])
    found = {scope: document["totals_by_feature"] for scope, document in join.documents(DAY).items()}
    assert found == {
        WEB: [{"feature": "agent_edit", "loc_added_sum": 31}],
        CORE: [{"feature": "agent_edit", "loc_added_sum": 30}],
    }


def test_each_row_is_joined_with_the_membership_of_its_own_day() -> None:
    monday, tuesday = DAY, DAY + timedelta(days=1)
    join = TeamJoin(OWNER, [EVERY])
    join.add_memberships(monday, lines([membership(1, 42, "web")]))
    join.add_memberships(tuesday, lines([membership(1, 43, "core", day=str(tuesday))]))
    rows = [user_row(1, day=str(day), loc_added_sum=n) for day, n in ((monday, 1), (tuesday, 10), (DAY.min, 100))]
    join.add_users(lines(rows))
    assert {scope: document["loc_added_sum"] for scope, document in join.documents(monday).items()} == {WEB: 1}
    assert {scope: document["loc_added_sum"] for scope, document in join.documents(tuesday).items()} == {CORE: 10}
    assert join.problems == ()


def _read_days(join: TeamJoin, days: DateRange, active: Mapping[int, Iterable[int]]) -> None:
    """Reads a range; `active`: person → days (counted from the first) on which the person was active, all in `web`."""
    for number, day in enumerate(days):
        join.add_memberships(day, lines(membership(n, 42, "web", day=str(day)) for n in active), breakdowns=False)
        rows = [user_row(n, day=str(day), used_chat=number in on) for n, on in active.items()]
        join.add_users(lines(rows), days=[day])
        join.forget(day)


def test_trailing_counts_are_distinct_people_of_the_window() -> None:
    join = TeamJoin(OWNER, [EVERY])
    days = ending(DAY, 28)
    _read_days(join, days, {1: range(28), 2: [0], 3: [20, 21, 22], 4: []})
    assert join.trailing(WEB, DAY) == {"weekly_active_users": 2, "monthly_active_users": 3}
    assert join.active(WEB, DateRange(days.since, days.since)) == 2


def test_a_window_that_was_not_wholly_read_is_unknown() -> None:
    join = TeamJoin(OWNER, [EVERY])
    _read_days(join, ending(DAY, 8), {1: [7]})
    assert join.trailing(WEB, DAY) == {"weekly_active_users": 1, "monthly_active_users": None}
    assert join.active(WEB, ending(DAY, 9)) is None


def test_days_without_a_report_count_as_read() -> None:
    join = TeamJoin(OWNER, [EVERY])
    _read_days(join, ending(DAY, 6), {1: [0]})
    join.no_report(DAY - timedelta(days=6))
    assert join.trailing(WEB, DAY)["weekly_active_users"] == 1


def test_nobody_is_known_of_a_team_that_was_never_seen() -> None:
    join, _ = _joined([membership(1, 42, "web")], [user_row(1)])
    assert join.active(CORE, ending(DAY, 1)) is None
    assert join.members(CORE, DAY) is None
    assert join.members(WEB, DAY - timedelta(days=1)) is None


def test_a_person_who_changes_teams_counts_once_in_each() -> None:
    join = TeamJoin(OWNER, [EVERY])
    for number, teams in enumerate([["web"], ["web", "core"], ["core"]]):
        day = DAY + timedelta(days=number)
        members = [membership(1, {"web": 42, "core": 43}[slug], slug, day=str(day)) for slug in teams]
        join.add_memberships(day, lines(members))
        join.add_users(lines([user_row(1, day=str(day), used_chat=True)]), days=[day])
    assert join.active(WEB, DateRange(DAY, DAY + timedelta(days=2))) == 1
    assert join.active(CORE, DateRange(DAY, DAY + timedelta(days=2))) == 1
    assert join.active(CORE, DateRange(DAY, DAY)) == 0


def test_a_day_that_was_not_read_or_is_forgotten_has_no_documents() -> None:
    join = TeamJoin(OWNER, [EVERY])
    join.add_memberships(DAY, lines([membership(1, 42, "web")]))
    assert join.documents(DAY) == {}
    join.add_users(lines([user_row(1, used_chat=True)]), days=[DAY])
    assert join.documents(DAY)
    join.forget(DAY)
    assert join.documents(DAY) == {}
    assert (join.active(WEB, ending(DAY, 1)), join.members(WEB, DAY)) == (1, 1)


def test_a_download_that_breaks_off_leaves_the_day_unread_and_can_be_repeated() -> None:
    def broken() -> Iterable[bytes]:
        yield from lines([user_row(1, loc_added_sum=5)])
        raise ConnectionResetError

    join = TeamJoin(OWNER, [EVERY])
    join.add_memberships(DAY, lines([membership(1, 42, "web"), membership(2, 42, "web")]))
    with pytest.raises(ConnectionResetError):
        join.add_users(broken(), days=[DAY])
    assert join.documents(DAY) == {}
    join.add_users(lines([user_row(1, loc_added_sum=5), user_row(2, loc_added_sum=6)]), days=[DAY])
    assert join.documents(DAY)[WEB]["loc_added_sum"] == 11


def test_a_day_that_is_not_kept_has_counters_and_people_only() -> None:
    join = TeamJoin(OWNER, [EVERY])
    join.add_memberships(DAY, lines([membership(1, 42, "web")]), breakdowns=False)
    rows = [{"feature": "agent_edit", **counters(1, 2, 3, 4, 5, 6, 7)}]
    join.add_users(lines([user_row(1, loc_added_sum=6, totals_by_feature=rows)]), days=[DAY])
    assert join.documents(DAY)[WEB]["loc_added_sum"] == 6
    assert "totals_by_feature" not in join.documents(DAY)[WEB]


def test_the_order_of_rows_does_not_change_a_byte() -> None:
    users = [
        user_row(n, ai_credits_used=n / 7, totals_by_ide=[{"ide": f"ide-{n % 3}", "loc_added_sum": n}])
        for n in range(1, 30)
    ]
    members = [membership(n, 42, "web") for n in range(1, 30)]
    there, back = _joined(members, users)[1], _joined(members[::-1], users[::-1])[1]
    assert repr(there) == repr(back)


def test_a_renamed_team_is_one_team_under_its_newest_slug() -> None:
    join = TeamJoin(OWNER, [EVERY])
    later = DAY + timedelta(days=1)
    for day, slug in ((DAY, "web"), (later, "frontend")):
        join.add_memberships(day, lines([membership(1, 42, slug, day=str(day))]))
        join.add_users(lines([user_row(1, day=str(day), used_chat=day == DAY)]), days=[day])
    frontend = OWNER.of_team("frontend")
    assert join.documents(later).keys() == {frontend}
    assert join.active(frontend, DateRange(DAY, later)) == 1
    assert join.active(WEB, DateRange(DAY, later)) == 1


def test_an_older_day_that_is_read_later_does_not_give_a_team_its_old_name_back() -> None:
    join = TeamJoin(OWNER, [OWNER.of_team("frontend")])
    earlier = DAY - timedelta(days=1)
    for day, slug in ((DAY, "frontend"), (earlier, "web")):
        join.add_memberships(day, lines([membership(1, 42, slug, day=str(day))]))
        join.add_users(lines([user_row(1, day=str(day))]), days=[day])
    ((scope, document),) = join.documents(earlier).items()
    assert scope == OWNER.of_team("frontend")
    assert (document["day"], document["slug"]) == (str(earlier), "web")


def test_a_team_asked_for_by_its_old_slug_is_followed_under_it() -> None:
    join = TeamJoin(OWNER, [WEB])
    later = DAY + timedelta(days=1)
    for day, slug in ((DAY, "web"), (later, "frontend")):
        join.add_memberships(day, lines([membership(1, 42, slug, day=str(day))]))
        join.add_users(lines([user_row(1, day=str(day), loc_added_sum=1)]), days=[day])
    assert join.documents(later)[WEB]["slug"] == "frontend"


def test_of_two_teams_with_one_slug_the_one_with_the_smaller_id_counts() -> None:
    members = [membership(1, 50, "web"), membership(2, 42, "ent:web"), membership(3, 50, "web")]
    join, documents = _joined(members, [user_row(1), user_row(2), user_row(3)])
    assert {scope: document["team_id"] for scope, document in documents.items()} == {WEB: 42}
    assert [problem.what for problem in join.problems] == [
        "two teams of the same slug; the one with the smaller id counts"
    ]


def test_people_are_listed_only_where_somebody_asked_for_names() -> None:
    members = [membership(1, 42, "web"), membership(2, 42, "web"), membership(3, 43, "core")]
    users = [
        user_row(2, user_initiated_interaction_count=4, loc_added_sum=9),
        user_row(1, ai_credits_used=1.0),
        user_row(3, used_chat=True),
    ]
    asked, _ = _joined(members, users, people=True)
    assert asked.people(WEB, ending(DAY, 1)) == (
        PersonActivity("person-1", 0, 0, 0),
        PersonActivity("person-2", 1, 4, 9),
    )
    assert asked.people(WEB, ending(DAY - timedelta(days=1), 1)) == ()
    assert asked.people(OWNER.of_team("none"), ending(DAY, 1)) == ()
    silent, _ = _joined(members, users)
    assert silent.people(WEB, ending(DAY, 1)) == ()
    assert "person-" not in repr(vars(silent))


def _agent(name: str | None, agent_id: str = "a-1") -> dict[str, Any]:
    return {"agent_id": agent_id, "agent_name": name, "user_initiated_interaction_count": 1}


def test_a_team_asked_alone_has_the_same_document_as_among_all_teams() -> None:
    members = [
        *(membership(n, 42, "web") for n in (1, 2)),
        *(membership(n, 43, "core", organization_id=None) for n in (2, 3, 4)),
        membership(5, 44, "docs", organization_id="666"),
    ]
    users = [
        user_row(1, loc_added_sum=3, totals_by_3rd_party_agent=[_agent(None)]),
        user_row(2, totals_by_3rd_party_agent=[_agent("Codex")]),
        user_row(3, **counters(1, 2, 3, 4, 5, 6, 7), used_cli=True, totals_by_3rd_party_agent=[_agent("Codex 2")]),
        user_row(4, ai_credits_used=2.5, used_copilot_app=False, totals_by_3rd_party_agent=[_agent("Claude", "a-2")]),
    ]
    _, among = _joined(members, users)
    for team in (WEB, CORE):
        _, alone = _joined(members, users, team)
        assert json.dumps(alone[team]) == json.dumps(among[team])


def test_what_people_do_not_say_is_zero_in_the_sum_of_their_team() -> None:
    _, documents = _joined([membership(1, 42, "web"), membership(2, 43, "core")], [user_row(1, loc_added_sum=3)])
    assert {name: documents[WEB][name] for name in COUNTERS} == dict.fromkeys(COUNTERS, 0) | {"loc_added_sum": 3}
    assert {name: documents[CORE][name] for name in COUNTERS} == dict.fromkeys(COUNTERS, 0)


def test_nothing_of_a_day_stands_in_the_document_of_another() -> None:
    later = DAY + timedelta(days=1)
    names = {DAY: ("web", "Codex"), later: ("frontend", "Codex 2")}

    def documents(*order: date) -> dict[date, dict[str, Any]]:
        join, found = TeamJoin(OWNER, [EVERY]), {}
        for day in order:
            join.add_memberships(day, lines([membership(1, 42, names[day][0], day=str(day))]))
        for day in order:
            row = user_row(1, day=str(day), totals_by_3rd_party_agent=[_agent(names[day][1])])
            join.add_users(lines([row]), days=[day])
        for day in order:
            (found[day],) = join.documents(day).values()
        return found

    alone = documents(DAY) | documents(later)
    assert documents(DAY, later) == documents(later, DAY) == alone
    assert [(alone[day]["slug"], alone[day]["totals_by_3rd_party_agent"][0]["agent_name"]) for day in names] == [
        ("web", "Codex"),
        ("frontend", "Codex 2"),
    ]


def test_languages_by_model_and_phases_of_two_versions_are_added_up_too() -> None:
    def row(person: int, version: str) -> dict[str, Any]:
        return user_row(
            person,
            used_chat=True,
            totals_by_language_model=[{"language": "go", "model": "auto", **counters(1, 2, 3, 4, 5, 6)}],
            ai_adoption_phase={"phase": "Phase 2", "phase_number": 2, "version": version},
        )

    users = [row(1, "v1"), row(2, "v1"), row(3, "v2")]
    _, documents = _joined([membership(n, 42, "web") for n in (1, 2, 3)], users)
    assert documents[WEB]["totals_by_language_model"] == [
        {"language": "go", "model": "auto", **counters(3, 6, 9, 12, 15, 18)}
    ]
    phase = {"phase": "Phase 2", "phase_number": 2}
    assert documents[WEB]["totals_by_ai_adoption_phase"] == [
        phase | {"version": "v1", "total_engaged_users": 2},
        phase | {"version": "v2", "total_engaged_users": 1},
    ]
