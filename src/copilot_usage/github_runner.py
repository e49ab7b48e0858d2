"""The only module that knows the Actions runner: inputs, outputs, workflow commands, the event."""

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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from pathlib import Path

from copilot_usage.errors import OutputRefused
from copilot_usage.redaction import Secrets
from copilot_usage.settings.values import is_on_this_machine, quoted

_LEVELS = {logging.ERROR: "error", logging.WARNING: "warning"}
# The runner shows ten annotations of a kind per step; further warnings are plain lines of the log.
_MOST_ANNOTATIONS = 10
# The runner cuts an annotation at 4,096 characters; lines of the log it shows whole.
_LONGEST = 4_000
# What the runner takes for a command: `::name` at the start of a line, and a carriage return starts one, too;
# the older `##[name]` anywhere in a line.
_COMMAND = re.compile(r"(?:\A|(?<=[\r\n]))\s*:(?=:)|#(?=#\[)")


def escape(text: str) -> str:
    """For the message of a command (toolkit: `escapeData`)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """For a property of a command (toolkit: `escapeProperty`)."""
    return escape(text).replace(":", "%3A").replace(",", "%2C")


def command(name: str, message: str, *, title: str = "") -> str:
    """`::name title=…::message`."""
    properties = f" title={escape_property(title)}" if title else ""
    return f"::{name}{properties}::{escape(message)}"


def plain(text: str) -> str:
    """Text that holds no command for the runner, whatever was put into it: a zero-width space breaks the mark."""
    return _COMMAND.sub("\\g<0>\u200b", text)


class PlainFormatter(logging.Formatter):
    """The message alone, without commands and secrets: a workflow may run the command in a step, too."""

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
            return command("debug", message)
        name = next((name for level, name in _LEVELS.items() if record.levelno >= level), None)
        if name is None:
            return message
        count = self._annotations[name] = self._annotations.get(name, 0) + 1
        if count > _MOST_ANNOTATIONS and name == "warning":
            return f"Warning: {title}: {message}"
        return command(name, message[:_LONGEST], title=title)


def mask(text: str) -> str:
    """The command that makes the runner replace `text` by asterisks from here on."""
    return command("add-mask", text)


_logger = logging.getLogger(__name__)


def repository_is_public(event_path: str | None) -> bool:
    """Whether everyone can read this repository's job summaries (`repository.private` of the event payload)."""
    if event_path is None:
        return False
    path = Path(event_path)
    try:
        event = json.loads(path.read_bytes() if path.is_file() else b"")
    except (OSError, ValueError, RecursionError) as error:
        _logger.warning(
            "`GITHUB_EVENT_PATH` names no readable event (%s): whether this repository is public is not known.",
            type(error).__name__,
            extra={"title": "The workflow's event is not known"},
        )
        return False
    repository = event.get("repository") if isinstance(event, dict) else None
    return isinstance(repository, dict) and repository.get("private") is False


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


def network_problems(context: RunnerContext) -> list[str]:
    """Why GitHub cannot be asked with these variables."""
    return [*_problems_of_the_address(context), *_problems_of_the_certificates(context)]


def _problems_of_the_address(context: RunnerContext) -> Iterator[str]:
    address = _ADDRESS.fullmatch(context.api_url)
    # Without what could be a password.
    given = quoted(context.api_url.rpartition("@")[2])
    if address is None or not _is_host_and_port(address):
        yield f"`GITHUB_API_URL`: {given} was given, allowed is `https://HOST[:PORT][/PATH]`."
    elif context.is_unencrypted and not context.allows_http:
        yield (
            f"`GITHUB_API_URL`: {given} would send the token unencrypted over the network. Use `https://`; "
            "or set the variable `COPILOT_USAGE_ALLOW_HTTP` to `true` where the network is trusted."
        )


def _problems_of_the_certificates(context: RunnerContext) -> Iterator[str]:
    if context.ca_bundle is None or context.api_url.lower().startswith("http:"):
        return
    name, path = context.ca_bundle
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


# Seconds that a pipe may take no more before it is given up.
_PATIENCE = 10.0


def write_file(workspace: str, name: str, parts: Iterable[str]) -> Path:
    """Writes a file by renaming a finished one, so that no reader ever sees half of it; raises OutputRefused.

    A link stays one: the file that it leads to is written. A device or a pipe is written to.
    """
    path = Path(workspace, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if _is_file_or_none(path):
            _replace(Path(os.path.realpath(path)), map(_encoded, parts))
        else:
            _pour(path, map(_encoded, parts))
    except OSError as error:
        raise OutputRefused(
            "A file could not be written",
            cause=f"`{name}`: {error.strerror or error}.",
            remedy="Give a path to a file that may be written, best inside the workspace: later steps find it there.",
        ) from error
    return path


def _encoded(text: str) -> bytes:
    """What UTF-8 has no bytes for (half a pair of surrogates) becomes a question mark."""
    return text.encode("utf-8", "replace")


def _is_file_or_none(path: Path) -> bool:
    """Whether there is a file, or nothing yet; raises OSError for links that lead nowhere but to themselves."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def _replace(path: Path, parts: Iterable[bytes]) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.writelines(parts)
            file.close()
            # Temporary files are private; these are for the next steps, which may be other users.
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _pour(path: Path, parts: Iterable[bytes], patience: float = _PATIENCE) -> None:
    """Writes to a device or a pipe; raises OSError, also where nobody reads at the other end."""
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        for part in parts:
            rest = part
            while rest:
                if not select.select([], [descriptor], [], patience)[1]:
                    raise TimeoutError(errno.ETIMEDOUT, "nothing reads from it")
                rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def append_summary(path: str | None, markdown: str) -> None:
    """Adds to the step's job summary (docs: "Adding a job summary"); nothing where there is none."""
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
        if not _is_file_or_none(Path(path)):
            _pour(Path(path), [_encoded(text)])
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
