"""Requests to the API host, with the token, and to no other; a response becomes a value or an error with words."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import parse_qs

import msgspec
import requests

from copilot_usage.copilot_api import session as transport
from copilot_usage.copilot_api.access_errors import RefusedResponse, error_for, kind_of
from copilot_usage.copilot_api.endpoints import ApiRequest
from copilot_usage.copilot_api.retry import HostRetry, TransientError, transient_error
from copilot_usage.errors import Unreachable, UnreadableDocument
from copilot_usage.timing import Deadline

_logger = logging.getLogger(__name__)

API_VERSION = "2026-03-10"
_LONGEST_MESSAGE = 300

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ApiResponse(Generic[Value]):
    """A success: what the body says (None: no body), the address of the next page, the number of the last one.

    `no_content`: the answer was a 204.
    """

    value: Value | None
    next_page: str | None = None
    last_page: int | None = None
    no_content: bool = False


class GitHubClient:
    """One session with the API host; any number of threads may ask."""

    def __init__(
        self, *, api_url: str, token: str, deadline: Deadline, workflow_tokens: Collection[str | None] = ()
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._origin = _origin(self._api_url)
        self._deadline = deadline
        self._retry = HostRetry(transport.address(self._api_url).host or "", deadline)
        self._kind = kind_of(token, workflow_tokens)
        self._hide: Callable[[str], str] = lambda text: text.replace(token, "***") if token else text
        self._session = transport.open_session(token)
        self._session.headers["Accept"] = "application/vnd.github+json"
        self._session.headers["X-GitHub-Api-Version"] = API_VERSION

    def close(self) -> None:
        """Closes the connections that are kept alive."""
        self._session.close()

    def get(
        self, request: ApiRequest, decode: Callable[[bytes], Value], *, page: str | None = None
    ) -> ApiResponse[Value]:
        """Asks until there is an answer; `page` is the `next_page` of the answer before. Raises CopilotUsageError.

        `decode` raises msgspec.ValidationError for JSON of another shape, msgspec.DecodeError for no whole JSON.
        """
        retries = self._retry.start(request.label)
        while True:
            self._retry.enter()
            result = self._try(request, decode, page or self._api_url + request.target)
            if isinstance(result, ApiResponse):
                self._retry.answered()
                return result
            retries.wait(result)

    def _try(
        self, request: ApiRequest, decode: Callable[[bytes], Value], url: str
    ) -> ApiResponse[Value] | TransientError:
        try:
            # Redirects on the same host (a renamed organization) are followed: the token goes nowhere else.
            with closing(transport.send(self._session, url, self._deadline, self._check_origin)) as response:
                self._deadline.learn(response.headers.get("date"))
                body = transport.whole(transport.chunks(response, self._deadline), request.label, url)
        except transport.CONNECTION_FAILED as error:
            return transport.connection_error(error)
        _logger.debug("%s: %d, %d bytes", request.label, response.status_code, len(body))
        if response.is_redirect:
            raise Unreachable(
                "GitHub redirects in circles",
                cause=f"{request.label}: more than {transport.MOST_REDIRECTS} redirects, one after the other.",
                remedy="Check `GITHUB_API_URL`, and what a proxy may put in between.",
            )
        if response.status_code < 300:
            return self._read(request, decode, response, body)
        text = body.decode(errors="replace")
        transient = transient_error(response.status_code, response.headers, text, self._deadline.now())
        if transient is None:
            self._retry.answered()
            raise error_for(self._refused(request, response, body))
        return transient

    def _check_origin(self, url: str) -> None:
        if (origin := _origin(url)) != self._origin:
            raise Unreachable(
                "The API sent this run to another host",
                cause=f"{self._origin} pointed to {origin}. The token is not sent there.",
                remedy="Check `GITHUB_API_URL` (the address of GitHub's REST API, as the runner sets it), "
                "and what a proxy may put in between.",
            )

    def _read(
        self, request: ApiRequest, decode: Callable[[bytes], Value], response: requests.Response, body: bytes
    ) -> ApiResponse[Value] | TransientError:
        status = response.status_code
        if body.lstrip().startswith(b"<"):
            return TransientError("HTML came instead of JSON")
        try:
            if status == 204 or (status == 200 and not body.strip()):
                return ApiResponse(None, no_content=status == 204)
            if status == 200:
                value = decode(body)
                return ApiResponse(value, _page(response, "next"), _page_number(_page(response, "last")))
            shape = f"its status is {status}"
        except requests.exceptions.InvalidURL as error:
            return transport.connection_error(error)
        except msgspec.ValidationError as error:
            shape = str(error)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return TransientError("the answer is no whole JSON document")
        raise UnreadableDocument(
            f"GitHub's answer about {request.scope.name} has an unknown form",
            cause=f"{request.label}: {self._hide(shape)}.",
            remedy="Look for a newer version of this action; if this is the newest, report this message to its issues.",
        )

    def _refused(self, request: ApiRequest, response: requests.Response, body: bytes) -> RefusedResponse:
        try:
            message = msgspec.json.decode(body, type=_Message).message
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            message = ""
        # It will stand in quotation marks.
        message = re.sub("[“”]", "'", " ".join(self._hide(message).split()))[:_LONGEST_MESSAGE]
        headers = {name.lower(): self._hide(value) for name, value in response.headers.items()}
        return RefusedResponse(request, response.status_code, headers, message, self._kind)


class _Message(msgspec.Struct):
    """GitHub's own words about an error."""

    message: str = ""


def _origin(url: str) -> str:
    """Scheme, host and port, by the parser that the connection is opened with: another one may read another host."""
    parsed = transport.address(url)
    port = parsed.port or {"http": 80, "https": 443}.get(parsed.scheme or "")
    return f"{parsed.scheme}://{parsed.host or ''}:{port}"


def _page(response: requests.Response, name: str) -> str | None:
    """Where the `Link` header leads; raises InvalidURL."""
    link = response.links.get(name, {}).get("url")
    return transport.address(link, response.url).url if link else None


def _page_number(link: str | None) -> int | None:
    pages = parse_qs(transport.address(link).query or "").get("page", []) if link else []
    return int(pages[0]) if pages and pages[0].isdecimal() and len(pages[0]) < 6 else None
