"""What the next commit is to hold, and what it is called; asks nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot_usage.domain.snapshot import Generation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date

    from copilot_usage.domain.scope import Scope
    from copilot_usage.snapshots.layout import MonthFile

# Contents travel with the tree where they are small; a request of more is one that GitHub may not finish in its ten seconds.
INLINE = 1024 * 1024
_TREE = 4 * 1024 * 1024
# GitHub would make links of these: issues of the repository, and commits.
_REFERENCE = re.compile(r"gh-\d+|[0-9a-f]{7,64}", re.IGNORECASE)


@dataclass(slots=True)
class Draft:
    """A file that is to be written. `base`: the blob that it was made from; `posted`: GitHub has its blob."""

    path: str
    base: str | None
    sha: str
    packed: bytes
    size: int
    days: tuple[date, ...] = ()
    posted: bool = False


def batches(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    """Drafts that may go into one tree request together, each with what it carries along; none if there are no drafts."""
    batch: list[Draft] = []
    room = _TREE
    for draft in drafts:
        weight = 0 if draft.posted else draft.size
        if batch and weight > room:
            yield batch
            batch, room = [], _TREE
        batch.append(draft)
        room -= weight
    if batch:
        yield batch


def commit_message(written: Collection[tuple[MonthFile, Draft]]) -> str:
    """One line. Names are slugs, so that nobody is mentioned; what would still become a link is left out."""
    usage = [(file, draft) for file, draft in written if file.generation is not Generation.SEATS]
    days = sorted({day for _, draft in (usage or written) for day in draft.days})
    scopes = sorted({file.scope for file, _ in (usage or written)})
    count = "1 day" if len(days) == 1 else f"{len(days)} days"
    what = count if usage else f"seats, {count}"
    more = f" and {len(scopes) - 1} more" if len(scopes) > 1 else ""
    return f"Copilot usage: {what} of {_name(scopes[0])}{more} up to {days[-1]}"


def _name(scope: Scope) -> str:
    parts = scope.name.split("/")
    return f"one {scope.kind}" if any(_REFERENCE.fullmatch(part) for part in parts) else scope.name
