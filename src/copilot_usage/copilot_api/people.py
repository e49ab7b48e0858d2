"""The people of an organization or enterprise over a range, by name; only for `people: logins`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from copilot_usage.copilot_api.ndjson import rows
from copilot_usage.copilot_api.report_files import NoSuchReport, ReportFile, Reports, left_out
from copilot_usage.domain.dates import DateRange, parse_day
from copilot_usage.domain.queries import Note, PeopleListed, PeopleReport, PersonActivity, Result
from copilot_usage.parsers.fields import ProblemLog
from copilot_usage.team_join import rows as team_rows
from copilot_usage.team_join.lenient_rows import typed_rows
from copilot_usage.team_join.rows import ABSENT, Identity, UserRow, identity, is_active


@dataclass(slots=True)
class _Person:
    """Sums of one person. `seen`: a bit for each day, so that a row repeated in another part counts once."""

    login: str
    seen: int = 0
    active_days: int = 0
    prompts: int = 0
    lines_added: int = 0

    def add(self, row: UserRow, day: int) -> None:
        if self.seen >> day & 1:
            return
        self.seen |= 1 << day
        self.active_days += is_active(row)
        self.prompts += 0 if row.user_initiated_interaction_count == ABSENT else row.user_initiated_interaction_count
        self.lines_added += 0 if row.loc_added_sum == ABSENT else row.loc_added_sum


def people_report(reports: Reports, query: PeopleReport) -> Iterator[Result]:
    """The people with a row in the range, from the newest 28 days; raises CopilotUsageError."""
    try:
        file = reports.newest_users(query.owner)
    except NoSuchReport:
        return
    window = file.envelope.window
    shown = query.days if window is None else query.days.clipped(window.since, window.until)
    if shown is None:
        yield Note("People cannot be listed for this range: GitHub lists those of its newest 28 days.", query.owner)
        return
    problems = ProblemLog()
    try:
        people = _sum_up(file, shown, problems)
    except NoSuchReport:
        return
    if shown != query.days:
        text = f"People are listed for {shown.since} to {shown.until}, the days of GitHub's newest report."
        yield Note(text, query.owner)
    yield from left_out(query.owner, file.label, [*problems])
    yield PeopleListed(query.owner, people)


def _sum_up(file: ReportFile, days: DateRange, problems: ProblemLog) -> tuple[PersonActivity, ...]:
    people: dict[Identity, _Person] = {}
    lines = chain.from_iterable(rows(file.part(index)) for index in range(len(file)))
    read = typed_rows(lines, team_rows.users, "users report", problems)
    for row in chain.from_iterable(found for _, found in read):
        day = parse_day(row.day)
        if day is not None and day in days:
            person = people.setdefault(identity(row.user_id), _Person(row.user_login))
            person.add(row, (day - days.since).days)
    listed = (PersonActivity(p.login, p.active_days, p.prompts, p.lines_added) for p in people.values())
    return tuple(sorted(listed, key=lambda p: (-p.active_days, -p.prompts, p.login)))
