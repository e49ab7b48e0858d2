"""Entry point: a terminal. `report`, `demo` and `import`; flags are the inputs of the action."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from copilot_usage import __version__
from copilot_usage.entrypoints.common import (
    check_the_network,
    exit_code,
    failure_of,
    stop_on_signals,
    warn_of_the_public,
)
from copilot_usage.github_runner import PlainFormatter, RunnerContext, plain, runner_context
from copilot_usage.redaction import Secrets
from copilot_usage.settings.inputs import INPUTS
from copilot_usage.timing import Cancellation, Clock

_logger = logging.getLogger("copilot_usage")
_DEMO_FOLDER = "copilot-usage-demo"
_DEMO_FILES = {"summary-file": "summary.md", "json-file": "usage.json", "csv-file": "usage.csv"}


def main(arguments: Sequence[str], environ: Mapping[str, str], clock: Clock) -> int:
    """Runs a subcommand; returns the exit code."""
    options = _parser().parse_args(arguments)
    context = replace(runner_context(environ), workspace=".", summary_path=None, output_path=None)
    for secret in (options.__dict__.get(name) for name in ("token", "snapshot_token")):
        context.secrets.add(secret or "")
    _log_to_the_terminal(context.secrets, verbose=options.verbose or context.debug)
    cancelled = Cancellation()
    try:
        _COMMANDS[options.command](options, environ, context, clock, cancelled)
        sys.stdout.flush()
    except BrokenPipeError:
        _write_no_more()
    except Exception as error:  # noqa: BLE001 - the one place where everything is caught
        failure = failure_of(error, context)
        _logger.error("%s\n%s\n\n%s", failure.title, failure.cause, failure.remedy)  # noqa: TRY400 - for readers
        return exit_code(error, cancelled)
    return 0


def _write_no_more() -> None:
    """Whoever reads the page, `head` say, has seen enough of it; it is shown after everything else was done."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _report(
    options: argparse.Namespace,
    environ: Mapping[str, str],
    context: RunnerContext,
    clock: Clock,
    cancelled: Cancellation,
) -> None:
    given = _given(options)
    _run({**given, "token": given["token"] or context.token or ""}, environ, context, clock, cancelled)


def _demo(
    options: argparse.Namespace,
    environ: Mapping[str, str],
    context: RunnerContext,
    clock: Clock,
    cancelled: Cancellation,
) -> None:
    files = {name: f"{options.folder}/{file}" for name, file in _DEMO_FILES.items()}
    given = {name: value for name, value in _given(options).items() if value}
    _run({**files, **given, "demo": "true"}, environ, context, clock, cancelled)
    paths = ", ".join(given.get(name) or path for name, path in files.items())
    print(f"\nThe page of an invented organization, and its figures as files: {paths}")


def _run(
    inputs: Mapping[str, str], environ: Mapping[str, str], context: RunnerContext, clock: Clock, cancelled: Cancellation
) -> None:
    from copilot_usage.settings.settings import settings_from

    given = settings_from(inputs, today=clock.today(), repository_owner=context.repository_owner)
    check_the_network(given, context)
    warn_of_the_public(given, context)
    from copilot_usage.bootstrap import EntryPoint, assembled
    from copilot_usage.pipeline.run import run
    from copilot_usage.rendering.terminal.screen import Terminal

    terminal = Terminal(sys.stdout, sys.stderr, environ, harmless=plain)
    with stop_on_signals(cancelled):
        entry_point = EntryPoint(clock, cancelled, terminal.progress, show=terminal.show)
        with assembled(given, context, entry_point) as (settings, parts):
            run(settings, parts, clock.today())


def _import(
    options: argparse.Namespace, _: Mapping[str, str], context: RunnerContext, clock: Clock, cancelled: Cancellation
) -> None:
    from copilot_usage.bootstrap import store_of
    from copilot_usage.importing.import_files import import_files
    from copilot_usage.settings.settings import settings_from

    given = {**_given(options), "api": "snapshots"}
    settings = settings_from(given, today=clock.today(), needs_scope=False)
    check_the_network(settings, context)
    # Signals end an import at once: what it files is in its files, and each month is written in one step.
    import_files(options.files, settings.scopes, store_of(settings, context, clock, cancelled), clock.today())


_COMMANDS = {"report": _report, "demo": _demo, "import": _import}
# Inputs that say where imported days are filed.
_FILING = (
    "scope",
    "org",
    "enterprise",
    "team",
    "snapshot-repository",
    "snapshot-branch",
    "snapshot-directory",
    "snapshot-token",
)


# What the absence of an input means where there is no workflow.
_ABSENT_HERE = {
    "token": "the environment's COPILOT_USAGE_TOKEN, else an error, except with --demo or --api snapshots",
    "org": "the environment's GITHUB_REPOSITORY_OWNER, else an error, if no --enterprise is given",
    "snapshot-token": "an error with --snapshot-repository",
}


def _given(options: argparse.Namespace) -> dict[str, str]:
    given = {name: getattr(options, name.replace("-", "_"), None) or "" for name in (each.name for each in INPUTS)}
    return {name: "\n".join(value) if isinstance(value, list) else value for name, value in given.items()}


class _Subcommand(argparse.ArgumentParser):
    """`ending`: what its help ends with, worked out only where somebody asks for it."""

    ending: Callable[[], str] | None = None

    def format_help(self) -> str:
        self.epilog = self.ending() if self.ending else None
        return super().format_help()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="copilot-usage", description="GitHub Copilot usage as a page, as files, and as a history."
    )
    parser.add_argument("--version", action="version", version=f"copilot-usage {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Subcommand)
    report = commands.add_parser(
        "report",
        help="fetch, keep and show usage",
        description="Fetches, keeps and shows usage.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    report.ending = _figures
    _add_inputs(report, tuple(an_input.name for an_input in INPUTS))
    demo = commands.add_parser("demo", help="show the page of an invented organization; no token, no network")
    demo.add_argument("--folder", default=_DEMO_FOLDER, help="where the page and the files go (default: %(default)s)")
    _add_inputs(demo, tuple(an_input.name for an_input in INPUTS if an_input.name not in {"demo", "token"}))
    filing = commands.add_parser("import", help="file saved answers of GitHub into a history")
    filing.add_argument(
        "files", nargs="+", metavar="FILE", help="JSON or NDJSON of any generation; folders are searched"
    )
    _add_inputs(filing, _FILING)
    for command in (report, demo, filing):
        command.add_argument("--verbose", action="store_true", help="show what is asked, and why")
    return parser


def _add_inputs(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    groups: dict[str, argparse._ArgumentGroup] = {}
    for an_input in INPUTS:
        if an_input.name in names:
            group = groups.setdefault(an_input.group, parser.add_argument_group(an_input.group))
            absent = _ABSENT_HERE.get(an_input.name, an_input.absent)
            text = f"{an_input.meaning} Not given: {absent}.".replace("`", "").replace("%", "%%")
            if an_input.flag:
                group.add_argument(f"--{an_input.name}", nargs="?", const="true", metavar="BOOLEAN", help=text)
            else:
                action = "append" if an_input.several else "store"
                group.add_argument(f"--{an_input.name}", metavar=an_input.metavar, help=text, action=action)


def _figures() -> str:
    from copilot_usage.domain.alerts import FIGURES

    return "figures that --alert-when knows:\n" + "\n".join(f"  {name}" for name in FIGURES)


class _Stderr(logging.StreamHandler[TextIO]):
    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None: ...


def _log_to_the_terminal(secrets: Secrets, *, verbose: bool) -> None:
    # Looked up at each write: a progress bar puts itself in the stream's place while it is drawn.
    handler = _Stderr()
    handler.setFormatter(PlainFormatter(secrets))
    _logger.handlers[:] = [handler]
    _logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    _logger.propagate = False
