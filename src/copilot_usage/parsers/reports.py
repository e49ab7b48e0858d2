"""Reads a day of generation `reports`: the day record of `…-1-day` and `…-28-day/latest`, and of a joined team."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from copilot_usage.domain import metrics as titles
from copilot_usage.domain.breaks import first_day
from copilot_usage.domain.metrics import COMPLETION, COUNTERS, CROSSING, EARLIER, METRICS, ROW_METRICS, Dimension
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Amount, Reading, agent_titles
from copilot_usage.parsers.fields import DayBuilder, FieldReader


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
    """An array of the document: rows about the values of `key`, or of two keys, whose crossing is a dimension, too.

    `dimension` None: the sums by the first key stand elsewhere. `completion`: where rows of that feature go as well.
    """

    field: str
    key: str
    dimension: Dimension | None
    fields: Mapping[str, str]
    completion: Dimension | None = None
    inside: str | None = None
    second_key: str | None = None
    crossing: Dimension | None = None


_COUNTERS = _named(*COUNTERS)
_USES = _named("interaction_count")
_COMMENTS = _named("total_copilot_suggestions", "total_copilot_applied_suggestions")
_PHASE = _named(
    "total_engaged_users",
    "users_in_phase_28d",
    "total_pull_requests_merged",
    *(name for name in ROW_METRICS if name.startswith("avg_")),
)
# The version of the rules for adoption phases whose phases go by their bare names.
_FIRST_VERSION = "v1"
AGENT = _named("user_initiated_interaction_count", "session_count")

ARRAYS: tuple[Array, ...] = (
    Array("totals_by_feature", "feature", Dimension.FEATURE, _COUNTERS),
    Array("totals_by_ide", "ide", Dimension.IDE, _COUNTERS),
    Array(
        "totals_by_language_feature",
        "language",
        Dimension.LANGUAGE,
        _COUNTERS,
        completion=Dimension.COMPLETION_LANGUAGE,
        second_key="feature",
        crossing=Dimension.LANGUAGE_FEATURE,
    ),
    Array(
        "totals_by_language_model",
        "language",
        None,
        _COUNTERS,
        second_key="model",
        crossing=Dimension.LANGUAGE_MODEL,
    ),
    Array(
        "totals_by_model_feature",
        "model",
        Dimension.MODEL,
        _COUNTERS,
        completion=Dimension.COMPLETION_MODEL,
        second_key="feature",
        crossing=Dimension.MODEL_FEATURE,
    ),
    *(
        Array(f"totals_by_{item}", item, item, _USES)
        for item in (
            Dimension.SKILL,
            Dimension.CUSTOM_AGENT,
            Dimension.MCP,
            Dimension.SLASH_COMMAND,
            Dimension.PLUGIN,
        )
    ),
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
# GitHub leaves these out where there was no use of the CLI.
_CLI = ("daily_active_cli_users", *(name for name in titles.SESSIONS if name.startswith("totals_by_cli.")))
# In the sum of a team what a person's row lacks is zero (GitHub's recipe).
_OF_PEOPLE = (
    *COUNTERS,
    *(name for name in titles.PEOPLE if name.startswith("daily_") and name not in _CLI),
    *titles.CREDITS,
)


def read(
    document: Mapping[str, Any], *, day: date, settled: bool, trailing: Mapping[str, Any] | None = None
) -> Reading:
    """The usage day that the document tells, and what of it could not be used."""
    reader = FieldReader()
    found = DayBuilder(Generation.REPORTS, day, settled=settled)
    for path, fields in FIELDS.items():
        source = document
        for step in path:
            source = reader.mapping(source, step)
        if source:
            found.totals |= reader.amounts(source, fields, ".".join(path) or "document")
    for array in ARRAYS:
        _read_array(document, array, reader, found)
    _agents(document, reader, found)
    if found.totals:
        found.totals |= dict.fromkeys(_left_out(document, day, found.totals), 0)
    return found.reading(document, reader, trailing)


def _left_out(document: Mapping[str, Any], day: date, known: Mapping[str, Amount]) -> Iterator[str]:
    """Figures that are not in the document because there was nothing to count, on a day that could have known them."""
    names = list(_OF_PEOPLE if "team_id" in document else ())
    if document.get("totals_by_cli") is None and not document.get("daily_active_cli_users"):
        names += _CLI
    for name in names:
        began = first_day(name)
        if name not in known and document.get(name) is None and (began is None or day >= began):
            yield name


def _read_array(document: Mapping[str, Any], array: Array, reader: FieldReader, found: DayBuilder) -> None:
    source = document if array.inside is None else reader.mapping(document, array.inside)
    for row in reader.rows(source, array.field):
        value = _value(row, array, reader)
        if value is None:
            continue
        amounts = reader.amounts(row, array.fields, array.field)
        if array.dimension is not None:
            found.tables[array.dimension].add(value, amounts)
        if array.completion is not None and row.get("feature") == COMPLETION:
            found.tables[array.completion].add(value, amounts)
        if array.second_key is not None and array.crossing is not None:
            second = reader.name(row, array.second_key, array.field)
            if second is not None:
                found.tables[array.crossing].add(f"{value}{CROSSING}{second}", amounts)


def _value(row: Mapping[str, Any], array: Array, reader: FieldReader) -> str | None:
    """What the row is about. A phase under later rules is another one than the phase of the same name before."""
    value = reader.name(row, array.key, array.field)
    version = row.get("version") if array.dimension is Dimension.PHASE else None
    return f"{value} ({version})" if value and isinstance(version, str) and version != _FIRST_VERSION else value


def _agents(document: Mapping[str, Any], reader: FieldReader, found: DayBuilder) -> None:
    """Third-party agents: `agent_id` says which one it is, `agent_name`, which may change, is how people know it."""
    rows = [(row, _agent_id(row)) for row in reader.rows(document, _AGENTS)]
    for row, agent in rows:
        name = row.get("agent_name")
        if agent is not None:
            found.agents[agent] = name if isinstance(name, str) and name else found.agents.get(agent, agent)
    titles = agent_titles(found.agents)
    for row, agent in rows:
        value = reader.name(row, "agent_name", _AGENTS) if agent is None else titles[agent]
        if value is not None:
            found.tables[Dimension.THIRD_PARTY_AGENT].add(value, reader.amounts(row, AGENT, _AGENTS))


def _agent_id(row: Mapping[str, Any]) -> str | None:
    value = row.get("agent_id")
    return str(value) if type(value) in {int, str} and value != "" else None
