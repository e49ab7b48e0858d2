"""Reads signed links: no token, no GitHub headers, no cookies, and the links themselves appear nowhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import requests

from copilot_usage.copilot_api import session as transport
from copilot_usage.copilot_api.ndjson import MOST_BYTES, is_cut_off
from copilot_usage.copilot_api.retry import HostRetry, TransientError, transient_error
from copilot_usage.errors import UnreadableDocument
from copilot_usage.timing import Deadline

# Answers to a link that has expired or whose file is gone; a fresh envelope may bring a link that works.
_EXPIRED = frozenset({401, 403, 404, 410})
_STORAGE_ERROR = 1024
# A text or `null`, in the place of a report.
_NO_REPORT = (b'"', b"null")
_BEFORE_A_REPORT = b"\xef\xbb\xbf \t\r\n"


class LinkExpired(Exception):
    """The link does not work (any more); `missing`: the storage itself says that there is no such file.

    Every other 404 may be that of a proxy or a firewall.
    """

    def __init__(self, status: int, host: str, *, missing: bool) -> None:
        super().__init__(f"the link answered {status}")
        self.status = status
        self.host = host
        self.missing = missing


@dataclass(slots=True)
class Position:
    """How far a file was handed on, so that another try goes on there; how long it was when it ended in mid-line.

    `host`: where the last request went, redirects included.
    """

    handed_on: int = 0
    cut_off_at: int | None = None
    host: str = ""

    @property
    def ends_in_mid_line(self) -> bool:
        """Whether the file came twice so, with the same length."""
        return 0 < self.handed_on == self.cut_off_at


class Downloads:
    """A session for signed links; any number of threads may read. `mask` is told each link before it is used."""

    def __init__(
        self,
        *,
        deadline: Deadline,
        mask: Callable[[str], None],
        insecure: bool = False,
    ) -> None:
        self._deadline = deadline
        self._mask = mask
        self._schemes = {"http", "https"} if insecure else {"https"}
        self._retry = HostRetry("the download host", deadline)
        self._session = transport.open_session()
        # urllib3 logs addresses, signatures included, at DEBUG, and in warnings about odd headers.
        logging.getLogger("urllib3").setLevel(logging.ERROR)

    def close(self) -> None:
        """Closes the connections that are kept alive."""
        self._session.close()

    def stream(self, link: str, label: str, position: Position | None = None) -> Iterator[bytes]:
        """The file from `position` on as it arrives, a broken try taken up where it broke.

        Raises LinkExpired and CopilotUsageError.
        """
        position = position or Position()
        retries = self._retry.start(label)
        while True:
            self._retry.enter()
            transient = yield from self._try(link, label, position)
            if transient is None:
                self._retry.answered()
                return
            retries.wait(replace(transient, host=position.host))

    def _try(self, link: str, label: str, position: Position) -> Generator[bytes, None, TransientError | None]:
        def check(url: str) -> None:
            position.host = self._check(url, label)

        try:
            with closing(transport.send(self._session, link, self._deadline, check)) as response:
                if response.status_code == 200:
                    return (yield from self._body(response, label, position))
                status, headers = response.status_code, response.headers
                missing = status == 404 and _is_from_the_storage(response)
        except transport.CONNECTION_FAILED as error:
            return transport.connection_error(error)
        if status in _EXPIRED:
            raise LinkExpired(status, position.host, missing=missing)
        transient = transient_error(status, headers, "", self._deadline.now())
        return transient or TransientError(f"the download host answered {status}")

    def _check(self, link: str, label: str) -> str:
        """The host of a link, which is masked. Only https, and plain http where the API is plain http, too."""
        try:
            parsed = transport.address(link)
        except requests.exceptions.InvalidURL:
            parsed = transport.address("")
        if parsed.scheme not in self._schemes or not parsed.host:
            raise UnreadableDocument(
                "A download link that cannot be used",
                cause=f"{label}: GitHub's answer holds a link that is no https address.",
                remedy="Check `GITHUB_API_URL`, and what a proxy may put in between.",
            )
        self._mask(link.partition("?")[2].partition("#")[0] or link)
        return parsed.host

    def _body(
        self, response: requests.Response, label: str, position: Position
    ) -> Generator[bytes, None, TransientError | None]:
        length, no_report = 0, True
        last_line = bytearray()
        for chunk in transport.chunks(response, self._deadline):
            if not length and chunk.lstrip().startswith(b"<"):
                return TransientError("HTML came instead of the file")
            no_report = chunk.lstrip(_BEFORE_A_REPORT).startswith(_NO_REPORT) if not length else no_report
            length += len(chunk)
            end = chunk.rfind(b"\n")
            if end >= 0:
                last_line.clear()
            last_line += chunk[end + 1 :]
            if len(last_line) > MOST_BYTES:
                raise transport.too_large(label, response.url)
            if length > position.handed_on:
                fresh = chunk[max(0, position.handed_on - (length - len(chunk))) :]
                position.handed_on = length
                yield fresh
        # A file of the same length twice is not cut off on the way but stored so.
        if (no_report or is_cut_off(bytes(last_line))) and position.cut_off_at != length:
            position.cut_off_at = length
            return TransientError("the file holds no report" if no_report else "the file ends in the middle of a line")
        return None


def _is_from_the_storage(response: requests.Response) -> bool:
    """Whether the storage answers, and no host in between: Azure names its error in a header, or in XML."""
    start = next(response.iter_content(_STORAGE_ERROR), b"")
    return "x-ms-error-code" in response.headers or (b"<Error>" in start and b"<Code>" in start)
