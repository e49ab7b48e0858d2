"""Entry point: a step in a workflow. Inputs from the environment, annotations to the log, errors to the summary."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

from copilot_usage.bootstrap import EntryPoint, assembled
from copilot_usage.entrypoints.common import (
    check_the_network,
    exit_code,
    failure_of,
    stop_on_signals,
    warn_of_the_public,
)
from copilot_usage.errors import CopilotUsageError
from copilot_usage.github_runner import (
    CommandFormatter,
    RunnerContext,
    append_summary,
    mask,
    read_inputs,
    runner_context,
)
from copilot_usage.pipeline.run import run
from copilot_usage.redaction import Secrets
from copilot_usage.settings.inputs import INPUTS
from copilot_usage.settings.settings import Settings, settings_from
from copilot_usage.timing import Cancellation, Clock

_logger = logging.getLogger("copilot_usage")


def main(environ: Mapping[str, str], clock: Clock) -> int:
    """Runs the step; returns the exit code."""
    context = runner_context(environ, tell_secret=_tell_the_runner)
    _log_to_the_runner(context.secrets)
    cancelled = Cancellation()
    try:
        given = _settings(environ, context, clock)
        with stop_on_signals(cancelled):
            from copilot_usage.rendering.terminal.progress import ProgressLines

            with assembled(given, context, EntryPoint(clock, cancelled, ProgressLines())) as (settings, parts):
                run(settings, parts, clock.today())
    except Exception as error:  # noqa: BLE001 - the one place where everything is caught
        failure = failure_of(error, context)
        _logger.error("%s\n%s", failure.cause, failure.remedy, extra={"title": failure.title})  # noqa: TRY400 - for readers
        _show_in_summary(failure, context)
        return exit_code(error, cancelled)
    return 0


def _settings(environ: Mapping[str, str], context: RunnerContext, clock: Clock) -> Settings:
    inputs = read_inputs(environ, (an_input.name for an_input in INPUTS))
    settings = settings_from(inputs, today=clock.today(), repository_owner=context.repository_owner)
    check_the_network(settings, context)
    warn_of_the_public(settings, context)
    return settings


def _log_to_the_runner(secrets: Secrets) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(CommandFormatter(secrets))
    # Debug lines always go out: the runner shows them when the workflow's debug switch is on.
    _logger.handlers[:] = [handler]
    _logger.setLevel(logging.DEBUG)
    _logger.propagate = False


def _tell_the_runner(text: str) -> None:
    sys.stdout.write(mask(text) + "\n")
    sys.stdout.flush()


def _show_in_summary(failure: CopilotUsageError, context: RunnerContext) -> None:
    from copilot_usage.rendering.failure import render_failure

    try:
        append_summary(context.summary_path, context.secrets.hide(render_failure(failure)))
    except CopilotUsageError as error:
        _logger.warning("%s", error.cause, extra={"title": error.title})
