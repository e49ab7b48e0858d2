"""The parts that settings lead to: here, the store."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from copilot_usage.bootstrap import store_of
from copilot_usage.domain.dates import DateRange
from copilot_usage.errors import StoreRefused
from copilot_usage.github_runner import RunnerContext
from copilot_usage.settings.settings import settings_from
from copilot_usage.snapshots.local_store import DirectoryStore
from copilot_usage.timing import Cancellation, Clock
from unit.snapshots.strategies import snapshot

DAYS = DateRange(date(2026, 11, 1), date(2026, 11, 30))


def test_what_a_local_history_cannot_take_goes_to_the_rescue_folder(tmp_path: Path) -> None:
    clock = Clock(now=lambda: datetime(2026, 11, 23, tzinfo=UTC))
    inputs = {"token": "t", "org": "octo-org", "snapshot-directory": "history"}
    (tmp_path / "history").write_text("in the way")
    context = RunnerContext(workspace=str(tmp_path), temporary=str(tmp_path))
    store = store_of(settings_from(inputs, today=date(2026, 11, 23)), context, clock, Cancellation())
    with pytest.raises(StoreRefused) as refused:
        store.save([snapshot(1)])
    assert f"{tmp_path / 'history'}: it is no folder." in refused.value.cause
    assert "--snapshot-directory FOLDER" in refused.value.remedy
    rescued = DirectoryStore(tmp_path / "copilot-usage-not-stored")
    assert list(rescued.load([snapshot(1).scope], DAYS)) == [snapshot(1)]
