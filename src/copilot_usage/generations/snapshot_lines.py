"""A line of this project's own snapshots, and the snapshot that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_usage.domain.scope import Scope, ScopeKind, is_slug
from copilot_usage.domain.snapshot import SCHEMA, Generation, Snapshot, Status
from copilot_usage.generations.found import day_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS = frozenset({"day", "scope", "name", "generation", "schema", "settled", "status"})


def is_snapshot_line(document: Mapping[str, Any]) -> bool:
    """Whether it has the keys that every snapshot line has."""
    return document.keys() >= _KEYS


def snapshot_of(line: Mapping[str, Any]) -> Snapshot:
    """Raises ValueError, saying which key cannot be used."""
    schema, day = line["schema"], day_of(line)
    if type(schema) is not int or schema < 1:
        raise ValueError("a snapshot whose `schema` is not a number from 1 on")
    if schema > SCHEMA:
        raise ValueError("a snapshot of a later version of this program")
    if day is None:
        raise ValueError("a snapshot whose `day` is none")
    status, document = _word(line, "status", Status), line.get("document")
    if not (isinstance(document, dict) if status == Status.OK else document is None):
        raise ValueError("a snapshot whose `status` and `document` contradict each other")
    generation = _word(line, "generation", Generation)
    if type(line["settled"]) is not bool:
        raise ValueError("a snapshot whose `settled` is neither true nor false")
    return Snapshot(
        day, _scope(line), Generation(generation), line["settled"], document, _trailing(line.get("trailing"))
    )


def _word(line: Mapping[str, Any], key: str, words: type[Generation | ScopeKind | Status]) -> str:
    if line[key] not in list(words):
        raise ValueError(f"a snapshot whose `{key}` is unknown")
    return str(line[key])


def _scope(line: Mapping[str, Any]) -> Scope:
    kind = ScopeKind(_word(line, "scope", ScopeKind))
    name = line["name"]
    parts = name.split("/") if isinstance(name, str) else []
    if len(parts) != 1 + kind.is_team or not all(map(is_slug, parts)):
        raise ValueError("a snapshot whose `name` cannot be one of its scope")
    return Scope(kind, *parts)


def _trailing(value: Any) -> Mapping[str, int | None] | None:
    if not isinstance(value, dict):
        return None
    return {str(name): count if type(count) is int and count >= 0 else None for name, count in value.items()}
