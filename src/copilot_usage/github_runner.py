"""The only module that knows the Actions runner: its variables, workflow commands, event and files."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import secrets
import select
import ssl
import stat
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from pathlib import Path

from copilot_usage.errors import OutputRefused
from copilot_usage.redaction import Secrets
from copilot_usage.settings.values import is_on_this_machine, quoted

_logger = logging.getLogger(__name__)
_LEVELS = {logging.ERROR: "error", logging.WARNING: "warning"}
# The runner shows ten annotations of each level per step; further warnings are plain lines of the log.
_MOST_ANNOTATIONS = 10
# The runner cuts an annotation at 4,096 characters, and shows other lines whole.
_LONGEST = 4_000
# The marks of a workflow command: `::` at the start of a line, which a carriage return begins as well, or `##[`
# anywhere in it.
_COMMAND = re.compile(r"(?:\A|(?<=[\r\n]))\s*:(?=:)|#(?=#\[)")


def _command(name: str, message: str, *, title: str = "") -> str:
    """`::name title=…::message`, escaped as in the runner's toolkit (`escapeData`, `escapeProperty`)."""

    def escaped(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    properties = f" title={escaped(title).replace(':', '%3A').replace(',', '%2C')}" if title else ""
    return f"::{name}{properties}::{escaped(message)}"


def plain(text: str) -> str:
    """Text without workflow commands: a zero-width space breaks their marks."""
    return _COMMAND.sub("\\g<0>\u200b", text)


def mask(secret: str) -> str:
    """The command that makes the runner replace `secret` by asterisks in all later lines."""
    return _command("add-mask", secret)


class PlainFormatter(logging.Formatter):
    """The message alone, without secrets, and without workflow commands: a step may run the command as well."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return self.harmless(record.getMessage())

    def harmless(self, text: str) -> str:
        return plain(self._secrets.hide(text))


class CommandFormatter(PlainFormatter):
    """One record, one line: `::debug::`, a plain line, `::warning …::` or `::error …::`."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__(secrets)
        self._annotations: dict[str, int] = {}

    def format(self, record: logging.LogRecord) -> str:
        message, title = super().format(record), self.harmless(getattr(record, "title", ""))
        if record.levelno <= logging.DEBUG:
            return _command("debug", message)
        name = next((name for level, name in _LEVELS.items() if record.levelno >= level), None)
        if name is None:
            return message
        count = self._annotations[name] = self._annotations.get(name, 0) + 1
        if count > _MOST_ANNOTATIONS and name == "warning":
            return f"Warning: {title}: {message}"
        return _command(name, message[:_LONGEST], title=title)


def repository_is_public(event_path: str | None) -> bool:
    """Whether everyone can read this repository's job summaries (`repository.private` of the event payload)."""
    if event_path is None:
        return False
    path = Path(event_path)
    try:
        event = json.loads(path.read_bytes() if path.is_file() else b"")
    except (OSError, ValueError, RecursionError) as error:
        _logger.warning(
            "`GITHUB_EVENT_PATH` names no readable event (%s), so this run does not know if the repository is public.",
            type(error).__name__,
            extra={"title": "The workflow's event could not be read"},
        )
        return False
    repository = event.get("repository") if isinstance(event, dict) else None
    return isinstance(repository, dict) and repository.get("private") is False


_API_URL = "https://api.github.com"
_SERVER_URL = "https://github.com"
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[\w-]{1,63}(\.[\w-]{1,63})*|\[(?P<v6>[0-9a-f:.]+)\])"
    r"(:(?P<port>[0-9]{1,5}))?(/[\w.~%-]*)*",
    re.ASCII | re.IGNORECASE,
)
# The first one that is set is used, as in requests.
_CA_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def read_inputs(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Inputs by name, from variables such as `INPUT_SNAPSHOT-BRANCH`: upper case, with hyphens; absent ones are ""."""
    return {name: environ.get(f"INPUT_{name.upper()}", "") for name in names}


def in_a_workflow(environ: Mapping[str, str]) -> bool:
    """Whether a runner started this process (GitHub's docs: Default environment variables)."""
    return environ.get("GITHUB_ACTIONS") == "true"


@dataclass(frozen=True, slots=True)
class RunnerContext:
    """What the environment says besides the inputs. Paths are None outside a workflow.

    `token`: for a terminal, where other processes could read a flag. `workflow_token`: the workflow's own.
    `ca_bundle`: the name of the variable and its path. `secrets`: to be removed from all output.
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
    workflow_token: str | None = field(default=None, repr=False)
    secrets: Secrets = field(default_factory=Secrets, repr=False, compare=False)
    allows_http: bool = False
    ca_bundle: tuple[str, str] | None = None

    @property
    def is_unencrypted(self) -> bool:
        """Whether tokens are sent over a network as plain text."""
        return self.api_url.lower().startswith("http:") and not is_on_this_machine(self.api_url)


def runner_context(environ: Mapping[str, str], tell_secret: Callable[[str], None] = lambda _: None) -> RunnerContext:
    """Reads the environment; an empty or blank variable is absent. `tell_secret`: see Secrets."""

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
        workflow_token=value("GITHUB_TOKEN"),
        allows_http=value("COPILOT_USAGE_ALLOW_HTTP") == "true",
        ca_bundle=next(((name, path) for name in _CA_BUNDLES if (path := environ.get(name))), None),
        secrets=Secrets((environ[name].strip() for name in environ if name.endswith("TOKEN")), tell=tell_secret),
    )


def network_problems(context: RunnerContext) -> list[str]:
    """One sentence for each variable with which GitHub cannot be reached."""
    problems = []
    address = _ADDRESS.fullmatch(context.api_url)
    credentials, _, rest = context.api_url.rpartition("@")
    given = quoted(rest)  # without a password
    if credentials:
        problems.append(
            "`GITHUB_API_URL`: it holds a user name or a password; allowed is `https://HOST[:PORT][/PATH]`."
        )
    elif address is None or not _has_valid_host_and_port(address):
        problems.append(f"`GITHUB_API_URL`: {given} was given, allowed is `https://HOST[:PORT][/PATH]`.")
    elif context.is_unencrypted and not context.allows_http:
        problems.append(
            f"`GITHUB_API_URL`: {given} would send the token unencrypted over the network. Use `https://`; "
            "or set the variable `COPILOT_USAGE_ALLOW_HTTP` to `true` if you trust the network."
        )
    if context.ca_bundle is not None and not context.api_url.lower().startswith("http:"):
        name, path = context.ca_bundle
        try:
            where = {"capath": path} if Path(path).is_dir() else {"cafile": path}
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(**where)
        except FileNotFoundError:
            problems.append(f"`{name}`: {quoted(path, most=1000)} does not exist.")
        except (OSError, ValueError):
            problems.append(f"`{name}`: {quoted(path, most=1000)} cannot be read, or has no certificates in PEM form.")
    return problems


def _has_valid_host_and_port(address: re.Match[str]) -> bool:
    try:
        IPv6Address(address["v6"] or "::")
    except ValueError:
        return False
    return 0 < int(address["port"] or 443) < 65536


# Seconds to wait for the reader of a pipe.
_PIPE_TIMEOUT = 10.0


def write_file(workspace: str, name: str, parts: Iterable[str]) -> Path:
    """Writes a file by renaming a finished one, so no reader sees half of it; raises OutputRefused.

    The target of a link, a device and a pipe are written to; none of them is replaced.
    """
    path = Path(workspace, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if _is_regular_or_absent(path):
            _replace(Path(os.path.realpath(path)), map(_encoded, parts))
        else:
            _write_to_device(path, map(_encoded, parts))
    except OSError as error:
        raise OutputRefused(
            "A file could not be written",
            cause=f"`{name}`: {error.strerror or error}.",
            remedy="Give the path of a file that can be written, best in the workspace: later steps find it there.",
        ) from error
    return path


def _encoded(text: str) -> bytes:
    """UTF-8; a lone surrogate becomes a question mark."""
    return text.encode("utf-8", "replace")


def _is_regular_or_absent(path: Path) -> bool:
    """Whether the path is a regular file or free; raises OSError for a link to itself."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def _replace(path: Path, parts: Iterable[bytes]) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.writelines(parts)
            file.close()
            # Temporary files are private; later steps, perhaps of other users, read this one.
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _write_to_device(path: Path, parts: Iterable[bytes], timeout: float = _PIPE_TIMEOUT) -> None:
    """Writes to a device or a pipe; raises OSError, also if a pipe has no reader."""
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        for part in parts:
            rest = part
            while rest:
                if not select.select([], [descriptor], [], timeout)[1]:
                    raise TimeoutError(errno.ETIMEDOUT, "no program reads from it")
                rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def append_summary(path: str | None, markdown: str) -> None:
    """Adds to the step's job summary, if there is one (GitHub's docs: Adding a job summary)."""
    _append(path, markdown if markdown.endswith("\n") else markdown + "\n")


def append_outputs(path: str | None, outputs: Mapping[str, str]) -> None:
    """Adds the step's outputs, each between delimiters that no value can contain."""
    lines = []
    for name, value in outputs.items():
        delimiter = f"ghadelimiter_{secrets.token_hex(16)}"
        lines.append(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")
    _append(path, "".join(lines))


def _append(path: str | None, text: str) -> None:
    if path is None:
        return
    try:
        if not _is_regular_or_absent(Path(path)):
            _write_to_device(Path(path), [_encoded(text)])
            return
        with Path(path).open("ab") as file:
            file.write(_encoded(text))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputRefused(
            "The runner's files could not be written",
            cause=f"{error.strerror or error}.",
            remedy="This is a fault of the runner; run the job again.",
        ) from error
