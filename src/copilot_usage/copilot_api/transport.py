"""What both sessions share: how they are opened, and how bodies are read in time."""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING

import requests
import urllib3
from requests.adapters import HTTPAdapter

import copilot_usage
from copilot_usage import faults
from copilot_usage.copilot_api.tries import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_usage.timing import Deadline

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
    """Why a connection failed."""
    return Trouble(faults.words_of(error), passes=not faults.is_about_the_certificate(error))
