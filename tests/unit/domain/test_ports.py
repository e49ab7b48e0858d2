from __future__ import annotations

import pytest

from copilot_usage.domain.ports import NoProgress, Progress


def test_without_progress_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    progress: Progress = NoProgress()
    progress.begin("octo-org", 365)
    progress.advance(30)
    progress.end()
    assert capsys.readouterr() == ("", "")
