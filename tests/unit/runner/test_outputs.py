from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from copilot_usage.errors import OutputRefused
from copilot_usage.runner.event import repository_is_public
from copilot_usage.runner.outputs import append_outputs, append_summary, write_file

if TYPE_CHECKING:
    from pathlib import Path


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
