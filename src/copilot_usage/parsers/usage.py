"""Reads a day of generation `usage` (`/copilot/usage`), the first one: completions, and two counts of chat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from copilot_usage.domain.metrics import COMPLETION, Dimension
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Reading
from copilot_usage.parsers.fields import DayBuilder, FieldReader

# `total_active_users` counts people who were shown completions, which is not what `daily_active_users` counts.
TOP = {
    name: name
    for name in ("total_active_users", "total_active_chat_users", "total_chat_turns", "total_chat_acceptances")
}
COMPLETION_FIELDS = {
    "total_suggestions_count": "code_generation_activity_count",
    "total_acceptances_count": "code_acceptance_activity_count",
    "total_lines_suggested": "loc_suggested_to_add_sum",
    "total_lines_accepted": "loc_added_sum",
}
ROW_FIELDS = {
    "suggestions_count": "code_generation_activity_count",
    "acceptances_count": "code_acceptance_activity_count",
    "lines_suggested": "loc_suggested_to_add_sum",
    "lines_accepted": "loc_added_sum",
    "active_users": "active_users",
}
ROW_KEYS = {"language": Dimension.COMPLETION_LANGUAGE, "editor": Dimension.COMPLETION_IDE}


def read(
    document: Mapping[str, Any], *, day: date, settled: bool, trailing: Mapping[str, Any] | None = None
) -> Reading:
    """The usage day that the document tells, and what of it could not be used.

    The newest day could come without its totals: they stay unknown, since the rows may add up to less.
    """
    reader = FieldReader()
    found = DayBuilder(Generation.USAGE, day, settled=settled)
    found.totals |= reader.amounts(document, TOP, "document")
    found.tables[Dimension.FEATURE].add(COMPLETION, reader.amounts(document, COMPLETION_FIELDS, "document"))
    for row in reader.rows(document, "breakdown"):
        amounts = reader.amounts(row, ROW_FIELDS, "breakdown")
        for key, dimension in ROW_KEYS.items():
            value = reader.name(row, key, "breakdown")
            if value is not None:
                found.tables[dimension].add(value, amounts)
    return found.reading(document, reader, trailing)
