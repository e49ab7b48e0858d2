"""What can be asked of GitHub, what it costs, and what came of it.

What cannot be had is a value here, not an exception, so that the rest goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar

from copilot_usage.domain.availability import LATEST_DAYS
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.seats import Seat
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.domain.usage import Amount
from copilot_usage.errors import CopilotUsageError


class QueryKind(StrEnum):
    """What of an owner a query or a failure is about, as notes call it. One refusal refuses all of a kind."""

    USAGE = "Usage"
    WINDOW = "The report of the newest 28 days as a whole"
    SEATS = "Seats"
    CREDITS = "AI credits"
    PEOPLE = "People"

    @property
    def is_optional(self) -> bool:
        """Whether a page makes sense without it."""
        return self in {QueryKind.SEATS, QueryKind.CREDITS, QueryKind.PEOPLE}


@dataclass(frozen=True, slots=True)
class LatestReport:
    """The newest 28 days of an organization or enterprise, in one envelope (`…-28-day/latest`).

    `owner_id`: the id that the stored days name, so that the report of another owner is noticed.
    """

    about: ClassVar[QueryKind] = QueryKind.USAGE
    owner: Scope
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewestDay:
    """Only which day is the newest published one: the envelope of the users' 28-day report, its parts not read."""

    about: ClassVar[QueryKind] = QueryKind.USAGE
    owner: Scope


@dataclass(frozen=True, slots=True)
class OwnerDay:
    """One day of an organization or enterprise (`…-1-day`)."""

    about: ClassVar[QueryKind] = QueryKind.USAGE
    owner: Scope
    day: date
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class TeamDays:
    """Days of an owner's teams, each joined with its own membership; `lead_in` days are read and not kept.

    One reading of an owner serves every team in `teams` (which may hold `*`). `ranges`: over each of these the distinct
    active people are counted, if every day of it that has a report was read.
    """

    about: ClassVar[QueryKind] = QueryKind.USAGE
    owner: Scope
    teams: tuple[Scope, ...]
    days: tuple[date, ...]
    lead_in: tuple[date, ...]
    ranges: tuple[DateRange, ...] = ()
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class EarlierDays:
    """Days of a scope from a retired generation, which takes a range (`since`, `until`, pages)."""

    about: ClassVar[QueryKind] = QueryKind.USAGE
    scope: Scope
    generation: Generation
    days: DateRange


@dataclass(frozen=True, slots=True)
class SeatList:
    """Every seat of an owner, page by page."""

    about: ClassVar[QueryKind] = QueryKind.SEATS
    owner: Scope


@dataclass(frozen=True, slots=True)
class CreditMonth:
    """The AI-credit bill of an owner for one calendar month, `YYYY-MM`."""

    about: ClassVar[QueryKind] = QueryKind.CREDITS
    owner: Scope
    month: str


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """The people of an organization or enterprise over a range; only asked for by `people: logins`."""

    about: ClassVar[QueryKind] = QueryKind.PEOPLE
    owner: Scope
    days: DateRange


Query = LatestReport | NewestDay | OwnerDay | TeamDays | EarlierDays | SeatList | CreditMonth | PeopleReport


def describe(query: Query) -> str:
    """One line for the debug log."""
    match query:
        case LatestReport():
            what = "the newest 28 days"
        case NewestDay():
            what = "which day is the newest"
        case OwnerDay(_, day):
            what = f"{day}"
        case TeamDays(_, teams, days, before):
            names = ", ".join(team.team or "" for team in teams)
            what = f"{len(days)} days of its teams {names}, and {len(before)} before them"
        case EarlierDays(_, generation, days):
            what = f"{generation} {days.since} to {days.until}"
        case SeatList():
            what = "seats"
        case CreditMonth(_, month):
            what = f"AI credits of {month}"
        case PeopleReport(_, days):
            what = f"people, {days.since} to {days.until}"
    return f"{subject(query).name}: {what}"


def subject(query: Query) -> Scope:
    """The scope that a query is about."""
    return query.scope if isinstance(query, EarlierDays) else query.owner


@dataclass(frozen=True, slots=True)
class Plan:
    """The queries of a step, in their order."""

    queries: tuple[Query, ...] = ()

    @property
    def owner_days(self) -> int:
        """Days of owners that will be kept; the 28-day report counts as its 28."""
        days = 0
        for query in self.queries:
            match query:
                case LatestReport():
                    days += LATEST_DAYS
                case OwnerDay():
                    days += 1
                case TeamDays() | EarlierDays():
                    days += len(query.days)
        return days


@dataclass(frozen=True, slots=True)
class Fetched:
    """A day that GitHub has a report of."""

    snapshot: Snapshot


class Word(StrEnum):
    """How GitHub said that there is no report, which decides whether the day can be stored so."""

    SAID = "said"  # 204 or an empty list of links; of a team, a report of its day that does not name it
    HIDDEN = "hidden"  # 404: also the answer to a token that has no access
    VAGUE = "vague"  # a text, `null`, no body, a missing file, a report that is being built: never stored


@dataclass(frozen=True, slots=True)
class NoReport:
    """A day of which GitHub has no report."""

    scope: Scope
    day: date
    word: Word = Word.SAID
    generation: Generation = Generation.REPORTS


@dataclass(frozen=True, slots=True)
class LatestWindow:
    """The 28-day report: its window, and how many used what on two days of it (`copilot_feature_engagement`)."""

    owner: Scope
    window: DateRange
    engaged_people: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PeopleCounted:
    """Distinct active people of a team over a range, from joined rows; `members`: those of the last day read."""

    scope: Scope
    days: DateRange
    active: int
    members: int | None = None


@dataclass(frozen=True, slots=True)
class PersonActivity:
    """One person over the range shown; only when asked for by `people: logins`."""

    login: str
    active_days: int
    prompts: Amount
    lines_added: Amount


@dataclass(frozen=True, slots=True)
class PeopleListed:
    """The people of a scope; never stored."""

    scope: Scope
    people: tuple[PersonActivity, ...]


@dataclass(frozen=True, slots=True)
class SeatsListed:
    """Every seat of an owner."""

    owner: Scope
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class CreditBill:
    """The AI-credit bill of an owner's calendar month by model: gross credits, and USD after discounts."""

    owner: Scope
    month: str
    credits_by_model: Mapping[str, float]
    net_amount: float


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about the figures, or about how they came. `scope` None: about the run as a whole.

    `caution`: it changes what a reader concludes, so it stands above the first table, and is a warning of the run.
    """

    text: str
    scope: Scope | None = None
    caution: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be had: of an owner as a whole (`day` None), or of one day."""

    scope: Scope
    error: CopilotUsageError
    day: date | None = None
    about: QueryKind = QueryKind.USAGE


Result = Fetched | NoReport | LatestWindow | PeopleCounted | PeopleListed | SeatsListed | CreditBill | Note | Failure
