"""The real source between two fake servers: the API, and the host that signed links lead to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from threading import Event

from copilot_usage.copilot_api.source import GitHubSource
from copilot_usage.demo.github import Reply, Request, RequestHandler
from copilot_usage.domain.queries import Plan, Query, Result
from copilot_usage.timing import Deadline
from fakes.clock import RecordedClock
from fakes.server import NOT_FOUND, FakeServer

TODAY = date(2026, 11, 23)
CANARY_TOKEN = "ghp_canary0token0that0must0never0appear"
CANARY_SIGNATURE = "sig=canary0signature0that0must0never0appear"
# What a `Location` or a `Link` can say that is not an address.
BAD_ADDRESSES = ["http://[", "http://127.0.0.1:-1/a", "http://127.0.0.1:99999/a", "http://a\x00b/"]


def not_found(_: Request) -> Reply:
    return NOT_FOUND


@dataclass
class ServedSource:
    """`masked`: what was handed to the runner to be masked."""

    source: GitHubSource
    api: FakeServer
    downloads: FakeServer
    clock: RecordedClock
    cancelled: Event
    masked: list[str] = field(default_factory=list)

    def link(self, path: str) -> str:
        return f"{self.downloads.url}/{path}?{CANARY_SIGNATURE}"

    def query(self, *queries: Query) -> list[Result]:
        return list(self.source.fetch(Plan(queries)))


@contextmanager
def served_source(
    api: RequestHandler = not_found,
    downloads: RequestHandler = not_found,
    *,
    seconds: float = 1800,
    token: str = CANARY_TOKEN,
    people: bool = False,
) -> Iterator[ServedSource]:
    """`api` and `downloads` can be replaced later, on the servers (`script`)."""
    clock, cancelled, masked = RecordedClock(), Event(), list[str]()
    with FakeServer(api) as api_server, FakeServer(downloads) as download_server:
        deadline = Deadline(seconds, now=clock.now, sleep=clock.sleep, cancelled=cancelled)
        with GitHubSource(
            api_url=api_server.url, token=token, deadline=deadline, today=TODAY, mask=masked.append, people=people
        ) as source:
            yield ServedSource(source, api_server, download_server, clock, cancelled, masked)
