"""From the sums of a team's day to its document: an organization's day, and `team_id`, `slug` and `members` besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copilot_usage.team_join.rows import ABSENT, SEVEN, SIX
from copilot_usage.team_join.sums import (
    AGENTS,
    AGENTS_WINDOW,
    APP,
    CLI,
    COUNTERS_LINE,
    CREDIT,
    CREDITS_LINE,
    ITEMS,
    ROWS,
    SESSIONS,
    WINDOW,
    Flags,
    Sums,
)

_CREDITS = "ai_credits_used"
_TOKENS = SESSIONS[3:]  # these stand in `token_usage`


def document(sums: Sums) -> dict[str, Any]:
    """What the people of a team did together, of their own rows alone, so that it is the same whichever teams are read.

    A counter that a person's row does not say is zero in the sum (GitHub's recipe); of other figures that no row said,
    the reader of the document knows whether they are zero or not measured yet.
    """
    places = sums.places
    arrays = {
        "totals_by_ide": _rows(sums, _pairs(places.ides), ("ide",), SEVEN),
        "totals_by_feature": _rows(sums, _pairs(places.features), ("feature",), SEVEN),
        "totals_by_language_feature": _rows(sums, places.languages, ("language", "feature"), SIX),
        "totals_by_language_model": _rows(sums, places.language_models, ("language", "model"), SIX),
        "totals_by_model_feature": _rows(sums, places.models, ("model", "feature"), SEVEN),
    }
    said: dict[str, Any] = {"daily_active_users": sums.active} | dict.fromkeys(SEVEN, 0) | _top(sums)
    phases = [
        {"phase": phase, "total_engaged_users": people}
        | ({} if number is None else {"phase_number": number})
        | ({} if version is None else {"version": version})
        for (phase, number, version), people in sorted(sums.phases.items(), key=str)
    ]
    arrays["totals_by_ai_adoption_phase"] = phases
    return said | {name: rows for name, rows in arrays.items() if rows} | _rare(sums)


def _top(sums: Sums) -> dict[str, Any]:
    said: dict[str, Any] = _figures(SEVEN, sums.line(COUNTERS_LINE))
    for flags, people in sums.flags.items():
        for name, flag in _people(flags).items():
            if flag is not None:
                said[name] = said.get(name, 0) + (people if flag else 0)
    credits_line = sums.line(CREDITS_LINE)
    return said | ({_CREDITS: credits_line[0] / CREDIT} if credits_line[ROWS] else {})


def _people(flags: Flags) -> Mapping[str, bool | None]:
    """Which daily active people somebody with these flags belongs to; None: the row does not say."""
    cli, app, window, cloud, coding, asked, passive = flags
    return {
        "daily_active_cli_users": cli,
        "daily_active_copilot_app_users": app,
        "daily_active_vscode_agent_users": window,
        # The same flag by its new and its old name.
        "daily_active_copilot_cloud_agent_users": coding if cloud is None else cloud or bool(coding),
        "daily_active_copilot_code_review_users": asked,
        # Who asked for a review counts as active alone (docs: "Copilot usage metrics data").
        "daily_passive_copilot_code_review_users": False if asked else passive,
    }


def _figures(names: Sequence[str], line: Sequence[int]) -> dict[str, int]:
    """The figures of a line that at least one of its rows had; see `ABSENT`."""
    rows = line[ROWS]
    return {name: amount % ABSENT for name, amount in zip(names, line, strict=False) if amount // ABSENT < rows}


def _pairs(places: Mapping[str, int]) -> Mapping[tuple[str, ...], int]:
    return {(value,): place for value, place in places.items()}


def _rows(
    sums: Sums, places: Mapping[tuple[str, ...], int], keys: Sequence[str], names: Sequence[str]
) -> list[dict[str, Any]]:
    lines = ((value, sums.line(place)) for value, place in sorted(places.items()))
    return [dict(zip(keys, value, strict=True)) | _figures(names, line) for value, line in lines if line[ROWS]]


def _rare(sums: Sums) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for (array, *value), place in sorted(sums.places.rare.items()):
        line = sums.line(place)
        if not line[ROWS]:
            continue
        if array in {CLI, APP}:
            said[array] = _sessions(line)
        elif array == WINDOW:
            said[array] = _figures(AGENTS_WINDOW, line)
        else:
            said.setdefault(array, []).append(_rare_row(array, value, line, sums.agents))
    return said


def _sessions(line: Sequence[int]) -> dict[str, Any]:
    figures = _figures(SESSIONS, line)
    tokens: dict[str, Any] = {name: figures.pop(name) for name in _TOKENS if name in figures}
    requests = figures.get("request_count")
    if requests and len(tokens) == len(_TOKENS):
        tokens["avg_tokens_per_request"] = round(sum(tokens.values()) / requests, 1)
    return figures | ({"token_usage": tokens} if tokens else {})


def _rare_row(array: str, value: Sequence[str], line: Sequence[int], agents: Mapping[str, str]) -> dict[str, Any]:
    if array == AGENTS:
        named = {"agent_name": agents[value[0]]} if value[0] in agents else {}
        return {"agent_id": value[0]} | named | _figures(("user_initiated_interaction_count",), line)
    return {ITEMS[array]: value[0]} | _figures(("interaction_count",), line)
