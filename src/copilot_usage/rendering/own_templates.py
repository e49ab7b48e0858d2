"""Templates of the workspace. They are untrusted code, so a separate process renders them, with limits.

The process gets the view and the folder, and nothing else of the run: no token, no variable of the environment. Its
time and memory are limited, and a page that is longer than GitHub shows is an error.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from time import monotonic
from traceback import extract_tb
from typing import TYPE_CHECKING

import msgspec
from jinja2 import BaseLoader, TemplateError, TemplateNotFound
from jinja2.loaders import split_template_path

from copilot_usage.errors import TemplateMistake
from copilot_usage.rendering import templates as built_in
from copilot_usage.rendering.templates import ENDING, FIRST, LIMIT, ORDER, environment
from copilot_usage.rendering.view import PageView

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.sandbox import ImmutableSandboxedEnvironment

# All that a template can raise in the sandbox.
_MISTAKES = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
    OSError,
    RecursionError,
)
# How soon a cancellation is noticed, in seconds.
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of computing, seconds altogether (a busy machine computes less in them), and bytes of memory."""

    seconds: int = 20
    altogether: int = 120
    memory: int = 1 << 30


class TookTooLong(Exception):
    """The CPU time of the process is used up."""


class _Refused(TemplateError):
    """A template that must not be read; the built-in one does not take its place."""


class Task(msgspec.Struct, frozen=True):
    """What the process is given."""

    view: PageView
    folder: str
    limits: Limits
    terminal: bool = False


class Rendered(msgspec.Struct, frozen=True):
    """What the process hands back: the page and names of unused templates, or a mistake."""

    text: str = ""
    terminal: str = ""
    unused: tuple[str, ...] = ()
    mistake: str | None = None


def render_apart(
    view: PageView,
    folder: Path,
    cancelled: Callable[[], bool],
    limits: Limits | None = None,
    *,
    terminal: bool = False,
) -> Rendered:
    """Renders the view with the templates of a folder, for a terminal as well if asked to; raises TemplateMistake."""
    if not folder.is_dir():
        raise _mistake(f"There is no folder `{folder.name}` in the workspace.")
    task = Task(view, str(folder), limits or Limits(), terminal)
    # -P: no file of the working directory is imported in place of a module of this package.
    command = (sys.executable, "-P", "-m", __name__)
    environ = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
    try:
        with subprocess.Popen(  # noqa: S603 - this interpreter, and this module
            command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            try:
                answer = _answer_of(process, msgspec.json.encode(task), task.limits.altogether, cancelled)
            finally:
                process.kill()
    except OSError as error:
        raise _mistake(f"The process that renders templates could not be started: {error.strerror}.") from error
    if not answer:
        raise _mistake(
            f"Rendering took more than {task.limits.seconds} seconds, or more memory than there is; look for a loop."
        )
    rendered = msgspec.json.decode(answer, type=Rendered)
    if rendered.mistake is not None:
        raise _mistake(rendered.mistake)
    return rendered


def _answer_of(process: subprocess.Popen[bytes], task: bytes, seconds: float, cancelled: Callable[[], bool]) -> bytes:
    """What it writes; nothing if it wrote nothing in time. Raises TemplateMistake when the run is cancelled."""
    end = monotonic() + seconds
    given: bytes | None = task
    while monotonic() < end:
        if cancelled():
            raise _mistake("The run was cancelled while the templates were rendered.")
        try:
            written = process.communicate(given, timeout=POLL_SECONDS)[0]
        except subprocess.TimeoutExpired:
            given = None
        else:
            return b"" if process.returncode else written
    return b""


def _mistake(cause: str) -> TemplateMistake:
    names = ", ".join(f"`page.{field.name}`" for field in fields(PageView))
    return TemplateMistake(
        "A template cannot be used",
        cause=f"{cause} The built-in page is shown instead.",
        remedy=f"Correct the template, or leave `templates` out. The names that can be used: {names}. "
        "docs/templates.md describes them all.",
    )


def main() -> None:
    """The process: reads a task, obeys its limits, writes what was rendered."""
    import resource

    def stop(_number: int, _frame: object) -> None:
        raise TookTooLong

    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    signal.signal(signal.SIGXCPU, stop)
    # After a moment's grace the kernel ends what does not stop by itself.
    resource.setrlimit(resource.RLIMIT_CPU, (task.limits.seconds, task.limits.seconds + 2))
    resource.setrlimit(resource.RLIMIT_AS, (task.limits.memory, task.limits.memory))
    sys.stdout.buffer.write(msgspec.json.encode(render(task)))


def render(task: Task) -> Rendered:
    """The page with the folder's templates, or their mistake. Sets no limits."""
    folder = Path(task.folder)
    templates = environment(_RealFiles(folder))
    try:
        text = built_in.render(task.view, templates)
        if len(text.encode()) > LIMIT:
            return Rendered(mistake=f"The page is longer than the {LIMIT:,} bytes that GitHub shows.")
        of_terminal = environment(_RealFiles(folder), terminal=True)
        terminal = built_in.render(task.view, of_terminal) if task.terminal else ""
        return Rendered(text, terminal, _unused(templates, folder))
    except (*_MISTAKES, TookTooLong) as error:
        words = f"{_place(error, folder)}: {_words(error, task.limits)}"
        return Rendered(mistake=words.encode("utf-8", "replace").decode())


class _RealFiles(BaseLoader):
    """Files that lie in a folder. A link may lead to another of them, but not out of the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_source(self, _: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = self._folder.joinpath(*split_template_path(template))
        if not path.is_symlink() and not path.exists():
            raise TemplateNotFound(template)
        real = path.resolve()
        if not real.is_relative_to(self._folder.resolve()):
            raise _Refused(f"`{template}` is not read, because a link leads out of the folder of the templates")
        if not real.is_file():
            raise _Refused(f"`{template}` is not read, because it is no file")
        return real.read_text("utf-8"), str(path), lambda: True


def _unused(templates: ImmutableSandboxedEnvironment, folder: Path) -> tuple[str, ...]:
    """Templates that nothing asked for, so probably misspelled; a kind of section may just be absent from this page."""
    loaded = {name for _, name in templates.cache.keys()} if templates.cache is not None else set()  # noqa: SIM118
    known = loaded | {f"{kind}{ENDING}" for kind in (*ORDER, "comparison")}
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob(f"*{ENDING}")))
    return tuple(name.encode("utf-8", "replace").decode() for name in found if name not in known)


def _words(error: Exception, limits: Limits) -> str:
    if isinstance(error, TookTooLong):
        return f"rendering took more than {limits.seconds} seconds; look for a loop."
    if isinstance(error, MemoryError):
        return f"rendering needs more than {limits.memory >> 20:,} MiB of memory."
    if isinstance(error, RecursionError):
        return f"it includes or extends itself; the built-in files are named `built-in/{FIRST}` and so on."
    if isinstance(error, TemplateNotFound):
        return f"there is no template `{error.message}`."
    return f"{str(error).rstrip('.')}."


def _place(error: Exception, folder: Path) -> str:
    """File and line of the template: Jinja puts its own frames into the traceback.

    The workspace's own line says more than that of the built-in macro which it called.
    """
    line, name = getattr(error, "lineno", None), getattr(error, "filename", None)
    frames = [(Path(frame.filename), frame.lineno) for frame in extract_tb(error.__traceback__)]
    frames = [(path, number) for path, number in frames if path.suffix == ".j2"]
    own = [(path, number) for path, number in frames if path.is_relative_to(folder)]
    path, line = (own or frames or [(Path(name or ""), line)])[-1]
    if not path.name:
        return "A template"
    shown = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    return f"`{shown}`, line {line}" if line else f"`{shown}`"


if __name__ == "__main__":
    main()
