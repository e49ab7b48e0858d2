"""Builds the parts of a run from its settings: the one place that chooses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from copilot_usage.domain.ports import NoStore, Progress, Source, Store
from copilot_usage.domain.queries import Plan, Result
from copilot_usage.domain.scope import ScopeKind
from copilot_usage.errors import NotFound
from copilot_usage.github_runner import RunnerContext
from copilot_usage.pipeline.publish import publish
from copilot_usage.pipeline.run import Services
from copilot_usage.settings.settings import Api, People, Settings
from copilot_usage.timing import Cancellation, Cancelled, Clock, Deadline, DelayedCancellation

_logger = logging.getLogger(__name__)
# The folder for days that could not be stored, below the runner's temporary one.
_RESCUED = "copilot-usage-not-stored"
_DEFAULT_DIRECTORY = "snapshots"
# Seconds that saving may take beyond the run's time.
_GRACE = 300.0
# Seconds that saving may take in a cancelled run: the runner kills it after ten.
_LAST_SAVE = 5.0


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """What an entry point hands in. `show` is given the page as Markdown; None: the page is not shown."""

    clock: Clock
    cancelled: Cancellation
    progress: Progress
    show: Callable[[str], None] | None = None


@contextmanager
def assembled(
    settings: Settings, context: RunnerContext, entry_point: EntryPoint
) -> Iterator[tuple[Settings, Services]]:
    """The services of a run, and its settings, which the demo changes. Leaving it closes connections."""
    with ExitStack() as stack:
        if settings.demo:
            settings, context = stack.enter_context(_demo(settings, context, entry_point.clock.today()))
        source: Source = _NoSource()
        if settings.token is not None:
            from copilot_usage.copilot_api.source import GitHubSource

            source = stack.enter_context(
                GitHubSource(
                    api_url=context.api_url,
                    token=settings.token,
                    deadline=_deadline(settings, entry_point.clock, entry_point.cancelled),
                    today=entry_point.clock.today(),
                    mask=context.secrets.add,
                    people=settings.people is People.LOGINS,
                    workflow_tokens=(context.workflow_token, settings.snapshot_token),
                )
            )
        yield (
            settings,
            Services(
                source=source,
                store=store_of(settings, context, entry_point.clock, entry_point.cancelled),
                publish=partial(
                    publish, settings, context, show=entry_point.show, cancelled=entry_point.cancelled.is_set
                ),
                progress=entry_point.progress,
            ),
        )


@contextmanager
def _demo(settings: Settings, context: RunnerContext, today: date) -> Iterator[tuple[Settings, RunnerContext]]:
    """The same run against the demo's GitHub on loopback, with its token and without a history."""
    from copilot_usage.demo.github import DemoGitHub, serve
    from copilot_usage.demo.organization import owners_named

    if settings.keeps_history:
        _logger.info("the demo stores nothing: its figures are fictional, so no snapshot is read or written")
    names = {scope.owner: scope.kind.owner_kind is ScopeKind.ENTERPRISE for scope in settings.scopes}
    with serve(DemoGitHub(today=today, owners=owners_named(names))) as github:
        demo = replace(
            settings,
            api=Api.AUTO if settings.api is Api.SNAPSHOTS else settings.api,
            token=github.reading_token,
            snapshot_repository=None,
            snapshot_directory=None,
            snapshot_token=None,
        )
        yield demo, replace(context, api_url=github.api_url)


class _NoSource:
    """`api: snapshots` without a token makes no requests."""

    def today(self) -> date | None:
        return None

    def fetch(self, plan: Plan) -> Iterator[Result]:  # noqa: ARG002 - a Source
        return iter(())

    def diagnosed(self, error: NotFound) -> NotFound:
        return error


def store_of(settings: Settings, context: RunnerContext, clock: Clock, cancelled: Cancellation) -> Store:
    """The history of these settings: a repository, a local folder, or none."""
    if not settings.keeps_history:
        return NoStore()
    from copilot_usage.snapshots.local_store import DirectoryStore, RescuingStore

    rescued = Path(context.temporary or ".", _RESCUED)
    directory = settings.snapshot_directory or _DEFAULT_DIRECTORY
    saving = _deadline(settings, clock, DelayedCancellation(cancelled, _LAST_SAVE, clock.elapsed), grace=_GRACE)
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
