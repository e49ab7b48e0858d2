"""From the sums of a team's day to its document: an organization's day, with `team_id`, `slug` and `members` besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_usage.generations.team_rows import ABSENT, SEVEN, SIX
from copilot_usage.generations.team_sums import (
    AGENTS,
    AGENTS_WINDOW,
    CREDIT,
    ITEMS,
    PEOPLE,
    PHASES,
    SESSIONS,
    Sums,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from copilot_usage.generations.team_sums import Key, Line

_CREDITS = len(PEOPLE)
_TOKENS = 3  # the last two of SESSIONS stand in `token_usage`


def known_figures(sums: Iterable[Sums]) -> frozenset[str]:
    """The top-level figures that some row of the day said; for a team none of whose people has a row they are 0."""
    known: set[str] = set()
    for team in sums:
        known.update(_figures(SEVEN, team.counters), _figures((*PEOPLE, "ai_credits_used"), team.people))
    return frozenset(known)


def document(sums: Sums, known: frozenset[str]) -> dict[str, Any]:
    """What the people of a team did together. A figure that no row of the day said is absent."""
    said: dict[str, Any] = {"daily_active_users": sums.active} | dict.fromkeys(sorted(known), 0)
    said |= _figures(SEVEN, sums.counters) | _figures(PEOPLE, (*sums.people[:_CREDITS], sums.people[-1]))
    millionths = _figures(("ai_credits_used",), (sums.people[_CREDITS], sums.people[-1]))
    said |= {name: amount / CREDIT for name, amount in millionths.items()}
    said |= {
        name: rows
        for name, rows in (
            ("totals_by_ide", _rows(sums.ides, ("ide",), SEVEN)),
            ("totals_by_feature", _rows(sums.features, ("feature",), SEVEN)),
            ("totals_by_language_feature", _rows(sums.languages, ("language", "feature"), SIX)),
            ("totals_by_model_feature", _rows(sums.models, ("model", "feature"), SEVEN)),
        )
        if rows
    }
    return said | _rare(sums)


def _figures(names: Sequence[str], line: Sequence[int]) -> dict[str, int]:
    """The figures of a line that at least one of its rows had; see `ABSENT`."""
    rows = line[-1]
    return {name: amount % ABSENT for name, amount in zip(names, line, strict=False) if amount // ABSENT < rows}


def _rows(lines: Mapping[Key, Line], keys: Sequence[str], names: Sequence[str]) -> list[dict[str, Any]]:
    return [dict(zip(keys, key, strict=True)) | _figures(names, line) for key, line in sorted(lines.items())]


def _rare(sums: Sums) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for (array, *value), line in sorted(sums.rare.items()):
        match array:
            case "totals_by_cli" | "totals_by_copilot_app":
                said[array] = _sessions(line)
            case "totals_by_vscode_agent":
                said[array] = _figures(AGENTS_WINDOW, line)
            case _:
                said.setdefault(array, []).append(_rare_row(array, value, line, sums.agents))
    return said


def _sessions(line: Line) -> dict[str, Any]:
    figures = _figures(SESSIONS, line)
    tokens: dict[str, Any] = {name: figures.pop(name) for name in SESSIONS[_TOKENS:] if name in figures}
    requests = figures.get("request_count")
    if requests and len(tokens) == len(SESSIONS[_TOKENS:]):
        tokens["avg_tokens_per_request"] = round(sum(tokens.values()) / requests, 1)
    return figures | ({"token_usage": tokens} if tokens else {})


def _rare_row(array: str, value: Sequence[str], line: Line, agents: Mapping[str, str]) -> dict[str, Any]:
    if array == AGENTS:
        named = {"agent_name": agents[value[0]]} if value[0] in agents else {}
        return {"agent_id": value[0]} | named | _figures(("user_initiated_interaction_count",), line)
    if array == PHASES:
        number = {"phase_number": int(value[1])} if value[1] else {}
        return {"phase": value[0]} | number | _figures(("total_engaged_users",), line)
    return {ITEMS[array]: value[0]} | _figures(("interaction_count",), line)
