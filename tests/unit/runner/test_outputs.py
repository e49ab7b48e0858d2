from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from copilot_usage.errors import OutputRefused
from copilot_usage.runner.event import repository_is_public
from copilot_usage.runner.outputs import _pour, append_outputs, append_summary, write_file


def read_outputs(text: str) -> dict[str, str]:
    """As the runner reads them: name, delimiter, value, delimiter."""
    lines, outputs = iter(text.splitlines()), {}
    for line in lines:
        name, delimiter = line.split("<<")
        value = []
        while (part := next(lines)) != delimiter:
            value.append(part)
        outputs[name] = "\n".join(value)
    return outputs


def test_outputs_of_several_lines_come_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "output"
    append_outputs(str(path), {"headline": "a\nb=c", "days": "28", "empty": ""})
    append_outputs(str(path), {"more": "x<<y"})
    assert read_outputs(path.read_text()) == {"headline": "a\nb=c", "days": "28", "empty": "", "more": "x<<y"}


def test_the_summary_is_added_to(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    append_summary(str(path), "one")
    append_summary(str(path), "two\n")
    assert path.read_text() == "one\ntwo\n"


def test_a_file_is_written_whole_in_folders_that_are_made(tmp_path: Path) -> None:
    write_file(str(tmp_path), "a/b/usage.csv", ["x\r\n", "y\r\n"])
    assert (tmp_path / "a/b/usage.csv").read_bytes() == b"x\r\ny\r\n"
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["usage.csv"]


def test_a_link_stays_a_link_and_its_file_is_written(tmp_path: Path) -> None:
    for name, target in {"to a file": "file", "to nothing yet": "new"}.items():
        (tmp_path / name).symlink_to(tmp_path / target)
    (tmp_path / "file").write_text("old")
    for name in ("to a file", "to nothing yet"):
        write_file(str(tmp_path), name, ["new"])
        assert (tmp_path / name).is_symlink()
    assert (tmp_path / "file").read_text() == (tmp_path / "new").read_text() == "new"


def test_a_link_to_itself_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OutputRefused):
        write_file(str(tmp_path), "loop", ["x"])
    assert (tmp_path / "loop").is_symlink()


@pytest.mark.parametrize("through", ["itself", "a link"])
def test_a_device_is_written_to_and_never_replaced(tmp_path: Path, through: str) -> None:
    full, nothing = Path("/dev/full"), Path("/dev/null")
    if through == "a link":
        full, nothing = tmp_path / "full", tmp_path / "null"
        full.symlink_to("/dev/full")
        nothing.symlink_to("/dev/null")
    with pytest.raises(OutputRefused, match="could not be written") as refused:
        write_file(str(tmp_path), str(full), ["x"])
    assert "No space left" in refused.value.cause
    write_file(str(tmp_path), str(nothing), ["x"])
    append_summary(str(nothing), "x")
    with pytest.raises(OutputRefused):
        append_outputs(str(full), {"days": "28"})
    assert full.is_char_device()
    assert nothing.is_char_device()


def test_a_pipe_is_written_to_while_it_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    other = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    reader.start()
    write_file(str(tmp_path), "pipe", ["x" * 100_000, "\n"] if other else [])
    reader.join()
    os.close(other)
    assert b"".join(read) == b"x" * 100_000 + b"\n"
    assert pipe.is_fifo()


def test_a_pipe_that_is_not_read_is_an_error_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for write in (lambda: write_file(str(tmp_path), "pipe", ["x"]), lambda: append_summary(str(pipe), "x")):
        with pytest.raises(OutputRefused):
            write()
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(TimeoutError):
        _pour(pipe, [b"x" * 1_000_000], patience=0)
    os.close(reader)
    assert pipe.is_fifo()


def test_half_a_character_is_no_reason_to_lose_a_file(tmp_path: Path) -> None:
    write_file(str(tmp_path), "usage.json", ["\ud800x"])
    append_summary(str(tmp_path / "summary"), "\udcffx")
    assert (tmp_path / "usage.json").read_text() == "?x"
    assert (tmp_path / "summary").read_text() == "?x\n"


def test_a_file_that_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def parts() -> list[str]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_file(str(tmp_path), "usage.csv", (part for _ in range(2) for part in parts()))
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputRefused) as caught:
        write_file(str(tmp_path), "file/usage.csv", ["x"])
    assert caught.value.cause == "`file/usage.csv`: File exists."
    assert isinstance(caught.value.__cause__, OSError)


def test_the_runners_own_file_that_cannot_be_written_is_an_error_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(OutputRefused) as caught:
        append_summary(str(tmp_path), "x")
    assert caught.value.cause == "Is a directory."


@pytest.mark.parametrize(
    ("event", "public"),
    [({"repository": {"private": False}}, True), ({"repository": {"private": True}}, False), ({}, False), ([], False)],
)
def test_a_public_repository_is_known_from_the_event(tmp_path: Path, event: object, public: bool) -> None:  # noqa: FBT001
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    assert repository_is_public(str(path)) is public


def test_without_an_event_nothing_is_known(tmp_path: Path) -> None:
    assert not repository_is_public(None)
    assert not repository_is_public(str(tmp_path / "none"))


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff", b"{", None], ids=["nested", "bytes", "cut", "a pipe"])
def test_an_event_that_cannot_be_read_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    path = tmp_path / "event.json"
    if content is None:
        os.mkfifo(path)
    else:
        path.write_bytes(content)
    assert not repository_is_public(str(path))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
