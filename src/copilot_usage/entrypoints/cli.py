"""Entry point of the command: `report`, `demo` and `import`. Flags are the inputs of the action."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from copilot_usage import __version__
from copilot_usage.entrypoints.common import check_network, exit_code, failure_of, log_through, logger, run_report
from copilot_usage.github_runner import PlainFormatter, RunnerContext, plain, runner_context
from copilot_usage.settings.inputs import INPUTS
from copilot_usage.timing import Cancellation, Clock

if TYPE_CHECKING:  # `--help` and `--version` do not wait for it
    from copilot_usage.domain.ports import Progress

_DEMO_FOLDER = "copilot-usage-demo"
_DEMO_FILES = {"summary-file": "summary.md", "json-file": "usage.json", "csv-file": "usage.csv"}


def main(arguments: Sequence[str], environ: Mapping[str, str], clock: Clock) -> int:
    """Runs a subcommand; returns the exit code."""
    options = _parser().parse_args(arguments)
    inputs = _inputs_of(options)
    context = replace(runner_context(environ), workspace=".", summary_path=None, output_path=None)
    for name in ("token", "snapshot-token"):
        context.secrets.add(inputs[name])
    handler = _Stderr()
    handler.setFormatter(PlainFormatter(context.secrets))
    log_through(handler, logging.DEBUG if options.verbose or context.debug else logging.INFO)
    cancelled = Cancellation()
    try:
        if options.command == "import":
            _import(options.files, inputs, context, clock, cancelled)
        else:
            _report(options, inputs, context, environ, clock, cancelled)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the page, such as `head`, has closed the pipe. The page is shown last, so all else is done.
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except Exception as error:  # noqa: BLE001 - errors are caught here only
        failure = failure_of(error, context)
        logger.error("%s\n%s\n\n%s", failure.title, failure.cause, failure.remedy)
        return exit_code(error, cancelled)
    return 0


def _report(
    options: argparse.Namespace,
    inputs: dict[str, str],
    context: RunnerContext,
    environ: Mapping[str, str],
    clock: Clock,
    cancelled: Cancellation,
) -> None:
    def output() -> tuple[Progress, Callable[[str], None]]:
        from copilot_usage.rendering.terminal import Terminal

        terminal = Terminal(sys.stdout, sys.stderr, environ, harmless=plain)
        return terminal.progress, terminal.show

    demo = options.command == "demo"
    if demo:
        inputs |= {name: inputs[name] or f"{options.folder}/{file}" for name, file in _DEMO_FILES.items()}
        inputs["demo"] = "true"
    else:
        inputs["token"] = inputs["token"] or context.token or ""
    run_report(inputs, context, clock, cancelled, output)
    if demo:
        paths = ", ".join(inputs[name] for name in _DEMO_FILES)
        print(f"\nThe page of a fictional organization, and its figures as files: {paths}")


def _import(
    files: Sequence[str], inputs: Mapping[str, str], context: RunnerContext, clock: Clock, cancelled: Cancellation
) -> None:
    from copilot_usage.bootstrap import store_of
    from copilot_usage.importing.import_files import import_files
    from copilot_usage.settings.settings import settings_from

    settings = settings_from({**inputs, "api": "snapshots"}, today=clock.today(), needs_scope=False)
    check_network(settings, context)
    # Signals end an import at once: it can be repeated, and each month is written in one step.
    import_files(files, settings.scopes, store_of(settings, context, clock, cancelled), clock.today())


def _inputs_of(options: argparse.Namespace) -> dict[str, str]:
    given = {an_input.name: getattr(options, an_input.name.replace("-", "_"), None) or "" for an_input in INPUTS}
    return {name: "\n".join(value) if isinstance(value, list) else value for name, value in given.items()}


# Inputs that decide where imported days are stored.
_IMPORT_INPUTS = (
    "scope",
    "org",
    "enterprise",
    "team",
    "snapshot-repository",
    "snapshot-branch",
    "snapshot-directory",
    "snapshot-token",
)


# Defaults that differ outside a workflow.
_DEFAULTS = {
    "token": "the variable COPILOT_USAGE_TOKEN; required, except with --demo or --api snapshots",
    "org": "the variable GITHUB_REPOSITORY_OWNER; required, unless --enterprise is given",
    "snapshot-token": "none; required with --snapshot-repository",
}


class _Subcommand(argparse.ArgumentParser):
    """`ending`: makes the end of the help text when it is shown."""

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
    names = [an_input.name for an_input in INPUTS]
    report = commands.add_parser(
        "report",
        help="fetch, store and show usage",
        description="Fetches, stores and shows usage.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    report.ending = _alert_figures
    _add_inputs(report, names)
    demo = commands.add_parser("demo", help="show the page of a fictional organization; no token, no network")
    demo.add_argument("--folder", default=_DEMO_FOLDER, help="folder for the page and the files (default: %(default)s)")
    _add_inputs(demo, [name for name in names if name not in {"demo", "token"}])
    saved = commands.add_parser("import", help="import saved responses of GitHub's API into a history")
    saved.add_argument(
        "files", nargs="+", metavar="FILE", help="JSON or NDJSON of any API generation, or folders with such files"
    )
    _add_inputs(saved, _IMPORT_INPUTS)
    for command in (report, demo, saved):
        command.add_argument("--verbose", action="store_true", help="log every request and its reason")
    return parser


def _add_inputs(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    groups: dict[str, argparse._ArgumentGroup] = {}
    for an_input in INPUTS:
        if an_input.name in names:
            group = groups.setdefault(an_input.group, parser.add_argument_group(an_input.group))
            default = _DEFAULTS.get(an_input.name, an_input.default)
            text = f"{an_input.meaning} Default: {default}.".replace("`", "").replace("%", "%%")
            if an_input.flag:
                group.add_argument(f"--{an_input.name}", nargs="?", const="true", metavar="BOOLEAN", help=text)
            else:
                action = "append" if an_input.several else "store"
                group.add_argument(f"--{an_input.name}", metavar=an_input.metavar, help=text, action=action)


def _alert_figures() -> str:
    from copilot_usage.domain.alerts import FIGURES

    return "figures for --alert-when:\n" + "\n".join(f"  {name}" for name in FIGURES)


class _Stderr(logging.StreamHandler[TextIO]):
    """Looks up the stream at each write, because a progress bar replaces it while it is drawn."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None: ...
