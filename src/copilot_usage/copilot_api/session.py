"""What both sessions share: how they are opened, which redirects they follow, how bodies are read in time and bounds.

The token's session talks to the API host alone; signed links are read by a second session without a token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import Url, parse_url

import copilot_usage
from copilot_usage import network_errors
from copilot_usage.copilot_api.ndjson import MOST_BYTES
from copilot_usage.copilot_api.retry import TransientError
from copilot_usage.errors import UnreadableDocument
from copilot_usage.settings.values import is_on_this_machine
from copilot_usage.timing import Deadline, in_time

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 30.0
MOST_REDIRECTS = 5
# GitHub asks for few requests at once (docs: "Best practices for using the REST API").
AT_ONCE = 4
_CHUNK = 256 * 1024

# Everything that requests lets through of a connection that failed; urllib3's own errors pass it in a few places.
CONNECTION_FAILED = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class _Session(requests.Session):
    """Leaves redirects alone, even their addresses, which may be none, and their bodies, which may have no end."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - the library's signature
        return None

    def merge_environment_settings(self, url: Any, *others: Any) -> Any:
        """What stays on this machine goes through no proxy, which would see the token."""
        settings = super().merge_environment_settings(url, *others)
        if is_on_this_machine(str(url)):
            settings["proxies"] = {}
        return settings


def open_session(token: str = "") -> requests.Session:
    """A session with keep-alive, without cookies or retries of its own; proxies and CA bundles from the environment."""

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    session = _Session()
    session.auth = authorize  # also where there is no token: requests would look into `.netrc` without it
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = f"copilot-usage-report/{copilot_usage.__version__}"
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=AT_ONCE, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def timeouts(deadline: Deadline) -> tuple[float, float]:
    """Seconds to connect and to read, neither longer than the run may still take; raises TimeUp."""
    deadline.check()
    left = max(deadline.left, 0.1)
    return min(CONNECT_TIMEOUT, left), min(READ_TIMEOUT, left)


def send(session: requests.Session, url: str, deadline: Deadline, check: Callable[[str], object]) -> requests.Response:
    """The response, its body not read yet; still a redirect after too many of them.

    `check` is called with each address before it is asked, and raises where the session must not go.
    """
    for _ in range(MOST_REDIRECTS):
        check(url)
        response = session.get(url, allow_redirects=False, stream=True, timeout=timeouts(deadline))
        if not response.is_redirect:
            break
        response.close()
        url = address(response.headers["location"], url).url
    return response


def chunks(response: requests.Response, deadline: Deadline) -> Iterator[bytes]:
    """The body as it arrives, unpacked, what one read of the socket brought at a time."""
    for chunk in in_time(partial(response.raw.read1, _CHUNK, decode_content=True), deadline.elapsed):
        deadline.check()
        yield chunk
    if _lacks_its_end(response.raw):
        raise requests.exceptions.ChunkedEncodingError


def _lacks_its_end(raw: Any) -> bool:
    """Whether a compressed body stops before its end; urllib3 hands on what there is and does not say so."""
    decoder = getattr(raw, "_decoder", None)
    decoders = getattr(decoder, "_decoders", [decoder])
    ended = (getattr(getattr(each, "_obj", None), "eof", True) for each in decoders)
    return raw.tell() > 0 and not all(ended)


def whole(chunks: Iterable[bytes], label: str, url: str, read_before: int = 0) -> bytes:
    """All of a body; `read_before`: bytes of what belongs together with it. Raises UnreadableDocument."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if read_before + len(body) > MOST_BYTES:
            raise too_large(label, url)
    return bytes(body)


def too_large(label: str, url: str) -> UnreadableDocument:
    """The error for an answer, or a row, of more than MOST_BYTES; of the address it names the host alone."""
    host = address(url).host
    return UnreadableDocument(
        "An answer is too large",
        cause=f"{label}: {host} sent more than {MOST_BYTES // 1024**2} MB in one piece.",
        remedy="Check `GITHUB_API_URL`, and what a proxy may put in between; if it stays, report this message.",
    )


def address(reference: str, base: str = "") -> Url:
    """Where a link or a redirect leads, as the library reads it that will open it; raises InvalidURL."""
    try:
        return parse_url(urljoin(base, reference))
    except ValueError as error:
        raise requests.exceptions.InvalidURL from error


def connection_error(error: BaseException) -> TransientError:
    """Why a connection failed."""
    return TransientError(network_errors.words_of(error), remedy=network_errors.remedy_of(error))
