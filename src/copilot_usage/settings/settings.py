"""The settings of one run: inputs in, frozen settings out, or every problem at once."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from copilot_usage.domain.alerts import Threshold, parse_threshold
from copilot_usage.domain.availability import first_day
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.scope import EVERY_TEAM, Scope, ScopeKind, is_slug
from copilot_usage.errors import InputError
from copilot_usage.settings.values import Values, quoted

DEFAULT_DAYS = 28
DEMO_ORGANIZATION = "octo-org"
# Ten years: more than any history, and few enough to notice a mistyped year.
_MOST_DAYS = 3660
# How far in the future a range may end, so that it can be a whole quarter or year.
_AHEAD = timedelta(days=366)
# A login has no dots; a repository's name may begin with one, but is not `.` or `..`.
_REPOSITORY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")
# git-check-ref-format, with fewer characters.
_BRANCH = re.compile(r"(?!refs/)(?!.*(?:\.\.|/[/.]|\.lock(?:/|$)))[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}(?<![./])")
_FOLDER_IN_BRANCH = re.compile(r"/*[A-Za-z0-9_][A-Za-z0-9_. -]*(/[A-Za-z0-9_][A-Za-z0-9_. -]*)*/*")
_ANY_HISTORY = "name the history with `snapshot-repository` or `snapshot-directory`."


class Api(StrEnum):
    """Where usage comes from. `auto` is `reports`, the live API."""

    AUTO = "auto"
    REPORTS = "reports"
    METRICS = "metrics"
    USAGE = "usage"
    SNAPSHOTS = "snapshots"


class People(StrEnum):
    """How people appear on the page and in files."""

    NONE = "none"
    LOGINS = "logins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one run, all checked. `days`, `since`, `until`: None if the input was not given."""

    token: str | None = field(repr=False)
    scopes: tuple[Scope, ...]
    days: int | None
    since: date | None
    until: date | None
    api: Api
    compare: bool
    seats: bool
    idle_days: int
    seat_price: float | None
    people: People
    templates: str | None
    summary_file: str | None
    json_file: str | None
    csv_file: str | None
    alert_when: tuple[Threshold, ...]
    timeout_minutes: int
    snapshot_repository: str | None
    snapshot_branch: str
    snapshot_directory: str | None
    snapshot_token: str | None = field(repr=False)
    demo: bool

    @property
    def keeps_history(self) -> bool:
        """Whether there is a store at all."""
        return self.snapshot_repository is not None or self.snapshot_directory is not None

    @property
    def names_days(self) -> bool:
        """Whether `since` or `until` is given, so the range is not just the newest days."""
        return self.since is not None or self.until is not None

    def range_at(self, newest: date) -> DateRange | None:
        """The range shown if `newest` is the newest published day; None if it begins after that day."""
        until = self.until or newest
        since = self.since or ending(until, self.days or DEFAULT_DAYS).since
        return DateRange(since, until) if since <= until else None


def settings_from(
    inputs: Mapping[str, str], *, today: date, repository_owner: str | None = None, needs_scope: bool = True
) -> Settings:
    """Settings from inputs by name (kebab-case); raises InputError with the problems of all inputs.

    `needs_scope` False: `org`, `enterprise` and `team` can all be absent; there are no scopes then.
    """
    values = Values(inputs)
    demo = values.boolean("demo", default=False)
    has_scope = needs_scope or any(values.given(name) for name in ("scope", "org", "enterprise", "team"))
    days = values.whole("days", low=1, high=_MOST_DAYS)
    if not values.given("since") and not values.given("until"):
        days = days or DEFAULT_DAYS
    settings = Settings(
        token=values.token("token"),
        scopes=_scopes(values, DEMO_ORGANIZATION if demo else repository_owner) if has_scope else (),
        days=days,
        since=values.day("since"),
        until=values.day("until"),
        api=values.choice("api", Api) or Api.AUTO,
        compare=values.boolean("compare", default=True),
        seats=values.boolean("seats", default=True),
        idle_days=values.whole("idle-days", low=1, high=3650) or 30,
        seat_price=values.price("seat-price"),
        people=values.choice("people", People) or People.NONE,
        templates=values.text("templates"),
        summary_file=values.text("summary-file"),
        json_file=values.text("json-file"),
        csv_file=values.text("csv-file"),
        alert_when=_thresholds(values),
        timeout_minutes=values.whole("timeout-minutes", low=1, high=4320) or 30,
        snapshot_repository=values.text("snapshot-repository"),
        snapshot_branch=values.text("snapshot-branch") or "copilot-usage",
        snapshot_directory=values.text("snapshot-directory"),
        snapshot_token=values.token("snapshot-token"),
        demo=demo,
    )
    _check_source(settings, values, needs_scope=needs_scope)
    _check_history(settings, values)
    _check_range(settings, values, today)
    _check_files(settings, values)
    if values.problems:
        raise InputError(values.problems)
    return settings


def _scopes(values: Values, default_org: str | None) -> tuple[Scope, ...]:
    """The scopes in the order given, each once."""
    kind = _kind(values)
    if kind is None:
        return ()
    owners_input = "enterprise" if kind.owner_kind is ScopeKind.ENTERPRISE else "org"
    owners = _slugs(values, owners_input, values.several(owners_input))
    if default_org and owners_input == "org" and not (values.given("org") or values.given("enterprise")):
        owners = _slugs(values, "org", (default_org,))
    elif not values.given(owners_input):
        values.problem(owners_input, f"is missing: `scope` is `{kind}`, so give one or more, separated by commas.")
    teams = _slugs(values, "team", values.several("team"))
    if kind.is_team and not values.given("team"):
        values.problem("team", f"is missing: `scope` is `{kind}`. Give team slugs, or `*` for every team.")
    if not kind.is_team and values.given("team"):
        values.problem(
            "team", f"was given, but `scope` is `{kind}`. Leave `scope` out, or set it to `{_team_kind(kind)}`."
        )
    if kind.is_team:
        slugs = (EVERY_TEAM,) if EVERY_TEAM in teams else teams
        return tuple(dict.fromkeys(Scope(kind, owner, team) for owner in owners for team in slugs))
    return tuple(dict.fromkeys(Scope(kind, owner) for owner in owners))


def _kind(values: Values) -> ScopeKind | None:
    if values.given("scope"):
        return values.choice("scope", ScopeKind)
    if values.given("org") and values.given("enterprise"):
        values.problem("scope", "is missing: both `org` and `enterprise` are given. Say which of the two is meant.")
        return None
    kind = ScopeKind.ENTERPRISE if values.given("enterprise") else ScopeKind.ORGANIZATION
    return _team_kind(kind) if values.given("team") else kind


def _team_kind(kind: ScopeKind) -> ScopeKind:
    return ScopeKind.ENTERPRISE_TEAM if kind is ScopeKind.ENTERPRISE else ScopeKind.TEAM


def _slugs(values: Values, name: str, given: tuple[str, ...]) -> tuple[str, ...]:
    """The valid ones; the others are problems."""
    valid = []
    for slug in given:
        bare = slug.removeprefix("ent:") if name == "team" else slug
        if is_slug(bare) or (name == "team" and slug == EVERY_TEAM):
            valid.append(slug)
        else:
            values.problem(
                name,
                f"{quoted(slug)} is not a name that GitHub allows. Give it as in the address of its page: "
                "letters, digits, `-`, `_` and `.`.",
            )
    return tuple(valid)


def _thresholds(values: Values) -> tuple[Threshold, ...]:
    thresholds = []
    for line in values.lines("alert-when"):
        try:
            thresholds.append(parse_threshold(line))
        except ValueError as error:
            values.problem("alert-when", f"{quoted(line)}: {error}")
    return tuple(thresholds)


def _check_source(settings: Settings, values: Values, *, needs_scope: bool) -> None:
    if settings.api is Api.SNAPSHOTS:
        if not settings.keeps_history and needs_scope:
            values.problem("api", f"`snapshots` reads nothing but a history: {_ANY_HISTORY}")
        elif not settings.keeps_history:
            values.problem("snapshot-directory", f"is missing: {_ANY_HISTORY}")
    elif settings.token is None and not settings.demo:
        values.problem(
            "token",
            "is missing. Give a secret with a token that can read Copilot usage "
            "(`token: ${{ secrets.COPILOT_USAGE_TOKEN }}`); the workflow's own token cannot. "
            "`demo: true` shows the page without a token.",
        )


def _check_history(settings: Settings, values: Values) -> None:
    repository, branch, directory = settings.snapshot_repository, settings.snapshot_branch, settings.snapshot_directory
    if repository is not None and not _REPOSITORY.fullmatch(repository):
        values.problem("snapshot-repository", f"{quoted(repository)} was given, allowed is `owner/name`.")
    if repository is not None and not values.given("snapshot-token"):
        values.problem(
            "snapshot-token", "is missing: committing to `snapshot-repository` needs a token with `contents: write`."
        )
    if not _BRANCH.fullmatch(branch):
        values.problem(
            "snapshot-branch", f"{quoted(branch)} was given, allowed is the name of a branch, without `refs/heads/`."
        )
    if repository is not None and directory and not _FOLDER_IN_BRANCH.fullmatch(directory):
        values.problem(
            "snapshot-directory",
            f"{quoted(directory)} was given, allowed is a folder inside the branch, such as `snapshots`.",
        )


def _check_range(settings: Settings, values: Values, today: date) -> None:
    since, until = settings.since, settings.until
    possible = DateRange(today - timedelta(days=_MOST_DAYS), today + _AHEAD)
    for name, day in (("since", since), ("until", until)):
        if day and day not in possible:
            values.problem(name, f"`{day}` was given, allowed is a day from {possible.since} to {possible.until}.")
            return
    if settings.days is not None and (since or until):
        values.problem("days", "cannot be combined with `since` or `until`: it counts from the newest published day.")
    if since and until and since > until:
        values.problem("since", f"`{since}` is after `until`, `{until}`.")
    elif since and since > today:
        values.problem("since", f"`{since}` is in the future (today is {today}, UTC): GitHub has no usage of it yet.")
    elif until and settings.api in {Api.AUTO, Api.REPORTS} and not settings.demo and not settings.keeps_history:
        oldest = min((first_day(scope, today) for scope in settings.scopes), default=until)
        if until < oldest:
            values.problem(
                "until",
                f"`{until}` is older than what GitHub keeps ({oldest} at the earliest), "
                f"and there are no snapshots to read from. Choose a later range, or {_ANY_HISTORY}",
            )


def _check_files(settings: Settings, values: Values) -> None:
    names = {"summary-file": settings.summary_file, "json-file": settings.json_file, "csv-file": settings.csv_file}
    owners: dict[str, str] = {}
    for name, path in names.items():
        if path is not None and (other := owners.setdefault(posixpath.normpath(path), name)) != name:
            values.problem(name, f"{quoted(path)} is already the file of `{other}`; give each its own.")
