"""Chooses the front door: a step in a workflow, or a terminal."""

from __future__ import annotations

import os
import sys

from copilot_usage.runner.inputs import in_a_workflow


def main() -> int:
    """Without arguments and in a workflow it is a step, else a command; returns the exit code."""
    from copilot_usage.entrance import Clock

    arguments = sys.argv[1:]
    if not arguments and in_a_workflow(os.environ):
        from copilot_usage import action

        return action.main(os.environ, Clock())
    from copilot_usage import cli

    return cli.main(arguments, os.environ, Clock())


if __name__ == "__main__":
    sys.exit(main())
