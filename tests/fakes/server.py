"""A server on loopback that answers as a test tells it, breaks responses on their way, and counts what arrives."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from copilot_usage.demo.github import LoopbackServer, Reply, Request, RequestHandler, error_reply

NOT_FOUND = error_reply(404, "Not Found")


@dataclass(frozen=True)
class BrokenReply(Reply):
    """`cut`: only this many bytes of the body are sent though all are announced; `reset`: the connection is reset.

    `endless`: follows the body again and again until the client hangs up; `raw`: the whole response, head and all, each
    byte of it when `slowly` returns.
    """

    cut: int | None = None
    reset: bool = False
    endless: bytes = b""
    raw: bytes = b""
    slowly: Callable[[], object] | None = None

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        if self.reset:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
        elif self.raw:
            for part in [bytes([byte]) for byte in self.raw] if self.slowly else [self.raw]:
                if self.slowly:
                    self.slowly()
                handler.wfile.write(part)
        else:
            handler.send_response_only(self.status)
            for name, value in self.headers.items():
                handler.send_header(name, value)
            if not self.endless:
                handler.send_header("Content-Length", str(len(self.body)))
            handler.end_headers()
            handler.wfile.write(self.body[: self.cut])
            while self.endless:
                handler.wfile.write(self.endless)


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    """Also of `None`, which is `null` here; an underscore in a header's name is a hyphen."""
    return Reply(status, json.dumps(value).encode(), {name.replace("_", "-"): text for name, text in headers.items()})


def one_by_one(*replies: Reply) -> RequestHandler:
    """Each reply once, the last one for ever."""
    waiting = list(replies)
    lock = threading.Lock()

    def answer(_: Request) -> Reply:
        with lock:
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return answer


class FakeServer(LoopbackServer):
    """`script` answers, and may be replaced."""

    def __init__(self, script: RequestHandler) -> None:
        super().__init__(self._scripted)
        self.script = script
        self.requests: list[Request] = []
        self.connections = 0
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    @property
    def targets(self) -> list[str]:
        """Path and query of each request."""
        queries = ("&".join(f"{k}={v}" for k, v in request.query.items()) for request in self.requests)
        return [f"{request.path}?{query}".rstrip("?") for request, query in zip(self.requests, queries, strict=True)]

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            super().respond(handler)
        finally:
            with self._lock:
                self._at_once -= 1

    def _scripted(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.script(request)
