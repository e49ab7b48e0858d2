"""Reads a day of generation `metrics` (`/copilot/metrics`), which counts each surface by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from copilot_usage.domain.metrics import COMPLETION, Dimension
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Reading
from copilot_usage.parsers.fields import DayBuilder, FieldReader, Table

_ENGAGED = {"total_engaged_users": "total_engaged_users"}
TOP = {"total_active_users": "daily_active_users"} | _ENGAGED
COMPLETIONS, IDE_CHAT, DOTCOM_CHAT, PULL_REQUESTS = BLOCKS = (
    "copilot_ide_code_completions",
    "copilot_ide_chat",
    "copilot_dotcom_chat",
    "copilot_dotcom_pull_requests",
)
COMPLETION_FIELDS = {
    "total_code_suggestions": "code_generation_activity_count",
    "total_code_acceptances": "code_acceptance_activity_count",
    "total_code_lines_suggested": "loc_suggested_to_add_sum",
    "total_code_lines_accepted": "loc_added_sum",
}
CHAT_FIELDS = {name: name for name in ("total_chats", "total_chat_insertion_events", "total_chat_copy_events")}
DOTCOM_CHAT_FIELDS = {"total_chats": "total_dotcom_chats"}
SUMMARY_FIELDS = {"total_pr_summaries_created": "total_pr_summaries_created"}
# `Table` sums under a value; this one is for the sum over a whole block.
_WHOLE = ""


class _Day:
    """A document on its way to a reading."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.reader = FieldReader()
        self.tables: defaultdict[str, Table] = defaultdict(Table)
        self.sums = Table()
        self.document = document

    def block(self, name: str) -> Mapping[str, Any]:
        return self.reader.mapping(self.document, name)

    def add(self, values: Mapping[Dimension, str | None], row: Mapping[str, Any], fields: Mapping[str, str]) -> None:
        """Books the figures of a row under each of its values."""
        amounts = self.reader.amounts(row, fields, str(next(iter(values))))
        for dimension, value in values.items():
            if value is not None:
                self.tables[dimension].add(value, amounts)

    def add_to_total(self, row: Mapping[str, Any], fields: Mapping[str, str]) -> None:
        self.sums.add(_WHOLE, FieldReader().amounts(row, fields, ""))

    def model(self, row: Mapping[str, Any]) -> str | None:
        """A model's name; a custom one says so, and when it was trained, since a retrained one is another model."""
        name = self.reader.name(row, "name", "models")
        if name is None or row.get("is_custom_model") is not True:
            return name
        trained = row.get("custom_model_training_date")
        return f"{name} (custom, {trained})" if isinstance(trained, str) else f"{name} (custom)"


def read(
    document: Mapping[str, Any], *, day: date, settled: bool, trailing: Mapping[str, Any] | None = None
) -> Reading:
    """The usage day that the document tells, and what of it could not be used."""
    reading = _Day(document)
    _read_completions(reading)
    _read_ide_chat(reading)
    _read_dotcom_chat(reading)
    _read_pull_requests(reading)
    found = DayBuilder(Generation.METRICS, day, settled=settled)
    found.totals |= reading.reader.amounts(document, TOP, "document")
    for name in BLOCKS:
        engaged = {"total_engaged_users": f"{name}.total_engaged_users"}
        found.totals |= reading.reader.amounts(reading.block(name), engaged, name)
    found.totals |= reading.sums.breakdown().get(_WHOLE, {})
    found.tables |= reading.tables
    return found.reading(document, reading.reader, trailing)


def _read_completions(day: _Day) -> None:
    block, reader = day.block(COMPLETIONS), day.reader
    for language in reader.rows(block, "languages"):
        day.add({Dimension.COMPLETION_LANGUAGE: reader.name(language, "name", "languages")}, language, _ENGAGED)
    for editor in reader.rows(block, "editors"):
        ide = reader.name(editor, "name", "editors")
        day.add({Dimension.COMPLETION_IDE: ide}, editor, _ENGAGED)
        for model in reader.rows(editor, "models"):
            name = day.model(model)
            day.add({Dimension.COMPLETION_MODEL: name}, model, _ENGAGED)
            for language in reader.rows(model, "languages"):
                values = {
                    Dimension.COMPLETION_LANGUAGE: reader.name(language, "name", "languages"),
                    Dimension.COMPLETION_IDE: ide,
                    Dimension.COMPLETION_MODEL: name,
                    Dimension.FEATURE: COMPLETION,
                }
                day.add(values, language, COMPLETION_FIELDS)


def _read_ide_chat(day: _Day) -> None:
    for editor in day.reader.rows(day.block(IDE_CHAT), "editors"):
        ide = day.reader.name(editor, "name", "editors")
        day.add({Dimension.CHAT_IDE: ide}, editor, _ENGAGED)
        for model in day.reader.rows(editor, "models"):
            name = day.model(model)
            day.add({Dimension.CHAT_MODEL: name}, model, _ENGAGED)
            day.add({Dimension.CHAT_MODEL: name, Dimension.CHAT_IDE: ide}, model, CHAT_FIELDS)
            day.add_to_total(model, CHAT_FIELDS)


def _read_dotcom_chat(day: _Day) -> None:
    for model in day.reader.rows(day.block(DOTCOM_CHAT), "models"):
        day.add({Dimension.DOTCOM_CHAT_MODEL: day.model(model)}, model, _ENGAGED | DOTCOM_CHAT_FIELDS)
        day.add_to_total(model, DOTCOM_CHAT_FIELDS)


def _read_pull_requests(day: _Day) -> None:
    for repository in day.reader.rows(day.block(PULL_REQUESTS), "repositories"):
        name = day.reader.name(repository, "name", "repositories")
        day.add({Dimension.REPOSITORY: name}, repository, _ENGAGED)
        for model in day.reader.rows(repository, "models"):
            label = day.model(model)
            day.add({Dimension.PULL_REQUEST_MODEL: label}, model, _ENGAGED)
            day.add({Dimension.PULL_REQUEST_MODEL: label, Dimension.REPOSITORY: name}, model, SUMMARY_FIELDS)
            day.add_to_total(model, SUMMARY_FIELDS)
