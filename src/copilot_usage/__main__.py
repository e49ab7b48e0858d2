"""Chooses the front door: a step in a workflow, or a terminal."""

from __future__ import annotations

import os
import sys

from copilot_usage.runner.inputs import in_a_workflow


def main() -> int:
    """Without arguments and in a workflow it is a step, else a command; returns the exit code."""
    from copilot_usage.entrance import Clock  # noqa: PLC0415 - `--version` should not wait for what it does not need

    arguments = sys.argv[1:]
    if not arguments and in_a_workflow(os.environ):
        from copilot_usage import action  # noqa: PLC0415 - one door a run

        return action.main(os.environ, Clock())
    from copilot_usage import cli  # noqa: PLC0415 - see above

    return cli.main(arguments, os.environ, Clock())


if __name__ == "__main__":
    sys.exit(main())
