"""One run, in its order: load, plan, fetch, save, report, publish. What was fetched is saved whatever follows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import Progress, Source, Store
from copilot_usage.domain.queries import Note, Plan, describe
from copilot_usage.domain.report import Report
from copilot_usage.errors import NotFound, RunCancelled
from copilot_usage.parsers.parse import read
from copilot_usage.pipeline import plan as planning
from copilot_usage.pipeline.checkpoint import Checkpointer
from copilot_usage.pipeline.publish import outputs_of
from copilot_usage.pipeline.report import can_do_without, report_of, seat_rules, shortfall
from copilot_usage.pipeline.state import RunState
from copilot_usage.settings.settings import Api, Settings

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """What a run needs from outside; `publish` is given the report and the step's outputs."""

    source: Source
    store: Store
    publish: Callable[[Report, Mapping[str, str]], None]
    progress: Progress


def run(settings: Settings, services: Services, today: date) -> Report:
    """Does the job; raises CopilotUsageError if nothing, or less than a named range, could be had or stored."""
    state = load(settings, services.store, today)
    checkpointer = Checkpointer(services.store, owners=len({scope.parent for scope in settings.scopes}))
    try:
        try:
            period = fetch(settings, services, state, checkpointer, today)
        finally:
            today = services.source.today() or today
            checkpointer.finish(state, seat_rules(settings, today))
        report = show(settings, services, state, period, checkpointer, today)
    except Exception as error:
        if (refused := checkpointer.refused) is not None:
            _logger.error("%s\n%s", refused.cause, refused.remedy, extra={"title": refused.title})  # noqa: TRY400 - for readers
        if isinstance(error, NotFound):
            raise services.source.diagnosed(error) from None
        raise
    if checkpointer.refused is not None:
        raise checkpointer.refused
    return report


def load(settings: Settings, store: Store, today: date) -> RunState:
    """What is stored of the range, and of the ranges that it is compared with."""
    state = RunState(read)

    def load_days(days: DateRange | None) -> None:
        for item in store.load(settings.scopes, days) if days is not None else ():
            state.add_stored(item)

    if settings.api is Api.SNAPSHOTS:
        state.stored_months = store.months()
    ranges = planning.ranges_to_load(settings, state, today)
    for days in ranges:
        load_days(days)
    load_days(planning.all_stored_days(settings, state, today))
    if ranges:
        load_days(planning.range_of_the_pause(settings, state, ranges[0], today))
    return state


def fetch(
    settings: Settings, services: Services, state: RunState, checkpointer: Checkpointer, today: date
) -> planning.Period | None:
    """Asks GitHub in three steps, because its newest day decides which days are needed; returns the period."""

    def ask(plan: Plan) -> None:
        checkpointer.expected += plan.owner_days
        for query in plan.queries:
            _logger.debug("will ask: %s", describe(query))
        if advice := planning.advice(settings, plan):
            _logger.info("%s", advice)
        services.progress.begin(", ".join(sorted({scope.owner for scope in settings.scopes})), plan.owner_days)
        try:
            for result in services.source.fetch(plan):
                services.progress.advance(state.add(result))
                checkpointer.add(result)
        finally:
            services.progress.end()

    ask(planning.newest_plan(settings, state, services.source.today() or today))
    today = services.source.today() or today
    period = planning.period_of(settings, state, today)
    if period is not None:
        _logger.debug("shows %s to %s; %s: %s", period.shown.since, period.shown.until, period.newest, period.why)
    if state.fatal is None:
        ask(planning.days_plan(settings, state, period, today))
    if state.fatal is None:
        ask(planning.probe_plan(state))
    return period


def show(
    settings: Settings,
    services: Services,
    state: RunState,
    period: planning.Period | None,
    checkpointer: Checkpointer,
    today: date,
) -> Report:
    """Makes the page, even where the history could not be written; raises what kept the run from it."""
    fatal = state.fatal
    if fatal is not None and can_do_without(fatal, settings, state, period, today):
        fatal = None
    if fatal is not None and (isinstance(fatal, RunCancelled) or not state.answered):
        raise fatal
    report = report_of(settings, state, period, today, checkpointer.saved)
    if checkpointer.refused is not None:
        missing = Note(f"What this run fetched is not in the history: {checkpointer.refused.title}.", caution=True)
        report = replace(report, notes=(missing, *report.notes))
    for caution in report.cautions:
        _logger.warning("%s", caution, extra={"title": "Copilot usage: read this first"})
    for alert in report.alerts:
        _logger.warning("%s", alert, extra={"title": "Copilot usage alert"})
    services.publish(report, outputs_of(report, settings, checkpointer.saved))
    if (fault := fatal or shortfall(settings, state, report)) is not None:
        raise fault
    return report
