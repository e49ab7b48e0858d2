"""Error responses that retrying cannot fix, as errors with words: what the token needs, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from copilot_usage.copilot_api.endpoints import ApiRequest, Resource
from copilot_usage.domain.scope import ScopeKind
from copilot_usage.errors import CopilotUsageError, NotAllowed, NotFound, Retired, TokenRefused, Unreachable


class TokenKind(StrEnum):
    """What a token is, by its first letters (docs: "GitHub's token formats")."""

    CLASSIC = "ghp_"
    FINE_GRAINED = "github_pat_"
    INSTALLATION = "ghs_"  # of an App's installation, or the workflow's own token
    WORKFLOW = "GITHUB_TOKEN"  # the latter, where it is known
    UNKNOWN = ""


def kind_of(token: str, known: Collection[str | None] = ()) -> TokenKind:
    """`known`: tokens that are usually the workflow's own."""
    kind = next(kind for kind in TokenKind if token.startswith(kind))
    return TokenKind.WORKFLOW if kind is TokenKind.INSTALLATION and token in known else kind


# What a token needs, by GitHub's documentation of each endpoint.
_ORG_OWNER = "its owner must be an owner of the organization"
_ENTERPRISE_OWNER = "its owner must be an owner or billing manager of the enterprise"
_OTHER_TOKENS = "a fine-grained token, or a GitHub App, with"
_ENTERPRISE_APP = "a GitHub App installed on the enterprise with"
_NOT_FINE_GRAINED = "Fine-grained tokens are not supported here."
_ORG_REPORTS = (
    f"a classic token with `read:org`, or {_OTHER_TOKENS} “Organization Copilot metrics: read”; {_ORG_OWNER}, or have "
    "a custom role with “View Organization Copilot Metrics”."
)
_ENTERPRISE_REPORTS = (
    f"a classic token with `read:enterprise` or `manage_billing:copilot`, or {_ENTERPRISE_APP} “Enterprise Copilot "
    f"metrics: read”; {_ENTERPRISE_OWNER}, or have a custom role with “View Enterprise Copilot Metrics”. "
    f"{_NOT_FINE_GRAINED}"
)
_ORG_EARLIER = (
    f"a classic token with `manage_billing:copilot`, `read:org` or `read:enterprise`, or {_OTHER_TOKENS} “GitHub "
    f"Copilot Business: read”; {_ORG_OWNER}, or an owner or billing manager of its enterprise."
)
_ENTERPRISE_BILLING = (
    f"a classic token with `manage_billing:copilot` or `read:enterprise`; {_ENTERPRISE_OWNER}. {_NOT_FINE_GRAINED}"
)
_ORG_SEATS = (
    f"a classic token with `manage_billing:copilot` or `read:org`, or {_OTHER_TOKENS} “GitHub Copilot Business: read”; "
    f"{_ORG_OWNER}."
)
_ORG_CREDITS = f"a classic token, or {_OTHER_TOKENS} “Administration: read”; {_ORG_OWNER}."
_ENTERPRISE_CREDITS = (
    f"a classic token, or {_ENTERPRISE_APP} “read access to enterprise billing”; {_ENTERPRISE_OWNER}. "
    f"{_NOT_FINE_GRAINED}"
)
# Of an organization, of an enterprise.
_REQUIRED = {
    Resource.REPORTS: (_ORG_REPORTS, _ENTERPRISE_REPORTS),
    Resource.METRICS: (_ORG_EARLIER, _ENTERPRISE_BILLING),
    Resource.USAGE: (_ORG_EARLIER, _ENTERPRISE_BILLING),
    Resource.SEATS: (_ORG_SEATS, _ENTERPRISE_BILLING),
    Resource.CREDITS: (_ORG_CREDITS, _ENTERPRISE_CREDITS),
}

# Policies that must be on: name, and how to switch it on.
_REPORTS_POLICY = (
    "Copilot usage metrics",
    (
        "An enterprise owner (or, without an enterprise, an organization owner) opens AI controls → Copilot → "
        "“Copilot usage metrics” and sets it to “Enabled everywhere”. Reports appear within two days."
    ),
)
_EARLIER_POLICY = (
    "Copilot Metrics API access",
    "An owner opens Settings → Copilot → Policies and enables “Copilot Metrics API access”.",
)
_POLICY = {
    Resource.REPORTS: _REPORTS_POLICY,
    Resource.METRICS: _EARLIER_POLICY,
    Resource.USAGE: _EARLIER_POLICY,
}
_RETIRED = {Resource.METRICS: "on 2026-04-02", Resource.USAGE: "in February 2025"}
_HAS, _ACCEPTED = "x-oauth-scopes", "x-accepted-oauth-scopes"
_YAML = "```yaml\nwith:\n  token: ${{ secrets.COPILOT_USAGE_TOKEN }}\n```"
_APP_YAML = (
    "With a GitHub App, make the token for this owner:\n\n"
    "```yaml\n- uses: actions/create-github-app-token@v3\n  id: app\n  with:\n"
    "    client-id: ${{ vars.APP_CLIENT_ID }}\n    private-key: ${{ secrets.APP_PRIVATE_KEY }}\n"
    "    APP_OWNER\n```\n\nand hand it on:\n\n```yaml\nwith:\n  token: ${{ steps.app.outputs.token }}\n```"
)
_WORKFLOWS_OWN = "this is the workflow's own token (`GITHUB_TOKEN`), which can never read Copilot usage"
_IF_OWN = {
    TokenKind.WORKFLOW: " It is the same as `GITHUB_TOKEN` or `snapshot-token`, and the workflow's own token can never "
    "read Copilot usage.",
    TokenKind.INSTALLATION: f" If {_WORKFLOWS_OWN}, use another one.",
}


@dataclass(frozen=True, slots=True)
class RefusedResponse:
    """`message`: GitHub's own, already cut short and without secrets; `headers`: with names in lower case."""

    request: ApiRequest
    status: int
    headers: Mapping[str, str]
    message: str
    token: TokenKind = TokenKind.UNKNOWN

    @property
    def in_enterprise(self) -> bool:
        return self.request.scope.kind.owner_kind is ScopeKind.ENTERPRISE

    @property
    def is_about_a_bill(self) -> bool:
        """Whether it is an organization's, which its enterprise may pay."""
        return self.request.resource is Resource.CREDITS and not self.in_enterprise

    @property
    def lacks_scope(self) -> bool:
        """Whether the token has none of the scopes that the endpoint accepts; False where the answer does not say."""
        has, accepted = (
            {scope.strip() for scope in self.headers.get(name, "").split(",")} - {""} for name in (_HAS, _ACCEPTED)
        )
        return _HAS in self.headers and bool(accepted) and not has & accepted

    def says(self, *words: str) -> bool:
        return any(word in self.message.lower() for word in words)

    def words(self) -> dict[str, str]:
        """What the texts of the table may name."""
        scope, resource = self.request.scope, self.request.resource
        kind = "enterprise" if self.in_enterprise else "organization"
        policy, enable = _POLICY.get(resource, ("", ""))
        said = f": “{self.message}”" if self.message else ""
        scopes = ""
        if (has := self.headers.get(_HAS)) is not None:
            scopes = f" The token has the scopes: {has.strip() or 'none'}."
            if accepted := self.headers.get(_ACCEPTED):
                scopes += f" GitHub accepts one of these here: {accepted.strip()}."
        return {
            "answer": f"GitHub answered {self.status} for {self.request.label}{said}.",
            "scopes": scopes,
            "needed": f"The token needs: {_REQUIRED[resource][self.in_enterprise]}",
            "name": scope.name,
            "kind": kind,
            "resource": resource.value,
            "product": resource.value.removeprefix("Copilot "),
            "path": self.request.path,
            "ended": _RETIRED.get(resource, ""),
            "policy": policy,
            "enable": enable,
            "or_policy": f"\n\nIf the token has all this, the policy may be off. {enable}"
            * bool(enable and not self.lacks_scope),
            "own": _WORKFLOWS_OWN,
            "if_own": _IF_OWN.get(self.token, ""),
            "yaml": _YAML,
            "app": _APP_YAML.replace("APP_OWNER", f"{kind if self.in_enterprise else 'owner'}: {scope.owner}"),
        }


def error_for(refused: RefusedResponse) -> CopilotUsageError:
    """The error for a response that is no success and does not pass."""
    _, kind, title, cause, remedy = next(row for row in _TABLE if row[0](refused))
    words = refused.words()
    texts = {"cause": cause.format(**words), "remedy": remedy.format(**words)}
    if kind is not NotFound or refused.is_about_a_bill or refused.lacks_scope:
        return kind(title.format(**words), **texts)
    spelling = f"Check the spelling: the slug is the last part of the {words['kind']}'s address."
    doubts = {"owner": (f"there is no {words['kind']} `{refused.request.scope.owner}`", spelling)}
    if words["policy"]:
        off = f"the policy “{words['policy']}” is off, or was switched on less than two days ago"
        doubts["policy"] = off, words["enable"]
    right = "the token cannot see it (GitHub also answers 404 in that case)"
    if refused.token is TokenKind.INSTALLATION:
        right = f"the App lacks the permission, or {_WORKFLOWS_OWN}"
    elif refused.token is TokenKind.WORKFLOW:
        right = "the token cannot see it: it is the same as `GITHUB_TOKEN` or `snapshot-token`, and the workflow's own "
        right += "token can never read Copilot usage"
    doubts["right"] = right, ""
    organization = None if refused.in_enterprise else refused.request.scope.owner
    return NotFound(title.format(**words), **texts, doubts=doubts, organization=organization)


def endless(label: str) -> Unreachable:
    """The error for a list whose pages point on and on."""
    return Unreachable(
        "GitHub's pages have no end",
        cause=f"{label}: one page points to the next again and again.",
        remedy="Run it again later. Of days, ask for a shorter range with `since` and `until`.",
    )


_Row = tuple[Callable[[RefusedResponse], bool], Callable[..., CopilotUsageError], str, str, str]

# When it applies, the error, its title, cause and remedy; the first row that applies decides.
_TABLE: tuple[_Row, ...] = (
    (
        lambda r: r.status == 401,
        TokenRefused,
        "The token is not valid",
        "{answer} It is mistyped, expired or revoked; the token of a GitHub App lives for one hour.{if_own}",
        "Create a new token, store it as a secret and name that secret in the input `token`. {needed}\n\n{yaml}",
    ),
    (
        lambda r: r.status == 403 and ("x-github-sso" in r.headers or r.says("saml", "single sign-on")),
        NotAllowed,
        "The token is not authorized for {name}'s single sign-on",
        "{answer} {name} uses SAML single sign-on; a personal token must be authorized for it.",
        (
            "The token's owner opens https://github.com/settings/tokens, chooses “Configure SSO” beside the token "
            "and then “Authorize” beside {name}. The token stays the same. Tokens of an App need none of this."
        ),
    ),
    (
        lambda r: r.status == 403 and r.says("ip allow list", "ip address"),
        NotAllowed,
        "{name} does not allow requests from this runner's address",
        "{answer} Its IP allow list does not have the address of the runner.",
        (
            "Run the job where the address is on the list (a self-hosted runner, or a larger runner with a static "
            "address):\n\n```yaml\nruns-on: [self-hosted]\n```\n\n"
            "or ask an owner to add the address under Settings → Authentication security."
        ),
    ),
    (
        lambda r: (
            r.request.resource in _POLICY
            and (r.status == 422 or (r.status == 403 and r.says("policy", "disabled", "not enabled")))
        ),
        NotAllowed,
        "The policy “{policy}” is not enabled for {name}",
        "{answer} Without this policy GitHub gives no {resource} to anyone.",
        "{enable}",
    ),
    (
        lambda r: r.status == 403 and r.in_enterprise and r.token is TokenKind.FINE_GRAINED,
        NotAllowed,
        "A fine-grained token cannot read the enterprise {name}",
        "{answer} GitHub's enterprise endpoints do not support fine-grained personal access tokens.",
        "Use another kind of token. {needed}\n\n{yaml}",
    ),
    (
        lambda r: r.status == 403 and r.token is TokenKind.WORKFLOW,
        NotAllowed,
        "The workflow's own token cannot read {resource} of {name}",
        "{answer}{if_own}",
        "{needed}\n\n{yaml}\n\n{app}",
    ),
    (
        lambda r: r.status == 403 and (r.token is TokenKind.INSTALLATION or r.says("not accessible by integration")),
        NotAllowed,
        "The App's token is not allowed to read {resource} of {name}",
        (
            "{answer} Either the App lacks the permission, or it is not installed on this {kind} "
            "(an installation on an enterprise does not serve the paths of organizations, nor the other way round), "
            "or {own}."
        ),
        "{needed}\n\n{app}",
    ),
    (
        lambda r: r.status == 403,
        NotAllowed,
        "The token is not allowed to read {resource} of {name}",
        "{answer}{scopes}",
        "{needed}\n\n{yaml}{or_policy}",
    ),
    (
        lambda r: r.status in {404, 410} and r.request.resource in _RETIRED,
        Retired,
        "GitHub has switched off the endpoint {path}",
        (
            "{answer} On github.com this generation ended {ended}. On another server it may still be there: then "
            "{name} is not known to it, or the token cannot see it."
        ),
        (
            "Ask for the reports that replaced it:\n\n```yaml\nwith:\n  api: reports\n```\n\n"
            "On a server that still has the endpoint, check the name, and the token. {needed}"
        ),
    ),
    (
        lambda r: r.status == 410,
        Retired,
        "GitHub has retired what this version asks for",
        "{answer}",
        "Use a newer version of this action; the version of GitHub's API that this one speaks has ended.",
    ),
    (
        lambda r: r.status == 404 and r.is_about_a_bill,
        NotFound,
        "The bill of {name} is not its own",
        (
            "{answer} An organization whose Copilot is paid by an enterprise has no bill of its own: "
            "it lies with the enterprise. GitHub gives the same answer to a token that is not allowed to read the bill."
        ),
        (
            "Read the bill of the enterprise, with a token that is allowed to:\n\n"
            "```yaml\nwith:\n  enterprise: your-enterprise\n```\n\nAn organization that pays for itself: {needed}"
        ),
    ),
    (
        lambda r: r.status == 404,
        NotFound,
        "GitHub finds no {resource} of {name}",
        "{answer}{scopes}",
        "{needed}\n\n{yaml}",
    ),
    (
        lambda r: r.status == 422,
        NotAllowed,
        "{name} has no Copilot {product} that GitHub could list",
        "{answer} The Copilot plan, or its payment, is not set up.",
        (
            "An owner checks Settings → Copilot, and the payment method under Settings → Billing and licensing. "
            "To do without:\n\n```yaml\nwith:\n  seats: false\n```"
        ),
    ),
    (
        lambda _: True,
        Unreachable,
        "GitHub did not accept a request about {name}",
        "{answer}",
        "Run it again later. If it stays, report this message, and the version of the action, to its issues.",
    ),
)
