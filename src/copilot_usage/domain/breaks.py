"""Since when GitHub reports a figure, and from when on it counts one differently (GitHub's changelog).

A figure is called by its name, one of a row by `dimension/value/name`; `*` matches anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache

from copilot_usage.domain.dates import DateRange

# The documents of earlier days cannot know these figures. The CLI came in the course of February 2026.
_FIRST_DAYS: Mapping[date, Sequence[str]] = {
    date(2026, 2, 19): ("pull_requests.*",),
    date(2026, 3, 1): ("totals_by_cli.*", "daily_active_cli_users"),
    date(2026, 4, 8): ("*_copilot_code_review_users",),
    date(2026, 4, 10): ("*_copilot_cloud_agent_users", "feature/copilot_cli/*"),
    date(2026, 5, 8): ("comment_type/*",),
    date(2026, 5, 29): ("ai_adoption_phase/*",),
    date(2026, 6, 19): ("ai_credits_used",),
    date(2026, 6, 26): ("ai_adoption_phase/*/total_pull_requests_merged",),
    date(2026, 7, 7): (
        "ai_adoption_phase/*/avg_pull_requests_review_cycles",
        "ai_adoption_phase/*/avg_pull_requests_minutes_to_review",
    ),
    date(2026, 7, 28): ("daily_active_copilot_app_users", "totals_by_copilot_app.*", "feature/copilot_app/*"),
    date(2026, 8, 7): ("3rd_party_agent/*",),
    date(2026, 9, 11): ("*_active_vscode_agent_users", "totals_by_vscode_agent.*"),
    date(2026, 9, 17): (
        "distinct_*_use_count",
        "skill/*",
        "custom_agent/*",
        "mcp/*",
        "slash_cmd/*",
        "plugin/*",
        "ai_adoption_phase/*/users_in_phase_28d",
    ),
}
# What a break touches: words for it, and patterns of the figures.
_Figures = dict[str, tuple[str, ...]]
_ACTIVE: _Figures = {"active people": ("daily_active_users", "weekly_active_users", "monthly_active_users")}
# Figures of all features, in which more or less of one feature shows.
_WORK: _Figures = {
    "prompts": ("user_initiated_interaction_count",),
    "code generations and acceptances": ("code_generation_activity_count", "code_acceptance_activity_count"),
    "lines": ("loc_*_sum",),
    "models": ("model/*",),
    "languages": ("language/*",),
}
_CLI: _Figures = {"the CLI": ("daily_active_cli_users", "totals_by_cli.*", "feature/copilot_cli/*")}
_APP: _Figures = {
    "the Copilot app": ("daily_active_copilot_app_users", "totals_by_copilot_app.*", "feature/copilot_app/*")
}
_EDITORS: _Figures = {"editors": ("ide/*",)}
_AGENTS: _Figures = {
    "agent mode": ("monthly_active_agent_users", "feature/chat_panel_agent_mode/*", "feature/agent_edit/*")
}
_SUGGESTED = tuple(f"{rows}loc_suggested_*_sum" for rows in ("", "feature/copilot_cli/", "model/*/", "language/*/"))


@dataclass(frozen=True, slots=True)
class Break:
    """From `first` to `last` GitHub counts the figures that it `touches` differently from the days before and after.

    `touches`: patterns of figures, by the words for them.
    """

    first: date
    text: str
    touches: Mapping[str, Sequence[str]] = field(default_factory=dict)
    last: date = date.max

    @property
    def is_period(self) -> bool:
        """Whether GitHub counts as before again after it."""
        return self.last != date.max

    def parts(self, *spans: DateRange) -> bool:
        """Whether some of these days lie in it and some outside, so that they are not comparable."""
        inside = any(span.until >= self.first and span.since <= self.last for span in spans)
        return inside and any(span.since < self.first or span.until > self.last for span in spans)


_BREAKS = (
    # What this parts are days of two generations, which are not compared anyway.
    Break(date(2026, 4, 2), "GitHub switched off the `metrics` generation; days from here on come from `reports`."),
    Break(
        date(2026, 4, 10),
        "GitHub began to include CLI activity in the totals, and to count users of the cloud agent.",
        _ACTIVE | _WORK,
    ),
    Break(
        date(2026, 6, 15),
        "GitHub began to count people known only to its servers as active (about 5 % more).",
        _ACTIVE,
    ),
    Break(
        date(2026, 7, 2),
        "GitHub began to count lines that the CLI suggests, editors of people known only to its servers, and AI "
        "credits that it could not attribute before.",
        {**_EDITORS, "AI credits": ("ai_credits_used",), "lines suggested": _SUGGESTED},
    ),
    Break(
        date(2026, 7, 28),
        "GitHub began to count people who use only the Copilot app as active.",
        _ACTIVE | _WORK,
    ),
    Break(
        date(2026, 9, 18),
        "A release of the Copilot app began to report its activity as that of the CLI.",
        _CLI | _APP,
    ),
    Break(
        date(2026, 10, 6),
        "In editors not yet updated, some agent activity is counted under the CLI, or not at all.",
        _WORK | _CLI | _EDITORS | _AGENTS,
        last=date(2026, 11, 30),
    ),
)


def breaks_between(*spans: DateRange) -> Sequence[Break]:
    """Those that make figures of these days incomparable."""
    return tuple(found for found in _BREAKS if found.touches and found.parts(*spans))


def breaks_in(days: DateRange) -> Sequence[Break]:
    """Those that begin in the range, or of which some days lie in it."""
    return tuple(
        found
        for found in _BREAKS
        if found.first in days or (found.is_period and found.first <= days.until and found.last >= days.since)
    )


@lru_cache(maxsize=4096)
def first_day(figure: str) -> date | None:
    """The first day whose document can know the figure, where GitHub began with it after the others."""
    days = (day for day, figures in _FIRST_DAYS.items() if _is_of(figure, figures))
    return max(days, default=None)


@lru_cache(maxsize=4096)
def breaks_of(figure: str) -> Sequence[Break]:
    """Those that touch the figure."""
    return tuple(found for found in _BREAKS if any(_is_of(figure, patterns) for patterns in found.touches.values()))


def why_not_comparable(figure: str, *spans: DateRange, part: bool = False) -> str | None:
    """Why the figure cannot be compared over these days: the latest reason; None if it can.

    Before its first day it is unknown on each of the days, and where it is a `part` of a figure, 0 on each of them.
    """
    began = first_day(figure)
    if began is not None and any(span.since < began for span in spans) and any(span.until >= began for span in spans):
        return f"GitHub began to {'count a part of it' if part else 'report it'} on {_day(began)}"
    parting = [found for found in breaks_of(figure) if found.parts(*spans)]
    if not parting:
        return None
    latest = parting[-1]
    if latest.is_period:
        return f"GitHub counted it differently from {_day(latest.first)} to {_day(latest.last)}"
    return f"GitHub has counted it differently since {_day(latest.first)}"


def _is_of(figure: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(figure, pattern) for pattern in patterns)


def _day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"
