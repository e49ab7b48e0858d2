"""Chooses the front door: a step in a workflow, or a terminal."""

from __future__ import annotations

import os
import signal
import sys
import threading
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def _end_at_once(number: int, _frame: FrameType | None) -> None:
    """What signals do while modules are imported, and at the end; in between `entrance` lets a run save first."""
    os._exit(128 + number)


def main() -> int:
    """Without arguments and in a workflow it is a step, else a command; returns the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_at_once)
    if isinstance(sys.stdout, TextIOWrapper):
        # The environment may hold bytes that are no text, and the terminal may lack a letter.
        sys.stdout.reconfigure(errors="backslashreplace")
    from copilot_usage.runner.inputs import in_a_workflow
    from copilot_usage.timing import Clock

    arguments = sys.argv[1:]
    if not arguments and in_a_workflow(os.environ):
        from copilot_usage import action

        code = action.main(os.environ, Clock())
    else:
        from copilot_usage import cli

        code = cli.main(arguments, os.environ, Clock())
    if threading.active_count() > 1:
        # A thread that still waits for a network would hold up the end of the process.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
