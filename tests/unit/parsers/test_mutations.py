"""Documents with something wrong in them: no traceback, and no figure made of garbage."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.importing.detect import recognise
from copilot_usage.parsers.fields import LARGEST
from copilot_usage.parsers.json_documents import parse_documents
from copilot_usage.parsers.parse import read
from copilot_usage.parsers.report_days import day_documents, mismatch
from copilot_usage.team_join.join import TeamJoin
from sample_documents import counters, lines, membership, metrics_day, report_day, usage_day, user_row, wrapper

OWNER = Scope(ScopeKind.ORGANIZATION, "octo-org")
DAY = date(2026, 10, 5)
GARBAGE: tuple[Any, ...] = (
    None, True, False, "", "12", "octocat", -1, -0.5, 1.5, 2**53 + 1, 10**30, 1e308, [], [[]], [None], {}, {"day": {}},
    "\N{RIGHT-TO-LEFT OVERRIDE}|`::error::", "x" * 10_000, [1, "2", None], {"": ""}, "2026-99-99", 0,
)  # fmt: skip
USER = user_row(
    1,
    **counters(1, 2, 3, 4, 5, 6, 7),
    used_cli=True,
    ai_credits_used=1.5,
    totals_by_ide=[{"ide": "vim", **counters(1, 2, 3, 4, 5, 6, 7)}],
    totals_by_feature=[{"feature": "agent_edit", **counters(1, 2, 3, 4, 5, 6, 7)}],
    totals_by_language_feature=[{"language": "go", "feature": "agent_edit", **counters(1, 2, 3, 4, 5, 6)}],
    totals_by_model_feature=[{"model": "auto", "feature": "agent_edit", **counters(1, 2, 3, 4, 5, 6, 7)}],
    totals_by_cli={"session_count": 1, "request_count": 2, "token_usage": {"output_tokens_sum": 5}},
    totals_by_vscode_agent={"total_user_messages": 4},
    totals_by_3rd_party_agent=[{"agent_id": "a", "agent_name": "A", "user_initiated_interaction_count": 1}],
    totals_by_mcp=[{"mcp": "github", "interaction_count": 3}],
    ai_adoption_phase={"phase": "Phase 1", "phase_number": 1},
)
Document = dict[str, Any]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document: its container and its key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


def _replace(rng: random.Random, container: Any, key: Any) -> None:
    container[key] = deepcopy(rng.choice(GARBAGE))


def _remove(rng: random.Random, container: Any, key: Any) -> None:
    del container[key]


def _rename(rng: random.Random, container: Any, key: Any) -> None:
    if isinstance(container, dict):
        container[str(key)[::-1]] = container.pop(key)


def _repeat(rng: random.Random, container: Any, key: Any) -> None:
    if isinstance(container, list):
        container.extend(deepcopy(container[key]) for _ in range(rng.randrange(3)))


def _wrap(rng: random.Random, container: Any, key: Any) -> None:
    container[key] = [container[key]] if rng.random() < 0.5 else {"day": container[key]}


STEPS: tuple[Callable[[random.Random, Any, Any], None], ...] = (_replace, _replace, _remove, _rename, _repeat, _wrap)


def _mutant(rng: random.Random, document: Document) -> bytes:
    mutant = deepcopy(document)
    for _ in range(rng.randint(1, 4)):
        if places := list(_places(mutant)):
            rng.choice(STEPS)(rng, *rng.choice(places))
    return _scratched(rng, json.dumps(mutant, indent=rng.choice([None, None, 2])).encode())


def _scratched(rng: random.Random, body: bytes) -> bytes:
    """Now and then the bytes suffer as well."""
    if rng.random() < 0.7:
        return body
    where = rng.randrange(len(body) + 1)
    return rng.choice(
        [
            body[:where],
            body[:where] + rng.randbytes(3) + body[where:],
            body[:where] + body[where + 5 :],
            b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n"),
            body + b"\n" + body[:where],
            body.replace(b"12", b"NaN", 1),
            body.replace(b"12", b"1e999", 1),
        ]
    )


def _is_sound(figures: Mapping[str, Any]) -> bool:
    return all(type(amount) in {int, float} and 0 <= amount <= LARGEST for amount in figures.values())


def _check_days(body: bytes, generation: Generation) -> None:
    parsed = parse_documents(body)
    recognise(parsed)
    for day, document in day_documents(parsed).documents.items():
        mismatch(document, day=DAY, kind=OWNER.kind, owner="4711")
        usage = read(Snapshot(day, OWNER, generation, settled=True, document=document)).usage
        if usage is not None:
            assert _is_sound(usage.totals)
            rows = [row for breakdown in usage.breakdowns.values() for row in breakdown.items()]
            assert all(value and _is_sound(figures) for value, figures in rows)


def _check_join(memberships: list[bytes], users: list[bytes]) -> None:
    join = TeamJoin(OWNER, [OWNER.of_team("*")], people=True)
    join.add_memberships(DAY, memberships)
    join.add_users(users, days=[DAY])
    for scope, document in join.documents(DAY).items():
        json.dumps(document, allow_nan=False, sort_keys=True)
        reading = read(Snapshot(DAY, scope, Generation.REPORTS, settled=True, document=document))
        assert reading.problems == ()
        assert reading.usage is not None
        assert _is_sound(reading.usage.totals)
        assert reading.usage.totals["daily_active_users"] <= reading.usage.totals["members"]
        join.trailing(scope, DAY)
        join.people(scope, DateRange(DAY, DAY))


def _run(mutants: int, seed: int) -> None:
    rng = random.Random(seed)
    whole: dict[Generation, list[Document]] = {
        Generation.REPORTS: [report_day(), wrapper(report_day(), report_day(day="2026-10-04"))],
        Generation.METRICS: [metrics_day()],
        Generation.USAGE: [usage_day()],
    }
    for number in range(mutants):
        generation = list(whole)[number % 4] if number % 4 < len(whole) else None
        if generation is None:
            good = lines([membership(1, 42, "web"), membership(2, 42, "web")])
            mutated = [_mutant(rng, membership(1, 42, "web")) + b"\n" for _ in range(2)]
            _check_join(good + mutated, [_mutant(rng, USER) + b"\n", *lines([USER]), _mutant(rng, USER)])
        else:
            _check_days(_mutant(rng, rng.choice(whole[generation])), generation)


def test_a_few_hundred_mutants_are_survived() -> None:
    _run(400, seed=1)


@pytest.mark.slow
def test_ten_thousand_mutants_are_survived() -> None:
    _run(10_000, seed=2)
