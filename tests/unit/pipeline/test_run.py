from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from builders import NEWEST, ORGANIZATION, TEAM, TODAY, seat
from copilot_usage.domain.availability import first_day
from copilot_usage.domain.dates import DateRange, ending, month_of
from copilot_usage.domain.ports import NoProgress, Saved, SkippedMonths
from copilot_usage.domain.queries import (
    Failure,
    Fetched,
    LatestReport,
    LatestWindow,
    NewestDay,
    NoReport,
    Note,
    OwnerDay,
    Plan,
    QueryKind,
    Result,
    SeatList,
    SeatsListed,
    TeamDays,
    Word,
    subject,
)
from copilot_usage.domain.report import Absence, Report
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot, Status
from copilot_usage.errors import (
    Busy,
    CopilotUsageError,
    NotAllowed,
    NotFound,
    NothingPublished,
    NotWhole,
    RateLimited,
    StoreRefused,
    TokenRefused,
    Unreachable,
)
from copilot_usage.parsers.parse import read
from copilot_usage.pipeline.notes import _failure_notes, _reach_notes
from copilot_usage.pipeline.run import Services, run
from copilot_usage.pipeline.state import RunState
from copilot_usage.rendering.json_file import json_parts
from copilot_usage.rendering.page import render_page
from copilot_usage.settings.settings import Settings, settings_from
from copilot_usage.snapshots.local_store import DirectoryStore

WINDOW = ending(NEWEST, 28)
FULL = {"daily_active_users": 10, "monthly_active_users": 20, "loc_added_sum": 9, "user_initiated_interaction_count": 3}


def fetched(day: date, people: int = 10) -> Fetched:
    document = {"day": str(day), "daily_active_users": people, "monthly_active_users": 20}
    return Fetched(Snapshot(day, ORGANIZATION, Generation.REPORTS, TODAY - day >= timedelta(days=5), document))


def answers(query: object) -> list[Result]:
    """GitHub on a good day."""
    match query:
        case LatestReport(owner):
            return [LatestWindow(owner, WINDOW), *(fetched(day) for day in WINDOW)]
        case OwnerDay(_, day):
            return [fetched(day)]
        case SeatList(owner):
            return [SeatsListed(owner, (seat(1, last_activity=TODAY), seat(2)))]
        case _:
            return []


@dataclass
class GitHub:
    """A Source that answers what a test wants."""

    answer: Callable[[object], list[Result]] = answers
    asked: list[object] = field(default_factory=list)
    day: date | None = None
    diagnoses: int = 0

    def today(self) -> date | None:
        return self.day

    def fetch(self, plan: Plan) -> Iterator[Result]:
        for query in plan.queries:
            self.asked.append(query)
            yield from self.answer(query)

    def diagnosed(self, error: NotFound) -> NotFound:
        self.diagnoses += 1
        return error.without("policy")


@dataclass
class Memory:
    """A Store that remembers; each save is a commit."""

    kept: list[Snapshot] = field(default_factory=list)
    saves: list[list[Snapshot]] = field(default_factory=list)
    refusal: StoreRefused | None = None

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        return (snapshot for snapshot in self.kept if snapshot.scope in scopes and snapshot.day in days)

    def months(self) -> Mapping[Scope, Sequence[str]]:
        kept = sorted({(each.scope, month_of(each.day)) for each in self.kept})
        return {scope: [month for found, month in kept if found == scope] for scope, _ in kept}

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        if self.refusal:
            raise self.refusal
        self.saves.append(list(snapshots))
        self.kept += snapshots
        return Saved(len(snapshots), f"commit-{len(self.saves)}")

    @property
    def days(self) -> set[date]:
        return {snapshot.day for snapshot in self.kept if snapshot.generation is Generation.REPORTS}


@dataclass
class Reader:
    """Keeps what is to be published; `broken` fails as a template would."""

    broken: bool = False
    report: Report | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)

    def publish(self, report: Report, outputs: Mapping[str, str]) -> None:
        if self.broken:
            raise RuntimeError
        self.report, self.outputs = report, outputs


def settings(**inputs: str) -> Settings:
    given = {"token": "t", "org": "octo-org", "snapshot-directory": "history"}
    return settings_from(given | {name.replace("_", "-"): value for name, value in inputs.items()}, today=TODAY)


def run_with(github: GitHub, memory: Memory, reader: Reader | None = None, **inputs: str) -> Reader:
    reader = reader or Reader()
    run(settings(**inputs), Services(github, memory, reader.publish, NoProgress()), TODAY)
    return reader


def test_a_first_run_shows_the_range_and_keeps_both_ranges_in_one_commit() -> None:
    memory = Memory()
    outputs = run_with(GitHub(), memory).outputs
    assert (outputs["since"], outputs["until"], outputs["days"]) == (str(WINDOW.since), str(WINDOW.until), "28")
    assert outputs["active-users"] == "20"
    assert len(memory.saves) == 1
    assert memory.days == {*WINDOW, *WINDOW.before()}
    assert outputs["snapshot-commit"] == "commit-1"


def test_emptier_reports_of_stored_days_change_nothing_and_are_noted(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    full = [replace(fetched(day).snapshot, document={**FULL, "day": str(day)}) for day in WINDOW]
    store.save(full)

    def emptier(query: object) -> list[Result]:
        zeros = (Fetched(replace(each, document={"day": str(each.day), "loc_added_sum": 0})) for each in full)
        return [LatestWindow(query.owner, WINDOW), *zeros] if isinstance(query, LatestReport) else []

    reader = Reader()
    parts = Services(GitHub(emptier), store, reader.publish, NoProgress())
    report = run(settings(compare="false"), parts, TODAY)
    assert reader.outputs["active-users"] == "20"
    assert reader.outputs["snapshots-written"] == "0"
    assert list(store.load([ORGANIZATION], WINDOW)) == full
    text = f"of 28 days ({WINDOW.since} to {WINDOW.until}) is not stored: it lacks most of what is stored."
    assert report.notes[0].text.endswith(text)


def test_days_that_github_no_longer_has_can_not_change_any_more() -> None:
    old, young = TODAY - timedelta(days=366), TODAY - timedelta(days=100)
    memory = Memory([replace(fetched(day).snapshot, settled=False) for day in (old, young)])
    for day, expected in ((old, ()), (young, (young,))):
        reader = run_with(GitHub(), memory, since=str(day), until=str(day), api="snapshots", compare="false")
        assert reader.report is not None
        assert reader.report.scopes[0].now.unsettled == expected


def test_seats_are_kept_as_counts_of_today() -> None:
    memory = Memory()
    run_with(GitHub(), memory)
    (kept,) = [snapshot for snapshot in memory.kept if snapshot.generation is Generation.SEATS]
    assert kept.day == TODAY
    assert kept.settled
    assert kept.document is not None
    assert kept.document["total"] == 2


def test_a_later_run_asks_only_for_what_has_not_settled() -> None:
    memory, github = Memory(), GitHub()
    run_with(GitHub(), memory)
    run_with(github, memory)
    assert [query for query in github.asked if isinstance(query, OwnerDay)] == []


def test_a_long_backfill_commits_every_30_days() -> None:
    memory = Memory()
    run_with(GitHub(), memory, since=str(NEWEST - timedelta(days=119)), compare="false", seats="false")
    assert [len(save) for save in memory.saves] == [30, 30, 30, 30]


def test_what_was_fetched_is_kept_when_the_page_fails() -> None:
    memory = Memory()
    with pytest.raises(RuntimeError):
        run_with(GitHub(), memory, Reader(broken=True))
    assert set(WINDOW) <= memory.days


def test_a_token_that_expires_in_mid_run_ends_it_and_what_was_had_is_kept() -> None:
    def expiring(query: object) -> list[Result]:
        if isinstance(query, OwnerDay) and query.day > WINDOW.before().since + timedelta(days=3):
            return [Failure(ORGANIZATION, TokenRefused("gone", cause="c", remedy="r"), query.day)]
        return answers(query)

    memory = Memory()
    with pytest.raises(TokenRefused):
        run_with(GitHub(expiring), memory)
    assert len(memory.days) == 28 + 4


def test_one_day_that_cannot_be_had_is_a_note_and_a_gap() -> None:
    broken = WINDOW.before().since

    def without_one(query: object) -> list[Result]:
        error = CopilotUsageError("No answer", cause="GitHub answered 502.", remedy="r")
        return [Failure(ORGANIZATION, error, broken)] if query == OwnerDay(ORGANIZATION, broken) else answers(query)

    reader = run_with(GitHub(without_one), Memory())
    assert reader.report is not None
    assert any(str(broken) in note.text and "502" in note.text for note in reader.report.notes)
    assert reader.report.scopes[0].before is not None
    assert reader.report.scopes[0].before.missing == (broken,)


def test_when_nothing_could_be_had_the_run_fails_for_githubs_reason() -> None:
    refusal = NotAllowed("May not", cause="c", remedy="r")
    with pytest.raises(NotAllowed):
        run_with(GitHub(lambda _: [Failure(ORGANIZATION, refusal)]), Memory())


def test_a_run_that_could_fetch_nothing_fails_even_with_a_history() -> None:
    memory = Memory()
    run_with(GitHub(), memory)
    with pytest.raises(NotAllowed):
        run_with(GitHub(lambda _: [Failure(ORGANIZATION, NotAllowed("May not", cause="c", remedy="r"))]), memory)


def test_the_day_of_githubs_clock_is_the_one_of_the_plan_and_of_what_is_kept() -> None:
    by_github = TODAY - timedelta(days=3)
    memory = Memory()
    run_with(GitHub(day=by_github), memory)
    (seats,) = [snapshot for snapshot in memory.kept if snapshot.generation is Generation.SEATS]
    assert seats.day == by_github


def test_seats_that_cannot_be_read_are_a_note() -> None:
    def no_seats(query: object) -> list[Result]:
        error = NotAllowed("Seats cannot be read", cause="c", remedy="r")
        return [Failure(ORGANIZATION, error, about=QueryKind.SEATS)] if isinstance(query, SeatList) else answers(query)

    reader = run_with(GitHub(no_seats), Memory())
    assert reader.report is not None
    assert reader.report.scopes[0].seats is None
    assert any("Seats" in note.text for note in reader.report.notes)


def test_a_page_of_the_past_does_not_show_the_seats_of_today_and_says_so() -> None:
    until = TODAY - timedelta(days=40)
    reader = run_with(GitHub(), Memory(), since=str(until - timedelta(days=6)), until=str(until))
    assert reader.report is not None
    assert reader.report.scopes[0].seats is None
    assert [note.text for note in reader.report.notes if "seats" in note.text] == [
        "GitHub knows seats as of today only, so the page up to 14 Oct 2026 does not show them."
    ]


def test_activity_of_seats_that_stands_still_while_people_are_active_is_a_caution() -> None:
    still = tuple(seat(n, last_activity=TODAY - timedelta(days=36)) for n in range(30))

    def answer(query: object) -> list[Result]:
        return [SeatsListed(ORGANIZATION, still)] if isinstance(query, SeatList) else answers(query)

    reader = run_with(GitHub(answer), Memory(), compare="false")
    assert reader.report is not None
    seats = reader.report.scopes[0].seats
    assert seats is not None
    assert (seats.activity_stands_still, seats.idle_cost) == (True, None)
    (caution,) = [note.text for note in reader.report.notes if note.caution]
    assert caution == (
        "The activity of the seats stands still at GitHub (the newest is of 2026-10-18), while people are active: "
        "which seats are idle, and what they cost, is not known."
    )


def test_what_changes_a_readers_conclusion_is_a_warning_of_the_run_and_other_notes_are_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def noting(query: object) -> list[Result]:
        notes = [Note("Half of the seats are missing.", ORGANIZATION, caution=True), Note("A row.", ORGANIZATION)]
        return [*notes, *answers(query)] if isinstance(query, SeatList) else answers(query)

    run_with(GitHub(noting), Memory(), compare="false")
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "Half of the seats are missing."
    ]


NAMED = {"since": "2026-03-01", "until": "2026-03-20", "compare": "false"}


def limited_on_the_fifth_day(query: object) -> list[Result]:
    """The fifth day of March meets a rate limit, after which the source hands on nothing more."""
    if not isinstance(query, OwnerDay):
        return answers(query)
    if query.day == date(2026, 3, 5):
        return [Failure(ORGANIZATION, RateLimited("Limit", cause="c", remedy="r"), query.day)]
    return [fetched(query.day)] if query.day < date(2026, 3, 5) else []


def test_a_named_range_cut_short_by_a_rate_limit_is_shown_and_stored_and_ends_in_an_error() -> None:
    memory, reader = Memory(), Reader()
    with pytest.raises(RateLimited):
        run_with(GitHub(limited_on_the_fifth_day), memory, reader, **NAMED)
    assert memory.days == {date(2026, 3, n) for n in range(1, 5)}
    assert reader.outputs["days"] == "4"
    assert reader.report is not None
    (scope,) = reader.report.scopes
    assert scope.absent == {
        Absence.UNREAD: (date(2026, 3, 5),),
        Absence.NOT_ASKED: tuple(date(2026, 3, n) for n in range(6, 21)),
    }
    cautions = " ".join(reader.report.cautions)
    assert "Could not be read: 5 Mar" in cautions
    assert "Not asked, because the run ended before: 6 Mar" in cautions


def test_a_named_range_with_a_day_that_fails_is_shown_and_ends_in_an_error() -> None:
    def failing(query: object) -> list[Result]:
        if isinstance(query, OwnerDay) and query.day == date(2026, 3, 5):
            return [Failure(ORGANIZATION, Unreachable("No answer", cause="c", remedy="r"), query.day)]
        return answers(query)

    reader = Reader()
    with pytest.raises(NotWhole, match="1 of 20 days could not be had"):
        run_with(GitHub(failing), Memory(), reader, **NAMED)
    assert reader.outputs["days"] == "19"


def test_a_named_range_with_a_day_without_report_is_whole() -> None:
    def lacking(query: object) -> list[Result]:
        lacks = isinstance(query, OwnerDay) and query.day == date(2026, 3, 5)
        return [NoReport(ORGANIZATION, date(2026, 3, 5))] if lacks else answers(query)

    reader = run_with(GitHub(lacking), Memory(), None, **NAMED)
    assert reader.report is not None
    assert reader.report.scopes[0].absent == {Absence.NO_REPORT: (date(2026, 3, 5),)}
    assert reader.report.cautions == ()


@pytest.mark.parametrize("word", [Word.SAID, Word.HIDDEN])
def test_seats_without_any_report_yet_are_a_page_and_no_error(word: Word) -> None:
    def new(query: object) -> list[Result]:
        match query:
            case LatestReport(owner) if word is Word.HIDDEN:
                return [Failure(owner, NotFound("Not found", cause="Either, or.", remedy="r"))]
            case OwnerDay(owner, day):
                return [NoReport(owner, day, word)]
            case _:
                return [] if isinstance(query, LatestReport) else answers(query)

    reader = run_with(GitHub(new), Memory())
    assert reader.report is not None
    (scope,) = reader.report.scopes
    assert scope.seats is not None
    assert any(caution.startswith("No reports yet") for caution in reader.report.cautions)
    assert not any("Not found" in note.text for note in reader.report.notes)


def test_days_without_a_report_are_remembered_once_settled() -> None:
    def holes(query: object) -> list[Result]:
        return [NoReport(ORGANIZATION, query.day)] if isinstance(query, OwnerDay) else answers(query)

    memory = Memory()
    run_with(GitHub(holes), memory)
    empty = {snapshot.day for snapshot in memory.kept if snapshot.status is Status.NO_REPORT}
    assert empty == set(WINDOW.before())
    assert all(snapshot.settled for snapshot in memory.kept if snapshot.status is Status.NO_REPORT)


def test_without_a_comparison_nothing_stored_is_compared_with() -> None:
    memory = Memory([fetched(day).snapshot for day in (*WINDOW.before(), *WINDOW.a_year_earlier())])
    # A week: what is stored of the week before is loaded in any case, because months are.
    compared = run_with(GitHub(), memory, days="7").report
    alone = run_with(GitHub(), memory, days="7", compare="false").report
    assert compared is not None
    assert alone is not None
    assert compared.scopes[0].before is not None
    assert compared.scopes[0].year_before is not None
    assert alone.scopes[0].history.within(alone.range.before())
    assert (alone.scopes[0].before, alone.scopes[0].year_before) == (None, None)
    assert list(json.loads("".join(json_parts(alone)))["scopes"][0]["comparisons"]) == []
    assert not re.search("[▲▼]", render_page(alone).text)


@pytest.mark.parametrize(
    ("days", "when"),
    [
        ([], ""),
        ([WINDOW.since], f" of {WINDOW.since}"),
        ([*WINDOW.before()][::-1], f" of 28 days ({WINDOW.before().since} to {WINDOW.before().until})"),
    ],
)
def test_what_could_not_be_read_is_one_note_with_its_days(days: list[date], when: str) -> None:
    state = RunState(read)
    error = CopilotUsageError("No answer", cause="GitHub answered 502.", remedy="r")
    struck: list[date | None] = [*days] or [None]
    for day in struck:
        state.add(Failure(ORGANIZATION, error, day))
    assert [note.text for note in _failure_notes(state, WINDOW, ())] == [
        f"{QueryKind.USAGE}{when} could not be read. No answer: GitHub answered 502."
    ]


def test_a_kind_of_failure_is_one_note_of_an_owner_whatever_day_and_number_of_tries_it_names() -> None:
    state = RunState(read)
    for number, day in enumerate(WINDOW):
        label, tries = f"octo-org: organization-1-day {day}", "5 tries" if number < 3 else "one try"
        state.add(Failure(ORGANIZATION, Unreachable("No answer", cause=f"{label}: reset ({tries}).", remedy="r"), day))
    (note,) = _failure_notes(state, WINDOW, ())
    assert note.text.startswith(f"{QueryKind.USAGE} of 28 days ({WINDOW.since} to {WINDOW.until}) could not be read.")
    assert note.text.endswith("No answer: organization-1-day: reset (5 tries).")


def test_a_range_that_begins_where_githubs_reports_do_needs_no_history() -> None:
    first = first_day(ORGANIZATION, TODAY)
    notes = [
        [*_reach_notes(settings(), DateRange(since, NEWEST), TODAY)] for since in (first, first - timedelta(days=1))
    ]
    assert [len(found) for found in notes] == [0, 1]


def test_a_404_alone_is_not_remembered_as_no_report() -> None:
    def nothing(query: object) -> list[Result]:
        if isinstance(query, OwnerDay):
            return [NoReport(ORGANIZATION, query.day, Word.HIDDEN)]
        return [] if isinstance(query, LatestReport) else answers(query)

    memory = Memory()
    with pytest.raises(NothingPublished):
        run_with(GitHub(nothing), memory, since="2026-03-01", until="2026-03-03", compare="false", seats="false")
    assert all(snapshot.status is not Status.NO_REPORT for snapshot in memory.kept)


def test_a_rate_limit_on_days_to_compare_with_does_not_keep_the_range_from_its_page() -> None:
    def limited(query: object) -> list[Result]:
        if isinstance(query, OwnerDay):
            return [Failure(ORGANIZATION, RateLimited("Limit", cause="c", remedy="r"), query.day)]
        return answers(query)

    memory = Memory()
    reader = run_with(GitHub(limited), memory)
    assert reader.outputs["days"] == "28"
    assert memory.days == set(WINDOW)
    assert reader.report is not None
    assert any("Limit" in note.text for note in reader.report.notes)


def test_a_rate_limit_on_the_range_itself_ends_the_run() -> None:
    def limited(query: object) -> list[Result]:
        if isinstance(query, LatestReport):
            found = [fetched(day) for day in list(WINDOW)[:20]]
            return [LatestWindow(ORGANIZATION, WINDOW), *found]
        if isinstance(query, OwnerDay):
            return [Failure(ORGANIZATION, RateLimited("Limit", cause="c", remedy="r"), query.day)]
        return answers(query)

    with pytest.raises(RateLimited):
        run_with(GitHub(limited), Memory())


def test_a_refusal_of_days_to_compare_with_is_a_note() -> None:
    def refusing(query: object) -> list[Result]:
        if isinstance(query, OwnerDay):
            return [Failure(ORGANIZATION, NotAllowed("Refused", cause="c", remedy="r"))]
        return answers(query)

    assert run_with(GitHub(refusing), Memory()).outputs["days"] == "28"


def test_days_come_one_by_one_where_the_28_days_as_a_whole_do_not() -> None:
    def one_by_one(query: object) -> list[Result]:
        if isinstance(query, LatestReport):
            return [Failure(ORGANIZATION, Busy("Busy", cause="c", remedy="r"), about=QueryKind.WINDOW)]
        return answers(query)

    outputs = run_with(GitHub(one_by_one), Memory()).outputs
    assert (outputs["days"], outputs["until"]) == ("28", str(NEWEST))


def test_a_github_that_is_busy_all_the_time_is_an_error_even_with_a_history() -> None:
    def busy(query: object) -> list[Result]:
        error = Busy("Busy", cause="c", remedy="r")
        if isinstance(query, LatestReport):
            return [Failure(ORGANIZATION, error, about=QueryKind.WINDOW)]
        return [Failure(ORGANIZATION, error, query.day)] if isinstance(query, OwnerDay) else answers(query)

    memory = Memory()
    run_with(GitHub(), memory)
    with pytest.raises(Busy):
        run_with(GitHub(busy), memory)


def test_a_range_of_which_github_has_nothing_is_a_page_without_figures() -> None:
    def nothing(query: object) -> list[Result]:
        return [NoReport(ORGANIZATION, query.day)] if isinstance(query, OwnerDay) else answers(query)

    outputs = run_with(GitHub(nothing), Memory(), since="2026-03-01", until="2026-03-03").outputs
    assert (outputs["days"], outputs["missing-days"], outputs["active-users"]) == ("0", "3", "")


def test_the_history_alone_makes_a_page_without_asking_anybody() -> None:
    memory, github = Memory(), GitHub()
    run_with(GitHub(), memory)
    outputs = run_with(github, memory, api="snapshots", token="").outputs
    assert github.asked == []
    assert outputs["until"] == str(NEWEST)


def test_an_empty_history_says_so() -> None:
    with pytest.raises(NothingPublished) as caught:
        run_with(GitHub(), Memory(), api="snapshots")
    assert "history" in caught.value.cause


def protected() -> StoreRefused:
    return StoreRefused("Protected", cause="c", remedy="r")


def test_a_store_that_refuses_ends_the_run_with_its_reason_after_the_page() -> None:
    reader = Reader()
    with pytest.raises(StoreRefused, match="Protected"):
        run_with(GitHub(), Memory(refusal=protected()), reader)
    assert (reader.outputs["days"], reader.outputs["snapshots-written"]) == ("28", "0")
    assert reader.report is not None
    assert any("not in the history: Protected" in caution for caution in reader.report.cautions)


def test_what_a_store_refused_on_the_way_is_saved_again_at_the_end() -> None:
    memory = Memory(refusal=protected())

    def open_later(query: object) -> list[Result]:
        if isinstance(query, OwnerDay) and query.day == NEWEST - timedelta(days=60):
            memory.refusal = None
        return answers(query)

    run_with(GitHub(open_later), memory, since=str(NEWEST - timedelta(days=119)), compare="false", seats="false")
    assert memory.days == set(ending(NEWEST, 120))


def test_a_page_that_fails_does_not_hide_that_nothing_could_be_stored(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(RuntimeError):
        run_with(GitHub(), Memory(refusal=protected()), Reader(broken=True))
    assert [record.title for record in caplog.records if record.levelname == "ERROR"] == ["Protected"]  # type: ignore[attr-defined]


def test_a_range_that_is_not_published_yet_says_which_day_is_the_newest() -> None:
    with pytest.raises(NothingPublished) as caught:
        run_with(GitHub(), Memory(), since="2026-11-22")
    assert str(NEWEST) in caught.value.cause


OTHER = Scope(ScopeKind.ORGANIZATION, "hub-org")
BOTH = "octo-org, hub-org"


def one_refused(query: object) -> list[Result]:
    """A token that can read octo-org and not hub-org."""
    if subject(query) == OTHER:  # type: ignore[arg-type]
        return [Failure(OTHER, NotAllowed("May not", cause="c", remedy="r"), about=query.about)]  # type: ignore[attr-defined]
    return answers(query)


def test_a_404_is_diagnosed_by_a_request_of_its_own_only_where_the_run_fails_of_it() -> None:
    doubts = {"owner": ("there is no such organization", "Check."), "policy": ("the policy is off", "Switch it on.")}
    unknown = NotFound("Not found", cause="404.", remedy="r", doubts=doubts, organization="hub-org")

    def one_unknown(query: object) -> list[Result]:
        return [Failure(OTHER, unknown)] if subject(query) == OTHER else answers(query)  # type: ignore[arg-type]

    one_of_two = GitHub(one_unknown)
    assert run_with(one_of_two, Memory(), org=BOTH).report is not None
    assert one_of_two.diagnoses == 0
    alone = GitHub(one_unknown)
    with pytest.raises(NotFound, match="no such organization") as refusal:
        run_with(alone, Memory(), org="hub-org")
    assert alone.diagnoses == 1
    assert "policy" not in str(refusal.value)
    assert refusal.value.remedy == "Check.\n\nr"


def test_an_owner_that_refuses_keeps_its_place_among_several(caplog: pytest.LogCaptureFixture) -> None:
    reader = run_with(GitHub(one_refused), Memory(), org=BOTH)
    assert reader.report is not None
    assert [(each.scope.name, each.refused, each.as_of) for each in reader.report.scopes] == [
        ("octo-org", False, None),
        ("hub-org", True, None),
    ]
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "`hub-org`: Usage could not be read. May not: c No figures of it are shown." in warnings
    assert reader.outputs["missing-days"] == "28"
    page = render_page(reader.report).text
    assert page.startswith("# Copilot usage · 2 organizations, 1 could not be read\n")
    assert "| hub-org (could not be read) | – |" in page
    assert "`hub-org`: Usage could not be read." in page.partition("|:--|")[0]


def test_what_is_stored_of_an_owner_that_refuses_is_told_as_old_and_not_compared() -> None:
    memory, last = Memory(), NEWEST - timedelta(days=7)
    for day in ending(last, 56):
        memory.kept.append(replace(fetched(day).snapshot, scope=OTHER))
    reader = run_with(GitHub(one_refused), memory, org=BOTH)
    assert reader.report is not None
    old = reader.report.scopes[1]
    assert (old.refused, old.as_of, old.before, len(old.now.days)) == (True, last, None, 21)
    page = render_page(reader.report).text
    assert "| hub-org (as of 14 Nov) |" in page
    assert "Its figures are old: those stored up to 2026-11-14." in page.partition("|:--|")[0]
    assert reader.outputs["acceptance-rate"] == ""


def test_days_that_are_stored_for_good_need_no_answer() -> None:
    memory, shown = Memory(), DateRange(date(2026, 9, 1), date(2026, 9, 7))
    for day in shown:
        memory.kept.append(replace(fetched(day).snapshot, scope=OTHER))
    reader = run_with(GitHub(one_refused), memory, org=BOTH, since=str(shown.since), until=str(shown.until))
    assert reader.report is not None
    assert [each.refused for each in reader.report.scopes] == [False, False]


def test_a_day_is_missing_if_any_owner_lacks_it() -> None:
    def holes(query: object) -> list[Result]:
        lacking = {"octo-org": NEWEST, "hub-org": NEWEST - timedelta(days=1)}
        if isinstance(query, LatestReport):
            days = (day for day in WINDOW if day != lacking[query.owner.name])
            return [
                LatestWindow(query.owner, WINDOW),
                *(Fetched(replace(fetched(day).snapshot, scope=query.owner)) for day in days),
            ]
        return [NoReport(query.owner, query.day)] if isinstance(query, OwnerDay) else []

    reader = run_with(GitHub(holes), Memory(), org=BOTH, compare="false")
    assert (reader.outputs["days"], reader.outputs["missing-days"]) == ("28", "2")


def test_days_before_githubs_first_report_are_not_missing() -> None:
    reader = run_with(GitHub(), Memory(), since="2025-12-01", until="2025-12-20", compare="false")
    assert (reader.outputs["days"], reader.outputs["missing-days"]) == ("9", "0")


def test_an_empty_page_shows_its_cause_open_and_as_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    def nothing(query: object) -> list[Result]:
        return [NoReport(ORGANIZATION, query.day)] if isinstance(query, OwnerDay) else []

    reader = run_with(GitHub(nothing), Memory(), since="2026-03-01", until="2026-03-03", compare="false")
    assert reader.report is not None
    assert reader.report.cautions == ("GitHub has no usage for this range.",)
    assert [record.levelname for record in caplog.records if "no usage" in record.getMessage()] == ["WARNING"]


def test_a_team_that_github_does_not_name_is_a_caution_and_a_row_of_its_own() -> None:
    unseen = ORGANIZATION.of_team("paymets")

    def teams(query: object) -> list[Result]:
        if isinstance(query, NewestDay):
            return [LatestWindow(ORGANIZATION, WINDOW)]
        if isinstance(query, TeamDays):
            known = [Fetched(replace(fetched(day).snapshot, scope=TEAM)) for day in query.days]
            return [*known, Note("No team has this slug.", unseen, caution=True)]
        return []

    reader = run_with(GitHub(teams), Memory(), team="payments, paymets")
    assert reader.report is not None
    assert [each.scope for each in reader.report.scopes] == [TEAM, unseen]
    assert reader.report.cautions == ("`octo-org/paymets`: No team has this slug.",)


def a_month_of_2025(scope: Scope = ORGANIZATION) -> Memory:
    days = DateRange(date(2025, 3, 3), date(2025, 3, 30))
    return Memory([replace(fetched(day).snapshot, scope=scope) for day in days])


def test_the_newest_stored_day_decides_however_long_ago_it_was() -> None:
    outputs = run_with(GitHub(lambda _: []), a_month_of_2025(), api="snapshots").outputs
    assert (outputs["since"], outputs["until"], outputs["days"]) == ("2025-03-03", "2025-03-30", "28")
    outputs = run_with(GitHub(lambda _: []), a_month_of_2025(), api="snapshots", days="7").outputs
    assert (outputs["since"], outputs["until"], outputs["days"]) == ("2025-03-24", "2025-03-30", "7")


def test_a_history_without_such_days_says_which_it_has() -> None:
    with pytest.raises(NothingPublished, match="from 2025-03-03 to 2025-03-30"):
        run_with(GitHub(lambda _: []), a_month_of_2025(), api="snapshots", since="2026-01-01", until="2026-01-31")
    with pytest.raises(NothingPublished, match="It holds only days of `hub-org`"):
        run_with(GitHub(lambda _: []), a_month_of_2025(OTHER), api="snapshots")
    with pytest.raises(NothingPublished, match="no day of any other"):
        run_with(GitHub(lambda _: []), Memory(), api="snapshots")


def test_a_name_that_the_history_does_not_know_is_a_caution_with_the_nearest_one() -> None:
    reader = run_with(GitHub(lambda _: []), a_month_of_2025(), api="snapshots", org="octo-org, octo-orgg")
    assert reader.report is not None
    assert reader.report.cautions == (
        "`octo-orgg`: The history holds no day of this range. The nearest name in it is `octo-org`.",
    )


class Skipping(Memory):
    """A Store of which October cannot be read."""

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        yield SkippedMonths(ORGANIZATION, ("2026-10",), "the disk has a fault.")
        yield from super().load(scopes, days)


@pytest.mark.parametrize("until", ["2026-10-20", "2026-11-02"])
def test_stored_months_that_cannot_be_read_are_no_missing_days_and_end_a_named_range_in_an_error(until: str) -> None:
    memory, reader = Skipping([fetched(day).snapshot for day in ending(NEWEST, 84) if day.month != 10]), Reader()
    named = {"since": "2026-09-25", "until": until, "compare": "false"}
    with pytest.raises(NotWhole, match="the disk has a fault"):
        run_with(GitHub(), memory, reader, api="snapshots", **named)
    assert reader.report is not None
    (scope,) = reader.report.scopes
    (why,) = scope.absent
    assert why is Absence.UNREAD
    assert {day.month for day in scope.absent[why]} == {10}
    assert scope.now.unpublished == ()
    assert any("2026-10 was read: the disk has a fault." in caution for caution in reader.report.cautions)


def test_a_named_range_of_which_one_owner_is_refused_is_shown_and_stored_and_ends_in_an_error() -> None:
    memory, reader = Memory(), Reader()
    with pytest.raises(NotWhole, match="20 of 20 days could not be had"):
        run_with(GitHub(one_refused), memory, reader, **NAMED, org=BOTH)
    assert {kept.scope for kept in memory.kept if kept.generation is Generation.REPORTS} == {ORGANIZATION}
    assert reader.outputs["days"] == "20"
    assert reader.report is not None
    assert [each.refused for each in reader.report.scopes] == [False, True]


@pytest.mark.parametrize(
    ("inputs", "cautions"),
    [
        (
            {},
            [
                (
                    "GitHub changed what it counts (6 Oct – 30 Nov 2026). Not comparable over these days: prompts, "
                    "code generations and acceptances, lines, models, languages, the CLI, editors, agent mode."
                )
            ],
        ),
        ({"days": "7"}, []),
        ({"since": "2026-05-01", "until": "2026-06-14", "compare": "false"}, []),
        (
            {"since": "2026-06-12", "until": "2026-06-18", "compare": "false"},
            ["GitHub changed what it counts (15 Jun 2026). Not comparable over these days: active people."],
        ),
    ],
)
def test_what_a_break_of_githubs_series_touches_is_a_caution_once(inputs: dict[str, str], cautions: list[str]) -> None:
    def both(query: object) -> list[Result]:
        return [
            replace(found, snapshot=replace(found.snapshot, scope=query.owner)) if isinstance(found, Fetched) else found  # type: ignore[attr-defined]
            for found in answers(query)
        ]

    for org in ("octo-org", BOTH):
        report = run_with(GitHub(both), Memory(), None, seats="false", org=org, **inputs).report
        assert report is not None
        assert [caution for caution in report.cautions if "GitHub changed" in caution] == cautions
