"""The fake GitHub of the tests: the demo's server with a repository, retired endpoints, and switches for faults."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from copilot_usage.demo.documents import Published
from copilot_usage.demo.github import DemoGitHub, Reply, Request, error_reply
from copilot_usage.demo.organization import Organization, owners
from copilot_usage.snapshots.branch_store import RepositoryStore
from copilot_usage.snapshots.git_api import RetryPolicy
from fakes.git_data import GitData
from fakes.legacy_documents import metrics_day, usage_day

TODAY = date(2026, 11, 23)
BRANCH = "copilot-usage"
REF = f"refs/heads/{BRANCH}"
DAY_REPORT = r"/reports/[\w-]+-1-day"
HTML = Reply(200, b"<!DOCTYPE html><title>Unicorn!</title>", {"Content-Type": "text/html"})


class HungUp(Exception):
    """Ends a connection without a response."""


@dataclass
class Fault:
    """Requests whose `METHOD path` holds the pattern `where` get `reply`: after the first `after` ones, `times` times.

    A `reply` of None is no response at all: the connection is dropped.
    """

    where: str
    reply: Reply | Callable[[Request], Reply] | None
    after: int = 0
    times: int | None = None
    seen: int = 0

    def strikes(self, request: Request) -> bool:
        if not re.search(self.where, f"{request.method} {request.path}"):
            return False
        self.seen += 1
        return self.seen > self.after and (self.times is None or self.seen <= self.after + self.times)

    def answer(self, request: Request) -> Reply:
        if self.reply is None:
            raise HungUp
        return self.reply if isinstance(self.reply, Reply) else self.reply(request)


Intercept = Callable[[Request, Callable[[], Reply]], Reply]


def small_owners(people: int = 40, teams: int = 4) -> dict[str, Organization]:
    """Owners that are quick to make."""
    return owners(people, teams)


@dataclass
class FakeGitHub(DemoGitHub):
    """`faults` strike at the API host, `download_faults` at the host of the signed links, in this order.

    `intercept` gets each request to the API and a function that answers it; what it answers instead is not counted.
    `legacy`: whether the retired generations still answer; `delay`: days until a day is published; `lacking`: days
    without a report; `prepared`: files made beforehand, for measuring; `slept`: the waits of its stores.
    """

    owners: dict[str, Organization] = field(default_factory=small_owners)
    delay: int = 2
    lacking: frozenset[date] = frozenset()
    legacy: bool = False
    reading_token: str = "ghp_canary0reads0ZsbXtqmJ8Kd3"
    writing_token: str = "ghs_canary0writes0vRn5TwYc7La"
    repository: str = "octo-org/copilot-usage"
    faults: list[Fault] = field(default_factory=list)
    download_faults: list[Fault] = field(default_factory=list)
    intercept: Intercept = lambda _, answer: answer()
    requests: list[Request] = field(default_factory=list)
    downloads: list[Request] = field(default_factory=list)
    git: GitData = field(default_factory=GitData)
    prepared: dict[tuple[str, date | None], list[bytes]] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.git.commit_file("README.md", b"# Copilot usage\n", "Start", "refs/heads/main")

    def published(self, owner: str) -> Published:
        return Published(self.owners[owner], self.today, self.delay, self.lacking)

    def parts(self, owner: str, report: str, day: date | None) -> list[bytes]:
        return self.prepared.get((report, day)) or super().parts(owner, report, day)

    def answer(self, request: Request) -> Reply:
        return self.intercept(request, lambda: self._answer(request))

    def _answer(self, request: Request) -> Reply:
        self.requests.append(request)
        fault = next((fault for fault in self.faults if fault.strikes(request)), None)
        return fault.answer(request) if fault else self.regular_answer(request)

    def download(self, request: Request) -> Reply:
        self.downloads.append(request)
        fault = next((fault for fault in self.download_faults if fault.strikes(request)), None)
        return fault.answer(request) if fault else super().download(request)

    def regular_answer(self, request: Request) -> Reply:
        """The response of the API without faults: the writing token opens the repository, and nothing else."""
        token = request.headers.get("authorization", "").partition(" ")[2]
        if token == self.writing_token:
            if request.path == "/rate_limit":
                used = len(self.requests)
                core = {"limit": 5000, "remaining": 5000 - used, "reset": 4_102_444_800, "used": used}
                return Reply(200, {"resources": {"core": core}})
            found = re.fullmatch(rf"/repos/{self.repository}(?:/(.+))?", request.path, re.IGNORECASE)
            return self._in_repository(request, found[1]) if found else error_reply(404, "Not Found")
        legacy = re.fullmatch(
            r"/(orgs|enterprises)/([^/]+)(?:/team/[^/]+)?/copilot/(metrics|usage)", request.path.lower()
        )
        if token == self.reading_token and self.legacy and legacy and legacy[2] in self.owners:
            return self._legacy_days(request, legacy[1], legacy[2], legacy[3])
        return super().answer(request)

    def _in_repository(self, request: Request, path: str | None) -> Reply:
        address = f"{self.api_url}/repos/{self.repository}"
        if path:
            return self.git.answer(path, request, address)
        described = {"full_name": self.repository, "private": True, "default_branch": "main"}
        return Reply(200, {"id": 1, "name": self.repository.partition("/")[2], "url": address, **described})

    def _legacy_days(self, request: Request, kind: str, owner: str, generation: str) -> Reply:
        """A retired endpoint; `page` and `per_page` over the days from `since` to `until`."""
        since = date.fromisoformat(request.query.get("since", str(self.today - timedelta(days=27)))[:10])
        until = date.fromisoformat(request.query.get("until", str(self.today - timedelta(days=1)))[:10])
        days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
        published = self.published(owner)
        convert = usage_day if generation == "usage" else metrics_day
        found = [convert(self.owners[owner].document(day)) for day in days if published.has(day, kind)]
        size, page = int(request.query.get("per_page", 28)), int(request.query.get("page", 1))
        query = "&".join(f"{k}={v}" for k, v in {**request.query, "page": str(page + 1)}.items())
        link = {"Link": f'<{self.api_url}{request.path}?{query}>; rel="next"'} if page * size < len(found) else {}
        return Reply(200, found[(page - 1) * size : page * size], link)

    def fail(self, where: str, reply: Reply | None, *, after: int = 0, times: int | None = None) -> None:
        self.faults.append(Fault(where, reply, after, times))

    def revoke_after(self, requests: int) -> None:
        """The reading token is revoked once it has been used `requests` times."""
        self.faults.append(Fault("/(orgs|enterprises|organizations)/", unauthorized(), requests))

    def race(self, path: str, content: bytes, *, times: int = 1) -> None:
        """Another writer commits just before each of the next updates of the branch."""

        def overtake(request: Request) -> Reply:
            self.git.commit_file(path, content + request.body["sha"].encode(), "Another writer", REF)
            return self.regular_answer(request)

        self.faults.append(Fault(f"PATCH .*/git/{REF}", overtake, times=times))

    def store(
        self, *, directory: str = "snapshots", branch: str = BRANCH, repository: str | None = None, tries: int = 3
    ) -> RepositoryStore:
        """A new run's store on the repository."""
        return RepositoryStore(
            repository=repository or self.repository,
            branch=branch,
            directory=directory,
            token=self.writing_token,
            api_url=self.api_url,
            policy=RetryPolicy(sleep=self.slept.append, chance=lambda: 0.5, tries=tries),
        )

    @property
    def head(self) -> str | None:
        """The newest commit of the snapshot branch."""
        return self.git.objects.refs.get(REF)

    @property
    def commits(self) -> int:
        """How many commits the snapshot branch has."""
        head, count = self.head, 0
        while head:
            count, head = count + 1, next(iter(self.git.objects.headers(head, "parent")), None)
        return count

    @property
    def files(self) -> dict[str, bytes]:
        """The files of the snapshot branch."""
        return self.files_on(BRANCH)

    def files_on(self, branch: str) -> dict[str, bytes]:
        """The files of a branch by path."""
        objects = self.git.objects
        head = objects.refs.get(f"refs/heads/{branch}")
        entries = objects.walk(objects.tree_of(head) or "") if head else {}
        return {path: objects.body("blob", sha) or b"" for path, (mode, sha) in entries.items() if mode != "40000"}

    @property
    def lines(self) -> dict[str, list[dict[str, Any]]]:
        """The snapshots on the branch, by path."""
        return {
            path: [json.loads(line) for line in content.splitlines()]
            for path, content in self.files.items()
            if path.endswith(".ndjson")
        }

    def requests_to(self, where: str = "") -> list[str]:
        """The requests so far that hold the pattern, as `GET /path`."""
        found = (f"{request.method} {request.path}" for request in self.requests)
        return [text for text in found if re.search(where, text)]

    @property
    def git_requests(self) -> list[str]:
        """The requests so far, those to the repository as `GET git/trees`."""
        home = f"/repos/{self.repository}/"
        return [
            re.sub(rf"{home}([^/]+/[^/]+).*", r"\1", f"{request.method} {request.path}") for request in self.requests
        ]

    def forget(self) -> None:
        """Begins to count requests and waits anew."""
        self.requests.clear()
        self.slept.clear()


def replying(status: int, message: str, *, where: str = "", **headers: str) -> Intercept:
    """Intercepts requests whose `METHOD path` holds `where`, and answers them with an error."""

    def intercept(request: Request, answer: Callable[[], Reply]) -> Reply:
        return error_reply(status, message, **headers) if where in f"{request.method} {request.path}" else answer()

    return intercept


def unauthorized() -> Reply:
    return error_reply(401, "Bad credentials")


def without_permission() -> Reply:
    return error_reply(403, "Resource not accessible by personal access token")


def without_policy() -> Reply:
    return error_reply(403, "Copilot Usage Metrics Policy is disabled for this organization.")


def without_sso() -> Reply:
    return error_reply(
        403,
        "Resource protected by organization SAML enforcement. You must grant your token access to this organization.",
        X_GitHub_SSO="required; url=https://github.com/orgs/octo-org/sso?authorization_request=AZSCKL",
    )


def limited(seconds: str = "60") -> Reply:
    return error_reply(429, "You have exceeded a secondary rate limit.", Retry_After=seconds)


# What GitHub answers where there is no report of a day.
NO_REPORT = {
    "no content": Reply(204),
    "not found": error_reply(404, "Not Found"),
    "an empty string": Reply(200, ""),
    "a sentence": Reply(200, "No report available"),
    "null": Reply(200, b"null"),
    "an empty body": Reply(200, b""),
    "no links": Reply(200, {"download_links": [], "report_day": "2026-10-01"}),
}
