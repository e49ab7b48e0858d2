"""What started the workflow."""

from __future__ import annotations

import json
import logging
from pathlib import Path

_logger = logging.getLogger(__name__)


def repository_is_public(event_path: str | None) -> bool:
    """Whether everyone can read this repository's job summaries (`repository.private` of the event payload)."""
    if event_path is None:
        return False
    path = Path(event_path)
    try:
        event = json.loads(path.read_bytes() if path.is_file() else b"")
    except (OSError, ValueError, RecursionError) as error:
        _logger.warning(
            "`GITHUB_EVENT_PATH` names no readable event (%s): whether this repository is public is not known.",
            type(error).__name__,
            extra={"title": "The workflow's event is not known"},
        )
        return False
    repository = event.get("repository") if isinstance(event, dict) else None
    return isinstance(repository, dict) and repository.get("private") is False
