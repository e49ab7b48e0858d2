"""From what is known to what is shown: the report of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from copilot_usage.domain.alerts import evaluate
from copilot_usage.domain.availability import first_day
from copilot_usage.domain.change import ENOUGH
from copilot_usage.domain.dates import month_of
from copilot_usage.domain.figures import Figures, summarise
from copilot_usage.domain.history import History
from copilot_usage.domain.ports import Saved
from copilot_usage.domain.queries import QueryKind, Word
from copilot_usage.domain.report import Absence, Report, ScopeReport, listed
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.seats import (
    SeatFigures,
    SeatRules,
    SeatState,
    are_of,
    one_per_person,
    state_of,
    summarise_seats,
)
from copilot_usage.domain.snapshot import Generation
from copilot_usage.errors import CopilotUsageError, NothingPublished, NotWhole, RateLimited
from copilot_usage.pipeline.notes import notes_of
from copilot_usage.pipeline.plan import Period
from copilot_usage.pipeline.state import RunState
from copilot_usage.rendering import markdown
from copilot_usage.settings.settings import Api, People, Settings


def seat_rules(settings: Settings, today: date) -> SeatRules:
    """The rules of a run, by its settings."""
    return SeatRules(today, settings.idle_days, settings.seat_price)


def report_of(settings: Settings, state: RunState, period: Period | None, today: date, saved: Saved) -> Report:
    """Everything that is known, over the period; raises what made it impossible where nothing could be had."""
    silent = [None if state.awaits_reports(scope) else state.silent(scope) for scope in settings.scopes]
    if silent and silent[0] is not None and None not in silent:
        raise silent[0]
    if period is None:
        raise _nothing(settings, state)
    scopes = _Scopes(settings, state, period, today).reports()
    report = Report(
        range=period.shown,
        scopes=scopes,
        notes=tuple(notes_of(settings, state, period, scopes, today, saved)),
        newest=state.newest_published(settings.scopes),
        kept_at=settings.snapshot_repository or settings.snapshot_directory,
        commit=saved.commit,
        days_written=saved.days_written,
        demo=settings.demo,
    )
    alerts = evaluate(settings.alert_when, report)
    return replace(report, alerts=alerts.hits, notes=(*report.notes, *alerts.unknown))


def can_do_without(
    error: CopilotUsageError, settings: Settings, state: RunState, period: Period | None, today: date
) -> bool:
    """Whether a rate limit kept this run only from days to compare with: every day of the range is known."""
    if not isinstance(error, RateLimited) or period is None or any(scope.kind.is_team for scope in settings.scopes):
        return False
    fine = {Absence.NO_REPORT, Absence.MISSING}
    gaps = ((scope, state.history(scope, period.published).gaps(period.shown)) for scope in settings.scopes)
    return all(absences(state, scope, days, first_day(scope, today)).keys() <= fine for scope, days in gaps)


def shortfall(settings: Settings, state: RunState, report: Report) -> CopilotUsageError | None:
    """What kept a range that was named from being whole, also of one owner among several; None if no fault did."""
    lost = {day for scope in report.scopes for day in scope.lost}
    if not settings.names_days or not lost:
        return None
    faults = [str(failure.error) for failure in state.failures if failure.about is QueryKind.USAGE]
    why = next((f" {fault}" for fault in (*faults, *(item.reason for item in state.skipped))), "")
    return NotWhole(
        "The range is not whole",
        cause=f"{len(lost)} of {markdown.counted(len(report.range))} could not be had because of a fault.{why}",
        remedy="Run it again: what was had is on the page, and what is stored is not asked for again. "
        "The page's notes name the days.",
    )


def absences(state: RunState, scope: Scope, days: Iterable[date], first: date) -> Mapping[Absence, tuple[date, ...]]:
    """Why these days are missing; `first`: the oldest day that GitHub can have."""
    owners = {scope, scope.parent}
    failed = {found.day for found in state.failures if found.about is QueryKind.USAGE and found.scope in owners}
    skipped = {month for item in state.skipped if item.scope in owners for month in item.months}
    refused = None in failed and state.silent(scope) is not None
    ended = None in failed or state.fatal is not None
    places = [(scope, generation) for generation in Generation] + [(scope.parent, Generation.TEAMS)]

    def why(day: date) -> Absence:
        if day in failed:
            return Absence.UNREAD
        if state.awaits_reports(scope) or any(
            (*place, day) in state.asked or state.stored.has(*place, day) for place in places
        ):
            return Absence.NO_REPORT
        if refused or month_of(day) in skipped:
            return Absence.UNREAD
        return Absence.NOT_ASKED if ended and day >= first else Absence.MISSING

    found: dict[Absence, list[date]] = defaultdict(list)
    for day in days:
        found[why(day)].append(day)
    return {each: tuple(found[each]) for each in Absence if each in found}


@dataclass(frozen=True, slots=True)
class _Scopes:
    """Makes the reports of single scopes over one period."""

    settings: Settings
    state: RunState
    period: Period
    today: date

    def reports(self) -> tuple[ScopeReport, ...]:
        """Reports of the scopes named, and of the teams of `*` with data.

        If GitHub confirmed that none has any, an empty report of each.
        """
        state, named = self.state, self.settings.scopes
        found = tuple(map(self._report, state.expand(named)))
        if any(scope.now.days for scope in found):
            shown = [each for each in found if each.now.days or each.scope in named]
            covered = [each.scope for each in shown]
            lost = (scope for scope in named if state.silent(scope) and not any(map(scope.covers, covered)))
            return (*shown, *map(self._report, lost))
        failures = (failure for failure in state.failures if failure.about is QueryKind.USAGE)
        refusal = next((each.error for each in failures if not state.awaits_reports(each.scope)), None)
        if refusal is not None:
            raise refusal
        seats = all(scope.parent in state.seats for scope in named)
        if not seats and not state.answered and all(each.word is Word.HIDDEN for each in state.no_reports):
            raise _nothing(self.settings, state)
        return tuple(map(self._report, named))

    def _report(self, scope: Scope) -> ScopeReport:
        state, shown, first = self.state, self.period.shown, first_day(scope, self.today)
        history = state.history(scope, self.period.published)
        counted = state.counted_people.get((scope, shown))
        window = state.windows.get(scope)
        engaged = window.engaged_people if window is not None and window.window == shown else None
        named = self.settings.people is People.LOGINS
        seats = self._seats(scope, history)
        now = summarise(history, shown, counted_people=counted.active if counted else None)
        # Of a day that GitHub no longer has, what was stored early is all there will be.
        now = replace(now, unsettled=tuple(day for day in now.unsettled if day >= first))
        refused = state.silent(scope) is not None and bool(now.unsettled or len(now.days) < len(shown))
        compared = self.settings.compare and now.days and not refused
        return ScopeReport(
            scope=scope,
            history=history,
            now=now,
            before=_if_comparable(summarise(history, self.period.before)) if compared else None,
            year_before=_if_comparable(summarise(history, self.period.year_before)) if compared else None,
            seats=seats,
            seat_days=tuple(day for _, day in sorted(state.seat_days.get(scope, {}).items())),
            seat_people=self._seat_people(scope) if named and seats and not seats.activity_stands_still else None,
            bills=tuple(state.bills.get(scope, ())),
            engaged_people=engaged or None,
            people=state.listed_people.get(scope) if named else None,
            members=counted.members if counted else None,
            refused=refused,
            absent=absences(state, scope, now.missing, first),
        )

    def _seats(self, scope: Scope, history: History) -> SeatFigures | None:
        """Seats as they are today, unless the range is one of the past."""
        seats = self.state.seats.get(scope)
        newest = self.state.newest_published(self.settings.scopes)
        if seats is None or not are_of(self.period.shown, newest, self.today):
            return None
        active = (usage.day for usage in history.within(self.period.shown) if usage.amount("daily_active_users"))
        return summarise_seats(seats, seat_rules(self.settings, self.today), max(active, default=None))

    def _seat_people(self, scope: Scope) -> Mapping[str, tuple[str, ...]]:
        """Logins by state of their seat; `never used` are those of the idle ones without any activity."""
        rules = seat_rules(self.settings, self.today)
        people: dict[str, list[str]] = {"idle": [], "never used": [], "new": []}
        for seat in one_per_person(self.state.seats[scope]):
            state = state_of(seat, rules)
            if state is not SeatState.ACTIVE:
                never = state is SeatState.IDLE and seat.last_activity is None
                people["never used" if never else state.value].append(seat.login or "(not assigned)")
        return {state: tuple(sorted(logins, key=str.lower)) for state, logins in people.items()}


def _if_comparable(figures: Figures) -> Figures | None:
    """A range of which much is unknown is no measure: its means are of other days, its sums of fewer."""
    return figures if len(figures.days) >= ENOUGH * len(figures.range) else None


def _nothing(settings: Settings, state: RunState) -> CopilotUsageError:
    """Why there is no day to show, as far as the range and the store tell."""
    names = ", ".join(scope.name for scope in settings.scopes)
    if settings.api is Api.SNAPSHOTS:
        known = state.known_days(settings.scopes)
        others = listed([f"`{scope.name}`" for scope in state.stored_months])
        stored = f"only days of {others}" if others else "no day of any other either"
        stored = f"days from {known.since} to {known.until}" if known else stored
        return NothingPublished(
            "No snapshots of these days",
            cause=f"The history at {settings.snapshot_repository or settings.snapshot_directory} "
            f"holds no day of {names} in this range. It holds {stored}.",
            remedy="Check `snapshot-repository`, `snapshot-branch`, `snapshot-directory` and the range, "
            "or run once with `api: auto` and a `token` to fill the history.",
        )
    newest = state.newest_published(settings.scopes)
    if newest is not None and settings.since is not None and settings.since > newest:
        return NothingPublished(
            "Nothing is published yet",
            cause=f"The range begins on {settings.since}, and the newest day that GitHub has published is {newest}.",
            remedy="GitHub publishes a day within two full UTC days. Choose an earlier `since`, or run again later.",
        )
    return NothingPublished(
        "GitHub has no usage of these days",
        cause=f"GitHub answered 404 or nothing to every request for {names} in this range: "
        "there may be nothing, or the token cannot see it.",
        remedy="Check the range, the names, and the token's permissions (see `docs/getting-started.md`). "
        "Organizations with very few active people are left out, and so are teams with fewer than five seats.",
    )
