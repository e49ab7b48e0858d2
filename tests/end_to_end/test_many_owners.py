"""Several owners in one run: a page for all, one commit, and a refusal of one is not the end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from copilot_usage.demo.github import Reply
from end_to_end.watched import WatchedWorkflow
from fakes.github import FakeGitHub, without_permission, without_sso

BOTH = "octo-org, octo-labs"


def test_several_organizations_are_one_page_and_one_commit(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    done = workflow.keep(org=BOTH, days="7")
    assert done.code == 0, done.log
    assert {"octo-org", "octo-labs"} <= set(done.summary.replace("*", " ").replace("#", " ").split())
    assert github.commits == 1
    assert {path.split("/")[3] for path in github.lines} == {"octo-org", "octo-labs"}
    assert done.outputs["active-users"] == ""
    total = [0, 0]
    for owner in ("octo-org", "octo-labs"):
        published = github.published(owner)
        for n in range(7):
            for row in published.document(published.newest - timedelta(days=n))["totals_by_feature"]:
                if row["feature"] == "code_completion":
                    total[0] += row["code_acceptance_activity_count"]
                    total[1] += row["code_generation_activity_count"]
    assert done.outputs["acceptance-rate"] == f"{100 * total[0] / total[1]:.1f}"


@pytest.mark.parametrize("reply", [without_permission(), without_sso()], ids=["permission", "single sign-on"])
def test_a_refusal_of_one_organization_is_said_first(
    workflow: WatchedWorkflow, github: FakeGitHub, reply: Reply
) -> None:
    github.fail("/orgs/octo-labs/", reply)
    done = workflow.keep(org=BOTH, days="7")
    assert (done.code, done.outputs["days"]) == (0, "7"), done.log
    assert "::error" not in done.log
    assert done.summary.startswith("# Copilot usage · 2 organizations, 1 could not be read\n")
    assert "`octo-labs`: Usage could not be read." in done.summary.partition("|:--|")[0]
    assert "octo-labs (could not be read)" in done.summary
    assert len(re.findall("^::warning .*`octo-labs`: Usage could not be read", done.log, re.MULTILINE)) == 1
    assert {path.split("/")[3] for path in github.lines} == {"octo-org"}
    assert len(github.requests_to("/orgs/octo-labs/copilot/metrics/")) <= 2


def test_the_run_fails_where_every_organization_refuses(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    github.fail("/(orgs|organizations)/", without_permission())
    done = workflow.keep(org=BOTH, days="7")
    assert done.code == 1
    assert done.log.count("::error ") == 1
    assert github.files == {}


def test_several_teams_of_several_organizations_are_compared(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    done = workflow.keep(org=BOTH, team="payments, platform", days="3")
    assert done.code == 0, done.log
    assert github.commits == 1
    assert done.outputs["acceptance-rate"] == ""


def test_organizations_and_enterprises_without_a_scope_are_wrong_inputs(workflow: WatchedWorkflow) -> None:
    done = workflow.run(org="octo-org", enterprise="octo-enterprise")
    assert done.code == 2
    assert "`scope`" in done.summary
