"""From a snapshot to a usage day, whichever generation said it."""

from __future__ import annotations

from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.domain.usage import Reading
from copilot_usage.parsers import metrics, reports, usage

_READERS = {Generation.REPORTS: reports.read, Generation.METRICS: metrics.read, Generation.USAGE: usage.read}


def read(snapshot: Snapshot) -> Reading:
    """What the snapshot's document says; no usage day if there was no report, or if it is not a report of usage."""
    reader = _READERS.get(snapshot.generation)
    if reader is None or snapshot.document is None:
        return Reading(None)
    return reader(snapshot.document, day=snapshot.day, settled=snapshot.settled, trailing=snapshot.trailing)
