"""The invented GitHub with faults: it refuses, hangs up, lies, or says in one of its ways that there is no report."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from copilot_usage.demo.github import DemoGitHub
from copilot_usage.demo.loopback import Reply, Request
from copilot_usage.demo.organization import Organization

BRANCH = "refs/heads/copilot-usage"
DAY_REPORT = r"/reports/[\w-]+-1-day"
HTML = Reply(200, b"<!DOCTYPE html><title>Unicorn!</title>", {"Content-Type": "text/html"})


class HungUp(Exception):
    """Ends a connection without an answer."""


@dataclass
class Fault:
    """Requests whose `METHOD path` holds the pattern `where` get `reply`: after the first `after` ones, `times` times.

    A `reply` of None is no answer at all: the connection is dropped.
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


def small_owners(people: int = 40, teams: int = 4) -> dict[str, Organization]:
    """Owners that are quick to invent."""
    return {
        "octo-org": Organization("octo-org", "90210", count=people, teams=teams),
        "octo-labs": Organization("octo-labs", "90211", count=people, teams=teams, only_labs=True),
        "octo-enterprise": Organization("octo-enterprise", "777", "enterprise_id", count=people, teams=teams),
    }


@dataclass
class FakeGitHub(DemoGitHub):
    """`faults` strike at the API host, `download_faults` at the host of the signed links, in this order."""

    owners: dict[str, Organization] = field(default_factory=small_owners)
    reading_token: str = "ghp_canary0reads0ZsbXtqmJ8Kd3"
    writing_token: str = "ghs_canary0writes0vRn5TwYc7La"
    faults: list[Fault] = field(default_factory=list)
    download_faults: list[Fault] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        for fault in self.faults:
            if fault.strikes(request):
                self.requests.append(request)
                return fault.answer(request)
        return super().answer(request)

    def download(self, request: Request) -> Reply:
        for fault in self.download_faults:
            if fault.strikes(request):
                self.downloads.append(request)
                return fault.answer(request)
        return super().download(request)

    def fail(self, where: str, reply: Reply | None, *, after: int = 0, times: int | None = None) -> None:
        self.faults.append(Fault(where, reply, after, times))

    def revoke_after(self, requests: int) -> None:
        """The reading token is revoked once it has been used so many times."""
        self.faults.append(Fault("/(orgs|enterprises|organizations)/", unauthorized(), requests))

    def race(self, path: str, content: bytes, *, times: int = 1) -> None:
        """Somebody else commits just before each of the next updates of the branch."""

        def overtake(request: Request) -> Reply:
            self.git.commit_file(path, content + request.body["sha"].encode(), "Somebody else", BRANCH)
            return self.in_repository(request, self.repository, request.path.partition(f"{self.repository}/")[2])

        self.faults.append(Fault("PATCH .*/git/refs/heads/copilot-usage", overtake, times=times))

    @property
    def lines(self) -> dict[str, list[dict[str, Any]]]:
        """The snapshots on the branch, by path."""
        return {
            path: [json.loads(line) for line in content.splitlines()]
            for path, content in self.files.items()
            if path.endswith(".ndjson")
        }

    @property
    def files(self) -> dict[str, bytes]:
        """What lies on the branch."""
        objects, head = self.git.objects, self.git.objects.refs.get(BRANCH)
        entries = objects.walk(objects.tree_of(head) or "") if head else {}
        return {path: objects.body("blob", sha) or b"" for path, (mode, sha) in entries.items() if mode != "40000"}

    @property
    def commits(self) -> int:
        """How many commits the branch has."""
        objects, head, count = self.git.objects, self.git.objects.refs.get(BRANCH), 0
        while head:
            count, head = count + 1, next(iter(objects.headers(head, "parent")), None)
        return count

    def asked(self, where: str = "") -> list[str]:
        """The requests so far that hold the pattern, as `GET /path`."""
        found = (f"{request.method} {request.path}" for request in self.requests)
        return [text for text in found if re.search(where, text)]


def refusing(status: int, message: str, **headers: str) -> Reply:
    """An error as GitHub writes it."""
    content = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return Reply(status, content, {name.replace("_", "-"): value for name, value in headers.items()})


def unauthorized() -> Reply:
    return refusing(401, "Bad credentials")


def without_permission() -> Reply:
    return refusing(403, "Resource not accessible by personal access token")


def without_policy() -> Reply:
    return refusing(403, "Copilot Usage Metrics Policy is disabled for this organization.")


def without_sso() -> Reply:
    return refusing(
        403,
        "Resource protected by organization SAML enforcement. You must grant your token access to this organization.",
        X_GitHub_SSO="required; url=https://github.com/orgs/octo-org/sso?authorization_request=AZSCKL",
    )


def limited(seconds: str = "60") -> Reply:
    return refusing(429, "You have exceeded a secondary rate limit.", Retry_After=seconds)


def gone() -> Reply:
    return refusing(404, "This endpoint has been retired.")


# What GitHub answers where there is no report of a day, besides 204 and 404.
NO_REPORT = {
    "no content": Reply(204),
    "not found": refusing(404, "Not Found"),
    "an empty string": Reply(200, ""),
    "a sentence": Reply(200, "No report available"),
    "null": Reply(200, b"null"),
    "an empty body": Reply(200, b""),
    "no links": Reply(200, {"download_links": [], "report_day": "2026-10-01"}),
}


def elsewhere(address: str) -> Reply:
    """A redirect to another host."""
    return Reply(302, None, {"Location": address})


def cut_short(reply: Reply, length: int) -> Reply:
    """The first bytes of an answer."""
    return replace(reply, content=reply.body[:length])
