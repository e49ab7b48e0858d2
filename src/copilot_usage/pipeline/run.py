"""One run, start to end: load, plan, fetch, save, read, figures, page. What was fetched is kept whatever follows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import Progress, Source, Store
from copilot_usage.domain.report import Report
from copilot_usage.domain.results import Note
from copilot_usage.errors import NotFound, RunCancelled
from copilot_usage.parsers.parse import read
from copilot_usage.pipeline import plan as loading
from copilot_usage.pipeline import plan as planning
from copilot_usage.pipeline import report as reporting
from copilot_usage.pipeline.checkpoint import Checkpointer
from copilot_usage.pipeline.publish import outputs_of
from copilot_usage.pipeline.state import RunState
from copilot_usage.settings.settings import Api, Settings

_logger = logging.getLogger(__name__)


class Publisher(Protocol):
    """Where the results go: files, the job summary, outputs, a terminal."""

    def publish(self, report: Report, outputs: Mapping[str, str]) -> None:
        """Renders and writes what was asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """The real things, chosen in `assembly`; `headline` says a report in one line."""

    source: Source
    store: Store
    publisher: Publisher
    headline: Callable[[Report], str]
    progress: Progress


def run(settings: Settings, parts: Services, today: date) -> Report:
    """Does the job; raises CopilotUsageError where nothing could be had, or where asking on made no sense."""
    state = load(settings, parts.store, today)
    checkpointer = Checkpointer(parts.store, owners=len({scope.parent for scope in settings.scopes}))
    try:
        try:
            fetch(settings, parts, state, checkpointer, today)
        finally:
            today = parts.source.today() or today
            checkpointer.finish(state, reporting.seat_rules(settings, today))
        report = show(settings, parts, state, checkpointer, today)
    except Exception as error:
        if (refused := checkpointer.refused) is not None:
            _logger.error("%s\n%s", refused.cause, refused.remedy, extra={"title": refused.title})  # noqa: TRY400 - for readers
        if isinstance(error, NotFound):
            raise parts.source.diagnosed(error) from None
        raise
    if checkpointer.refused is not None:
        raise checkpointer.refused
    return report


def show(settings: Settings, parts: Services, state: RunState, checkpointer: Checkpointer, today: date) -> Report:
    """Makes the page, whatever became of the history; raises what kept the run from it."""
    fatal = state.fatal
    if fatal is not None and reporting.can_do_without(fatal, settings, state, today):
        fatal = None
    if fatal is not None and (isinstance(fatal, RunCancelled) or not state.answered):
        raise fatal
    report = reporting.report_of(settings, state, today, checkpointer.saved)
    if checkpointer.refused is not None:
        missing = Note(f"What this run fetched is not in the history: {checkpointer.refused.title}.", caution=True)
        report = replace(report, notes=(missing, *report.notes))
    for caution in report.cautions:
        _logger.warning("%s", caution, extra={"title": "Copilot usage: read this first"})
    for alert in report.alerts:
        _logger.warning("%s", alert, extra={"title": "Copilot usage alert"})
    parts.publisher.publish(report, outputs_of(report, settings, checkpointer.saved, parts.headline(report)))
    if (fault := fatal or reporting.shortfall(settings, state, report)) is not None:
        raise fault
    return report


def load(settings: Settings, store: Store, today: date) -> RunState:
    """What is stored of the range, and of the ranges that it is compared with."""
    state = RunState(read)
    if settings.api is Api.SNAPSHOTS:
        state.months = store.months()
    months = loading.months_of(settings, state.months)
    ranges = loading.ranges_to_load(settings, today, months)
    for days in ranges:
        _load(settings, store, state, days)
    if months and not loading.has_some(settings, state):
        _load(settings, store, state, loading.everything(months))  # so that the error can name the days there are
    pause = loading.range_of_the_pause(settings, state, ranges[0], today) if ranges else None
    if pause is not None:
        _load(settings, store, state, pause)
    return state


def _load(settings: Settings, store: Store, state: RunState, days: DateRange) -> None:
    for item in store.load(settings.scopes, days):
        state.add_stored(item)


def fetch(settings: Settings, parts: Services, state: RunState, checkpointer: Checkpointer, today: date) -> None:
    """Asks in steps, because the newest published day decides which days are wanted; keeps while it goes."""
    for step in planning.STEPS:
        plan = step(settings, state, parts.source.today() or today)
        checkpointer.expect(plan.owner_days)
        for line in plan.describe():
            _logger.debug("will ask: %s", line)
        if advice := planning.advice(settings, plan):
            _logger.info("%s", advice)
        parts.progress.begin(", ".join(sorted({scope.owner for scope in settings.scopes})), plan.owner_days)
        try:
            for result in parts.source.fetch(plan):
                parts.progress.advance(state.add(result))
                checkpointer.keep(result)
        finally:
            parts.progress.end()
        if state.fatal is not None:
            return
