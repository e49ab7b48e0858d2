"""A GitHub on loopback for the demo: Copilot's reports behind signed links, seats and bills."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from copilot_usage.demo.documents import Published, bill_items, seats
from copilot_usage.demo.organization import Organization, owners

# The demo shows what a gap looks like, in ranges that reach back so far: one day has no report.
_GAP = 61
_MOST_SEATS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived. `headers` in lower case; `body` parsed, None without one."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class Reply:
    """A response: a JSON value, bytes as they are, or nothing (204)."""

    status: int = 200
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        if self.content is None:
            return b""
        return self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        """Writes the response to the connection of `handler`."""
        handler.send_response_only(self.status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **self.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        handler.wfile.write(self.body)


def error_reply(status: int, message: str, **headers: str) -> Reply:
    """An error as GitHub writes it."""
    content = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return Reply(status, content, {name.replace("_", "-"): value for name, value in headers.items()})


RequestHandler = Callable[[Request], Reply]


class LoopbackServer(ThreadingHTTPServer):
    """Serves on a free port of loopback in a `with` block."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer: RequestHandler) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        """Reads one request, and writes its response."""
        length = int(handler.headers.get("Content-Length") or 0)
        raw = handler.rfile.read(length) if length else b""
        parts = urlsplit(handler.path)
        request = Request(
            handler.command,
            unquote(parts.path),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in handler.headers.items()},
            json.loads(raw) if raw else None,
        )
        self.answer(request).send(handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that breaks off is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A small response should not wait for the acknowledgement of the one before.
    disable_nagle_algorithm = True
    server: LoopbackServer

    def _respond(self) -> None:
        self.server.respond(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815 - the names that the base class calls

    def log_message(self, *_: object) -> None:
        """Requests are not printed."""


@dataclass
class DemoGitHub:
    """Answers for the owners of the demo, as of `today`; the two addresses are known once it is served."""

    today: date
    owners: dict[str, Organization] = field(default_factory=owners)
    reading_token: str = "ghp_demo0reading0token"  # noqa: S105 - opens nothing but this
    signature: str = field(default_factory=lambda: secrets.token_hex(16))
    api_url: str = ""
    download_url: str = ""

    def published(self, owner: str) -> Published:
        """The reports of an owner today."""
        return Published(self.owners[owner], self.today, lacking=frozenset({self.today - timedelta(days=2 + _GAP)}))

    def answer(self, request: Request) -> Reply:
        """The API host."""
        if request.headers.get("authorization", "").partition(" ")[2] != self.reading_token:
            return error_reply(401, "Bad credentials")
        for pattern, respond in _ROUTES:
            match = re.fullmatch(pattern, request.path)
            if match and match[2].lower() in self.owners:
                return respond(self, request, *match.groups())
        return error_reply(404, "Not Found")

    def download(self, request: Request) -> Reply:
        """The host of the signed links: a request with a token is refused."""
        if "authorization" in request.headers or request.query.get("sig") != self.signature:
            return Reply(403, b"<Error><Code>AuthenticationFailed</Code></Error>")
        owner, report, day, part = request.path.strip("/").split("/")
        content = self.parts(owner, report, None if day == "latest" else date.fromisoformat(day))[int(part)]
        return Reply(200, content, {"Content-Type": "application/octet-stream"})

    def parts(self, owner: str, report: str, day: date | None) -> list[bytes]:
        """The parts of a report."""
        return self.published(owner).files(report, day)

    def report(self, request: Request, kind: str, owner: str, report: str) -> Reply:
        """An envelope with signed links, or what GitHub says when there is no report."""
        published, name = self.published(owner.lower()), report.partition("/")[0]
        if (kind == "orgs") != (published.organization.id_field == "organization_id"):
            return error_reply(404, "Not Found")
        if report.endswith("/latest"):
            return Reply(200, {"download_links": self._links(owner, name, "latest"), **published.ends})
        day = date.fromisoformat(request.query["day"])
        if not published.has(day, report):
            return Reply(204) if kind == "orgs" else error_reply(404, "Not Found")
        return Reply(200, {"download_links": self._links(owner, name, str(day)), "report_day": str(day)})

    def _links(self, owner: str, report: str, day: str) -> list[str]:
        parts = 2 if report == "users-28-day" else 1
        address = f"{self.download_url}/{owner.lower()}/{report}/{day}"
        return [f"{address}/{part}?sig={self.signature}" for part in range(parts)]

    def seat_list(self, request: Request, _: str, owner: str) -> Reply:
        listed = seats(self.owners[owner.lower()], self.today)
        size = min(int(request.query.get("per_page", 50)), _MOST_SEATS_A_PAGE)
        page, last = int(request.query.get("page", 1)), max(1, -(-len(listed) // size))
        address = f"{self.api_url}{request.path}?per_page={size}&page="
        links = [f'<{address}{page + 1}>; rel="next"', f'<{address}{last}>; rel="last"'] if page < last else []
        content = {"total_seats": len(listed), "seats": listed[(page - 1) * size : page * size]}
        return Reply(200, content, {"Link": ", ".join(links)} if links else {})

    def bill(self, request: Request, kind: str, owner: str) -> Reply:
        year, month = int(request.query.get("year", self.today.year)), int(request.query.get("month", self.today.month))
        items = bill_items(len(self.owners[owner.lower()].people), date(year, month, 1), self.today)
        period = {"year": year, "month": month}
        return Reply(200, {"timePeriod": period, kind.removesuffix("s"): owner, "usageItems": items})


# Of each: whether an organization or an enterprise, then its name.
_ROUTES: tuple[tuple[str, Callable[..., Reply]], ...] = (
    (r"/(orgs|enterprises)/([^/]+)/copilot/metrics/reports/([\w-]+(?:/latest)?)", DemoGitHub.report),
    (r"/(orgs|enterprises)/([^/]+)/copilot/billing/seats", DemoGitHub.seat_list),
    (r"/(organizations|enterprises)/([^/]+)/settings/billing/ai_credit/usage", DemoGitHub.bill),
)


_GitHub = TypeVar("_GitHub", bound=DemoGitHub)


@contextmanager
def serve(github: _GitHub) -> Iterator[_GitHub]:
    """Listens on two free ports of loopback until the block ends."""
    with LoopbackServer(github.answer) as api, LoopbackServer(github.download) as downloads:
        github.api_url, github.download_url = api.url, downloads.url
        yield github
