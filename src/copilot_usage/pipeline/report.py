"""From what is known to what is shown: the report of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from copilot_usage.domain.alerts import evaluate
from copilot_usage.domain.availability import first_day
from copilot_usage.domain.change import ENOUGH
from copilot_usage.domain.dates import PUBLISHED_AFTER, DateRange, end_of_month
from copilot_usage.domain.figures import Figures, summarise
from copilot_usage.domain.history import History
from copilot_usage.domain.ports import Saved
from copilot_usage.domain.queries import QueryKind
from copilot_usage.domain.report import Absence, Report, ScopeReport, listed
from copilot_usage.domain.results import Word
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
from copilot_usage.errors import CopilotUsageError, NothingPublished, NotWhole, RateLimited
from copilot_usage.pipeline.notes import notes_of, storing_notes
from copilot_usage.pipeline.state import RunState
from copilot_usage.rendering import markdown
from copilot_usage.settings.settings import Api, People, Settings


def seat_rules(settings: Settings, today: date) -> SeatRules:
    return SeatRules(today, settings.idle_days, settings.seat_price)


def report_of(settings: Settings, state: RunState, today: date, saved: Saved) -> Report:
    """Everything that is known, over the range; raises what made it impossible where nothing could be had."""
    silent = [None if state.awaits_reports(scope) else state.silent(scope) for scope in settings.scopes]
    if silent and silent[0] is not None and None not in silent:
        raise silent[0]
    newest = state.newest_day(settings.scopes)
    shown = settings.range_at(newest or today - PUBLISHED_AFTER)
    if shown is None:
        raise _nothing(settings, state, newest)
    scopes = _Scopes(settings, state, shown, today).reports()
    report = Report(
        range=shown,
        scopes=scopes,
        notes=(*storing_notes(saved.left_out), *notes_of(settings, state, shown, scopes, today)),
        newest=state.newest_published(settings.scopes),
        kept_at=settings.snapshot_repository or settings.snapshot_directory,
        commit=saved.commit,
        days_written=saved.days_written,
        demo=settings.demo,
    )
    return _with_alerts(settings, report)


def can_do_without(error: CopilotUsageError, settings: Settings, state: RunState, today: date) -> bool:
    """Whether a rate limit kept this run only from days to compare with: every day of the range is known."""
    newest = state.newest_day(settings.scopes)
    shown = settings.range_at(newest) if newest is not None else None
    if not isinstance(error, RateLimited) or shown is None or any(scope.kind.is_team for scope in settings.scopes):
        return False
    absent = (
        state.absent(scope, state.history(scope, today - PUBLISHED_AFTER).gaps(shown), first_day(scope, today))
        for scope in settings.scopes
    )
    return all(why.keys() <= {Absence.NO_REPORT, Absence.MISSING} for why in absent)


def shortfall(settings: Settings, state: RunState, report: Report) -> CopilotUsageError | None:
    """What kept a range that was named from being whole; None if no fault did."""
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


@dataclass(frozen=True, slots=True)
class _Scopes:
    """Makes the reports of single scopes over one range."""

    settings: Settings
    state: RunState
    shown: DateRange
    today: date

    def reports(self) -> tuple[ScopeReport, ...]:
        """Those named, and the teams of `*` with data; where GitHub said of all that there is none, all, empty."""
        named = self.settings.scopes
        found = tuple(map(self._report, self.state.expand(named)))
        if any(scope.now.days for scope in found):
            shown = [each for each in found if each.now.days or each.scope in named]
            covered = [each.scope for each in shown]
            lost = (scope for scope in named if self.state.silent(scope) and not any(map(scope.covers, covered)))
            return (*shown, *map(self._report, lost))
        failures = (failure for failure in self.state.failures if failure.about is QueryKind.USAGE)
        refusal = next((each.error for each in failures if not self.state.awaits_reports(each.scope)), None)
        if refusal is not None:
            raise refusal
        seats = all(scope.parent in self.state.seats for scope in named)
        if not seats and not self.state.answered and all(gone.word is Word.HIDDEN for gone in self.state.no_reports):
            raise _nothing(self.settings, self.state, None)
        return tuple(map(self._report, self.settings.scopes))

    def _report(self, scope: Scope) -> ScopeReport:
        state, shown = self.state, self.shown
        history = state.history(scope, self._surely_published)
        counted = state.people_counted(scope, shown)
        window = state.windows.get(scope)
        engaged = window.engaged_people if window is not None and window.window == shown else None
        named = self.settings.people is People.LOGINS
        seats = self._seats(scope, history)
        now = summarise(history, shown, counted_people=counted.active if counted else None)
        # Of a day that GitHub no longer has, what was stored early is all there will be.
        asked_again = tuple(day for day in now.unsettled if day >= first_day(scope, self.today))
        now = replace(now, unsettled=asked_again)
        refused = state.silent(scope) is not None and bool(now.unsettled or len(now.days) < len(shown))
        compared = self.settings.compare and now.days and not refused
        return ScopeReport(
            scope=scope,
            history=history,
            now=now,
            before=_if_comparable(summarise(history, shown.before())) if compared else None,
            year_before=_if_comparable(summarise(history, shown.a_year_earlier())) if compared else None,
            seats=seats,
            seat_days=tuple(day for _, day in sorted(state.seat_days.get(scope, {}).items())),
            seat_people=self._seat_people(scope) if named and seats and not seats.activity_stands_still else None,
            bills=tuple(state.bills.get(scope, ())),
            engaged_people=engaged or None,
            people=state.listed_people.get(scope) if named else None,
            members=counted.members if counted else None,
            refused=refused,
            absent=state.absent(scope, now.missing, first_day(scope, self.today)),
        )

    def _seats(self, scope: Scope, history: History) -> SeatFigures | None:
        """Seats as they are today, unless the range is one of the past."""
        seats = self.state.seats.get(scope)
        newest = self.state.newest_published(self.settings.scopes)
        if seats is None or not are_of(self.shown, newest, self.today):
            return None
        active = (usage.day for usage in history.within(self.shown) if usage.amount("daily_active_users"))
        return summarise_seats(seats, seat_rules(self.settings, self.today), max(active, default=None))

    def _seat_people(self, scope: Scope) -> Mapping[str, tuple[str, ...]]:
        """Logins by state of their seat; `never used` are those of the idle ones without any activity."""
        rules = seat_rules(self.settings, self.today)
        people: dict[str, list[str]] = {"idle": [], "never used": [], "new": []}
        for seat in one_per_person(self.state.seats[scope]):
            state = state_of(seat, rules)
            if state is not SeatState.ACTIVE:
                never = state is SeatState.IDLE and seat.last_activity is None
                people["never used" if never else state.value].append(seat.login or "(nobody assigned)")
        return {state: tuple(sorted(logins, key=str.lower)) for state, logins in people.items()}

    @property
    def _surely_published(self) -> date | None:
        """Of an owner that did not say: what another one has published, or what any must have by now."""
        if self.settings.api is Api.SNAPSHOTS:
            skipped = [end_of_month(month) for item in self.state.skipped for month in item.months]
            return min(max(skipped), self.today - PUBLISHED_AFTER) if skipped else None
        published = self.state.newest_published(self.settings.scopes)
        return max(published, self.today - PUBLISHED_AFTER) if published else self.today - PUBLISHED_AFTER


def _if_comparable(figures: Figures) -> Figures | None:
    """A range of which much is unknown is no measure: its means are of other days, its sums of fewer."""
    return figures if len(figures.days) >= ENOUGH * len(figures.range) else None


def _nothing(settings: Settings, state: RunState, newest: date | None) -> CopilotUsageError:
    """Why there is no day to show, as far as the range and the store say."""
    names = ", ".join(scope.name for scope in settings.scopes)
    if settings.api is Api.SNAPSHOTS:
        return NothingPublished(
            "No snapshots of these days",
            cause=f"The history at {settings.snapshot_repository or settings.snapshot_directory} "
            f"holds no day of {names} in this range. {_stored(settings, state)}",
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


def _stored(settings: Settings, state: RunState) -> str:
    """What the history does hold: days of the scopes, or else of which scopes."""
    held = state.held(settings.scopes)
    if held is not None:
        return f"It holds days from {held.since} to {held.until}."
    names = [f"`{scope.name}`" for scope in state.months]
    return f"It holds days of {listed(names)} alone." if names else "It holds no day of any other either."


def _with_alerts(settings: Settings, report: Report) -> Report:
    if not settings.alert_when:
        return report
    alerts = evaluate(settings.alert_when, report)
    notes = (*report.notes, *alerts.unknown)
    return replace(report, alerts=alerts.hits, notes=notes)
