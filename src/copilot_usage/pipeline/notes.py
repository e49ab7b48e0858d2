"""What a run must say about its data: what failed, what was left out, why nothing is compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches

from copilot_usage.domain.availability import BEGAN, first_day
from copilot_usage.domain.breaks import Break, breaks_between
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import LeftOut
from copilot_usage.domain.queries import QueryKind
from copilot_usage.domain.report import Absence, ScopeReport, listed
from copilot_usage.domain.results import Note
from copilot_usage.domain.scope import EVERY_TEAM, Scope
from copilot_usage.pipeline.state import RunState
from copilot_usage.rendering import markdown
from copilot_usage.settings.settings import Api, Settings


def notes_of(
    settings: Settings, state: RunState, shown: DateRange, scopes: Sequence[ScopeReport], today: date
) -> Iterable[Note]:
    """All notes of a run, in the order of their weight; on a page without data each is a caution."""
    found = (
        *_failure_notes(state, shown, scopes),
        *_break_notes(scopes),
        *_lost_notes(scopes),
        *_new_notes(settings, state),
        *_absent_notes(settings, state, scopes),
        *state.notes,
        *_reach_notes(settings, shown, today),
        *_flaw_notes(state),
        *_seat_notes(state, scopes),
        *_comparison_notes(settings, scopes),
    )
    empty = not any(scope.now.days for scope in scopes)
    return (replace(note, caution=note.caution or empty) for note in found)


def _break_notes(scopes: Iterable[ScopeReport]) -> Iterable[Note]:
    """What cannot be compared over the days shown and those before them; the page's end says why."""
    figures = (figures for scope in scopes for figures in (scope.now, scope.before) if figures and figures.days)
    if found := breaks_between(*{each.range for each in figures}):
        when = listed([_when(each) for each in found], 12)
        touched = ", ".join(dict.fromkeys(what for each in found for what in each.touches))
        text = f"GitHub changed what it counts ({when}). Not comparable over these days: {touched}."
        yield Note(text, caution=True)


def _when(found: Break) -> str:
    if found.is_period:
        return markdown.days(DateRange(found.first, found.last))
    return markdown.day(found.first, year=True)


def _reach_notes(settings: Settings, shown: DateRange, today: date) -> Iterable[Note]:
    """Where the range begins before GitHub's reports do, only a history can fill it."""
    if settings.api not in {Api.AUTO, Api.REPORTS}:
        return
    for owner in dict.fromkeys(replace(scope, team=scope.team and EVERY_TEAM) for scope in settings.scopes):
        first = max(first_day(owner, today), BEGAN[owner.kind])
        if shown.since < first:
            yield Note(f"GitHub has no reports before {first}: earlier days come from snapshots or are missing.", owner)


def _seat_notes(state: RunState, scopes: Iterable[ScopeReport]) -> Iterable[Note]:
    """Why seats that were read are not shown, or not believed."""
    for scope in scopes:
        seats = scope.seats
        if seats is None and scope.scope in state.seats:
            until = markdown.day(scope.now.range.until, year=True)
            text = f"GitHub knows seats as of today only, so those of today do not stand on a page up to {until}."
            yield Note(text, scope.scope)
        elif seats is not None and seats.activity_stands_still:
            newest = "none has any" if seats.newest_activity is None else f"the newest is of {seats.newest_activity}"
            text = (
                f"The activity of the seats stands still at GitHub ({newest}), while people are active: "
                "which seats are idle, and what they cost, is not known."
            )
            yield Note(text, scope.scope, caution=True)


def _comparison_notes(settings: Settings, scopes: Iterable[ScopeReport]) -> Iterable[Note]:
    """Why there is no range before, where some of it is known."""
    for scope in scopes if settings.compare else ():
        before = scope.now.range.before()
        known = len(scope.history.within(before))
        if scope.before is None and known and scope.now.days:
            text = f"of {markdown.days(before)}, {known} of {len(before)} days are known"
            yield Note(f"Nothing is compared with the range before: {text}.", scope.scope)


def _lost_notes(scopes: Iterable[ScopeReport]) -> Iterable[Note]:
    """Days that are missing for another reason than that GitHub has no report of them."""
    words = {
        Absence.UNREAD: "Could not be read: {}.",
        Absence.NOT_ASKED: "Not asked, because the run ended before: {}.",
        Absence.MISSING: "Missing: {}.",
    }
    for scope in scopes:
        for why, text in () if scope.refused else words.items():
            if days := scope.absent.get(why):
                named = listed([markdown.day(day) for day in days], 12)
                yield Note(text.format(named), scope.scope, caution=why is not Absence.MISSING)


def _new_notes(settings: Settings, state: RunState) -> Iterable[Note]:
    """Where the seats are there and no report is, the reports have just been switched on."""
    if settings.api not in {Api.AUTO, Api.REPORTS}:
        return
    for scope in settings.scopes:
        if scope in state.seats and state.newest_day([scope]) is None:
            text = (
                "No reports yet: the first appear within two days after the policy “Copilot usage metrics” was set to "
                "“Enabled everywhere”."
            )
            yield Note(text, scope, caution=True)


def _failure_notes(state: RunState, shown: DateRange, scopes: Sequence[ScopeReport]) -> Iterable[Note]:
    """One sentence a kind of failure and scope, however many days it struck.

    A caution where usage of the range or seats are lacking, which were asked for.
    """
    grouped: dict[tuple[Scope, QueryKind, str], list[date]] = {}
    for failure in state.failures:
        if failure.about is QueryKind.USAGE and state.awaits_reports(failure.scope):
            continue
        days = grouped.setdefault((failure.scope, failure.about, str(failure.error)), [])
        if failure.day is not None:
            days.append(failure.day)
    for (scope, about, text), days in grouped.items():
        refused = [each for each in scopes if each.refused and scope in {each.scope, each.scope.parent}]
        lacking = about is QueryKind.USAGE and (not days or any(day in shown for day in days))
        kept = f" {_stored(refused)}" if refused and not days and about in {QueryKind.USAGE, QueryKind.WINDOW} else ""
        caution = lacking or about is QueryKind.SEATS or bool(kept)
        yield Note(f"{about}{_of(days)} could not be read. {text}{kept}", scope, caution)


def _stored(refused: Iterable[ScopeReport]) -> str:
    """What the page has of an owner that could not be read."""
    last = max((found.as_of for found in refused if found.as_of is not None), default=None)
    return "No figures of it are shown." if last is None else f"Its figures are old: those stored up to {last}."


def storing_notes(left_out: Iterable[LeftOut]) -> Iterable[Note]:
    """One sentence a reason and scope for the days that the history did not take."""
    grouped: dict[tuple[Scope, str], set[date]] = {}
    for left in left_out:
        grouped.setdefault((left.scope, left.reason), set()).add(left.day)
    for (scope, reason), days in grouped.items():
        yield Note(f"What GitHub now says{_of(days)} is not stored: {reason}.", scope)


def _of(days: Collection[date]) -> str:
    if len(days) > 1:
        return f" of {len(days)} days ({min(days)} to {max(days)})"
    return f" of {min(days)}" if days else ""


def _flaw_notes(state: RunState) -> Iterable[Note]:
    for scope, count, day, problem in state.problems():
        values = "A value was" if count == 1 else f"{count} values were"
        yield Note(
            f"{values} left out because they make no sense; the first: {problem.where} of {day}: {problem.what}", scope
        )


def _absent_notes(settings: Settings, state: RunState, shown: Iterable[ScopeReport]) -> Iterable[Note]:
    """Scopes that were asked for and have nothing to show, unless a failure or a caution has said so already."""
    present = [report.scope for report in shown if report.now.days]
    to_come = {report.scope for report in shown if len(report.now.unpublished) == len(report.now.range)}
    said = {note.scope for note in state.notes if note.caution}
    for scope in settings.scopes:
        found = any(map(scope.covers, present))
        if not found and state.silent(scope) is None and scope not in said:
            if settings.api is Api.SNAPSHOTS:
                close = get_close_matches(scope.name, [other.name for other in state.months if other != scope], n=1)
                meant = f" The nearest name in it is `{close[0]}`." if close and scope not in state.months else ""
                text = f"The history holds no day of this range.{meant}"
            elif scope in to_come:
                text = "GitHub has not published these days yet."
            else:
                text = "GitHub has no usage for this range."
            yield Note(text, scope, caution=True)
