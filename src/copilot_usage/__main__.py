"""Chooses the entry point: a step of a workflow, or the command."""

# Nothing else is imported before the signal handlers are set: an interruption would end in a traceback.
import os
import signal
import sys


def _end_at_once(number: int, _frame: object) -> None:
    """The signal handler outside a run; in a run `entrypoints/common.py` lets it save first."""
    os._exit(128 + number)


def main() -> int:
    """Runs a step if there are no arguments and a workflow started it, else a command; returns the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_at_once)
    import threading
    from io import TextIOWrapper

    from copilot_usage.github_runner import in_a_workflow
    from copilot_usage.timing import Clock

    if isinstance(sys.stdout, TextIOWrapper):
        # Variables can contain bytes that are not text, and a terminal's encoding can lack characters.
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:]
    if not arguments and in_a_workflow(os.environ):
        from copilot_usage.entrypoints import action

        code = action.main(os.environ, Clock())
    else:
        from copilot_usage.entrypoints import cli

        code = cli.main(arguments, os.environ, Clock())
    if threading.active_count() > 1:
        # A thread that still waits for the network would delay the end of the process.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
