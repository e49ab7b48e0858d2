"""From a snapshot to a usage day, whichever generation said it."""

from __future__ import annotations

from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.domain.usage import Reading
from copilot_usage.parsers import metrics, reports, usage


def read(snapshot: Snapshot) -> Reading:
    """What the snapshot's document says; no usage day where there was no report, and none of the seats' history."""
    document = snapshot.document
    if document is None:
        return Reading(None)
    match snapshot.generation:
        case Generation.REPORTS:
            reader = reports.read
        case Generation.METRICS:
            reader = metrics.read
        case Generation.USAGE:
            reader = usage.read
        case Generation.SEATS | Generation.TEAMS:
            return Reading(None)
    return reader(document, day=snapshot.day, settled=snapshot.settled, trailing=snapshot.trailing)
