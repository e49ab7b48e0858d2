"""Builds the real things from settings: the one place that chooses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from copilot_usage.domain.ports import NoStore, Progress, Source, Store
from copilot_usage.domain.queries import Plan
from copilot_usage.domain.report import Report
from copilot_usage.domain.results import Result
from copilot_usage.domain.scope import ScopeKind
from copilot_usage.errors import NotFound
from copilot_usage.github_runner import RunnerContext
from copilot_usage.pipeline.publish import Publication
from copilot_usage.pipeline.run import Services
from copilot_usage.settings.settings import Api, People, Settings
from copilot_usage.timing import Cancellation, Cancelled, Clock, Deadline, Late

_logger = logging.getLogger(__name__)
# Where a run puts what it could not store, below the runner's temporary folder.
_RESCUED = "copilot-usage-not-stored"
_DEFAULT_DIRECTORY = "snapshots"
# Seconds that saving may take beyond the run's time.
_GRACE = 300.0
# Seconds that saving may take when the run was cancelled: the runner kills it after ten.
_LAST_SAVE = 5.0


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """What a front door hands in: its clock, who cancels, how pages and progress are shown."""

    clock: Clock
    cancelled: Cancellation
    progress: Progress
    show: Callable[[str], None] | None = None


@contextmanager
def assembled(
    settings: Settings, context: RunnerContext, entry_point: EntryPoint
) -> Iterator[tuple[Settings, Services]]:
    """The settings of the run, which are not those given where it is the demo, and its parts.

    Connections, and the demo's GitHub, live as long as they do.
    """
    with ExitStack() as stack:
        if settings.demo:
            settings, context = stack.enter_context(_invented(settings, context, entry_point))
        parts = Services(
            source=stack.enter_context(_source(settings, context, entry_point)),
            store=store_of(settings, context, entry_point.clock, entry_point.cancelled),
            publisher=Publication(settings, context, entry_point.show, entry_point.cancelled.is_set),
            headline=_headline,
            progress=entry_point.progress,
        )
        yield settings, parts


@contextmanager
def _invented(
    settings: Settings, context: RunnerContext, entry_point: EntryPoint
) -> Iterator[tuple[Settings, RunnerContext]]:
    """The same run against an invented GitHub on loopback, with its token. Invented figures are kept nowhere."""
    from copilot_usage.demo.github import DemoGitHub, serve
    from copilot_usage.demo.owners import owners_named

    if settings.keeps_history:
        _logger.info("the demo keeps nothing: its figures are fictional, so no snapshot is read or written")
    names = {scope.owner: scope.kind.owner_kind is ScopeKind.ENTERPRISE for scope in settings.scopes}
    with serve(DemoGitHub(today=entry_point.clock.today(), owners=owners_named(names))) as github:
        demo = replace(
            settings,
            api=Api.AUTO if settings.api is Api.SNAPSHOTS else settings.api,
            token=github.reading_token,
            snapshot_repository=None,
            snapshot_directory=None,
            snapshot_token=None,
        )
        yield demo, replace(context, api_url=github.api_url)


def _headline(report: Report) -> str:
    from copilot_usage.rendering.findings import headline

    return headline(report)


@contextmanager
def _source(settings: Settings, context: RunnerContext, entry_point: EntryPoint) -> Iterator[Source]:
    if settings.token is None:
        yield _Nobody()
        return
    from copilot_usage.copilot_api.source import GitHubSource

    with GitHubSource(
        api_url=context.api_url,
        token=settings.token,
        deadline=_deadline(settings, entry_point.clock, entry_point.cancelled),
        today=entry_point.clock.today(),
        mask=context.secrets.add,
        people=settings.people is People.LOGINS,
    ) as source:
        yield source


class _Nobody:
    """Nobody is asked: `api: snapshots` without a token."""

    def today(self) -> date | None:
        return None

    def fetch(self, plan: Plan) -> Iterator[Result]:  # noqa: ARG002 - a Source
        return iter(())

    def diagnosed(self, error: NotFound) -> NotFound:
        return error


def store_of(settings: Settings, context: RunnerContext, clock: Clock, cancelled: Cancellation) -> Store:
    """Where snapshots are kept: a repository, a local folder, or nowhere."""
    if not settings.keeps_history:
        return NoStore()
    from copilot_usage.snapshots.local_store import DirectoryStore, RescuingStore

    rescued = Path(context.temporary or ".", _RESCUED)
    directory = settings.snapshot_directory or _DEFAULT_DIRECTORY
    saving = _deadline(settings, clock, Late(cancelled, _LAST_SAVE, clock.elapsed), grace=_GRACE)
    if settings.snapshot_repository is None:
        folder = DirectoryStore(Path(context.workspace, directory), wait=saving.wait)
        return RescuingStore(folder, rescued, "--snapshot-directory FOLDER")
    from copilot_usage.snapshots.branch_store import RepositoryStore
    from copilot_usage.snapshots.git_api import RetryPolicy

    policy = RetryPolicy(saving=saving)
    policy.follow(_deadline(settings, clock, cancelled))
    store = RepositoryStore(
        repository=settings.snapshot_repository,
        branch=settings.snapshot_branch,
        directory=directory,
        token=settings.snapshot_token or "",
        api_url=context.api_url,
        policy=policy,
    )
    return RescuingStore(store, rescued, "--snapshot-repository OWNER/NAME --snapshot-token TOKEN")


def _deadline(settings: Settings, clock: Clock, cancelled: Cancelled, grace: float = 0) -> Deadline:
    return Deadline(
        60 * settings.timeout_minutes,
        now=lambda: clock.now().timestamp(),
        elapsed=clock.elapsed,
        cancelled=cancelled,
        grace=grace,
    )
