"""Reads a day of generation `reports`: the day record of `…-1-day` and `…-28-day/latest`, and of a joined team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot_usage.domain.metric import COMPLETION, COUNTERS, EARLIER, METRICS, ROW_METRICS, Dimension
from copilot_usage.domain.snapshot import Generation
from copilot_usage.generations.found import Found
from copilot_usage.generations.sieve import Sieve, Table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from copilot_usage.domain.usage import Reading


def _named(*names: str) -> Mapping[str, str]:
    """Fields that are called in the document as the metrics are called here."""
    return {name: name for name in names}


def _fields_by_object() -> Mapping[tuple[str, ...], Mapping[str, str]]:
    """Path of an object in the document → its fields → the metric, which is called by the whole path."""
    tables: dict[tuple[str, ...], dict[str, str]] = {}
    for name in METRICS:
        if name not in EARLIER:
            *path, field = name.split(".")
            tables.setdefault(tuple(path), {})[field] = name
    return tables


FIELDS = _fields_by_object()


@dataclass(frozen=True, slots=True)
class Array:
    """An array of the document: rows about the values of `key`. `completion`: where rows of that feature go as well."""

    field: str
    key: str
    dimension: Dimension
    fields: Mapping[str, str]
    completion: Dimension | None = None
    inside: str | None = None


_COUNTERS = _named(*COUNTERS)
_USES = _named("interaction_count")
_COMMENTS = _named("total_copilot_suggestions", "total_copilot_applied_suggestions")
_PHASE = _named("total_engaged_users", "users_in_phase_28d", *(name for name in ROW_METRICS if name.startswith("avg_")))
AGENT = _named("user_initiated_interaction_count", "session_count")

# `totals_by_language_model` is left out: each of its sums is one of the two arrays that are read, and none is shown.
ARRAYS: tuple[Array, ...] = (
    Array("totals_by_feature", "feature", Dimension.FEATURE, _COUNTERS),
    Array("totals_by_ide", "ide", Dimension.IDE, _COUNTERS),
    Array("totals_by_language_feature", "language", Dimension.LANGUAGE, _COUNTERS, Dimension.COMPLETION_LANGUAGE),
    Array("totals_by_model_feature", "model", Dimension.MODEL, _COUNTERS, Dimension.COMPLETION_MODEL),
    Array("totals_by_skill", "skill", Dimension.SKILL, _USES),
    Array("totals_by_custom_agent", "custom_agent", Dimension.CUSTOM_AGENT, _USES),
    Array("totals_by_mcp", "mcp", Dimension.MCP, _USES),
    Array("totals_by_slash_cmd", "slash_cmd", Dimension.SLASH_COMMAND, _USES),
    Array("totals_by_plugin", "plugin", Dimension.PLUGIN, _USES),
    Array("totals_by_ai_adoption_phase", "phase", Dimension.PHASE, _PHASE),
    Array(
        "copilot_suggestions_by_comment_type",
        "comment_type",
        Dimension.COMMENT_TYPE,
        _COMMENTS,
        inside="pull_requests",
    ),
)
_AGENTS = "totals_by_3rd_party_agent"


def read(
    document: Mapping[str, Any], *, day: date, settled: bool, trailing: Mapping[str, Any] | None = None
) -> Reading:
    """The usage day that the document tells, and what of it could not be used."""
    sieve = Sieve()
    found = Found(Generation.REPORTS, day, settled=settled)
    for path, fields in FIELDS.items():
        source = document
        for step in path:
            source = sieve.mapping(source, step)
        if source:
            found.totals |= sieve.amounts(source, fields, ".".join(path) or "document")
    for array in ARRAYS:
        _read_array(document, array, sieve, found)
    found.tables[Dimension.THIRD_PARTY_AGENT] = _agents(document, sieve)
    return found.reading(document, sieve, trailing)


def _read_array(document: Mapping[str, Any], array: Array, sieve: Sieve, found: Found) -> None:
    source = document if array.inside is None else sieve.mapping(document, array.inside)
    rows = sieve.rows(source, array.field)
    if not rows:
        return
    table = found.tables[array.dimension] = Table()
    completions = Table()
    for row in rows:
        value = sieve.name(row, array.key, array.field)
        if value is None:
            continue
        amounts = sieve.amounts(row, array.fields, array.field)
        table.add(value, amounts)
        if row.get("feature") == COMPLETION:
            completions.add(value, amounts)
    if array.completion is not None:
        found.tables[array.completion] = completions


def _agents(document: Mapping[str, Any], sieve: Sieve) -> Table:
    """Third-party agents: `agent_id` says which one it is, `agent_name`, which may change, is how people know it."""
    rows = sieve.rows(document, _AGENTS)
    names: dict[object, str] = {}
    table = Table()
    for row in rows:
        name, agent = row.get("agent_name"), row.get("agent_id")
        if isinstance(agent, str) and isinstance(name, str) and name:
            names[agent] = name
    for row in rows:
        label = names.get(agent) if isinstance(agent := row.get("agent_id"), str) else None
        value = label or sieve.name(row, "agent_name" if "agent_name" in row else "agent_id", _AGENTS)
        if value is not None:
            table.add(value, sieve.amounts(row, AGENT, _AGENTS))
    return table
