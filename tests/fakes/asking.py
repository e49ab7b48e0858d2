"""The real source between two scripted servers: the API, and the host that signed links lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from threading import Event

from copilot_usage.copilot_api.source import GitHubSource
from copilot_usage.domain.queries import Plan, Query
from copilot_usage.domain.results import Result
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.timing import Deadline
from fakes.clock import RecordedClock
from fakes.scripted import Reply, Request, ScriptedServer, as_json, scripted

TODAY = date(2026, 11, 23)
ORGANIZATION = Scope(ScopeKind.ORGANIZATION, "octo-org")
ENTERPRISE = Scope(ScopeKind.ENTERPRISE, "octo-enterprise")
CANARY_TOKEN = "ghp_canary0token0that0must0never0appear"
CANARY_SIGNATURE = "sig=canary0signature0that0must0never0appear"
# What a `Location` or a `Link` may say, and no address is.
BAD_ADDRESSES = ["http://[", "http://127.0.0.1:-1/a", "http://127.0.0.1:99999/a", "http://a\x00b/"]
NOT_FOUND = as_json({"message": "Not Found"}, status=404)


def refuse_all(_: Request) -> Reply:
    return NOT_FOUND


@dataclass
class Asking:
    """`masked`: what was handed to the runner to be masked."""

    source: GitHubSource
    api: ScriptedServer
    downloads: ScriptedServer
    clock: RecordedClock
    cancelled: Event
    masked: list[str] = field(default_factory=list)

    def link(self, path: str) -> str:
        return f"{self.downloads.url}/{path}?{CANARY_SIGNATURE}"

    def query(self, *queries: Query) -> list[Result]:
        return list(self.source.fetch(Plan(queries)))


@contextmanager
def asking(
    api: Callable[[Request], Reply] = refuse_all,
    downloads: Callable[[Request], Reply] = refuse_all,
    *,
    seconds: float = 1800,
    token: str = CANARY_TOKEN,
    people: bool = False,
) -> Iterator[Asking]:
    """`api` and `downloads` may be replaced later, on the servers (`script`)."""
    clock, cancelled, masked = RecordedClock(), Event(), list[str]()
    with scripted(api) as api_server, scripted(downloads) as download_server:
        deadline = Deadline(seconds, now=clock.now, sleep=clock.sleep, cancelled=cancelled)
        with GitHubSource(
            api_url=api_server.url, token=token, deadline=deadline, today=TODAY, mask=masked.append, people=people
        ) as source:
            yield Asking(source, api_server, download_server, clock, cancelled, masked)
