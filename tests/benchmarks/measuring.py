"""Runs a command once, and measures it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True)
class Run:
    """Seconds of wall clock and of processor (user + system), peak memory in MB (10^6 bytes)."""

    wall: float
    cpu: float
    memory: float


def run(command: Sequence[str | Path], environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Run:
    """A run that fails ends the benchmark with what it printed."""
    launched = subprocess.run(
        [sys.executable, "-S", _LAUNCHER, *command],
        env={**os.environ, **(environ or {})},
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if launched.returncode:
        raise SystemExit(launched.returncode)
    return Run(*json.loads(launched.stdout))


def best(runs: Sequence[Run]) -> Run:
    """The run that was disturbed least."""
    return min(runs, key=lambda one: one.wall)
