"""Chooses the front door: a step in a workflow, or a terminal."""

from __future__ import annotations

import os
import sys
import threading

from copilot_usage.runner.inputs import in_a_workflow


def main() -> int:
    """Without arguments and in a workflow it is a step, else a command; returns the exit code."""
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
