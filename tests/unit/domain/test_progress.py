from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_usage.domain.progress import NoProgress

if TYPE_CHECKING:
    import pytest

    from copilot_usage.domain.progress import Progress


def test_a_work_that_nobody_watches_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress: Progress = NoProgress()
    progress.begin("octo-org", 365)
    progress.advance(30)
    progress.end()
    assert capsys.readouterr() == ("", "")
