"""What a run knows so far: days from the store and from GitHub, what failed, and what must be said about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from copilot_usage.domain.availability import BEGAN
from copilot_usage.domain.dates import DateRange, first_of_month, month_of
from copilot_usage.domain.history import History, merge
from copilot_usage.domain.ports import SkippedMonths
from copilot_usage.domain.queries import QueryKind
from copilot_usage.domain.report import Absence, SeatDay
from copilot_usage.domain.results import (
    CreditBill,
    Failure,
    Fetched,
    LatestWindow,
    NoReport,
    Note,
    PeopleCounted,
    PeopleListed,
    PersonActivity,
    Result,
    SeatsListed,
    Word,
)
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.seats import Seat
from copilot_usage.domain.snapshot import Generation, Outline, Snapshot, owner_id
from copilot_usage.domain.usage import CompactBreakdowns, DataProblem, Reading, UsageDay
from copilot_usage.errors import CopilotUsageError, NotFound, Retired


class StoredDays:
    """Which days of which scope are stored, and whether for good; the documents are elsewhere."""

    def __init__(self, snapshots: Iterable[Snapshot] = ()) -> None:
        self._settled: dict[tuple[Scope, Generation], dict[date, bool]] = {}
        self._teams: dict[tuple[Scope, date], tuple[str, ...]] = {}
        for snapshot in snapshots:
            self.add(snapshot)

    def add(self, snapshot: Snapshot) -> None:
        """Remembers that this day is stored."""
        self._settled.setdefault((snapshot.scope, snapshot.generation), {})[snapshot.day] = snapshot.settled
        if snapshot.generation is Generation.TEAMS:
            teams = (snapshot.document or {}).get("teams", [])
            self._teams[snapshot.scope, snapshot.day] = tuple(map(str, teams)) if isinstance(teams, list) else ()

    def has(self, scope: Scope, generation: Generation, day: date) -> bool:
        return day in self._settled.get((scope, generation), {})

    def is_settled(self, scope: Scope, generation: Generation, day: date) -> bool:
        """Whether nothing new can come of asking for it again."""
        return self._settled.get((scope, generation), {}).get(day, False)

    def holds_every_team(self, owner: Scope, day: date) -> bool:
        """Whether every team that GitHub named on the day is stored for good.

        Only the day's line in generation `teams` says which they were: stored teams may be some of them.
        """
        named = (owner.of_team(slug) for slug in self._teams.get((owner, day), ()))
        return self.is_settled(owner, Generation.TEAMS, day) and all(
            self.is_settled(team, Generation.REPORTS, day) for team in named
        )

    def unsettled(self, scope: Scope, generation: Generation) -> frozenset[date]:
        """Days that are stored but were fetched while GitHub could still restate them, however long ago."""
        held = self._settled.get((scope, generation), {})
        return frozenset(day for day, settled in held.items() if not settled)

    def any_within(self, scope: Scope, days: DateRange) -> bool:
        """Whether a day of the range is stored for the scope; for `*`, for any of its teams."""
        held = (found for (known, _), found in self._settled.items() if scope.covers(known))
        return any(day in days for found in held for day in found)

    def scopes(self) -> frozenset[Scope]:
        return frozenset(scope for scope, _ in self._settled)


class RunState:
    """Grows while a run goes on; `read` turns a snapshot into a usage day."""

    def __init__(self, read: Callable[[Snapshot], Reading]) -> None:
        self._read = read
        self._days: dict[Scope, dict[tuple[date, Generation], UsageDay]] = defaultdict(dict)
        self._people: dict[tuple[Scope, DateRange], PeopleCounted] = {}
        self._flaws: dict[Scope, dict[tuple[date, Generation], tuple[DataProblem, ...]]] = defaultdict(dict)
        self._outlines: dict[Scope, dict[tuple[date, Generation], Outline]] = defaultdict(dict)
        self._alike: dict[Outline, Outline] = {}
        self._owner_ids: dict[Scope, Counter[str]] = defaultdict(Counter)
        self._owner_days: set[tuple[Scope, date]] = set()
        self.stored = StoredDays()
        # The months stored, by scope; filled where nothing but the history is read.
        self.months: Mapping[Scope, Sequence[str]] = {}
        self.asked: set[tuple[Scope, Generation, date]] = set()
        self.newest: dict[Scope, date] = {}
        self.windows: dict[Scope, LatestWindow] = {}
        self.no_reports: list[NoReport] = []
        self.failures: list[Failure] = []
        self.answered: set[Scope] = set()
        self.seats: dict[Scope, tuple[Seat, ...]] = {}
        self.seat_days: dict[Scope, dict[date, SeatDay]] = defaultdict(dict)
        self.bills: dict[Scope, list[CreditBill]] = defaultdict(list)
        self.listed_people: dict[Scope, tuple[PersonActivity, ...]] = {}
        self.notes: list[Note] = []
        self.skipped: list[SkippedMonths] = []

    def add_stored(self, item: Snapshot | SkippedMonths) -> None:
        """Takes in what the store holds."""
        if isinstance(item, SkippedMonths):
            self.skipped.append(item)
            months = f"{item.months[0]} to {item.months[-1]}" if len(item.months) > 1 else item.months[0]
            self.note(
                Note(f"Not everything that is stored of {months} was read: {item.reason}", item.scope, caution=True)
            )
        elif item.generation is Generation.SEATS:
            self._add_seat_day(item)
        else:
            self.stored.add(item)
            self._add_day(item)
            if (said := owner_id(item.document or {}, item.scope.kind)) is not None:
                self._owner_ids[item.scope.parent][said] += 1

    def owner_id(self, owner: Scope) -> str | None:
        """The id that most stored days of the owner, and of its teams, say."""
        return next((said for said, _ in self._owner_ids[owner].most_common(1)), None)

    def add(self, result: Result) -> int:
        """Takes in what GitHub answered; returns how many owners' days are new by it (0 or 1)."""
        before = len(self._owner_days)
        self._add(result)
        return len(self._owner_days) - before

    def _add(self, result: Result) -> None:  # noqa: C901 - a line for each kind
        match result:
            case Fetched(snapshot):
                self.asked.add((snapshot.scope, snapshot.generation, snapshot.day))
                self._owner_days.add((snapshot.scope.parent, snapshot.day))
                self.answered.add(snapshot.scope.parent)
                self._add_day(snapshot)
            case NoReport(scope, day, word, generation):
                if word is Word.SAID:
                    self.answered.add(scope.parent)
                self.asked.add((scope, generation, day))
                self._owner_days.add((scope.parent, day))
                self.no_reports.append(result)
            case LatestWindow(owner, window):
                self.newest[owner] = window.until
                self.windows[owner] = result
                self.answered.add(owner)
            case PeopleCounted(scope, days):
                self._people[scope, days] = result
            case PeopleListed(scope, people):
                self.listed_people[scope] = people
            case SeatsListed(owner, seats):
                self.seats[owner] = seats
            case CreditBill(owner):
                self.bills[owner].append(result)
            case Note():
                self.note(result)
            case Failure():
                self.failures.append(result)

    def note(self, note: Note) -> None:
        """Remembers a sentence for the page, once."""
        if note not in self.notes:
            self.notes.append(note)

    def held(self, wanted: Collection[Scope]) -> DateRange | None:
        """From the first to the last day with data of the wanted scopes."""
        days = [day for scope in self.expand(wanted) for day, _ in self._days.get(scope, {})]
        return DateRange(min(days), max(days)) if days else None

    def history(self, scope: Scope, sure: date | None = None) -> History:
        """The usage days of a scope, merged over the generations; up to `sure` everything is published."""
        newest = self.newest.get(scope.parent, sure)
        # The retired generations had earlier days than the reports, and said so where they were asked.
        asked = [gone.day for gone in self.no_reports if gone.scope == scope and gone.generation != Generation.REPORTS]
        asked += [first_of_month(month) for item in self.skipped if item.scope == scope for month in item.months]
        return merge(
            scope,
            self._days.get(scope, {}).values(),
            newest,
            min((BEGAN[scope.kind], *asked)),
        )

    def people_counted(self, scope: Scope, days: DateRange) -> PeopleCounted | None:
        return self._people.get((scope, days))

    def expand(self, wanted: Collection[Scope]) -> tuple[Scope, ...]:
        """The wanted scopes, `*` replaced by the teams that have days, by name."""
        known = sorted(self._days)
        found = (scope for want in wanted for scope in (known if want.every_team else [want]) if want.covers(scope))
        return tuple(dict.fromkeys(found))

    def newest_day(self, wanted: Collection[Scope]) -> date | None:
        """The newest published day of all wanted scopes' owners; where nobody said, the newest day with data."""
        held = (day for scope in self.expand(wanted) for day, _ in self._days.get(scope, {}))
        return self.newest_published(wanted) or max(held, default=None)

    def newest_published(self, wanted: Collection[Scope]) -> date | None:
        """The newest day that GitHub said it has published; None where it was not asked, or did not say."""
        return max((self.newest[scope.parent] for scope in wanted if scope.parent in self.newest), default=None)

    def refused(self) -> Mapping[Scope, CopilotUsageError]:
        """Owners (of the retired generations: scopes) of which no usage could be had at all, not even 28 days."""
        return self._silent(QueryKind.USAGE)

    def silent(self, scope: Scope) -> CopilotUsageError | None:
        """Why nothing came of the scope: it was refused, or neither its 28-day report nor a day could be had."""
        found = {**self._silent(QueryKind.WINDOW), **self.refused()}
        return found.get(scope) or found.get(scope.parent)

    def _silent(self, about: QueryKind) -> Mapping[Scope, CopilotUsageError]:
        failures = (found for found in self.failures if found.day is None and found.about is about)
        return {found.scope: found.error for found in failures if found.scope not in self.answered}

    def awaits_reports(self, scope: Scope) -> bool:
        """Whether its seats can be read and its reports are only not found: they are new, so there are none yet."""
        error = self.silent(scope)
        return scope.parent in self.seats and isinstance(error, NotFound) and not isinstance(error, Retired)

    def absent(self, scope: Scope, days: Iterable[date], first: date) -> Mapping[Absence, tuple[date, ...]]:
        """Why these days are missing; `first`: the oldest day that GitHub can have."""
        failed = {(failure.scope, failure.day) for failure in self.failures if failure.about is QueryKind.USAGE}
        owners = {scope, scope.parent}
        refused = any((owner, None) in failed for owner in owners) and self.silent(scope) is not None
        places = [(scope, generation) for generation in Generation] + [(scope.parent, Generation.TEAMS)]
        skipped = {month for item in self.skipped if item.scope in owners for month in item.months}
        found: dict[Absence, list[date]] = defaultdict(list)
        for day in days:
            if any((owner, day) in failed for owner in owners):
                why = Absence.UNREAD
            elif self.awaits_reports(scope) or any(
                (*place, day) in self.asked or self.stored.has(*place, day) for place in places
            ):
                why = Absence.NO_REPORT
            elif refused or month_of(day) in skipped:
                why = Absence.UNREAD
            else:
                ended = any((owner, None) in failed for owner in owners) or self.fatal is not None
                why = Absence.NOT_ASKED if ended and day >= first else Absence.MISSING
            found[why].append(day)
        return {why: tuple(found[why]) for why in Absence if why in found}

    @property
    def fatal(self) -> CopilotUsageError | None:
        """The failure after which asking on would not help."""
        return next((failure.error for failure in self.failures if failure.error.fatal), None)

    def certain_no_reports(self) -> Iterator[NoReport]:
        """Those that may be remembered: the same owner answered in this run, so that a 404 cannot mean "no access"."""
        said = (gone for gone in self.no_reports if gone.word is not Word.VAGUE)
        return (gone for gone in said if gone.scope.parent in self.answered)

    def problems(self) -> Iterator[tuple[Scope, int, date, DataProblem]]:
        """Per scope: how many values were left out, and the first of them."""
        for scope, days in self._flaws.items():
            found = [(day, problem) for (day, _), problems in sorted(days.items()) for problem in problems]
            if found:
                yield scope, len(found), *found[0]

    def _add_day(self, snapshot: Snapshot) -> None:
        outlines, key = self._outlines[snapshot.scope], (snapshot.day, snapshot.generation)
        held, outline = outlines.get(key), snapshot.outline
        if snapshot.document is None or (held is not None and held.keeps_from(outline)):
            return  # what the store keeps, the page shows
        outlines[key] = self._alike.setdefault(outline, outline)
        reading = self._read(snapshot)
        # A day that was stored and is fetched again is read twice; its flaws are those of the last reading.
        self._flaws[snapshot.scope][snapshot.day, snapshot.generation] = reading.problems
        if reading.usage is not None:
            usage = replace(
                reading.usage, settled=snapshot.settled, breakdowns=CompactBreakdowns(reading.usage.breakdowns)
            )
            self._days[snapshot.scope][snapshot.day, snapshot.generation] = usage

    def _add_seat_day(self, snapshot: Snapshot) -> None:
        document = snapshot.document or {}
        total = document.get("total")
        if isinstance(total, int):
            recent = document.get("by_last_activity")
            active = [recent.get(bucket) if isinstance(recent, dict) else None for bucket in ("0-6", "7-13", "14-29")]
            known = [count for count in active if isinstance(count, int)]
            day = SeatDay(snapshot.day, total, sum(known) if len(known) == len(active) else None)
            self.seat_days[snapshot.scope][snapshot.day] = day
