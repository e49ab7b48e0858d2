from __future__ import annotations

import socket
import ssl

import pytest
import requests
import urllib3

from copilot_usage.copilot_api import session as transport
from copilot_usage.copilot_api.session import connection_error
from copilot_usage.network_errors import remedy_of, words_of

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
        (urllib3.exceptions.LocationParseError(SECRET), "an address in the answer is none"),
        (requests.exceptions.InvalidHeader(SECRET), "the connection failed"),
    ],
)
def test_a_fault_is_named_without_the_address(error: Exception, words: str) -> None:
    assert words_of(error) == words
    assert remedy_of(error) is None


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("bundle", "named"), [("", ""), ("/ca.pem", " (`REQUESTS_CA_BUNDLE`)")])
def test_a_certificate_that_is_not_trusted_does_not_pass(
    monkeypatch: pytest.MonkeyPatch, bundle: str, named: str
) -> None:
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    error = requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))
    assert words_of(error) == f"its certificate is not trusted here{named}"
    assert "REQUESTS_CA_BUNDLE" in (connection_error(error).remedy or "")


@pytest.mark.parametrize(
    "reason",
    [
        urllib3.exceptions.NewConnectionError(CONNECTION, "refused"),
        urllib3.exceptions.NameResolutionError("proxy.test", CONNECTION, socket.gaierror()),
        urllib3.exceptions.ConnectTimeoutError(POOL, "slow"),
        OSError("Tunnel connection failed: 407 Proxy Authentication Required"),
    ],
)
def test_a_proxy_that_is_not_there_does_not_pass(monkeypatch: pytest.MonkeyPatch, reason: Exception) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    error = requests.exceptions.ProxyError(wrapped(urllib3.exceptions.ProxyError("no", reason)))
    assert words_of(error) == "the proxy did not let the connection through (`HTTPS_PROXY`)"
    assert "HTTPS_PROXY" in (remedy_of(error) or "")


def test_a_fault_of_a_proxy_that_is_there_may_pass() -> None:
    reason = OSError("Tunnel connection failed: 503 Service Unavailable")
    assert remedy_of(wrapped(urllib3.exceptions.ProxyError("no", reason))) is None


@pytest.mark.parametrize("proxy", ["http://[", "http://proxy.test:port", "http://", "socks5://a.test", "no:where:at"])
def test_a_proxy_that_is_none_is_named_at_the_first_try(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(transport.CONNECTION_FAILED) as failure, transport.open_session() as session:
        session.get("https://api.octo.test")
    assert words_of(failure.value) == "the proxy's address cannot be used (`HTTPS_PROXY`)"
    assert remedy_of(failure.value)
