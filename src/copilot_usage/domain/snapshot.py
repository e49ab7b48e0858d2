"""One day of one scope as GitHub said it, and which of two sayings wins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from copilot_usage.domain.scope import Scope

SCHEMA = 1


class Generation(StrEnum):
    """Who said it: the last word of the URL; and the seats, of which GitHub has no history."""

    REPORTS = "reports"
    METRICS = "metrics"
    USAGE = "usage"
    SEATS = "seats"


class Status(StrEnum):
    OK = "ok"
    NO_REPORT = "no-report"


# A day's document says nothing if it has none of these (the top-level counters of each generation).
_COUNTERS: Mapping[Generation, frozenset[str]] = {
    Generation.REPORTS: frozenset(
        {
            "daily_active_users",
            "weekly_active_users",
            "monthly_active_users",
            "user_initiated_interaction_count",
            "code_generation_activity_count",
            "code_acceptance_activity_count",
            "loc_suggested_to_add_sum",
            "loc_suggested_to_delete_sum",
            "loc_added_sum",
            "loc_deleted_sum",
            "pull_requests",
        }
    ),
    Generation.METRICS: frozenset(
        {
            "total_active_users",
            "total_engaged_users",
            "copilot_ide_code_completions",
            "copilot_ide_chat",
            "copilot_dotcom_chat",
            "copilot_dotcom_pull_requests",
        }
    ),
    Generation.USAGE: frozenset(
        {
            "total_suggestions_count",
            "total_acceptances_count",
            "total_lines_suggested",
            "total_lines_accepted",
            "total_active_users",
            "total_chat_acceptances",
            "total_chat_turns",
            "total_active_chat_users",
            "breakdown",
        }
    ),
    Generation.SEATS: frozenset({"total"}),
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A day of a scope; `document` as received, None when GitHub has no report of the day.

    `trailing` only for teams: `{"weekly_active_users": …, "monthly_active_users": …}`, distinct people of the 7 and 28
    days up to `day`, None where the whole window was not read.
    """

    day: date
    scope: Scope
    generation: Generation
    settled: bool
    document: Mapping[str, Any] | None
    trailing: Mapping[str, int | None] | None = None

    @property
    def status(self) -> Status:
        return Status.NO_REPORT if self.document is None else Status.OK

    @property
    def says_something(self) -> bool:
        """Whether there is a known top-level counter in it."""
        if self.document is None:
            return False
        return any(self.document.get(name) is not None for name in _COUNTERS[self.generation])


def winner(stored: Snapshot, saving: Snapshot) -> Snapshot:
    """Which of two snapshots of the same day stays: the one being saved, unless it is emptier.

    A trailing count that is None never replaces a number unless the document changed. What is settled stays settled.
    """
    if stored.says_something and not saving.says_something:
        return stored
    if stored.document is not None and saving.document is None:
        return stored
    same = stored.document == saving.document
    return Snapshot(
        day=saving.day,
        scope=saving.scope,
        generation=saving.generation,
        settled=saving.settled or (stored.settled and same),
        document=saving.document,
        trailing=_trailing(stored, saving) if same else saving.trailing,
    )


def _trailing(stored: Snapshot, saving: Snapshot) -> Mapping[str, int | None] | None:
    if stored.trailing is None or saving.trailing is None:
        return saving.trailing or stored.trailing
    kept = {name: count for name, count in stored.trailing.items() if count is not None}
    return {name: kept.get(name) if count is None else count for name, count in saving.trailing.items()}
