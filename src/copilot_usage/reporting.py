"""From what is known to what is shown: the report of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from copilot_usage.domain.alerts import evaluate
from copilot_usage.domain.figures import Figures, summarise
from copilot_usage.domain.report import Report, ScopeReport
from copilot_usage.domain.seats import SeatRules, SeatState, one_per_person, state_of, summarise_seats
from copilot_usage.errors import NothingPublished, RateLimited
from copilot_usage.remarks import notes_of
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


# GitHub publishes a day within two full UTC days.
PUBLISHED_AFTER = timedelta(days=3)
# A range is compared with another one if so much of that one is known.
_ENOUGH = 0.9


def seat_rules(settings: Settings, today: date) -> SeatRules:
    return SeatRules(today, settings.idle_days, settings.seat_price)


def report_of(settings: Settings, ledger: Ledger, today: date, saved: Saved) -> Report:
    """Everything that is known, over the range; raises what made it impossible where nothing could be had."""
    silent = {**ledger.failed_owners(), **ledger.unreachable_owners()}
    if settings.scopes and {scope.parent for scope in settings.scopes} <= silent.keys():
        raise next(iter(silent.values()))
    newest = ledger.newest_day(settings.scopes)
    shown = settings.range_at(newest or today - PUBLISHED_AFTER)
    if shown is None:
        raise _nothing(settings, newest)
    scopes = _scope_reports(settings, ledger, shown, today)
    report = Report(
        range=shown,
        scopes=scopes,
        notes=tuple(notes_of(settings, ledger, shown, scopes, today)),
        newest=newest,
        kept_at=settings.snapshot_repository or settings.snapshot_directory,
        commit=saved.commit,
        days_written=saved.days_written,
        demo=settings.demo,
    )
    return _with_alerts(settings, report)


def can_do_without(error: CopilotUsageError, settings: Settings, ledger: Ledger) -> bool:
    """Whether a rate limit kept this run only from days to compare with: every day of the range is known."""
    newest = ledger.newest_day(settings.scopes)
    shown = settings.range_at(newest) if newest is not None else None
    if not isinstance(error, RateLimited) or shown is None or any(scope.kind.is_team for scope in settings.scopes):
        return False
    said = {(gone.scope, gone.day) for gone in ledger.no_reports}
    return all((scope, day) in said for scope in settings.scopes for day in ledger.history(scope).gaps(shown))


def _scope_reports(settings: Settings, ledger: Ledger, shown: DateRange, today: date) -> tuple[ScopeReport, ...]:
    """Those with data; where GitHub said of all of them that there is none, all of them, empty."""
    rules = seat_rules(settings, today)
    sure = None if settings.api is Api.SNAPSHOTS else today - PUBLISHED_AFTER
    make = partial(_scope_report, settings, ledger, shown, rules, sure)
    scopes = tuple(found for scope in ledger.expand(settings.scopes) if (found := make(scope)).now.days)
    if scopes:
        return scopes
    refusal = next((failure.error for failure in ledger.failures if failure.about == "usage"), None)
    if refusal is not None:
        raise refusal
    if not ledger.answered and not any(gone.certain for gone in ledger.no_reports):
        raise _nothing(settings, None)
    return tuple(make(scope) for scope in settings.scopes)


def _scope_report(
    settings: Settings, ledger: Ledger, shown: DateRange, rules: SeatRules, sure: date | None, scope: Scope
) -> ScopeReport:
    history = ledger.history(scope, sure)
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


def _nothing(settings: Settings, newest: date | None) -> CopilotUsageError:
    """Why there is no day to show, as far as the range and the store say."""
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
        cause=f"GitHub answered 404 or nothing to every question for {names} in this range: "
        "there may be nothing, or this token may not see it.",
        remedy="Check the range, the names, and the token's permissions (see `docs/getting-started.md`). "
        "Organizations with very few active people are left out, and so are teams with fewer than five seats.",
    )


def _with_alerts(settings: Settings, report: Report) -> Report:
    if not settings.alert_when:
        return report
    alerts = evaluate(settings.alert_when, report)
    notes = (*report.notes, *alerts.unknown)
    return replace(report, alerts=alerts.hits, notes=notes)
