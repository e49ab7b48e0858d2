"""Runs a command once, and says what it took."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Run:
    """Seconds of wall clock and of processor (user + system), peak memory in MB (10^6 bytes)."""

    wall: float
    cpu: float
    memory: float


def run(command: Sequence[str | Path], environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Run:
    """A run that fails ends the benchmark with what it printed."""
    whole = {**os.environ, **(environ or {})}
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=whole, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    printed = process.stdout.read() if process.stdout else b""
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(printed.decode())
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)


def best(runs: Sequence[Run]) -> Run:
    """The one that was disturbed least."""
    return min(runs, key=lambda one: one.wall)
