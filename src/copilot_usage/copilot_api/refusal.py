"""An answer that no further try would better: what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot_usage.copilot_api.rights import rights_for
from copilot_usage.copilot_api.token_kinds import TokenKind
from copilot_usage.domain.scope import ScopeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_usage.copilot_api.questions import ApiRequest

_HAS, _ACCEPTED = "x-oauth-scopes", "x-accepted-oauth-scopes"


@dataclass(frozen=True, slots=True)
class RefusedResponse:
    """`message` is GitHub's own, already cut short and without secrets."""

    question: ApiRequest
    status: int
    headers: Mapping[str, str]
    message: str
    token: TokenKind = TokenKind.UNKNOWN

    @property
    def name(self) -> str:
        return self.question.scope.name

    @property
    def in_enterprise(self) -> bool:
        return self.question.scope.kind.owner_kind is ScopeKind.ENTERPRISE

    @property
    def needed(self) -> str:
        return rights_for(self.question).sentence

    @property
    def answer(self) -> str:
        said = f": “{self.message}”" if self.message else ""
        return f"GitHub answered {self.status} for {self.question.label}{said}."

    @property
    def scopes(self) -> str:
        """Which scopes the token has, and which the endpoint accepts, as far as the answer says."""
        has, accepted = (self.headers.get(name) for name in (_HAS, _ACCEPTED))
        if has is None:
            return ""
        told = f" The token has the scopes: {has.strip() or 'none'}."
        return f"{told} GitHub accepts one of these here: {accepted.strip()}." if accepted else told

    @property
    def lacks_scope(self) -> bool:
        """Whether the token has none of the scopes that the endpoint accepts; False where the answer does not say."""
        has, accepted = (
            {scope.strip() for scope in self.headers.get(name, "").split(",")} - {""} for name in (_HAS, _ACCEPTED)
        )
        return _HAS in self.headers and bool(accepted) and not has & accepted

    def says(self, *words: str) -> bool:
        return any(word in self.message.lower() for word in words)
