"""Which permission each topic needs at each kind of owner, and which policy must be on (GitHub's pages on each)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot_usage.copilot_api.questions import Resource
from copilot_usage.domain.scope import ScopeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_usage.copilot_api.questions import ApiRequest


@dataclass(frozen=True, slots=True)
class RequiredAccess:
    """What lets a token ask. `permission`: of fine-grained tokens and Apps; `fine_grained` False: of Apps alone."""

    role: str
    classic: str | None
    permission: str | None
    fine_grained: bool = True

    @property
    def sentence(self) -> str:
        """The whole in words."""
        ways = [f"a classic token with {self.classic}" if self.classic else "a classic token"]
        if self.permission and self.fine_grained:
            ways.append(f"a fine-grained token, or a GitHub App, with “{self.permission}”")
        elif self.permission:
            ways.append(f"a GitHub App installed on the enterprise with “{self.permission}”")
        without = "" if self.fine_grained else " Fine-grained tokens are not supported here."
        return f"The token needs: {', or '.join(ways)}; its owner must be {self.role}.{without}"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that must be on for anyone to be answered."""

    name: str
    remedy: str


_REPORTS_POLICY = Policy(
    "Copilot usage metrics",
    "An enterprise owner (or, without an enterprise, an organization owner) opens AI controls → Copilot → "
    "“Copilot usage metrics” and sets it to “Enabled everywhere”. Reports appear within two days.",
)
_EARLIER_POLICY = Policy(
    "Copilot Metrics API access",
    "An owner opens Settings → Copilot → Policies and enables “Copilot Metrics API access”.",
)
POLICY: Mapping[Resource, Policy] = {
    Resource.REPORTS: _REPORTS_POLICY,
    Resource.METRICS: _EARLIER_POLICY,
    Resource.USAGE: _EARLIER_POLICY,
}

_BUSINESS = "GitHub Copilot Business: read"
_EARLIER_ORGANIZATION = RequiredAccess(
    "an owner of the organization, or an owner or billing manager of its enterprise",
    "`manage_billing:copilot`, `read:org` or `read:enterprise`",
    _BUSINESS,
)
_EARLIER_ENTERPRISE = RequiredAccess(
    "an owner or billing manager of the enterprise",
    "`manage_billing:copilot` or `read:enterprise`",
    None,
    fine_grained=False,
)
_RIGHTS: Mapping[tuple[Resource, ScopeKind], RequiredAccess] = {
    (Resource.REPORTS, ScopeKind.ORGANIZATION): RequiredAccess(
        "an owner of the organization, or have a custom role with “View Organization Copilot Metrics”",
        "`read:org`",
        "Organization Copilot metrics: read",
    ),
    (Resource.REPORTS, ScopeKind.ENTERPRISE): RequiredAccess(
        "an owner or billing manager of the enterprise, or have a custom role with “View Enterprise Copilot Metrics”",
        "`read:enterprise` or `manage_billing:copilot`",
        "Enterprise Copilot metrics: read",
        fine_grained=False,
    ),
    (Resource.METRICS, ScopeKind.ORGANIZATION): _EARLIER_ORGANIZATION,
    (Resource.METRICS, ScopeKind.ENTERPRISE): _EARLIER_ENTERPRISE,
    (Resource.USAGE, ScopeKind.ORGANIZATION): _EARLIER_ORGANIZATION,
    (Resource.USAGE, ScopeKind.ENTERPRISE): _EARLIER_ENTERPRISE,
    (Resource.SEATS, ScopeKind.ORGANIZATION): RequiredAccess(
        "an owner of the organization",
        "`manage_billing:copilot` or `read:org`",
        _BUSINESS,
    ),
    (Resource.SEATS, ScopeKind.ENTERPRISE): RequiredAccess(
        "an owner or billing manager of the enterprise",
        "`manage_billing:copilot` or `read:enterprise`",
        None,
        fine_grained=False,
    ),
    (Resource.CREDITS, ScopeKind.ORGANIZATION): RequiredAccess(
        "an owner of the organization",
        None,
        "Administration: read",
    ),
    (Resource.CREDITS, ScopeKind.ENTERPRISE): RequiredAccess(
        "an owner or billing manager of the enterprise",
        None,
        "read access to enterprise billing",
        fine_grained=False,
    ),
}


def rights_for(question: ApiRequest) -> RequiredAccess:
    """What the token needs to be answered."""
    return _RIGHTS[question.topic, question.scope.kind.owner_kind]
