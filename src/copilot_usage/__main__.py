"""Chooses the entry point: a step of a workflow, or the command."""

# Nothing else is imported before the signal handlers are set: an interruption would end in a traceback.
# These modules are loaded when Python starts; `signal` itself would first import `enum`, for 20 ms.
import _signal  # type: ignore[import-not-found]  # it has no stubs
import os
import sys


def _end_at_once(number: int, _frame: object) -> None:
    """The signal handler outside a run, with a run's exit codes; in a run `entrypoints/common.py` saves first."""
    os._exit(130 if number == _signal.SIGINT else 1)


def main() -> int:
    """Runs a step if there are no arguments and a workflow started it, else a command; returns the exit code."""
    for number in (_signal.SIGINT, _signal.SIGTERM):
        _signal.signal(number, _end_at_once)
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
