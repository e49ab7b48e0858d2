"""Entry point of a workflow's step: inputs from the environment, annotations in the log, errors in the summary."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

from copilot_usage.entrypoints.common import exit_code, failure_of, log_through, logger, run_report
from copilot_usage.errors import CopilotUsageError
from copilot_usage.github_runner import (
    CommandFormatter,
    RunnerContext,
    append_summary,
    mask,
    read_inputs,
    runner_context,
)
from copilot_usage.rendering.terminal import ProgressLines
from copilot_usage.settings.inputs import INPUTS
from copilot_usage.timing import Cancellation, Clock


def main(environ: Mapping[str, str], clock: Clock) -> int:
    """Runs the step; returns the exit code."""
    context = runner_context(environ, tell_secret=_mask_in_the_log)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(CommandFormatter(context.secrets))
    # Debug lines always go out: the runner shows them if debug logging is enabled for the workflow.
    log_through(handler, logging.DEBUG)
    cancelled = Cancellation()
    try:
        inputs = read_inputs(environ, (an_input.name for an_input in INPUTS))
        run_report(inputs, context, clock, cancelled, lambda: (ProgressLines(), None))
    except Exception as error:  # noqa: BLE001 - errors are caught here only
        failure = failure_of(error, context)
        logger.error("%s\n%s", failure.cause, failure.remedy, extra={"title": failure.title})
        _show_in_summary(failure, context)
        return exit_code(error, cancelled)
    return 0


def _mask_in_the_log(secret: str) -> None:
    sys.stdout.write(mask(secret) + "\n")
    sys.stdout.flush()


def _show_in_summary(failure: CopilotUsageError, context: RunnerContext) -> None:
    from copilot_usage.rendering.markdown import render_failure

    try:
        append_summary(context.summary_path, context.secrets.hide(render_failure(failure)))
    except CopilotUsageError as error:
        logger.warning("%s", error.cause, extra={"title": error.title})
