"""What both sessions share: how they are opened, how bodies are read in time, faults in words without addresses."""

from __future__ import annotations

import socket
import ssl
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING

import requests
import urllib3
from requests.adapters import HTTPAdapter

import copilot_usage
from copilot_usage.copilot_api.tries import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_usage.copilot_api.deadline import Deadline

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 30.0
_CHUNK = 256 * 1024

# Everything that requests lets through of a connection that failed; urllib3's own errors pass it in a few places.
CONNECTION_FAILED = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


def open_session(pool_size: int) -> requests.Session:
    """A session with keep-alive, without cookies or retries of its own; proxies and CA bundles from the environment."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = f"copilot-usage-report/{copilot_usage.__version__}"
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=pool_size, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def timeouts(deadline: Deadline) -> tuple[float, float]:
    """Connect and read, neither longer than the run may still take."""
    deadline.check()
    left = max(deadline.left, 0.1)
    return min(CONNECT_TIMEOUT, left), min(READ_TIMEOUT, left)


def chunks(response: requests.Response, deadline: Deadline) -> Iterator[bytes]:
    """The body as it arrives, unpacked; a server that drips it cannot outlast the run."""
    for chunk in response.iter_content(_CHUNK):
        deadline.check()
        yield chunk


def trouble_of(error: BaseException) -> Trouble:
    """Why a connection failed. The library's own text is not used: it holds the address, which may be a signed link."""
    causes = list(_causes(error))
    for kind, words in _WORDS:
        if any(isinstance(cause, kind) for cause in causes):
            return Trouble(words, passes=kind is not ssl.SSLCertVerificationError)
    return Trouble("the connection failed")


def _causes(error: object, depth: int = 0) -> Iterator[BaseException]:
    if not isinstance(error, BaseException) or depth > 6:
        return
    yield error
    for inner in (*error.args, getattr(error, "reason", None), error.__cause__, error.__context__):
        yield from _causes(inner, depth + 1)


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not trusted here"),
    (urllib3.exceptions.ProxyError, "the proxy did not let the connection through"),
    (urllib3.exceptions.NameResolutionError, "its name could not be resolved (DNS)"),
    (socket.gaierror, "its name could not be resolved (DNS)"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionResetError, "the connection was reset"),
    # To urllib3 a connection that could not be made is also a timeout.
    (urllib3.exceptions.NewConnectionError, "no connection could be made"),
    (urllib3.exceptions.ConnectTimeoutError, f"no connection within {CONNECT_TIMEOUT:g} s"),
    (urllib3.exceptions.ReadTimeoutError, f"nothing came for {READ_TIMEOUT:g} s"),
    (TimeoutError, "it took too long"),
    (urllib3.exceptions.IncompleteRead, "the answer was cut off"),
    (urllib3.exceptions.DecodeError, "the answer could not be unpacked"),
    (requests.exceptions.ContentDecodingError, "the answer could not be unpacked"),
    (requests.exceptions.ChunkedEncodingError, "the answer was cut off"),
    (urllib3.exceptions.ProtocolError, "the connection broke off"),
    (ssl.SSLError, "the encrypted connection failed"),
)
