"""What both entry points share: signals, unexpected errors, and the rule for public repositories."""

from __future__ import annotations

import logging
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from copilot_usage.errors import CopilotUsageError, InputError
from copilot_usage.github_runner import RunnerContext
from copilot_usage.settings.settings import Settings
from copilot_usage.timing import Cancellation

_logger = logging.getLogger(__name__)
_NO_LOGINS_IN_PUBLIC = (
    "`people`: `logins` is refused in a public repository, because everyone can read its job summaries. "
    "Use `none`, or a private repository."
)


@contextmanager
def stop_on_signals(cancelled: Cancellation) -> Iterator[None]:
    """SIGTERM (a cancelled workflow) and SIGINT cancel the run: what was fetched is then stored, and it ends.

    A second signal, of either kind, does what it did before: the process ends at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        cancelled.set(number)
        put_back()

    def put_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        put_back()


def exit_code(error: Exception, cancelled: Cancellation) -> int:
    """What a failed run ends with (design: the contract)."""
    if cancelled.signal == signal.SIGINT:
        return 130
    return 2 if isinstance(error, InputError) else 1


def check_the_network(settings: Settings, context: RunnerContext) -> None:
    """Raises InputError for variables with which GitHub cannot be asked; warns where a token can be read on the way."""
    from copilot_usage.github_runner import network_problems

    if settings.demo or not (settings.token or settings.snapshot_repository):
        return
    if problems := network_problems(context):
        raise InputError(problems)
    if context.is_unencrypted:
        _logger.warning(
            "`GITHUB_API_URL` begins with `http://`: tokens and usage can be read on the way by everyone in between.",
            extra={"title": "The connection is not encrypted"},
        )


def warn_of_the_public(settings: Settings, context: RunnerContext) -> None:
    """In a workflow of a public repository everyone reads along: raises InputError rather than name people there."""
    from copilot_usage.github_runner import repository_is_public

    if settings.demo or not repository_is_public(context.event_path):
        return
    if settings.people == "logins":
        raise InputError([_NO_LOGINS_IN_PUBLIC])
    _logger.warning(
        "Everyone can read the job summaries of a public repository, and the snapshots that are committed to one. "
        "Run this workflow in a private repository if your Copilot usage is nobody else's business.",
        extra={"title": "This repository is public"},
    )


def failure_of(error: Exception, context: RunnerContext) -> CopilotUsageError:
    """The error itself, or, for a mistake of ours, one that says where to report it; its traceback is for debugging."""
    if isinstance(error, CopilotUsageError):
        return error
    _logger.debug("%s", "".join(traceback.format_exception(error)))
    where = (
        f"{context.server_url}/{context.action_repository}/issues"
        if context.action_repository
        else "the project's issues"
    )
    return CopilotUsageError(
        "A bug in this program",
        cause=f"{type(error).__name__} at {_place(error)}.",
        remedy=f"Please report it at {where}, with the debug log of a run. What was fetched before it is stored.",
    )


def _place(error: Exception) -> str:
    """Where it happened, by module and line: the message itself could hold something from outside."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "copilot_usage" in frame.filename] or frames
    return f"{ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno}" if ours else "an unknown place"
