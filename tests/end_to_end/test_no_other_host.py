"""A run contacts the API host and the host of the signed links, and no other."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from end_to_end.watched import WatchedWorkflow
from fakes.github import FakeGitHub

# Python tells an audit hook of every connection and of every name that is looked up, whichever library does it.
GUARD = """
import json, sys
log = open(sys.argv.pop(1), "a")
def hook(event, arguments):
    if event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        print(json.dumps(list(arguments[1][:2])), file=log, flush=True)
    elif event == "socket.getaddrinfo":
        print(json.dumps([str(arguments[0]), arguments[1]]), file=log, flush=True)
sys.addaudithook(hook)
from copilot_usage.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    "inputs",
    [
        {"org": "octo-org", "json_file": "usage.json", "csv_file": "usage.csv"},
        {"enterprise": "octo-enterprise", "team": "*"},
        {"org": "octo-org", "people": "logins"},
        {"org": "octo-org", "api": "usage"},
    ],
    ids=["organization", "teams", "people", "a retired generation"],
)
def test_no_host_but_the_two_is_contacted(
    workflow: WatchedWorkflow, github: FakeGitHub, tmp_path: Path, inputs: dict[str, str]
) -> None:
    contacted = tmp_path / "contacted"
    tokens = {"token": github.reading_token, "snapshot_token": github.writing_token}
    command = (sys.executable, "-c", GUARD, str(contacted))
    done = workflow.step(command, **tokens, snapshot_repository=github.repository, **inputs)
    assert done.code == 0, done.log
    hosts = {tuple(json.loads(line)) for line in contacted.read_text().splitlines()}
    api, downloads = (urlsplit(url) for url in (github.api_url, github.download_url))
    assert (api.hostname, api.port) in hosts
    assert hosts <= {(api.hostname, api.port), (downloads.hostname, downloads.port)}
