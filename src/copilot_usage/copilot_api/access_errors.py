"""Error responses that retrying cannot fix, in words: kinds of token, required permissions, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from copilot_usage.copilot_api.endpoints import ApiRequest, Resource
from copilot_usage.domain.scope import ScopeKind
from copilot_usage.errors import CopilotUsageError, NotAllowed, NotFound, Retired, TokenRefused, Unreachable


class TokenKind(StrEnum):
    """What a token is, by its first letters (docs: "GitHub's token formats")."""

    CLASSIC = "a classic personal access token"
    FINE_GRAINED = "a fine-grained personal access token"
    INSTALLATION = "the token of an App's installation, or the workflow's own token (`GITHUB_TOKEN`)"
    APP_USER = "an App's user token"
    OAUTH = "an OAuth token"
    UNKNOWN = "a token"


_PREFIXES = {
    "ghp_": TokenKind.CLASSIC,
    "github_pat_": TokenKind.FINE_GRAINED,
    "ghs_": TokenKind.INSTALLATION,
    "ghu_": TokenKind.APP_USER,
    "gho_": TokenKind.OAUTH,
}


def kind_of(token: str) -> TokenKind:
    """The kind of a token."""
    return next((kind for prefix, kind in _PREFIXES.items() if token.startswith(prefix)), TokenKind.UNKNOWN)


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


def rights_for(request: ApiRequest) -> RequiredAccess:
    """What the token needs to be answered."""
    return _RIGHTS[request.topic, request.scope.kind.owner_kind]


_HAS, _ACCEPTED = "x-oauth-scopes", "x-accepted-oauth-scopes"


@dataclass(frozen=True, slots=True)
class RefusedResponse:
    """`message` is GitHub's own, already cut short and without secrets."""

    request: ApiRequest
    status: int
    headers: Mapping[str, str]
    message: str
    token: TokenKind = TokenKind.UNKNOWN

    @property
    def name(self) -> str:
        return self.request.scope.name

    @property
    def in_enterprise(self) -> bool:
        return self.request.scope.kind.owner_kind is ScopeKind.ENTERPRISE

    @property
    def needed(self) -> str:
        return rights_for(self.request).sentence

    @property
    def answer(self) -> str:
        said = f": “{self.message}”" if self.message else ""
        return f"GitHub answered {self.status} for {self.request.label}{said}."

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


_YAML = "```yaml\nwith:\n  token: ${{ secrets.COPILOT_USAGE_TOKEN }}\n```"
_WORKFLOWS_OWN = "this is the workflow's own token (`GITHUB_TOKEN`), which can never read Copilot usage"
_RETIRED = {Resource.METRICS: "on 2026-04-02", Resource.USAGE: "in February 2025"}


def error_for(refused: RefusedResponse) -> CopilotUsageError:
    """The error for an answer that is no success and does not pass."""
    return next(make(refused) for applies, make in _TABLE if applies(refused))


def endless(label: str) -> Unreachable:
    """The error for a list whose pages point on and on."""
    return Unreachable(
        "GitHub's pages have no end",
        cause=f"{label}: one page points to the next again and again.",
        remedy="Run it again later. Of days, ask for a shorter range with `since` and `until`.",
    )


def _token_refused(refused: RefusedResponse) -> CopilotUsageError:
    return TokenRefused(
        "GitHub does not know the token",
        cause=f"{refused.answer} It is mistyped, expired or revoked; the token of a GitHub App lives for one hour.",
        remedy="Create a new token, store it as a secret and name that secret in the input `token`. "
        f"{refused.needed}\n\n{_YAML}",
    )


def _not_authorized_for_sso(refused: RefusedResponse) -> CopilotUsageError:
    return NotAllowed(
        f"The token is not authorized for {refused.name}'s single sign-on",
        cause=f"{refused.answer} {refused.name} uses SAML single sign-on; a personal token must be authorized for it.",
        remedy="The token's owner opens https://github.com/settings/tokens, chooses “Configure SSO” beside the token "
        f"and then “Authorize” beside {refused.name}. The token stays the same. Tokens of an App need none of this.",
    )


def _address_not_allowed(refused: RefusedResponse) -> CopilotUsageError:
    return NotAllowed(
        f"{refused.name} does not allow requests from this runner's address",
        cause=f"{refused.answer} Its IP allow list does not have the address of the runner.",
        remedy="Run the job where the address is on the list (a self-hosted runner, or a larger runner with a static "
        "address):\n\n```yaml\nruns-on: [self-hosted]\n```\n\n"
        "or ask an owner to add the address under Settings → Authentication security.",
    )


def _policy_off(refused: RefusedResponse) -> CopilotUsageError:
    policy = POLICY[refused.request.topic]
    return NotAllowed(
        f"The policy “{policy.name}” is not enabled for {refused.name}",
        cause=f"{refused.answer} Without this policy GitHub gives no {refused.request.topic.value} to anyone.",
        remedy=policy.remedy,
    )


def _fine_grained_on_enterprise(refused: RefusedResponse) -> CopilotUsageError:
    return NotAllowed(
        f"A fine-grained token cannot read the enterprise {refused.name}",
        cause=f"{refused.answer} GitHub's enterprise endpoints do not support fine-grained personal access tokens.",
        remedy=f"Use another kind of token. {refused.needed}\n\n{_YAML}",
    )


def _installation_elsewhere(refused: RefusedResponse) -> CopilotUsageError:
    where = "enterprise" if refused.in_enterprise else "organization"
    return NotAllowed(
        f"The App's token may not read {refused.request.topic.value} of {refused.name}",
        cause=f"{refused.answer} Either the App lacks the permission, or it is not installed on this {where} "
        "(an installation on an enterprise does not serve the paths of organizations, nor the other way round), "
        f"or {_WORKFLOWS_OWN}.",
        remedy=f"{refused.needed}\n\nWith a GitHub App, make the token for this owner:\n\n"
        "```yaml\n- uses: actions/create-github-app-token@v3\n  id: app\n  with:\n"
        "    client-id: ${{ vars.APP_CLIENT_ID }}\n    private-key: ${{ secrets.APP_PRIVATE_KEY }}\n"
        f"    {where if refused.in_enterprise else 'owner'}: {refused.request.scope.owner}\n```\n\n"
        "and hand it on:\n\n```yaml\nwith:\n  token: ${{ steps.app.outputs.token }}\n```",
    )


def _permission_missing(refused: RefusedResponse) -> CopilotUsageError:
    policy = POLICY.get(refused.request.topic)
    also = f"\n\nIf the token has all this, the policy may be off. {policy.remedy}" if policy else ""
    return NotAllowed(
        f"The token may not read {refused.request.topic.value} of {refused.name}",
        cause=f"{refused.answer}{refused.scopes}",
        remedy=f"{refused.needed}\n\n{_YAML}{also}",
    )


def _retired(refused: RefusedResponse) -> CopilotUsageError:
    topic = refused.request.topic
    return Retired(
        f"GitHub has switched off the endpoint {refused.request.path}",
        cause=f"{refused.answer} On github.com this generation ended {_RETIRED[topic]}. On another server it may still "
        f"be there: then {refused.name} is not known to it, or the token may not see it.",
        remedy="Ask for the reports that replaced it:\n\n```yaml\nwith:\n  api: reports\n```\n\n"
        f"On a server that still has the endpoint, check the name, and the token. {refused.needed}",
    )


def _version_retired(refused: RefusedResponse) -> CopilotUsageError:
    return Retired(
        "GitHub has retired what this version asks for",
        cause=refused.answer,
        remedy="Use a newer version of this action; the version of GitHub's API that this one speaks has ended.",
    )


def _not_found(refused: RefusedResponse) -> CopilotUsageError:
    kind = "enterprise" if refused.in_enterprise else "organization"
    policy = POLICY.get(refused.request.topic)
    also = f"\n\n{policy.remedy}" if policy else ""
    doubts = {"owner": f"there is no {kind} `{refused.request.scope.owner}`"}
    if policy:
        doubts["policy"] = f"the policy “{policy.name}” is off, or was switched on less than two days ago"
    if refused.token is TokenKind.INSTALLATION:
        doubts["right"] = f"the App lacks the permission, or {_WORKFLOWS_OWN}"
    else:
        doubts["right"] = "the token may not read this (GitHub then answers 404, too)"
    return NotFound(
        f"GitHub finds no {refused.request.topic.value} of {refused.name}",
        cause=f"{refused.answer}{refused.scopes}",
        doubts={} if refused.lacks_scope else doubts,
        organization=None if refused.in_enterprise or refused.lacks_scope else refused.request.scope.owner,
        remedy=f"Check the spelling: the slug is the last part of the {kind}'s address. "
        f"{refused.needed}\n\n{_YAML}{also}",
    )


def _bill_of_the_enterprise(refused: RefusedResponse) -> CopilotUsageError:
    return NotFound(
        f"The bill of {refused.name} is not its own",
        cause=f"{refused.answer} An organization whose Copilot is paid by an enterprise has no bill of its own: "
        "it lies with the enterprise. GitHub answers the same to a token that may not read the bill.",
        remedy="Read the bill of the enterprise, with a token that may:\n\n"
        "```yaml\nwith:\n  enterprise: your-enterprise\n```\n\n"
        f"An organization that pays for itself: {refused.needed}",
    )


def _not_set_up(refused: RefusedResponse) -> CopilotUsageError:
    return NotAllowed(
        f"{refused.name} has no Copilot {refused.request.topic.value.removeprefix('Copilot ')} that GitHub could list",
        cause=f"{refused.answer} The Copilot plan, or its payment, is not set up.",
        remedy="An owner checks Settings → Copilot, and the payment method under Settings → Billing and licensing. "
        "To do without:\n\n```yaml\nwith:\n  seats: false\n```",
    )


def _refused(refused: RefusedResponse) -> CopilotUsageError:
    return Unreachable(
        f"GitHub did not accept a request about {refused.name}",
        cause=refused.answer,
        remedy="Run it again later. If it stays, report this message, and the version of the action, to its issues.",
    )


_EARLIER = frozenset({Resource.METRICS, Resource.USAGE})

# The first that applies decides.
_TABLE: tuple[tuple[Callable[[RefusedResponse], bool], Callable[[RefusedResponse], CopilotUsageError]], ...] = (
    (lambda r: r.status == 401, _token_refused),
    (
        lambda r: r.status == 403 and ("x-github-sso" in r.headers or r.says("saml", "single sign-on")),
        _not_authorized_for_sso,
    ),
    (lambda r: r.status == 403 and r.says("ip allow list", "ip address"), _address_not_allowed),
    (
        lambda r: r.status == 403 and r.request.topic in POLICY and r.says("policy", "disabled", "not enabled"),
        _policy_off,
    ),
    (lambda r: r.status == 403 and r.in_enterprise and r.token is TokenKind.FINE_GRAINED, _fine_grained_on_enterprise),
    (
        lambda r: r.status == 403 and (r.token is TokenKind.INSTALLATION or r.says("not accessible by integration")),
        _installation_elsewhere,
    ),
    (lambda r: r.status == 403, _permission_missing),
    (lambda r: r.status in {404, 410} and r.request.topic in _EARLIER, _retired),
    (lambda r: r.status == 410, _version_retired),
    (
        lambda r: r.status == 404 and r.request.topic is Resource.CREDITS and not r.in_enterprise,
        _bill_of_the_enterprise,
    ),
    (lambda r: r.status == 404, _not_found),
    (lambda r: r.status == 422 and r.request.topic in POLICY, _policy_off),
    (lambda r: r.status == 422, _not_set_up),
    (lambda _: True, _refused),
)
