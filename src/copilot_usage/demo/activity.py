"""What a fictional person did on a day: a row of a users report, or nothing."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from copilot_usage.demo.people import Person

Row = dict[str, Any]
COUNTERS = (
    "user_initiated_interaction_count",
    "code_generation_activity_count",
    "code_acceptance_activity_count",
    "loc_suggested_to_add_sum",
    "loc_suggested_to_delete_sum",
    "loc_added_sum",
    "loc_deleted_sum",
)
FLAGS = (
    "used_chat",
    "used_agent",
    "used_copilot_cloud_agent",
    "used_copilot_code_review_active",
    "used_copilot_code_review_passive",
)
# GitHub's adoption phases, by number: no cohort, code first, agent first, multi-agent.
PHASES = ("No Cohort", "Phase 1", "Phase 2", "Phase 3")
# When GitHub introduced what (its changelog); before that day a row lacks the field.
APP_DAY = date(2026, 7, 28)
CREDITS_DAY = date(2026, 6, 19)
_ANCHOR = date(2026, 11, 1).toordinal()
_MODELS = ("gpt-5.4", "claude-sonnet-4.6", "gemini-3-pro", "auto")
# A holiday week late in the year, and another in summer, quiet in every organization.
_QUIET_WEEKS = (52, 32)


def is_active(person: Person, day: date, seed: str) -> bool:
    """Whether the person used Copilot on the day; cheap, because weekly and monthly counts ask 28 times."""
    age = _ANCHOR - day.toordinal()
    if person.habit == 0 or age > person.began:
        return False
    if person.number % 31 == 5 and age < 45:  # stopped some weeks ago
        return False
    chance = person.habit * (0.09 if day.weekday() >= 5 else 1.0)
    if day.isocalendar().week in _QUIET_WEEKS:
        chance *= 0.4
    return Random(f"{seed}/a/{person.number}/{day.toordinal()}").random() < chance


def user_row(person: Person, day: date, seed: str) -> Row | None:
    """The person's row, None where there is none; a few people have credits and no activity."""
    if not is_active(person, day, seed):
        return _credits_only(person, day) if person.habit and person.number % 13 == 4 and day >= CREDITS_DAY else None
    random = Random(f"{seed}/r/{person.number}/{day.toordinal()}")
    features = _features(person, day, random)
    server_side = person.number % 41 == 11
    return {
        **_identity(person, day),
        **{name: sum(row[name] for row in features.values()) for name in COUNTERS},
        **({name: [] for name in _ARRAYS} if server_side else _breakdowns(person, features, random)),
        **_flags(person, day, features, random),
        **_credits(day, features),
    }


_ARRAYS = (
    "totals_by_ide",
    "totals_by_feature",
    "totals_by_language_feature",
    "totals_by_language_model",
    "totals_by_model_feature",
)


def _identity(person: Person, day: date) -> Row:
    return {"day": day.isoformat(), "user_id": person.user_id, "user_login": person.login}


def _credits_only(person: Person, day: date) -> Row:
    zeros: Row = dict.fromkeys(COUNTERS, 0) | {name: [] for name in _ARRAYS}
    flags = dict.fromkeys(("used_chat", "used_agent", "used_cli"), False)
    return {**_identity(person, day), **zeros, **flags, "ai_credits_used": 0.5}


def _features(person: Person, day: date, random: Random) -> dict[str, dict[str, int]]:
    growth = max(0.15, 1 + (day.toordinal() - _ANCHOR) / 90)  # agents take off over the year
    features = {"code_completion": _counted(random, 0, 24, 0.31, 1.4)}
    if person.number % 12 == 6:  # knows nothing but completions
        return features
    if random.random() < 0.7:
        features["chat_panel_ask_mode"] = _counted(random, 5, 4, 0.2, 5.0)
    if random.random() < 0.12:
        features["chat_inline"] = _counted(random, 2, 2, 0.5, 4.0)
    if random.random() < person.agent * min(1.0, growth):
        features["chat_panel_agent_mode"] = _counted(random, 6, 5, 0.0, 3.0)
        features["agent_edit"] = _agent_edits(random, growth)
    if random.random() < person.terminal:
        features["copilot_cli"] = _counted(random, 7, 3, 0.0, 4.0)
    return features


def _counted(random: Random, prompts: int, generated: int, accepted: float, lines: float) -> dict[str, int]:
    generations = random.randint(1, 2 * generated)
    acceptances = sum(random.random() < accepted for _ in range(generations))
    amounts = (
        random.randint(prompts // 2, 2 * prompts) if prompts else 0,
        generations,
        acceptances,
        round(generations * lines * random.uniform(0.7, 1.3)),
        0,
        round(acceptances * lines * random.uniform(0.6, 1.1)),
        0,
    )
    return dict(zip(COUNTERS, amounts, strict=True))


def _agent_edits(random: Random, growth: float) -> dict[str, int]:
    edits = random.randint(2, 24)
    lines = round(edits * random.uniform(3, 11) * growth)
    return dict(zip(COUNTERS, (0, edits, 0, 0, 0, lines, round(lines * random.uniform(0.1, 0.5))), strict=True))


def _breakdowns(person: Person, features: dict[str, dict[str, int]], random: Random) -> Row:
    in_editor = _in_editor(features)
    language, model = person.languages, random.choice(_MODELS)
    first, second = (_share(features, 0.65), _share(features, 0.35, rest=0.65))
    spoken = ((language[0], first), (language[1], second))
    return {
        "totals_by_ide": [{"ide": person.editor, **_sum(in_editor)}],
        "totals_by_feature": [{"feature": name, **row} for name, row in features.items()],
        "totals_by_language_feature": [
            {"language": name, "feature": feature, **_without_prompts(row)}
            for name, rows in spoken
            for feature, row in rows.items()
        ],
        "totals_by_language_model": [
            {"language": name, "model": model, **_without_prompts(_sum(_in_editor(rows)))} for name, rows in spoken
        ],
        "totals_by_model_feature": [{"model": model, "feature": name, **row} for name, row in in_editor.items()],
    }


def _in_editor(features: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {name: row for name, row in features.items() if name != "copilot_cli"}


def _without_prompts(row: dict[str, int]) -> dict[str, int]:
    return {name: amount for name, amount in row.items() if name != COUNTERS[0]}


def _share(
    features: dict[str, dict[str, int]], share: float, *, rest: float | None = None
) -> dict[str, dict[str, int]]:
    """Whole numbers: the second share is what the first leaves."""
    if rest is None:
        return {name: {k: int(v * share) for k, v in row.items()} for name, row in features.items()}
    return {name: {k: v - int(v * rest) for k, v in row.items()} for name, row in features.items()}


def _sum(features: dict[str, dict[str, int]]) -> dict[str, int]:
    return {name: sum(row[name] for row in features.values()) for name in COUNTERS}


def _flags(person: Person, day: date, features: dict[str, dict[str, int]], random: Random) -> Row:
    cloud = random.random() < 0.07 * person.agent
    row: Row = {
        "used_chat": any(name.startswith("chat_") for name in features),
        "used_agent": "chat_panel_agent_mode" in features,
        "used_cli": "copilot_cli" in features,
        "used_copilot_coding_agent": cloud,
        "used_copilot_cloud_agent": cloud,
        "used_copilot_code_review_active": random.random() < person.reviews,
        "used_copilot_code_review_passive": random.random() < 0.1,
        "ai_adoption_phase": _phase(person),
    }
    if "copilot_cli" in features:
        row["totals_by_cli"] = _sessions(features["copilot_cli"][COUNTERS[0]], random)
    if day >= APP_DAY:
        row["used_copilot_app"] = random.random() < 0.04
    return row


def _sessions(prompts: int, random: Random) -> Row:
    requests = prompts * random.randint(2, 5)
    output, prompt = requests * random.randint(200, 900), requests * random.randint(2_000, 6_000)
    tokens: Row = {"output_tokens_sum": output, "prompt_tokens_sum": prompt}
    if requests:
        tokens["avg_tokens_per_request"] = round((output + prompt) / requests, 1)
    return {
        "session_count": max(1, prompts // 4),
        "request_count": requests,
        "prompt_count": prompts,
        "token_usage": tokens,
    }


def _phase(person: Person) -> Row:
    number = 0 if person.habit < 0.3 else 1 if person.agent < 0.3 else 2 if person.agent < 0.65 else 3
    return {"phase_number": number, "phase": PHASES[number], "version": "v1"}


def _credits(day: date, features: dict[str, dict[str, int]]) -> Row:
    if day < CREDITS_DAY:
        return {}
    return {"ai_credits_used": round(sum(row[COUNTERS[0]] for row in features.values()) * 0.9, 2)}
