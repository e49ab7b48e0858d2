"""A request that hangs or drips while the run is cancelled: the process ends, and what was had is shown or told."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from copilot_usage.demo.github import Reply, Request
from end_to_end.workflow import Workflow
from fakes.server import BrokenReply, FakeServer, as_json

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nX-Padding: "


@pytest.fixture
def release() -> Iterator[Event]:
    """Ends what hangs, at the end of the test."""
    released = Event()
    yield released
    released.set()


def dripping(arrived: Event, release: Event) -> Callable[[], None]:
    def wait() -> None:
        arrived.set()
        if release.wait(0.05):
            raise ConnectionAbortedError

    return wait


def hanging(arrived: Event, release: Event) -> Callable[[], None]:
    def wait() -> None:
        arrived.set()
        release.wait()
        raise ConnectionAbortedError

    return wait


@pytest.mark.parametrize(
    ("where", "how", "number"),
    [
        ("reports", "hangs", signal.SIGINT),
        ("reports", "hangs", signal.SIGTERM),
        ("reports", "drips its head", signal.SIGTERM),
        ("seats", "drips its body", signal.SIGTERM),
        ("ai_credit", "hangs", signal.SIGTERM),
        ("download", "drips its body", signal.SIGTERM),
    ],
)
def test_a_signal_ends_the_process_though_a_request_hangs(
    tmp_path: Path, release: Event, where: str, how: str, number: signal.Signals
) -> None:
    arrived = Event()
    slowly = (hanging if how == "hangs" else dripping)(arrived, release)
    rest = b"x" * 50_000 if how == "drips its head" else b"\r\n\r\n" + b" " * 100_000
    stuck = BrokenReply(raw=HEAD + rest, slowly=slowly)

    def answer(request: Request) -> Reply:
        if where in request.path:
            return stuck
        if where == "download" and "/reports/" in request.path:
            return as_json({"download_links": [f"{server.url}/download"], "report_day": request.query.get("day")})
        return as_json("") if "/reports/" in request.path else as_json({"message": "Not Found"}, 404)

    with FakeServer(answer) as server:
        workflow = Workflow(tmp_path, server.url)
        with workflow.begun(token="ghp_reading", org="octo-org", days="3") as process:
            assert arrived.wait(60)
            process.send_signal(number)
            # A generous bound; a read that is waited for takes 30 seconds, and one in drops has no end.
            log, _ = process.communicate(timeout=20)
    assert process.returncode == (130 if number == signal.SIGINT else 1), log
    assert "The run was cancelled" in log
    assert "Traceback" not in log


def test_a_thread_that_hangs_is_left_behind_at_the_end() -> None:
    program = (
        "import sys, threading\n"
        "from copilot_usage import __main__\n"
        "threading.Thread(target=threading.Event().wait).start()\n"
        "sys.argv = ['copilot-usage', 'report', '--org', 'octo-org']\n"
        "sys.exit(__main__.main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False, env={"PATH": ""}
    )
    assert done.returncode == 2
    assert "`token`" in done.stderr
