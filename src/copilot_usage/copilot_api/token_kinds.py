"""What kind of token it is, by its first letters, because each kind is refused for other reasons."""

from __future__ import annotations

from enum import StrEnum


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
