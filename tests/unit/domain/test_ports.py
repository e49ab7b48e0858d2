from __future__ import annotations

import pytest

from copilot_usage.domain.ports import NoProgress, Progress


def test_a_work_that_nobody_watches_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress: Progress = NoProgress()
    progress.begin("octo-org", 365)
    progress.advance(30)
    progress.end()
    assert capsys.readouterr() == ("", "")
