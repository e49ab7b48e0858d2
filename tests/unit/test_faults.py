from __future__ import annotations

import socket
import ssl

import pytest
import requests
import urllib3

from copilot_usage.copilot_api.transport import trouble_of
from copilot_usage.faults import is_about_the_certificate, words_of

SECRET = "https://files.test/a?sig=secret"
POOL = urllib3.HTTPConnectionPool("files.test")
CONNECTION = urllib3.connection.HTTPConnection("files.test")


def wrapped(reason: Exception) -> requests.ConnectionError:
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(POOL, SECRET, reason))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.ReadTimeout(urllib3.exceptions.ReadTimeoutError(POOL, SECRET, "slow")), "no answer in time"),
        (wrapped(urllib3.exceptions.ConnectTimeoutError(POOL, "slow")), "no connection in time"),
        (
            wrapped(urllib3.exceptions.ProxyError("no", OSError("tunnel"))),
            "the proxy did not let the connection through",
        ),
        (wrapped(urllib3.exceptions.NewConnectionError(CONNECTION, "x")), "no connection could be made"),
        (
            requests.ConnectionError(urllib3.exceptions.ProtocolError("x", ConnectionResetError())),
            "the connection was reset",
        ),
        (requests.ConnectionError(urllib3.exceptions.ProtocolError("x", "y")), "the connection broke off"),
        (
            requests.exceptions.ChunkedEncodingError(urllib3.exceptions.IncompleteRead(1, 2)),
            "the answer was cut off",
        ),
        (requests.exceptions.ContentDecodingError("bad gzip"), "the answer could not be unpacked"),
        (socket.gaierror(-2, "unknown"), "its name could not be resolved (DNS)"),
        (ConnectionRefusedError(), "the connection was refused"),
        (requests.exceptions.SSLError(ssl.SSLError("eof")), "the encrypted connection failed"),
        (requests.exceptions.InvalidURL(SECRET), "an address in the answer is none"),
        (requests.exceptions.InvalidHeader(SECRET), "the connection failed"),
    ],
)
def test_a_fault_is_named_without_the_address(error: Exception, words: str) -> None:
    assert words_of(error) == words
    assert not is_about_the_certificate(error)


def test_a_certificate_that_is_not_trusted_does_not_pass() -> None:
    error = requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))
    assert words_of(error) == "its certificate is not trusted here"
    assert is_about_the_certificate(error)
    assert not trouble_of(error).passes
