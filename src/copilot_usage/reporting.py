"""From what is known to what is shown: the report, and the outputs of the step."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_usage.domain.alerts import evaluate
from copilot_usage.domain.figures import Figures, percentage, summarise
from copilot_usage.domain.metric import COMPLETION, Dimension
from copilot_usage.domain.plan import first_day
from copilot_usage.domain.report import Note, Report, ScopeReport
from copilot_usage.domain.scope import EVERY_TEAM
from copilot_usage.domain.seats import SeatRules, SeatState, one_per_person, state_of, summarise_seats
from copilot_usage.errors import NothingPublished
from copilot_usage.settings.wishes import Api, People

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.ledger import Ledger
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.seats import Seat
    from copilot_usage.domain.storing import Saved
    from copilot_usage.errors import CopilotUsageError
    from copilot_usage.settings.wishes import Settings


# A range is compared with another one if so much of that one is known.
_ENOUGH = 0.9


def seat_rules(settings: Settings, today: date) -> SeatRules:
    return SeatRules(today, settings.idle_days, settings.seat_price)


def report_of(settings: Settings, ledger: Ledger, today: date, saved: Saved) -> Report:
    """Everything that is known, over the range; raises what made it impossible where nothing could be had."""
    newest = ledger.newest_day(settings.scopes)
    shown = settings.range_at(newest) if newest else None
    if settings.scopes and {scope.parent for scope in settings.scopes} <= set(ledger.failed_owners()):
        raise next(iter(ledger.failed_owners().values()))
    if shown is None:
        raise _nothing(settings, ledger, newest)
    rules = seat_rules(settings, today)
    scopes = tuple(
        scope_report
        for scope in ledger.expand(settings.scopes)
        if (scope_report := _scope_report(settings, ledger, shown, scope, rules)).now.days
    )
    if not scopes:
        raise _nothing(settings, ledger, newest)
    report = Report(
        range=shown,
        scopes=scopes,
        notes=(
            *ledger.notes,
            *_reach_notes(settings, shown, today),
            *_failure_notes(ledger),
            *_flaw_notes(ledger),
            *_absent_notes(settings, ledger, scopes),
        ),
        newest=newest,
        kept_at=settings.snapshot_repository or settings.snapshot_directory,
        commit=saved.commit,
        demo=settings.demo,
    )
    return _with_alerts(settings, report)


def _scope_report(settings: Settings, ledger: Ledger, shown: DateRange, scope: Scope, rules: SeatRules) -> ScopeReport:
    history = ledger.history(scope)
    counted = ledger.people_counted(scope, shown)
    before, year_before = shown.before(), shown.a_year_earlier()
    seats = ledger.seats.get(scope)
    window = ledger.windows.get(scope)
    engaged = window.engaged_people if window is not None and window.window == shown else None
    return ScopeReport(
        scope=scope,
        history=history,
        now=summarise(history, shown, counted_people=counted.active if counted else None),
        before=_if_comparable(summarise(history, before)) if settings.compare else None,
        year_before=_if_comparable(summarise(history, year_before)) if settings.compare else None,
        seats=summarise_seats(seats, rules) if seats is not None else None,
        seat_days=tuple(day for _, day in sorted(ledger.seat_days.get(scope, {}).items())),
        seat_people=_seat_people(seats, rules) if seats and settings.people is People.LOGINS else None,
        bills=tuple(ledger.bills.get(scope, ())),
        engaged_people=engaged or None,
        people=ledger.listed_people.get(scope) if settings.people is People.LOGINS else None,
        members=counted.members if counted else None,
    )


def _if_comparable(figures: Figures) -> Figures | None:
    """A range of which much is unknown is no measure: its means are of other days, its sums of fewer."""
    return figures if len(figures.days) >= _ENOUGH * len(figures.range) else None


def _seat_people(seats: Iterable[Seat], rules: SeatRules) -> Mapping[str, tuple[str, ...]]:
    """Logins by state of their seat; `never used` are those of the idle ones without any activity."""
    people: dict[str, list[str]] = {"idle": [], "never used": [], "new": []}
    for seat in one_per_person(seats):
        state = state_of(seat, rules)
        if seat.login is not None and state is not SeatState.ACTIVE:
            never = state is SeatState.IDLE and seat.last_activity is None
            people["never used" if never else state.value].append(seat.login)
    return {state: tuple(sorted(logins, key=str.lower)) for state, logins in people.items()}


def _nothing(settings: Settings, ledger: Ledger, newest: date | None) -> CopilotUsageError:
    """Why there is no day to show: GitHub's own refusal if there was one, else what the range and the store say."""
    if ledger.failures:
        return ledger.failures[0].error
    names = ", ".join(scope.name for scope in settings.scopes)
    if settings.api is Api.SNAPSHOTS:
        return NothingPublished(
            "No snapshots of these days",
            cause=f"The history at {settings.snapshot_repository or settings.snapshot_directory} "
            f"holds no day of {names} in this range.",
            remedy="Check `snapshot-repository`, `snapshot-branch`, `snapshot-directory` and the range, "
            "or run once with `api: auto` and a `token` to fill the history.",
        )
    if newest is not None and settings.since is not None and settings.since > newest:
        return NothingPublished(
            "Nothing is published yet",
            cause=f"The range begins on {settings.since}, and the newest day that GitHub has published is {newest}.",
            remedy="GitHub publishes a day within two full UTC days. Choose an earlier `since`, or run again later.",
        )
    return NothingPublished(
        "GitHub has no usage of these days",
        cause=f"GitHub answered, but has no report of {names} in this range. "
        "Organizations with very few active people are left out, and so are teams with fewer than five seats.",
        remedy="Check the range, and that people with a seat are members; a day appears within two full UTC days.",
    )


def _reach_notes(settings: Settings, shown: DateRange, today: date) -> Iterable[Note]:
    """Where the range begins before GitHub's reports do, only a history can fill it."""
    if settings.api not in {Api.AUTO, Api.REPORTS}:
        return
    for owner in dict.fromkeys(replace(scope, team=scope.team and EVERY_TEAM) for scope in settings.scopes):
        first = first_day(owner, today)
        if shown.since < first:
            yield Note(f"GitHub has no reports before {first}: earlier days come from snapshots or are missing.", owner)


def _comparison_notes(settings: Settings, scopes: Iterable[ScopeReport]) -> Iterable[Note]:
    """Why there is no range before, where some of it is known."""
    for scope in scopes if settings.compare else ():
        before = scope.now.range.before()
        known = len(scope.history.within(before))
        if scope.before is None and known:
            text = f"{before.since} to {before.until} is known on {known} of {len(before)} days"
            yield Note(f"Nothing is compared with the range before: {text}.", scope.scope)


def _failure_notes(ledger: Ledger) -> Iterable[Note]:
    """One sentence a kind of failure and scope, however many days it struck."""
    grouped: dict[tuple[Scope, str, str], list[date]] = {}
    for failure in ledger.failures:
        days = grouped.setdefault((failure.scope, failure.about, str(failure.error)), [])
        if failure.day is not None:
            days.append(failure.day)
    for (scope, about, text), days in grouped.items():
        when = (
            ""
            if not days
            else f" of {min(days)}"
            if len(days) == 1
            else f" of {len(days)} days ({min(days)} to {max(days)})"
        )
        what = {"usage": "Usage", "seats": "Seats", "credits": "AI credits", "people": "People"}.get(about, about)
        yield Note(f"{what}{when} could not be read. {text}", scope)


def _flaw_notes(ledger: Ledger) -> Iterable[Note]:
    for scope, count, day, flaw in ledger.flaws():
        values = "A value was" if count == 1 else f"{count} values were"
        yield Note(
            f"{values} left out because they make no sense; the first: {flaw.where} of {day}: {flaw.what}", scope
        )


def _absent_notes(settings: Settings, ledger: Ledger, shown: Iterable[ScopeReport]) -> Iterable[Note]:
    """Scopes that were asked for and have nothing to show, unless a failure has said so already."""
    present = {report.scope for report in shown}
    for scope in settings.scopes:
        found = any(scope.covers(other) for other in present)
        if not found and scope.parent not in ledger.failed_owners():
            yield Note("GitHub has no usage of this range.", scope)


def _with_alerts(settings: Settings, report: Report) -> Report:
    if not settings.alert_when:
        return report
    alerts = evaluate(settings.alert_when, report)
    notes = (*report.notes, *alerts.unknown)
    return replace(report, alerts=alerts.hits, notes=notes)


def outputs_of(report: Report, settings: Settings, saved: Saved, headline: str) -> dict[str, str]:
    """The step's outputs (design: the contract); an unknown figure is empty."""
    with_data = {day for scope in report.scopes for day in scope.now.days}
    missing = {day for scope in report.scopes for day in scope.now.missing} - with_data
    # One of several that were asked for is not the whole, even where it is the only one with data.
    alone = len(report.scopes) == len(settings.scopes) == 1
    people = report.scopes[0].now.active_people if alone else None
    rate = report.scopes[0].now.acceptance_rate if alone else _joint_acceptance_rate(report)
    return {
        "since": report.range.since.isoformat(),
        "until": report.range.until.isoformat(),
        "days": str(len(with_data)),
        "missing-days": str(len(missing)),
        "active-users": "" if people is None else str(people),
        "acceptance-rate": "" if rate is None else f"{rate:.1f}",
        "headline": headline,
        "alerts": json.dumps(list(report.alerts), ensure_ascii=False),
        "summary-file": settings.summary_file or "",
        "json-file": settings.json_file or "",
        "csv-file": settings.csv_file or "",
        "snapshot-commit": saved.commit or "",
        "snapshots-written": str(saved.days_written),
    }


def _joint_acceptance_rate(report: Report) -> float | None:
    """The ratio of sums; of teams, which overlap, none."""
    if any(scope.scope.kind.is_team for scope in report.scopes):
        return None
    return percentage(
        *(_sum(report, name) for name in ("code_acceptance_activity_count", "code_generation_activity_count"))
    )


def _sum(report: Report, metric: str) -> float | None:
    amounts = [scope.now.row_total(Dimension.FEATURE, COMPLETION, metric) for scope in report.scopes]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
