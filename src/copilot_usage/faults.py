"""Why a connection failed, in words. The libraries' own texts hold addresses, which may be signed links."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import requests
import urllib3

if TYPE_CHECKING:
    from collections.abc import Iterator


def words_of(error: BaseException) -> str:
    """The first of the error's causes that has words of its own."""
    causes = list(_causes(error))
    known = (words for kind, words in _WORDS if any(isinstance(cause, kind) for cause in causes))
    return next(known, "the connection failed")


def is_about_the_certificate(error: BaseException) -> bool:
    """Then trying again does not help, and somebody has to hand in a certificate."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


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
    (urllib3.exceptions.ConnectTimeoutError, "no connection in time"),
    (urllib3.exceptions.ReadTimeoutError, "no answer in time"),
    (TimeoutError, "it took too long"),
    (urllib3.exceptions.IncompleteRead, "the answer was cut off"),
    (urllib3.exceptions.DecodeError, "the answer could not be unpacked"),
    (requests.exceptions.ContentDecodingError, "the answer could not be unpacked"),
    (requests.exceptions.ChunkedEncodingError, "the answer was cut off"),
    (urllib3.exceptions.ProtocolError, "the connection broke off"),
    (requests.exceptions.InvalidURL, "an address in the answer is none"),
    (ssl.SSLError, "the encrypted connection failed"),
)
