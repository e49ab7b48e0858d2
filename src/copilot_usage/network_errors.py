"""Why a connection failed, in words. The libraries' own texts hold addresses, which may be signed links."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator, Sequence

import requests
import urllib3


def words_of(error: BaseException) -> str:
    """The first of the error's causes that has words of its own."""
    causes = list(_causes(error))
    known = (words for kind, words in _WORDS if any(isinstance(cause, kind) for cause in causes))
    words = next(known, "the connection failed")
    if words == _NO_PROXY and not _set(_PROXIES):
        words = _NO_ADDRESS
    named = _set(_CA_BUNDLES if words == _UNTRUSTED else _PROXIES if words in _OF_A_PROXY else ())
    return f"{words} ({named})" if named else words


def remedy_of(error: BaseException) -> str | None:
    """What has to be mended before another try can help; None: the fault may pass."""
    words = words_of(error)
    if words.startswith(_UNTRUSTED):
        return _CERTIFICATE
    if not words.startswith(_OF_A_PROXY):
        return None
    causes = list(_causes(error))
    lasts = words.startswith(_NO_PROXY) or any(isinstance(cause, _NOT_THERE) for cause in causes)
    # A proxy that answers with a fault of its own may answer otherwise a moment later.
    refused = any("Tunnel connection failed: 4" in str(cause) for cause in causes)
    return _PROXY if lasts or refused else None


def _set(names: Sequence[str]) -> str:
    """Those of the variables that are set."""
    return ", ".join(f"`{name}`" for name in names if os.environ.get(name))


def _causes(error: object, depth: int = 0) -> Iterator[BaseException]:
    if not isinstance(error, BaseException) or depth > 6:
        return
    yield error
    for inner in (*error.args, getattr(error, "reason", None), error.__cause__, error.__context__):
        yield from _causes(inner, depth + 1)


_CA_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_UNTRUSTED = "its certificate is not trusted here"
_NO_PROXY = "the proxy's address cannot be used"
_NO_ADDRESS = "an address in the answer is none"
_OF_A_PROXY = ("the proxy did not let the connection through", _NO_PROXY)
_NOT_THERE = (
    ConnectionRefusedError,
    socket.gaierror,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
)
_CERTIFICATE = (
    "If a proxy of your company re-signs connections, give its certificate to the step:\n\n"
    "```yaml\nenv:\n  REQUESTS_CA_BUNDLE: /github/workspace/company-ca.pem\n```"
)
_PROXY = "Check the variables that name the proxy (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`), and the proxy itself."

_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, _UNTRUSTED),
    (urllib3.exceptions.ProxyError, _OF_A_PROXY[0]),
    # Where a proxy is set; else it is an address that GitHub's answer leads to.
    (requests.exceptions.InvalidProxyURL, _NO_PROXY),
    (requests.exceptions.InvalidSchema, _NO_PROXY),
    (urllib3.exceptions.LocationParseError, _NO_PROXY),
    (urllib3.exceptions.NameResolutionError, "its name could not be resolved (DNS)"),
    (socket.gaierror, "its name could not be resolved (DNS)"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionResetError, "the connection was reset"),
    # To urllib3 a connection that could not be made is also a timeout.
    (urllib3.exceptions.NewConnectionError, "no connection could be made"),
    (urllib3.exceptions.ConnectTimeoutError, "no connection in time"),
    (urllib3.exceptions.ReadTimeoutError, "no answer in time"),
    (TimeoutError, "it took too long"),
    (urllib3.exceptions.IncompleteRead, "the answer was cut off"),
    (urllib3.exceptions.DecodeError, "the answer could not be unpacked"),
    (requests.exceptions.ContentDecodingError, "the answer could not be unpacked"),
    (requests.exceptions.ChunkedEncodingError, "the answer was cut off"),
    (urllib3.exceptions.ProtocolError, "the connection broke off"),
    (requests.exceptions.InvalidURL, _NO_ADDRESS),
    (ssl.SSLError, "the encrypted connection failed"),
)
