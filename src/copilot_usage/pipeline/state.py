"""What a run knows so far: days from the store and from GitHub, what failed, and what must be said about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from copilot_usage.domain.availability import BEGAN
from copilot_usage.domain.dates import DateRange, first_of_month
from copilot_usage.domain.history import History, merge
from copilot_usage.domain.ports import SkippedMonths
from copilot_usage.domain.queries import (
    CreditBill,
    Failure,
    Fetched,
    LatestWindow,
    NoReport,
    Note,
    PeopleCounted,
    PeopleListed,
    PersonActivity,
    QueryKind,
    Result,
    SeatsListed,
    Word,
)
from copilot_usage.domain.report import SeatDay
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
        stored = self._settled.get((scope, generation), {})
        return frozenset(day for day, settled in stored.items() if not settled)

    def any_within(self, scope: Scope, days: DateRange) -> bool:
        """Whether a day of the range is stored for the scope; for `*`, for any of its teams."""
        return any(day in days for (each, _), found in self._settled.items() if scope.covers(each) for day in found)

    def scopes(self) -> frozenset[Scope]:
        return frozenset(scope for scope, _ in self._settled)


@dataclass(frozen=True, slots=True)
class _Day:
    """A document as it was read, and as much of it as decides whether another one takes its place."""

    outline: Outline
    usage: UsageDay | None
    problems: tuple[DataProblem, ...]


class RunState:
    """Grows while a run goes on; `read` turns a snapshot into a usage day.

    `stored_months`: the months stored, by scope; filled where nothing but the history is read. `asked`: days of which
    GitHub answered in this run. `answered`: owners that answered anything but 404.
    """

    def __init__(self, read: Callable[[Snapshot], Reading]) -> None:
        self._read = read
        self._days: dict[Scope, dict[tuple[date, Generation], _Day]] = defaultdict(dict)
        self._outlines: dict[Outline, Outline] = {}
        self._owner_ids: dict[Scope, Counter[str]] = defaultdict(Counter)
        self._owner_days: set[tuple[Scope, date]] = set()
        self.stored = StoredDays()
        self.stored_months: Mapping[Scope, Sequence[str]] = {}
        self.skipped: list[SkippedMonths] = []
        self.asked: set[tuple[Scope, Generation, date]] = set()
        self.answered: set[Scope] = set()
        self.windows: dict[Scope, LatestWindow] = {}
        self.no_reports: list[NoReport] = []
        self.failures: list[Failure] = []
        self.seats: dict[Scope, tuple[Seat, ...]] = {}
        self.seat_days: dict[Scope, dict[date, SeatDay]] = defaultdict(dict)
        self.bills: dict[Scope, list[CreditBill]] = defaultdict(list)
        self.listed_people: dict[Scope, tuple[PersonActivity, ...]] = {}
        self.counted_people: dict[tuple[Scope, DateRange], PeopleCounted] = {}
        self.notes: list[Note] = []

    def add_stored(self, item: Snapshot | SkippedMonths) -> None:
        """Takes in what the store holds."""
        if isinstance(item, SkippedMonths):
            self.skipped += [item] if item.usage else []
            months = f"{item.months[0]} to {item.months[-1]}" if len(item.months) > 1 else item.months[0]
            text = f"Not everything that is stored of {months} was read: {item.reason}"
            self.add(Note(text, item.scope, caution=True))
        elif item.generation is Generation.SEATS:
            self._add_seat_day(item)
        else:
            self.stored.add(item)
            self._add_day(item)
            if (found := owner_id(item.document or {}, item.scope.kind)) is not None:
                self._owner_ids[item.scope.parent][found] += 1

    def add(self, result: Result) -> int:  # noqa: C901 - a line for each kind
        """Takes in what GitHub answered; returns how many days of owners are new by it (0 or 1)."""
        before = len(self._owner_days)
        match result:
            case Fetched(snapshot):
                self.answered.add(snapshot.scope.parent)
                self._add_asked(snapshot.scope, snapshot.generation, snapshot.day)
                self._add_day(snapshot)
            case NoReport(scope, day, word, generation):
                if word is Word.SAID:
                    self.answered.add(scope.parent)
                self._add_asked(scope, generation, day)
                self.no_reports.append(result)
            case LatestWindow(owner):
                self.windows[owner] = result
                self.answered.add(owner)
            case PeopleCounted(scope, days):
                self.counted_people[scope, days] = result
            case PeopleListed(scope, people):
                self.listed_people[scope] = people
            case SeatsListed(owner, seats):
                self.seats[owner] = seats
            case CreditBill(owner):
                self.bills[owner].append(result)
            case Note():
                self.notes += [result] if result not in self.notes else []
            case Failure():
                self.failures.append(result)
        return len(self._owner_days) - before

    def _add_asked(self, scope: Scope, generation: Generation, day: date) -> None:
        self.asked.add((scope, generation, day))
        self._owner_days.add((scope.parent, day))

    def _add_day(self, snapshot: Snapshot) -> None:
        days, key, outline = self._days[snapshot.scope], (snapshot.day, snapshot.generation), snapshot.outline
        before = days.get(key)
        if snapshot.document is None or (before is not None and before.outline.keeps_from(outline)):
            return  # what the store keeps, the page shows
        reading = self._read(snapshot)
        usage = before.usage if before else None
        if reading.usage is not None:
            breakdowns = CompactBreakdowns(reading.usage.breakdowns)
            usage = replace(reading.usage, settled=snapshot.settled, breakdowns=breakdowns)
        # Most outlines are alike: one object stands for all that are equal.
        outline = self._outlines.setdefault(outline, outline)
        days[key] = _Day(outline, usage, reading.problems)

    def _add_seat_day(self, snapshot: Snapshot) -> None:
        document = snapshot.document or {}
        total, recent = document.get("total"), document.get("by_last_activity")
        if isinstance(total, int):
            active = [recent.get(bucket) if isinstance(recent, dict) else None for bucket in ("0-6", "7-13", "14-29")]
            known = [count for count in active if isinstance(count, int)]
            day = SeatDay(snapshot.day, total, sum(known) if len(known) == len(active) else None)
            self.seat_days[snapshot.scope][snapshot.day] = day

    def owner_id(self, owner: Scope) -> str | None:
        """The id that most stored days of the owner, and of its teams, name."""
        return next((found for found, _ in self._owner_ids[owner].most_common(1)), None)

    def history(self, scope: Scope, published: date | None = None) -> History:
        """The usage days of a scope, merged over the generations.

        `published`: up to this day everything is published, where the owner did not say its newest day.
        """
        # The retired generations had earlier days than the reports, and said so where they were asked.
        asked = (found for found in self.no_reports if found.scope == scope)
        first = [BEGAN[scope.kind], *(found.day for found in asked if found.generation is not Generation.REPORTS)]
        first += [first_of_month(month) for item in self.skipped if item.scope == scope for month in item.months]
        newest = self.newest_published([scope]) or published
        return merge(scope, self._usage_days(scope), newest, min(first))

    def _usage_days(self, scope: Scope) -> Iterator[UsageDay]:
        return (day.usage for day in self._days.get(scope, {}).values() if day.usage is not None)

    def expand(self, scopes: Collection[Scope]) -> tuple[Scope, ...]:
        """The scopes, `*` replaced by the teams that have days, by name."""
        known = sorted(scope for scope in self._days if any(self._usage_days(scope)))
        found = (each for scope in scopes for each in (known if scope.every_team else [scope]) if scope.covers(each))
        return tuple(dict.fromkeys(found))

    def known_days(self, scopes: Collection[Scope]) -> DateRange | None:
        """From the first to the last day with data of these scopes."""
        days = [usage.day for scope in self.expand(scopes) for usage in self._usage_days(scope)]
        return DateRange(min(days), max(days)) if days else None

    def newest_published(self, scopes: Collection[Scope]) -> date | None:
        """The newest day that GitHub said it has published of these scopes' owners; None where it did not say."""
        owners = {scope.parent for scope in scopes}
        return max((found.window.until for owner, found in self.windows.items() if owner in owners), default=None)

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

    @property
    def fatal(self) -> CopilotUsageError | None:
        """The failure after which asking on would not help."""
        return next((failure.error for failure in self.failures if failure.error.fatal), None)

    def certain_no_reports(self) -> Iterator[NoReport]:
        """Those that may be remembered: the same owner answered in this run, so that a 404 cannot mean "no access"."""
        clear = (found for found in self.no_reports if found.word is not Word.VAGUE)
        return (found for found in clear if found.scope.parent in self.answered)

    def problems(self) -> Iterator[tuple[Scope, int, date, DataProblem]]:
        """Per scope: how many values were left out, and the first of them."""
        for scope, days in self._days.items():
            read = sorted((day, each.problems) for (day, _), each in days.items())
            found = [(day, problem) for day, problems in read for problem in problems]
            if found:
                yield scope, len(found), *found[0]
