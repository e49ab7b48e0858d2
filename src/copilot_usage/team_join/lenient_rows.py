"""Lines of the users and user-teams reports that do not fit the types: what is usable is kept, the rest noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from copilot_usage.parsers.fields import FieldReader, ProblemLog
from copilot_usage.parsers.json_documents import parse_documents
from copilot_usage.team_join.rows import FLAGS, SEVEN, SIX, MembershipRow, WholeUserRow
from copilot_usage.team_join.sums import AGENTS, AGENTS_WINDOW, APP, CLI, ITEMS, SESSIONS, WINDOW

_SEVEN = {name: name for name in SEVEN}
_SIX = {name: name for name in SIX}
_TOP = _SEVEN | {"ai_credits_used": "ai_credits_used"}
_USES = {"interaction_count": "interaction_count"}
_STARTS = {"user_initiated_interaction_count": "user_initiated_interaction_count"}
_IDENTITY = ("user_id", "team_id", "organization_id", "enterprise_id")
_ARRAYS: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "totals_by_ide": (("ide",), _SEVEN),
    "totals_by_feature": (("feature",), _SEVEN),
    "totals_by_language_feature": (("language", "feature"), _SIX),
    "totals_by_language_model": (("language", "model"), _SIX),
    "totals_by_model_feature": (("model", "feature"), _SEVEN),
    AGENTS: (("agent_id",), _STARTS),
} | {array: ((key,), _USES) for array, key in ITEMS.items()}


def user_rows(line: bytes, where: str, problems: ProblemLog) -> Iterator[WholeUserRow]:
    """The rows in a line that is not one well-formed row: usually one with a wrong value, or none."""
    for raw in _objects(line, where, problems):
        reader = FieldReader()
        cleaned = _user(raw, reader)
        for problem in reader.problems:
            problems.add(where, problem.what)
        try:
            yield msgspec.convert(cleaned, WholeUserRow)
        except msgspec.ValidationError:
            problems.add(where, "a row without a usable `user_id`")


def membership_rows(line: bytes, where: str, problems: ProblemLog) -> Iterator[MembershipRow]:
    """The same of the user-teams report."""
    for raw in _objects(line, where, problems):
        try:
            yield msgspec.convert(_identities(raw) | _texts(raw, "slug", "day"), MembershipRow)
        except msgspec.ValidationError:
            problems.add(where, "a row without a usable `user_id`, `team_id` or `slug`")


def _objects(line: bytes, where: str, problems: ProblemLog) -> Iterator[dict[str, Any]]:
    parsed = parse_documents(line)
    for problem in parsed.problems:
        problems.add(where, problem.what)
    yield from parsed.documents


def _identities(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: raw[name] for name in _IDENTITY if type(raw.get(name)) in {int, str} and raw[name] != ""}


def _texts(raw: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: raw[name] for name in names if isinstance(raw.get(name), str)}


def _user(raw: Mapping[str, Any], reader: FieldReader) -> dict[str, Any]:
    """The row without what the types would refuse."""
    cleaned: dict[str, Any] = _identities(raw) | _texts(raw, "day", "user_login")
    cleaned |= reader.amounts(raw, _TOP, "row")
    for flag in FLAGS:
        if raw.get(flag) in (True, False):  # 1 and 0 too
            cleaned[flag] = bool(raw[flag])
        elif raw.get(flag) is not None:
            reader.problems.add("row", f"`{flag}` is neither true nor false")
    for array, (keys, fields) in _ARRAYS.items():
        cleaned[array] = list(_rows(raw, array, keys, fields, reader))
    for surface in (CLI, APP):
        if raw.get(surface) is not None:
            cleaned[surface] = _sessions(reader.mapping(raw, surface), reader)
    if raw.get(WINDOW) is not None:
        cleaned[WINDOW] = reader.amounts(reader.mapping(raw, WINDOW), {n: n for n in AGENTS_WINDOW}, WINDOW)
    phase = reader.mapping(raw, "ai_adoption_phase")
    if isinstance(phase.get("phase"), str):
        number = reader.amounts(phase, {"phase_number": "phase_number"}, "ai_adoption_phase")
        cleaned["ai_adoption_phase"] = _texts(phase, "phase", "version") | number
    return cleaned


def _rows(
    raw: Mapping[str, Any], array: str, keys: tuple[str, ...], fields: Mapping[str, str], reader: FieldReader
) -> Iterator[dict[str, Any]]:
    for row in reader.rows(raw, array):
        names = {key: reader.name(row, key, array) for key in keys}
        if None not in names.values():
            yield names | _texts(row, "agent_name") | reader.amounts(row, fields, array)


def _sessions(source: Mapping[str, Any], reader: FieldReader) -> dict[str, Any]:
    fields = {name: name for name in SESSIONS}
    tokens = reader.amounts(reader.mapping(source, "token_usage"), fields, "token_usage")
    return reader.amounts(source, fields, "sessions") | {"token_usage": tokens}
