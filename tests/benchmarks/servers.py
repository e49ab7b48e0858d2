"""The fake GitHub in a separate process, and the bare download of the same responses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing import get_context
from multiprocessing.connection import Connection
from urllib.parse import urlencode, urlsplit

from copilot_usage.demo.github import Request, serve
from fakes.github import FakeGitHub

_PIECE = 1024 * 1024


@dataclass(frozen=True)
class SentRequest:
    """A request of a run: host, path with query, and token."""

    address: str
    path: str
    token: str


@dataclass(frozen=True)
class Counted:
    """The requests to a server since the last count; `repeatable`: those that can be sent again."""

    requests: int
    downloads: int
    repeatable: tuple[SentRequest, ...]


class Server:
    """The other end of the process."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.words: dict[str, str] = pipe.recv()

    def count(self) -> Counted:
        """The requests since the last count."""
        self._pipe.send("count")
        counted: Counted = self._pipe.recv()
        return counted


@contextmanager
def serving(make: Callable[[], FakeGitHub]) -> Iterator[Server]:
    """`make` runs in the new process, so that its documents are not in this one's memory."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(make, theirs))
    process.start()
    # Otherwise `recv` would wait forever if the process ended early.
    theirs.close()
    try:
        yield Server(ours)
    finally:
        ours.send("end")
        process.join()


def _serve(make: Callable[[], FakeGitHub], pipe: Connection) -> None:
    with serve(make()) as github:
        words = {"repository": github.repository, "reading": github.reading_token, "writing": github.writing_token}
        pipe.send({**words, "api_url": github.api_url})
        while pipe.recv() == "count":
            asked = (
                *(_sent(github.api_url, request) for request in github.requests if request.method == "GET"),
                *(_sent(github.download_url, request) for request in github.downloads),
            )
            pipe.send(Counted(len(github.requests), len(github.downloads), asked))
            github.requests.clear()
            github.downloads.clear()


def _sent(address: str, request: Request) -> SentRequest:
    query = f"?{urlencode(request.query)}" if request.query else ""
    return SentRequest(address, f"{request.path}{query}", request.headers.get("authorization", ""))


@dataclass(frozen=True)
class Downloaded:
    """The yardstick: the same requests, one after the other, the responses thrown away."""

    seconds: float
    size: int


def download(requests: tuple[SentRequest, ...]) -> Downloaded:
    """Sends the requests of a run again, and only reads the responses."""
    connections = {address: HTTPConnection(urlsplit(address).netloc) for address in {one.address for one in requests}}
    begun, size = time.perf_counter(), 0
    for one in requests:
        connection = connections[one.address]
        connection.request("GET", one.path, headers={"Authorization": one.token} if one.token else {})
        response = connection.getresponse()
        while piece := response.read(_PIECE):
            size += len(piece)
    seconds = time.perf_counter() - begun
    for connection in connections.values():
        connection.close()
    return Downloaded(seconds, size)
