"""Chooses the front door: a step in a workflow, or a terminal."""

# Nothing else is imported before signals are heard: an interruption would end in a traceback.
import os
import signal
import sys


def _end_at_once(number: int, _frame: object) -> None:
    """What signals do while modules are imported, and at the end; in between `entrance` lets a run save first."""
    os._exit(128 + number)


def main() -> int:
    """Without arguments and in a workflow it is a step, else a command; returns the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_at_once)
    import threading
    from io import TextIOWrapper

    from copilot_usage.github_runner import in_a_workflow
    from copilot_usage.timing import Clock

    if isinstance(sys.stdout, TextIOWrapper):
        # The environment may hold bytes that are no text, and the terminal may lack a letter.
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:]
    if not arguments and in_a_workflow(os.environ):
        from copilot_usage.entrypoints import action

        code = action.main(os.environ, Clock())
    else:
        from copilot_usage.entrypoints import cli

        code = cli.main(arguments, os.environ, Clock())
    if threading.active_count() > 1:
        # A thread that still waits for a network would hold up the end of the process.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
