from __future__ import annotations

from copilot_usage.runner.inputs import read_inputs, surroundings


def test_hyphens_stay_in_the_names_of_variables() -> None:
    environ = {"INPUT_SNAPSHOT-BRANCH": "x"}
    assert read_inputs(environ, ["snapshot-branch", "org"]) == {"snapshot-branch": "x", "org": ""}


def test_an_empty_variable_is_an_absent_one() -> None:
    around = surroundings({"GITHUB_API_URL": "", "RUNNER_TEMP": ""})
    assert around.api_url == "https://api.github.com"
    assert around.temporary is None


def test_the_owner_comes_from_the_repository_if_need_be() -> None:
    assert surroundings({"GITHUB_REPOSITORY": "octo-org/tools"}).repository_owner == "octo-org"


def test_the_api_may_be_any_host() -> None:
    assert surroundings({"GITHUB_API_URL": "https://api.octo.ghe.com/"}).api_url == "https://api.octo.ghe.com"
