"""Users reports of very many people: a few fictional rows, each repeated under other names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import cycle, islice
from random import Random
from typing import Any

from copilot_usage.demo.organization import Organization

ENTERPRISE = "octo-enterprise"
_DIFFERENT = 400
_PLACEHOLDER = 999_999_999
_FIRST = 100_000_000
_SEED = 23
# A row of the demo is shorter than one of a real enterprise; these languages bring it to 4.5 KB.
_LANGUAGES = ("typescript", "python", "go", "java", "csharp", "kotlin", "yaml", "markdown", "sql")
_LANGUAGES_EACH = 2


def users(day: date, people: int) -> Iterator[bytes]:
    """Lines of a users report, one a person."""
    texts = [_text(row, day, n) for n, row in enumerate(_rows(day))]
    placeholder = b'"user_id":%d' % _PLACEHOLDER
    for number, text in enumerate(islice(cycle(texts), people)):
        yield text.replace(placeholder, b'"user_id":%d' % (_FIRST + number), 1)


def memberships(day: date, people: int, teams: int) -> Iterator[bytes]:
    """Lines of a user-teams report: each person in one team, every fifth person in a second one too."""
    random = Random(_SEED)
    for number in range(people):
        mine = random.sample(range(teams), 2 if number % 5 == 0 else 1)
        for team in mine:
            yield (
                b'{"user_id":%d,"user_login":"person-%d","day":"%b","enterprise_id":"777","team_id":%d,"slug":"team-%03d"}\n'
                % (_FIRST + number, number, day.isoformat().encode(), 9_000 + team, team)
            )


def _rows(day: date) -> Iterator[dict[str, Any]]:
    crowd = Organization(ENTERPRISE, "777", "enterprise_id", count=2 * _DIFFERENT, teams=1)
    return islice((row for row in crowd.user_rows(day) if row["totals_by_feature"]), _DIFFERENT)


def _text(row: dict[str, Any], day: date, number: int) -> bytes:
    feature_rows = [found for found in row["totals_by_language_feature"] if found["language"]]
    first = feature_rows[0]["language"]
    languages = [_LANGUAGES[(number + n) % len(_LANGUAGES)] for n in range(_LANGUAGES_EACH)]
    mine = [
        {**found, "language": language}
        for language in languages
        for found in feature_rows
        if found["language"] == first
    ]
    models = [{**found, "model": "gpt-5.4"} for found in mine]
    whole = {
        **row,
        "user_id": _PLACEHOLDER,
        "day": day.isoformat(),
        "totals_by_language_feature": mine,
        "totals_by_language_model": models,
    }
    return json.dumps(whole, separators=(",", ":")).encode() + b"\n"
