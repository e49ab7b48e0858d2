"""A workflow of which each step is searched for secrets and people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from end_to_end.workflow import Finished, Workflow
from fakes.github import FakeGitHub

# How the runner is told a secret: the only lines that may hold one.
_MASK = re.compile(r"^::add-mask::.*$", re.MULTILINE)
_PYTHON = ("Traceback (most recent", 'File "', "copilot_usage.", ".py", "NoneType", "requests.", "msgspec")


@dataclass
class WatchedWorkflow(Workflow):
    """`step` is a step of the workflow with the fake's tokens as inputs; what it leaves behind is searched."""

    github: FakeGitHub = field(kw_only=True)

    def run(self, **inputs: str) -> Finished:
        """A step that reads with the fake's token, `octo-org` unless an owner is given; nothing is stored."""
        owner = {} if {"org", "enterprise"} & set(inputs) else {"org": "octo-org"}
        return self.look_at(
            self.step(**{"token": self.github.reading_token} | owner | inputs), people=inputs.get("people")
        )

    def keep(self, **inputs: str) -> Finished:
        """A step that commits snapshots as well."""
        return self.run(
            **{"snapshot_repository": self.github.repository, "snapshot_token": self.github.writing_token} | inputs
        )

    def look_at(self, finished: Finished, *, people: str | None = None) -> Finished:
        log, left = _MASK.sub("", finished.log), finished.everything().replace(finished.log, "")
        assert self.secrets_in(log + left) == []
        assert self.people_in(log) == []
        if people != "logins":
            assert self.people_in(left) == []
        assert [word for word in _PYTHON if word in log + finished.summary] == []
        return finished

    def look_at_github(self) -> None:
        """What was stored and asked, by all steps together."""
        stored = "\n".join(content.decode() for content in self.github.files.values())
        messages = "\n".join(str(request.body) for request in self.github.requests if request.method != "GET")
        assert self.secrets_in(stored + messages) == []
        assert self.people_in(stored + messages) == []
        assert [request.path for request in self.github.downloads if "authorization" in request.headers] == []
        writing = [request for request in self.github.requests if request.method != "GET"]
        assert [
            request.path
            for request in writing
            if not request.headers["authorization"].endswith(self.github.writing_token)
        ] == []

    def secrets_in(self, text: str) -> list[str]:
        github = self.github
        return [secret for secret in (github.reading_token, github.writing_token, github.signature) if secret in text]

    def people_in(self, text: str) -> list[str]:
        """Logins and numbers of fictional people, whole words only."""
        words = set(re.findall(r"\w+", text))
        return [word for word in self.people() if word in words]

    def people(self) -> Iterable[str]:
        return (
            word
            for owner in self.github.owners.values()
            for person in owner.people
            for word in (person.login, str(person.user_id))
        )
