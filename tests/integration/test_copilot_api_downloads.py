from __future__ import annotations

import gzip
import json
import logging
import zlib
from collections import deque
from contextlib import closing

import pytest

from copilot_usage.copilot_api.downloads import Downloads
from copilot_usage.copilot_api.ndjson import MOST_BYTES
from copilot_usage.demo.github import Reply
from copilot_usage.errors import Unreachable, UnreadableDocument
from copilot_usage.timing import Deadline
from fakes.clock import RecordedClock
from fakes.server import BrokenReply, FakeServer, one_by_one
from fakes.source import BAD_ADDRESSES, CANARY_SIGNATURE

ZEROS = gzip.compress(b"0" * (MOST_BYTES + 1))


def downloads(masked: list[str] | None = None, *, insecure: bool = True) -> Downloads:
    clock = RecordedClock()
    mask = ([] if masked is None else masked).append
    return Downloads(deadline=Deadline(600, now=clock.now, sleep=clock.sleep), mask=mask, insecure=insecure)


@pytest.mark.parametrize("link", ["http://files.test/a?sig=x", "HTTP://files.test/a", "http://127.0.0.1:8080/a"])
def test_a_plain_link_is_refused_where_the_api_is_encrypted(link: str) -> None:
    with closing(downloads(insecure=False)) as session, pytest.raises(UnreadableDocument) as refusal:
        list(session.stream(link, "octo-org: users-1-day"))
    assert "files.test" not in str(refusal.value)
    assert "127.0.0.1" not in str(refusal.value)


def test_a_link_without_a_query_is_masked_whole() -> None:
    masked: list[str] = []
    with FakeServer(one_by_one(Reply(200, b"{}\n"))) as files, closing(downloads(masked)) as session:
        list(session.stream(f"{files.url}/secret-path", "label"))
        assert masked == [f"{files.url}/secret-path"]


def test_a_file_is_handed_on_once_though_it_broke_off_twice() -> None:
    whole = b"\n".join(json.dumps({"row": number}).encode() for number in range(200_000)) + b"\n"
    replies = one_by_one(
        BrokenReply(200, whole, cut=700_000), BrokenReply(200, whole, cut=1_500_000), Reply(200, whole)
    )
    with FakeServer(replies) as files, closing(downloads()) as session:
        assert b"".join(session.stream(f"{files.url}/a", "label")) == whole
    assert len(files.requests) == 3


def test_a_compressed_file_is_unpacked() -> None:
    reply = Reply(200, gzip.compress(b'{"a":1}\n'), {"Content-Encoding": "gzip"})
    with FakeServer(one_by_one(reply)) as files, closing(downloads()) as session:
        assert b"".join(session.stream(f"{files.url}/a", "label")) == b'{"a":1}\n'


def test_a_compressed_file_that_is_cut_off_on_a_line_end_is_never_a_shorter_file() -> None:
    noise = "".join(chr(97 + number * number % 26) for number in range(3000))
    rows = b"".join(json.dumps({"row": number, "noise": noise[number:]}).encode() + b"\n" for number in range(2000))
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH)  # every row, and no end of the stream
    whole = packed + packer.flush()
    cut, good = (Reply(200, body, headers={"Content-Encoding": "gzip"}) for body in (packed, whole))
    with FakeServer(one_by_one(cut)) as files, closing(downloads()) as session, pytest.raises(Unreachable) as fault:
        list(session.stream(f"{files.url}/a", "label"))
    assert "the answer was cut off (5 tries)" in fault.value.cause
    with FakeServer(one_by_one(cut, good)) as files, closing(downloads()) as session:
        assert b"".join(session.stream(f"{files.url}/a", "label")) == rows


def test_a_file_of_several_compressed_members_is_whole() -> None:
    two = gzip.compress(b'{"a":1}\n') + gzip.compress(b'{"a":2}\n')
    with (
        FakeServer(one_by_one(Reply(200, two, headers={"Content-Encoding": "gzip"}))) as files,
        closing(downloads()) as session,
    ):
        assert b"".join(session.stream(f"{files.url}/a", "label")) == b'{"a":1}\n{"a":2}\n'
    assert len(files.requests) == 1


def test_a_file_that_always_ends_in_mid_line_is_handed_on_as_it_is() -> None:
    with FakeServer(one_by_one(Reply(200, b'{"a":1}\n{"a":'))) as files, closing(downloads()) as session:
        assert b"".join(session.stream(f"{files.url}/a", "label")) == b'{"a":1}\n{"a":'
    assert len(files.requests) == 2


def test_a_redirect_of_a_link_is_followed_masked_and_without_credentials() -> None:
    masked: list[str] = []
    with FakeServer(one_by_one(Reply(200, b"{}\n"))) as other:
        to_other = Reply(302, headers={"Location": f"{other.url}/b?sig=y", "Set-Cookie": "a=b"})
        with FakeServer(one_by_one(to_other)) as files, closing(downloads(masked)) as session:
            assert list(session.stream(f"{files.url}/a?sig=x", "label")) == [b"{}\n"]
    assert masked == ["sig=x", "sig=y"]
    assert not {"authorization", "cookie", "referer"} & other.requests[0].headers.keys()


def test_redirects_without_an_end_are_a_fault() -> None:
    circle = one_by_one(Reply(302, headers={"Location": "/again"}))
    with FakeServer(circle) as files, closing(downloads()) as session, pytest.raises(Unreachable, match="answered 302"):
        list(session.stream(f"{files.url}/a", "label"))


@pytest.mark.parametrize("location", [*BAD_ADDRESSES, "http://\xe9\xff/a"])
def test_a_redirect_to_an_address_that_is_none_is_a_fault(location: str) -> None:
    away = one_by_one(BrokenReply(302, headers={"Location": location}, endless=b"x" * 65536))
    with FakeServer(away) as files, closing(downloads()) as session, pytest.raises((Unreachable, UnreadableDocument)):
        list(session.stream(f"{files.url}/a", "label"))


@pytest.mark.parametrize("row", [BrokenReply(endless=b"x" * 65536), Reply(200, ZEROS, {"Content-Encoding": "gzip"})])
def test_a_row_without_an_end_is_an_error_that_names_the_host(row: Reply) -> None:
    too_large = pytest.raises(UnreadableDocument, match=r"127\.0\.0\.1 sent more than 32 MB")
    with FakeServer(one_by_one(row)) as files, closing(downloads()) as session, too_large as refusal:
        deque(session.stream(f"{files.url}/a?{CANARY_SIGNATURE}", "label"), maxlen=0)
    assert refusal.value.title == "An answer is too large"
    assert CANARY_SIGNATURE not in str(refusal.value)


def test_rows_without_an_end_are_read_for_as_long_as_somebody_wants_them() -> None:
    rows = one_by_one(BrokenReply(endless=b'{"a":1}\n' * 8192))
    with FakeServer(rows) as files, closing(downloads()) as session:
        stream = session.stream(f"{files.url}/a", "label")
        read = 0
        while read < 2 * MOST_BYTES:
            read += len(next(stream))
        stream.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [b"-5", b"five", b"fffffffffffffffff", b"\xe9"])
def test_a_chunk_of_an_impossible_size_is_a_fault(size: bytes) -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n{}\n\r\n"
    with FakeServer(one_by_one(BrokenReply(raw=raw), Reply(200, b"{}\n"))) as files, closing(downloads()) as session:
        assert b"".join(session.stream(f"{files.url}/a", "label")).startswith(b"{}\n")
    assert len(files.requests) == 2


def test_no_line_of_any_log_holds_a_link(caplog: pytest.LogCaptureFixture) -> None:
    replies = one_by_one(Reply(500), BrokenReply(reset=True), Reply(200, b"{}\n"))
    with caplog.at_level(logging.DEBUG), FakeServer(replies) as files, closing(downloads()) as session:
        list(session.stream(f"{files.url}/a?sig=canary", "label"))
    assert len(caplog.messages) >= 2
    assert "canary" not in caplog.text
