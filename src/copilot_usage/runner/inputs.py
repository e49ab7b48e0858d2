"""What the runner hands in: inputs as `INPUT_…` variables, and where things are."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from pathlib import Path
from typing import TYPE_CHECKING

from copilot_usage.runner.secrets import Secrets
from copilot_usage.settings.values import is_on_this_machine, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_PREFIX = "INPUT_"
_API_URL = "https://api.github.com"
_SERVER_URL = "https://github.com"
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[\w-]{1,63}(\.[\w-]{1,63})*|\[(?P<v6>[0-9a-f:.]+)\])"
    r"(:(?P<port>[0-9]{1,5}))?(/[\w.~%-]*)*",
    re.ASCII | re.IGNORECASE,
)
# The first that is set counts, as with requests.
_CA_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def read_inputs(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Inputs by name; the runner upper-cases names and keeps hyphens (`INPUT_SNAPSHOT-BRANCH`)."""
    return {name: environ.get(_PREFIX + name.upper(), "") for name in names}


def in_a_workflow(environ: Mapping[str, str]) -> bool:
    """Whether a runner started this process (docs: "Default environment variables")."""
    return environ.get("GITHUB_ACTIONS") == "true"


@dataclass(frozen=True, slots=True)
class RunnerContext:
    """What the environment says besides the inputs. Paths are None where this is no workflow.

    `token`: for a terminal, where a flag would be seen by everyone on the machine. `ca_bundle`: the name of the
    variable, and the path that it gives. `secrets`: what no output may hold.
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
    secrets: Secrets = field(default_factory=Secrets, repr=False, compare=False)
    allows_http: bool = False
    ca_bundle: tuple[str, str] | None = None

    @property
    def is_unencrypted(self) -> bool:
        """Whether tokens travel as plain text over a network."""
        return self.api_url.lower().startswith("http:") and not is_on_this_machine(self.api_url)


def runner_context(environ: Mapping[str, str], tell_secret: Callable[[str], None] = lambda _: None) -> RunnerContext:
    """Reads them; empty or blank means absent. `tell_secret`: see Secrets."""

    def value(name: str) -> str | None:
        return environ.get(name, "").strip() or None

    repository = value("GITHUB_REPOSITORY")
    return RunnerContext(
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
        allows_http=value("COPILOT_USAGE_ALLOW_HTTP") == "true",
        ca_bundle=next(((name, path) for name in _CA_BUNDLES if (path := environ.get(name))), None),
        secrets=Secrets((environ[name].strip() for name in environ if name.endswith("TOKEN")), tell=tell_secret),
    )


def network_problems(around: RunnerContext) -> list[str]:
    """Why GitHub cannot be asked with these variables."""
    return [*_problems_of_the_address(around), *_problems_of_the_certificates(around)]


def _problems_of_the_address(around: RunnerContext) -> Iterator[str]:
    address = _ADDRESS.fullmatch(around.api_url)
    # Without what could be a password.
    given = quoted(around.api_url.rpartition("@")[2])
    if address is None or not _is_host_and_port(address):
        yield f"`GITHUB_API_URL`: {given} was given, allowed is `https://HOST[:PORT][/PATH]`."
    elif around.is_unencrypted and not around.allows_http:
        yield (
            f"`GITHUB_API_URL`: {given} would send the token unencrypted over the network. Use `https://`; "
            "or set the variable `COPILOT_USAGE_ALLOW_HTTP` to `true` where the network is trusted."
        )


def _problems_of_the_certificates(around: RunnerContext) -> Iterator[str]:
    if around.ca_bundle is None or around.api_url.lower().startswith("http:"):
        return
    name, path = around.ca_bundle
    shown = f"`{name}`: {quoted(path, most=1000)}"
    try:
        where = {"capath": path} if Path(path).is_dir() else {"cafile": path}
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(**where)
    except FileNotFoundError:
        yield f"{shown} is not there."
    except (OSError, ValueError):
        yield f"{shown} cannot be read, or holds no certificates in PEM form."


def _is_host_and_port(address: re.Match[str]) -> bool:
    try:
        IPv6Address(address["v6"] or "::")
    except ValueError:
        return False
    return 0 < int(address["port"] or 443) < 65536
