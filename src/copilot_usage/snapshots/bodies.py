"""Answers are read as they come, and not without end: PyGithub reads them whole, however large and slow they are."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from time import monotonic
from typing import TYPE_CHECKING, Any

import requests
from urllib3.exceptions import HTTPError

from copilot_usage.timing import in_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3.response import HTTPResponse

_CHUNK = 64 * 1024
# More than a month of snapshots, a tree or an error has, in bytes and unpacked.
_LARGEST = 64 * 1024 * 1024


class TooLarge(Exception):
    """An answer without end, or a small one that unpacks to an immense one."""


def body_of(raw: HTTPResponse, elapsed: Callable[[], float] = monotonic, largest: int = _LARGEST) -> bytes:
    """An answer's body, unpacked; raises TooLarge, and TimeoutError for one that drips."""
    body = bytearray()
    for part in in_time(partial(raw.read1, _CHUNK, decode_content=True), elapsed):
        body += part
        if len(body) > largest:
            raise TooLarge
    return bytes(body)


def read_in_bounds(response: requests.Response, **_: Any) -> None:
    """A hook of a session, called before it reads a body itself."""
    raw: HTTPResponse = response.raw
    try:
        body = body_of(raw)
    except (HTTPError, OSError) as error:
        raw.close()
        raise requests.ConnectionError(error) from error
    except TooLarge:
        raw.close()
        raise
    response.raw = BytesIO(body)
