"""What a run must say about its data: what failed, what was left out, why nothing is compared."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches

from copilot_usage.domain.availability import BEGAN, first_day
from copilot_usage.domain.breaks import breaks_between
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import LeftOut, Saved
from copilot_usage.domain.queries import Note, QueryKind
from copilot_usage.domain.report import Absence, ScopeReport, listed
from copilot_usage.domain.scope import EVERY_TEAM, Scope
from copilot_usage.pipeline.plan import Period
from copilot_usage.pipeline.state import RunState
from copilot_usage.rendering import markdown
from copilot_usage.settings.settings import Api, Settings

_LIVE = {Api.AUTO, Api.REPORTS}
_MOST_NAMED = 12
# How often a request was tried makes no other kind of failure.
_TRIES = re.compile(r" \((one try|\d+ tries)\)")
_ABSENCES = {
    Absence.UNREAD: "Could not be read: {}.",
    Absence.NOT_ASKED: "Not asked, because the run ended before: {}.",
    Absence.MISSING: "Missing: {}.",
}


def notes_of(
    settings: Settings, state: RunState, period: Period, scopes: Sequence[ScopeReport], today: date, saved: Saved
) -> Iterable[Note]:
    """All notes of a run, in the order of their weight; on a page without data each is a caution."""
    empty = not any(scope.now.days for scope in scopes)
    found = (
        *_failure_notes(state, period.shown, scopes),
        *_break_notes(scopes),
        *(note for scope in scopes for note in _absence_notes(scope)),
        *_switched_on_notes(settings, state),
        *_empty_notes(settings, state, scopes),
        *state.notes,
        *_reach_notes(settings, period.shown, today),
        *_problem_notes(state),
        *(note for scope in scopes for note in _seat_notes(state, scope)),
        *(note for scope in scopes if settings.compare for note in _comparison_notes(scope)),
    )
    return (*storing_notes(saved.left_out), *(replace(note, caution=note.caution or empty) for note in found))


def storing_notes(left_out: Iterable[LeftOut]) -> Iterable[Note]:
    """One sentence a reason and scope for the days that the history did not take."""
    grouped: dict[tuple[Scope, str], set[date]] = defaultdict(set)
    for each in left_out:
        grouped[each.scope, each.reason].add(each.day)
    for (scope, reason), days in grouped.items():
        yield Note(f"What GitHub now says{_of(days)} is not stored: {reason}.", scope)


def _failure_notes(state: RunState, shown: DateRange, scopes: Sequence[ScopeReport]) -> Iterable[Note]:
    """One sentence a kind of failure and scope, however many days it struck.

    A caution where usage of the range or seats are lacking, which were asked for.
    """
    grouped: dict[tuple[Scope, QueryKind, str], list[date]] = defaultdict(list)
    texts: dict[str, str] = {}
    for failure in state.failures:
        if failure.about is not QueryKind.USAGE or not state.awaits_reports(failure.scope):
            text = str(failure.error).replace(f"{failure.scope.owner}: ", "", 1).replace(f" {failure.day}", "")
            fault = _TRIES.sub("", text)
            texts.setdefault(fault, text)
            days = grouped[failure.scope, failure.about, fault]
            days += [] if failure.day is None else [failure.day]
    for (scope, about, fault), days in grouped.items():
        text = texts[fault]
        refused = [each for each in scopes if each.refused and scope in {each.scope, each.scope.parent}]
        lacking = about is QueryKind.USAGE and (not days or any(day in shown for day in days))
        of_all = refused and not days and about in {QueryKind.USAGE, QueryKind.WINDOW}
        old = f" {_old_figures(refused)}" if of_all else ""
        caution = lacking or about is QueryKind.SEATS or bool(old)
        yield Note(f"{about}{_of(days)} could not be read. {text}{old}", scope, caution)


def _old_figures(refused: Iterable[ScopeReport]) -> str:
    """What the page has of an owner that could not be read."""
    last = max((scope.as_of for scope in refused if scope.as_of is not None), default=None)
    return "No figures of it are shown." if last is None else f"Its figures are old: those stored up to {last}."


def _of(days: Collection[date]) -> str:
    if len(days) > 1:
        return f" of {len(days)} days ({min(days)} to {max(days)})"
    return f" of {min(days)}" if days else ""


def _break_notes(scopes: Iterable[ScopeReport]) -> Iterable[Note]:
    """What cannot be compared over the days shown and those before them; the page's end explains the breaks."""
    figures = (figures for scope in scopes for figures in (scope.now, scope.before) if figures and figures.days)
    if found := breaks_between(*{each.range for each in figures}):
        when = [
            markdown.days(DateRange(each.first, each.last)) if each.is_period else markdown.day(each.first, year=True)
            for each in found
        ]
        touched = ", ".join(dict.fromkeys(what for each in found for what in each.touches))
        days = listed(when, _MOST_NAMED)
        yield Note(f"GitHub changed what it counts ({days}). Not comparable over these days: {touched}.", caution=True)


def _absence_notes(scope: ScopeReport) -> Iterable[Note]:
    """Days that are missing for another reason than that GitHub has no report of them."""
    for why, text in () if scope.refused else _ABSENCES.items():
        if days := scope.absent.get(why):
            named = listed([markdown.day(day) for day in days], _MOST_NAMED)
            yield Note(text.format(named), scope.scope, caution=why is not Absence.MISSING)


def _switched_on_notes(settings: Settings, state: RunState) -> Iterable[Note]:
    """Where the seats are there and no report is, the reports have just been switched on."""
    for scope in settings.scopes if settings.api in _LIVE else ():
        if scope in state.seats and state.newest_published([scope]) is None and state.known_days([scope]) is None:
            text = (
                "No reports yet: the first appear within two days after the policy “Copilot usage metrics” was set to "
                "“Enabled everywhere”."
            )
            yield Note(text, scope, caution=True)


def _empty_notes(settings: Settings, state: RunState, scopes: Iterable[ScopeReport]) -> Iterable[Note]:
    """Scopes that were asked for and have nothing to show, unless a failure or a caution has told so already."""
    present = [each.scope for each in scopes if each.now.days]
    to_come = {each.scope for each in scopes if len(each.now.unpublished) == len(each.now.range)}
    cautioned = {note.scope for note in state.notes if note.caution}
    for scope in settings.scopes:
        if any(map(scope.covers, present)) or state.silent(scope) is not None or scope in cautioned:
            continue
        text = "GitHub has no usage for this range."
        if settings.api is Api.SNAPSHOTS:
            stored = [other.name for other in state.stored_months if other != scope]
            close = None if scope in state.stored_months else get_close_matches(scope.name, stored, n=1)
            meant = f" The nearest name in it is `{close[0]}`." if close else ""
            text = f"The history holds no day of this range.{meant}"
        elif scope in to_come:
            text = "GitHub has not published these days yet."
        yield Note(text, scope, caution=True)


def _reach_notes(settings: Settings, shown: DateRange, today: date) -> Iterable[Note]:
    """Where the range begins before GitHub's reports do, only a history can fill it."""
    for owner in dict.fromkeys(replace(scope, team=scope.team and EVERY_TEAM) for scope in settings.scopes):
        first = max(first_day(owner, today), BEGAN[owner.kind])
        if settings.api in _LIVE and shown.since < first:
            yield Note(f"GitHub has no reports before {first}: earlier days come from snapshots or are missing.", owner)


def _problem_notes(state: RunState) -> Iterable[Note]:
    for scope, count, day, problem in state.problems():
        values = "A value was left out because it makes"
        if count > 1:
            values = f"{count} values were left out because they make"
        yield Note(f"{values} no sense; the first: {problem.where} of {day}: {problem.what}", scope)


def _seat_notes(state: RunState, scope: ScopeReport) -> Iterable[Note]:
    """Why seats that were read are not shown, or not believed."""
    seats = scope.seats
    if seats is None and scope.scope in state.seats:
        until = markdown.day(scope.now.range.until, year=True)
        text = f"GitHub knows seats as of today only, so the page up to {until} does not show them."
        yield Note(text, scope.scope)
    elif seats is not None and seats.activity_stands_still:
        newest = "none has any" if seats.newest_activity is None else f"the newest is of {seats.newest_activity}"
        text = (
            f"The activity of the seats stands still at GitHub ({newest}), while people are active: "
            "which seats are idle, and what they cost, is not known."
        )
        yield Note(text, scope.scope, caution=True)


def _comparison_notes(scope: ScopeReport) -> Iterable[Note]:
    """Why there is no range before, where some of it is known."""
    before = scope.now.range.before()
    known = len(scope.history.within(before))
    if scope.before is None and known and scope.now.days:
        text = f"of {markdown.days(before)}, {known} of {len(before)} days are known"
        yield Note(f"Nothing is compared with the range before: {text}.", scope.scope)
