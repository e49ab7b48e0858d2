"""Results of queries. What cannot be had is a value here, not an exception, so that the rest goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.queries import QueryKind
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.seats import Seat
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.domain.usage import Amount
from copilot_usage.errors import CopilotUsageError


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
