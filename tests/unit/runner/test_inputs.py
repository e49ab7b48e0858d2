from __future__ import annotations

from typing import TYPE_CHECKING

import certifi
import pytest

from copilot_usage.runner.inputs import network_problems, read_inputs, runner_context

if TYPE_CHECKING:
    from pathlib import Path


def test_hyphens_stay_in_the_names_of_variables() -> None:
    environ = {"INPUT_SNAPSHOT-BRANCH": "x"}
    assert read_inputs(environ, ["snapshot-branch", "org"]) == {"snapshot-branch": "x", "org": ""}


def test_an_empty_variable_is_an_absent_one() -> None:
    around = runner_context({"GITHUB_API_URL": "", "RUNNER_TEMP": ""})
    assert around.api_url == "https://api.github.com"
    assert around.temporary is None


def test_the_owner_comes_from_the_repository_if_need_be() -> None:
    assert runner_context({"GITHUB_REPOSITORY": "octo-org/tools"}).repository_owner == "octo-org"


def test_the_api_may_be_any_host() -> None:
    assert runner_context({"GITHUB_API_URL": "https://api.octo.ghe.com/"}).api_url == "https://api.octo.ghe.com"


@pytest.mark.parametrize(
    "address",
    [
        "https://api.github.com",
        "HTTPS://github.octo.test:8443/api/v3",
        "https://my_host/api",
        "https://[2001:db8::1]:8443",
        "http://127.0.0.1:8080",
        "http://localhost/api/v3",
        "http://[::1]:80",
    ],
)
def test_the_api_is_asked_over_https_or_on_this_machine(address: str) -> None:
    assert network_problems(runner_context({"GITHUB_API_URL": address})) == []


@pytest.mark.parametrize(
    "address",
    [
        "the address of the API",
        "api.github.com",
        "//api.github.com",
        "ftp://api.github.com",
        "file:///etc/passwd",
        "https://",
        "https://api.github.com:port",
        "https://api.github.com:-1",
        "https://api.github.com:0",
        "https://api.github.com:65536",
        "https://api.github.com:443:443",
        "https://api.github.com /v3",
        "https://api.git\nhub.com",
        "https://api.github.com/a b",
        "https://user:secret@api.github.com",
        "https://api.github.com?page=1",
        "https://api.github.com#top",
        "https://api..github.com",
        f"https://{'a' * 64}.test",
        "https://api.gïthub.com",
        "https://[",
        "https://[:::]",
        "https://[::1",
        "https://api.github.com\\@octo.test",
    ],
)
def test_an_address_that_is_none_is_a_problem_of_its_variable(address: str) -> None:
    (problem,) = network_problems(runner_context({"GITHUB_API_URL": address}))
    assert problem.startswith("`GITHUB_API_URL`: ")
    assert "\n" not in problem
    assert "https://HOST" in problem
    assert "secret" not in problem


@pytest.mark.parametrize("address", ["http://api.octo.test", "http://10.0.0.1:8080", "http://127.0.0.1.octo.test"])
def test_the_token_goes_unencrypted_to_another_machine_only_where_that_is_allowed(address: str) -> None:
    environ = {"GITHUB_API_URL": address}
    (problem,) = network_problems(runner_context(environ))
    assert "COPILOT_USAGE_ALLOW_HTTP" in problem
    allowed = runner_context({**environ, "COPILOT_USAGE_ALLOW_HTTP": "true"})
    assert network_problems(allowed) == []
    assert allowed.is_unencrypted
    assert not runner_context({"GITHUB_API_URL": "http://localhost:8080"}).is_unencrypted


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, "", "no certificate"], ids=["missing", "empty", "text"])
def test_a_bundle_of_certificates_that_cannot_be_read_is_a_problem_of_its_variable(
    name: str, content: str | None, tmp_path: Path
) -> None:
    bundle = tmp_path / "company-ca.pem"
    if content is not None:
        bundle.write_text(content)
    (problem,) = network_problems(runner_context({name: str(bundle)}))
    assert problem.startswith(f"`{name}`: `{bundle}`")


def test_a_bundle_or_a_folder_of_certificates_may_be_given(tmp_path: Path) -> None:
    for bundle in (certifi.where(), str(tmp_path)):
        assert network_problems(runner_context({"REQUESTS_CA_BUNDLE": bundle})) == []


def test_no_certificates_are_needed_where_nothing_is_encrypted() -> None:
    environ = {"REQUESTS_CA_BUNDLE": "/not/there", "GITHUB_API_URL": "http://localhost:8080"}
    assert network_problems(runner_context(environ)) == []
