"""What the runner hands in: inputs as `INPUT_…` variables, and where things are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PREFIX = "INPUT_"
_API_URL = "https://api.github.com"
_SERVER_URL = "https://github.com"


def read_inputs(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Inputs by name; the runner upper-cases names and keeps hyphens (`INPUT_SNAPSHOT-BRANCH`)."""
    return {name: environ.get(_PREFIX + name.upper(), "") for name in names}


def in_a_workflow(environ: Mapping[str, str]) -> bool:
    """Whether a runner started this process (docs: "Default environment variables")."""
    return environ.get("GITHUB_ACTIONS") == "true"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the environment says besides the inputs. Paths are None where this is no workflow.

    `token`: for a terminal, where a flag would be seen by everyone on the machine.
    """

    api_url: str = _API_URL
    server_url: str = _SERVER_URL
    repository: str | None = None
    repository_owner: str | None = None
    action_repository: str | None = None
    workspace: str = "."
    temporary: str | None = None
    event_path: str | None = None
    summary_path: str | None = None
    output_path: str | None = None
    debug: bool = False
    token: str | None = field(default=None, repr=False)


def surroundings(environ: Mapping[str, str]) -> Surroundings:
    """Reads them; empty or blank means absent."""

    def value(name: str) -> str | None:
        return environ.get(name, "").strip() or None

    repository = value("GITHUB_REPOSITORY")
    return Surroundings(
        api_url=(value("GITHUB_API_URL") or _API_URL).rstrip("/"),
        server_url=(value("GITHUB_SERVER_URL") or _SERVER_URL).rstrip("/"),
        repository=repository,
        repository_owner=value("GITHUB_REPOSITORY_OWNER") or (repository.split("/")[0] if repository else None),
        action_repository=value("GITHUB_ACTION_REPOSITORY"),
        workspace=value("GITHUB_WORKSPACE") or ".",
        temporary=value("RUNNER_TEMP"),
        event_path=value("GITHUB_EVENT_PATH"),
        summary_path=value("GITHUB_STEP_SUMMARY"),
        output_path=value("GITHUB_OUTPUT"),
        debug=value("RUNNER_DEBUG") == "1",
        token=value("COPILOT_USAGE_TOKEN"),
    )
