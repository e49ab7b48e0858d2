"""What both entry points share: one run from its inputs, signals, exit codes, unexpected errors."""

from __future__ import annotations

import logging
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from copilot_usage.errors import CopilotUsageError, InputError
from copilot_usage.github_runner import RunnerContext, network_problems, repository_is_public
from copilot_usage.timing import Cancellation, Clock

if TYPE_CHECKING:  # `--help` and `--version` do not wait for these
    from copilot_usage.domain.ports import Progress
    from copilot_usage.settings.settings import Settings

logger = logging.getLogger("copilot_usage")


def log_through(handler: logging.Handler, level: int) -> None:
    """Makes `handler` the only one of this program's log."""
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False


def run_report(
    inputs: Mapping[str, str],
    context: RunnerContext,
    clock: Clock,
    cancelled: Cancellation,
    output: Callable[[], tuple[Progress, Callable[[str], None] | None]],
) -> None:
    """One run; raises CopilotUsageError. `output` is called after the inputs are checked: see EntryPoint."""
    from copilot_usage.settings.settings import settings_from

    settings = settings_from(inputs, today=clock.today(), repository_owner=context.repository_owner)
    check_network(settings, context)
    _check_audience(settings, context)
    from copilot_usage.bootstrap import EntryPoint, assembled
    from copilot_usage.pipeline.run import run

    entry_point = EntryPoint(clock, cancelled, *output())
    with stop_on_signals(cancelled), assembled(settings, context, entry_point) as (settings, services):
        run(settings, services, clock.today())


@contextmanager
def stop_on_signals(cancelled: Cancellation) -> Iterator[None]:
    """SIGTERM (a cancelled workflow) and SIGINT cancel the run, which then stores what it fetched and ends.

    A second signal, of either kind, gets the handler from before: it ends the process at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        cancelled.set(number)
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        restore()


def exit_code(error: Exception, cancelled: Cancellation) -> int:
    """130 after Ctrl-C, 2 for wrong inputs, else 1."""
    if cancelled.signal == signal.SIGINT:
        return 130
    return 2 if isinstance(error, InputError) else 1


def check_network(settings: Settings, context: RunnerContext) -> None:
    """Raises InputError for variables with which GitHub cannot be reached; warns if the connection is not encrypted."""
    if settings.demo or not (settings.token or settings.snapshot_repository):
        return
    if problems := network_problems(context):
        raise InputError(problems)
    if context.is_unencrypted:
        logger.warning(
            "`GITHUB_API_URL` begins with `http://`: anyone on the network path can read tokens and usage.",
            extra={"title": "The connection is not encrypted"},
        )


def _check_audience(settings: Settings, context: RunnerContext) -> None:
    """Warns if the workflow's repository is public; raises InputError if people would be named there."""
    if settings.demo or not repository_is_public(context.event_path):
        return
    if settings.people == "logins":
        why = "is not allowed in a public repository, because everyone can read its job summaries"
        raise InputError([f"`people`: `logins` {why}. Use `none`, or a private repository."])
    logger.warning(
        "Everyone can read the job summaries of a public repository, and the snapshots that are committed to it. "
        "Run this workflow in a private repository if your Copilot usage is confidential.",
        extra={"title": "This repository is public"},
    )


def failure_of(error: Exception, context: RunnerContext) -> CopilotUsageError:
    """The error itself; for an unexpected one, an error that says where to report it. Its traceback goes to debug."""
    if isinstance(error, CopilotUsageError):
        return error
    logger.debug("%s", "".join(traceback.format_exception(error)))
    action = context.action_repository
    where = f"{context.server_url}/{action}/issues" if action else "the project's issues"
    # Only module and line: the message could contain data.
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "copilot_usage" in frame.filename] or frames
    place = f"{own[-1].filename.rpartition('/')[2]}:{own[-1].lineno}" if own else "an unknown place"
    return CopilotUsageError(
        "A bug in this program",
        cause=f"{type(error).__name__} at {place}.",
        remedy=f"Please report it at {where}, with the debug log of a run. What was fetched before it is stored.",
    )
