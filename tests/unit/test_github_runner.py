from __future__ import annotations

import json
import logging
import os
import re
import threading
from pathlib import Path

import certifi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.errors import OutputRefused
from copilot_usage.github_runner import (
    CommandFormatter,
    PlainFormatter,
    _write_to_device,
    append_outputs,
    append_summary,
    mask,
    network_problems,
    plain,
    read_inputs,
    repository_is_public,
    runner_context,
    write_file,
)
from copilot_usage.redaction import Secrets


def formatted(level: int, message: str, **extra: str) -> str:
    record = logging.LogRecord("copilot_usage", level, "", 0, message, (), None)
    record.__dict__.update(extra)
    return CommandFormatter(Secrets()).format(record)


def test_a_warning_is_an_annotation_with_a_title() -> None:
    assert formatted(logging.WARNING, "two\nlines", title="A: title, here") == (
        "::warning title=A%3A title%2C here::two%0Alines"
    )


def test_an_error_is_an_annotation() -> None:
    assert formatted(logging.ERROR, "100 %") == "::error::100 %25"


def test_an_ordinary_line_is_no_annotation() -> None:
    assert formatted(logging.INFO, "28 days") == "28 days"


def test_debug_lines_are_left_to_the_runner() -> None:
    assert formatted(logging.DEBUG, "will ask") == "::debug::will ask"


HOSTILE = [
    "::error::x",
    "  ::add-mask::x",
    "\u3000::add-mask::x",
    "##[error]x",
    "fine\n::stop-commands::x",
    "fine\r::stop-commands::x",
    "a team named x##[set-output name=headline;]y",
    "fine\r##[set-output name=headline;]y",
    ":::error::x",
    "###[error]x",
    "#\u200b##[error]x",
]


def commands_in(text: str) -> list[str]:
    """As the runner reads them: a carriage return ends a line, `::` begins it, `##[` is looked for anywhere in it."""
    lines = re.split(r"\r\n|\r|\n", text)
    return [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_plain_line_is_taken_for_a_command(hostile: str) -> None:
    assert commands_in(plain(hostile)) == []


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR])
def test_what_is_logged_holds_no_command_but_its_own(level: int, hostile: str) -> None:
    own = {logging.DEBUG: ["::debug"], logging.WARNING: ["::warning"], logging.ERROR: ["::error"]}.get(level, [])
    text = formatted(level, f"{hostile} and {hostile}", title=hostile)
    assert [line[: len(own[0])] for line in commands_in(text)] == own
    assert "##[" not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_command_in_a_terminal_logs_none_either(hostile: str) -> None:
    record = logging.LogRecord("copilot_usage", logging.INFO, "", 0, "%s", (hostile,), None)
    assert commands_in(PlainFormatter(Secrets()).format(record)) == []


@given(st.lists(st.sampled_from([":", "#", "[", "\r", "\n", " ", "x", "\u200b", "\ufeff"])).map("".join))
def test_no_text_at_all_is_taken_for_a_command(text: str) -> None:
    assert commands_in(plain(text)) == []


def test_an_annotation_is_cut_before_the_runner_cuts_it() -> None:
    assert len(formatted(logging.WARNING, "x" * 10_000)) < 4_096


def test_what_is_for_finding_mistakes_is_whole_and_so_is_a_secret() -> None:
    reason = "x" * 10_000 + "KeyError: the reason"
    assert formatted(logging.DEBUG, reason).endswith("the reason")
    assert mask("s" * 10_000) == "::add-mask::" + "s" * 10_000


def test_warnings_beyond_what_the_runner_shows_become_plain_lines() -> None:
    formatter = CommandFormatter(Secrets())
    record = logging.LogRecord("copilot_usage", logging.WARNING, "", 0, "again", (), None)
    lines = [formatter.format(record) for _ in range(12)]
    assert sum(line.startswith("::warning") for line in lines) == 10


def test_a_mask_hides_a_secret() -> None:
    assert mask("s3cret") == "::add-mask::s3cret"


def test_hyphens_stay_in_the_names_of_variables() -> None:
    environ = {"INPUT_SNAPSHOT-BRANCH": "x"}
    assert read_inputs(environ, ["snapshot-branch", "org"]) == {"snapshot-branch": "x", "org": ""}


def test_an_empty_variable_is_an_absent_one() -> None:
    context = runner_context({"GITHUB_API_URL": "", "RUNNER_TEMP": ""})
    assert context.api_url == "https://api.github.com"
    assert context.temporary is None


def test_the_owner_comes_from_the_repository_if_need_be() -> None:
    assert runner_context({"GITHUB_REPOSITORY": "octo-org/tools"}).repository_owner == "octo-org"


def test_the_api_may_be_any_host() -> None:
    assert runner_context({"GITHUB_API_URL": "https://api.octo.ghe.com/"}).api_url == "https://api.octo.ghe.com"


@pytest.mark.parametrize(
    "address",
    [
        "https://api.github.com",
        "HTTPS://github.octo.test:8443/api/v3",
        "https://my_host/api",
        "https://[2001:db8::1]:8443",
        "http://127.0.0.1:8080",
        "http://localhost/api/v3",
        "http://[::1]:80",
    ],
)
def test_the_api_is_asked_over_https_or_on_this_machine(address: str) -> None:
    assert network_problems(runner_context({"GITHUB_API_URL": address})) == []


@pytest.mark.parametrize(
    "address",
    [
        "the address of the API",
        "api.github.com",
        "//api.github.com",
        "ftp://api.github.com",
        "file:///etc/passwd",
        "https://",
        "https://api.github.com:port",
        "https://api.github.com:-1",
        "https://api.github.com:0",
        "https://api.github.com:65536",
        "https://api.github.com:443:443",
        "https://api.github.com /v3",
        "https://api.git\nhub.com",
        "https://api.github.com/a b",
        "https://user:secret@api.github.com",
        "https://api.github.com?page=1",
        "https://api.github.com#top",
        "https://api..github.com",
        f"https://{'a' * 64}.test",
        "https://api.gïthub.com",
        "https://[",
        "https://[:::]",
        "https://[::1",
        "https://api.github.com\\@octo.test",
    ],
)
def test_an_address_that_is_none_is_a_problem_of_its_variable(address: str) -> None:
    (problem,) = network_problems(runner_context({"GITHUB_API_URL": address}))
    assert problem.startswith("`GITHUB_API_URL`: ")
    assert "\n" not in problem
    assert "https://HOST" in problem
    assert "secret" not in problem


def test_an_address_with_a_password_is_a_problem_that_says_so() -> None:
    (problem,) = network_problems(runner_context({"GITHUB_API_URL": "https://user:secret@api.github.com"}))
    assert "it holds a user name or a password" in problem


@pytest.mark.parametrize("address", ["http://api.octo.test", "http://10.0.0.1:8080", "http://127.0.0.1.octo.test"])
def test_the_token_goes_unencrypted_to_another_machine_only_where_that_is_allowed(address: str) -> None:
    environ = {"GITHUB_API_URL": address}
    (problem,) = network_problems(runner_context(environ))
    assert "COPILOT_USAGE_ALLOW_HTTP" in problem
    allowed = runner_context({**environ, "COPILOT_USAGE_ALLOW_HTTP": "true"})
    assert network_problems(allowed) == []
    assert allowed.is_unencrypted
    assert not runner_context({"GITHUB_API_URL": "http://localhost:8080"}).is_unencrypted


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, "", "no certificate"], ids=["missing", "empty", "text"])
def test_a_bundle_of_certificates_that_cannot_be_read_is_a_problem_of_its_variable(
    name: str, content: str | None, tmp_path: Path
) -> None:
    bundle = tmp_path / "company-ca.pem"
    if content is not None:
        bundle.write_text(content)
    (problem,) = network_problems(runner_context({name: str(bundle)}))
    assert problem.startswith(f"`{name}`: `{bundle}`")


def test_a_bundle_or_a_folder_of_certificates_may_be_given(tmp_path: Path) -> None:
    for bundle in (certifi.where(), str(tmp_path)):
        assert network_problems(runner_context({"REQUESTS_CA_BUNDLE": bundle})) == []


def test_no_certificates_are_needed_where_nothing_is_encrypted() -> None:
    environ = {"REQUESTS_CA_BUNDLE": "/not/there", "GITHUB_API_URL": "http://localhost:8080"}
    assert network_problems(runner_context(environ)) == []


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
        _write_to_device(pipe, [b"x" * 1_000_000], timeout=0)
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
