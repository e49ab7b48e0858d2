"""What can be counted: GitHub's field names, and what may be done with each.

The names are those of the `reports` generation (docs: "Copilot usage metrics data", fields); a dot leads into an
object. The two older generations are mapped onto them where they mean the same and keep their own where they do
not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from copilot_usage.domain import titles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The seven counters, which the day, and each row of its breakdowns, has.
COUNTERS: Mapping[str, str] = titles.COUNTER_TITLES
# What only the two older generations say.
EARLIER: frozenset[str] = frozenset(titles.EARLIER_COUNTS) | frozenset(titles.EARLIER_PEOPLE)


class Kind(StrEnum):
    """What arithmetic a figure allows."""

    COUNT = "count"  # may be added over days, teams and dimensions
    PEOPLE = "people"  # distinct people: never added
    MEDIAN = "median"  # never added, never averaged
    AVERAGE = "average"  # per person or request: never added


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure by GitHub's name, with the words that the page uses for it."""

    name: str
    kind: Kind
    title: str

    @property
    def summable(self) -> bool:
        return self.kind is Kind.COUNT


def _metrics(kind: Kind, titles: Mapping[str, str]) -> Iterable[Metric]:
    return (Metric(name, kind, title) for name, title in titles.items())


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        *_metrics(Kind.PEOPLE, titles.PEOPLE),
        *_metrics(Kind.PEOPLE, titles.MEMBERS),
        *_metrics(Kind.COUNT, titles.COUNTER_TITLES),
        *_metrics(Kind.COUNT, titles.PULL_REQUESTS),
        *_metrics(Kind.MEDIAN, titles.MEDIANS),
        *_metrics(Kind.COUNT, titles.SESSIONS),
        *_metrics(Kind.AVERAGE, titles.AVERAGES),
        *_metrics(Kind.PEOPLE, titles.DISTINCT_ITEMS),
        *_metrics(Kind.COUNT, titles.CREDITS),
        *_metrics(Kind.COUNT, titles.EARLIER_COUNTS),
        *_metrics(Kind.PEOPLE, titles.EARLIER_PEOPLE),
    )
}

# Figures that only rows of a breakdown have.
ROW_METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("session_count", Kind.COUNT, "sessions"),
        Metric("interaction_count", Kind.COUNT, "uses"),
        Metric("total_copilot_suggestions", Kind.COUNT, "suggestions by Copilot"),
        Metric("total_copilot_applied_suggestions", Kind.COUNT, "suggestions by Copilot applied"),
        Metric("total_pull_requests_merged", Kind.COUNT, "pull requests merged"),
        Metric("total_engaged_users", Kind.PEOPLE, "engaged people"),
        Metric("active_users", Kind.PEOPLE, "active people"),
        Metric("users_in_phase_28d", Kind.PEOPLE, "people in the phase in 28 days"),
        *_metrics(Kind.AVERAGE, titles.PHASE_AVERAGES),
    )
}


def is_summable(name: str) -> bool:
    """Whether the figure may be added over days; names that are not known may not (an average looks like a count)."""
    metric = ROW_METRICS.get(name) or METRICS.get(name)
    return metric is not None and metric.summable


class Dimension(StrEnum):
    """What a day is broken down by.

    The `completion_…` ones are the rows of `code_completion` alone. Of a crossing, such as `model_feature`, the value
    is two values with `CROSSING` between them. `chat_…`, `dotcom_…` and `pull_request_…` exist in
    generation `metrics` alone, which counts each surface by itself.
    """

    FEATURE = "feature"
    IDE = "ide"
    LANGUAGE = "language"
    MODEL = "model"
    LANGUAGE_FEATURE = "language_feature"
    LANGUAGE_MODEL = "language_model"
    MODEL_FEATURE = "model_feature"
    COMPLETION_LANGUAGE = "completion_language"
    COMPLETION_IDE = "completion_ide"
    COMPLETION_MODEL = "completion_model"
    CHAT_IDE = "chat_ide"
    CHAT_MODEL = "chat_model"
    DOTCOM_CHAT_MODEL = "dotcom_chat_model"
    PULL_REQUEST_MODEL = "pull_request_model"
    THIRD_PARTY_AGENT = "3rd_party_agent"
    SKILL = "skill"
    CUSTOM_AGENT = "custom_agent"
    MCP = "mcp"
    SLASH_COMMAND = "slash_cmd"
    PLUGIN = "plugin"
    PHASE = "ai_adoption_phase"
    COMMENT_TYPE = "comment_type"
    REPOSITORY = "repository"


CROSSING = " × "
COMPLETION = "code_completion"
# Features whose lines GitHub counts as written by agents; those of every chat panel, agent mode too, are people's.
AGENT_FEATURES = ("agent_edit", "copilot_cli", "copilot_app")
AGENT_MODE = "chat_panel_agent_mode"


def measures(feature: str) -> tuple[str, ...]:
    """By what the work with a feature is measured: agent mode by prompts, others by lines, or else generations."""
    if feature == AGENT_MODE:
        return ("user_initiated_interaction_count",)
    return ("loc_added_sum", "code_generation_activity_count")


SUMMABLE: frozenset[str] = frozenset(name for name in (*METRICS, *ROW_METRICS) if is_summable(name))
