"""What is handed to the runner and to later steps: the job summary, outputs, files."""

from __future__ import annotations

import errno
import os
import secrets
import select
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from copilot_usage.errors import OutputRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
