"""What started the workflow."""

from __future__ import annotations

import json
from pathlib import Path


def repository_is_public(event_path: str | None) -> bool:
    """Whether everyone can read this repository's job summaries (`repository.private` of the event payload)."""
    if event_path is None:
        return False
    try:
        event = json.loads(Path(event_path).read_bytes())
    except (OSError, ValueError):
        return False
    repository = event.get("repository") if isinstance(event, dict) else None
    return isinstance(repository, dict) and repository.get("private") is False
