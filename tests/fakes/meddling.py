"""The invented GitHub with somebody in between who may answer instead, change an answer, or hang up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from copilot_usage.demo.github import DemoGitHub, serve
from copilot_usage.demo.loopback import Reply, Request
from copilot_usage.snapshots.branch_store import RepositoryStore
from copilot_usage.snapshots.git_api import RetryPolicy

BRANCH = "copilot-usage"
TODAY = date(2026, 11, 23)


class HungUp(Exception):
    """Ends a connection without an answer."""


def as_it_is(_: Request, answer: Callable[[], Reply]) -> Reply:
    return answer()


@dataclass
class MeddledGitHub(DemoGitHub):
    """`meddle` gets each request and the way to its answer; `slept`: how long our side wanted to wait."""

    meddle: Callable[[Request, Callable[[], Reply]], Reply] = as_it_is
    slept: list[float] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        return self.meddle(request, lambda: super(MeddledGitHub, self).answer(request))

    def store(
        self, *, directory: str = "snapshots", branch: str = BRANCH, repository: str | None = None, tries: int = 3
    ) -> RepositoryStore:
        """A new run's store."""
        return RepositoryStore(
            repository=repository or self.repository,
            branch=branch,
            directory=directory,
            token=self.writing_token,
            api_url=self.api_url,
            policy=RetryPolicy(sleep=self.slept.append, chance=lambda: 0.5, tries=tries),
        )

    @property
    def asked(self) -> list[str]:
        """The requests so far, as `GET git/trees`."""
        home = f"/repos/{self.repository}/"
        return [" ".join((request.method, *_kind(request.path.removeprefix(home)))) for request in self.requests]

    @property
    def head(self) -> str | None:
        return self.git.objects.refs.get(f"refs/heads/{BRANCH}")

    def files(self, branch: str = BRANCH) -> dict[str, bytes]:
        """What lies on a branch."""
        objects = self.git.objects
        head = objects.refs.get(f"refs/heads/{branch}")
        entries = objects.walk(objects.tree_of(head) or "") if head else {}
        return {path: objects.body("blob", sha) or b"" for path, (mode, sha) in entries.items() if mode != "40000"}

    def forget(self) -> None:
        """Begins to count requests anew."""
        self.requests.clear()
        self.slept.clear()


def _kind(path: str) -> list[str]:
    return ["/".join(path.split("/")[:2])] if not path.startswith("/") else [path]


def replying(status: int, message: str, *, where: str = "", **headers: str) -> Callable[..., Reply]:
    """Meddles with requests whose `METHOD path` holds `where`: this is answered instead."""

    def meddle(request: Request, answer: Callable[[], Reply]) -> Reply:
        if where not in f"{request.method} {request.path}":
            return answer()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Reply(status, {"message": message, "documentation_url": ""}, named)

    return meddle


@contextmanager
def meddled() -> Iterator[MeddledGitHub]:
    """Served on loopback until the block ends."""
    github = MeddledGitHub(today=TODAY)
    with serve(github):
        yield github
