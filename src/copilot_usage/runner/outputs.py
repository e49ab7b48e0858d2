"""What is handed to the runner and to later steps: the job summary, outputs, files."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from copilot_usage.errors import OutputRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def write_file(workspace: str, name: str, parts: Iterable[str]) -> Path:
    """Writes a file by renaming a finished one, so that no reader ever sees half of it; raises OutputRefused."""
    path = Path(workspace, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            try:
                file.writelines(parts)
                file.close()
                # Temporary files are private; these are for the next steps, which may be other users.
                Path(file.name).chmod(0o644)
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise OutputRefused(
            "A file could not be written",
            cause=f"`{name}`: {error.strerror or error}.",
            remedy="Give a path to a file that may be written, best inside the workspace: later steps find it there.",
        ) from error
    return path


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
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputRefused(
            "The runner's files could not be written",
            cause=f"{error.strerror or error}.",
            remedy="This is a fault of the runner; run the job again.",
        ) from error
