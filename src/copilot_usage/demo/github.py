"""An invented GitHub on loopback: Copilot's reports behind signed links, seats, bills, and a repository."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from copilot_usage.demo.bills import bill_items
from copilot_usage.demo.earlier import metrics_day, usage_day
from copilot_usage.demo.git_data import GitData, refused
from copilot_usage.demo.loopback import Reply, Request, listening
from copilot_usage.demo.owners import owners
from copilot_usage.demo.published import Published
from copilot_usage.demo.seats import seats

if TYPE_CHECKING:
    from copilot_usage.demo.organization import Organization

REPOSITORY = "octo-org/copilot-usage"
# The demo shows what a gap looks like, in ranges that reach back so far: one day has no report.
_GAP = 61
_MOST_SEATS_A_PAGE = 100


@dataclass
class DemoGitHub:
    """What there is to see at this GitHub.

    `earlier`: whether the retired generations still answer; `prepared`: files made beforehand, for measuring;
    `sent`: bytes of files sent so far.
    """

    today: date
    owners: dict[str, Organization] = field(default_factory=owners)
    delay: int = 2
    lacking: frozenset[date] | None = None
    earlier: bool = False
    reading_token: str = "ghp_invented0reading0token"  # noqa: S105 - opens nothing but this
    writing_token: str = "ghs_invented0writing0token"  # noqa: S105 - opens nothing but this
    repository: str = REPOSITORY
    signature: str = field(default_factory=lambda: secrets.token_hex(16))
    requests: list[Request] = field(default_factory=list)
    downloads: list[Request] = field(default_factory=list)
    git: GitData = field(default_factory=GitData)
    prepared: dict[tuple[str, date | None], list[bytes]] = field(default_factory=dict)
    sent: int = 0
    api_url: str = ""
    download_url: str = ""

    def __post_init__(self) -> None:
        self.git.commit_file("README.md", b"# Copilot usage\n", "Start", "refs/heads/main")

    def published(self, owner: str) -> Published:
        """The reports of an owner today."""
        gap = frozenset({self.today - timedelta(days=self.delay + _GAP)})
        return Published(self.owners[owner], self.today, self.delay, gap if self.lacking is None else self.lacking)

    def answer(self, request: Request) -> Reply:
        """The API host."""
        self.requests.append(request)
        token = request.headers.get("authorization", "").partition(" ")[2]
        if token not in {self.reading_token, self.writing_token}:
            return refused(401, "Bad credentials")
        for pattern, respond in _ROUTES:
            match = re.fullmatch(pattern, request.path)
            if match:
                return respond(self, request, *match.groups())
        return refused(404, "Not Found")

    def download(self, request: Request) -> Reply:
        """The host of the signed links: it knows no tokens and minds them."""
        self.downloads.append(request)
        if "authorization" in request.headers or request.query.get("sig") != self.signature:
            return Reply(403, b"<Error><Code>AuthenticationFailed</Code></Error>")
        owner, report, day, part = request.path.strip("/").split("/")
        about = None if day == "latest" else date.fromisoformat(day)
        files = self.prepared.get((report, about)) or self.published(owner).files(report, about)
        self.sent += len(files[int(part)])
        return Reply(200, files[int(part)], {"Content-Type": "application/octet-stream"})

    def may_read(self, request: Request) -> bool:
        return request.headers["authorization"].endswith(self.reading_token)

    def report(self, request: Request, kind: str, owner: str, report: str) -> Reply:
        """An envelope with signed links, or what GitHub says when there is no report."""
        found = self.owners.get(owner.lower())
        if found is None or not self.may_read(request) or (kind == "orgs") != (found.id_field == "organization_id"):
            return refused(404, "Not Found")
        published, name = self.published(owner.lower()), report.partition("/")[0]
        if report.endswith("/latest"):
            ends = {"report_start_day": str(published.window[0]), "report_end_day": str(published.window[-1])}
            return Reply(200, {"download_links": self._links(owner, name, None), **ends})
        day = date.fromisoformat(request.query["day"])
        if not published.has(day, report):
            return Reply(204) if kind == "orgs" else refused(404, "Not Found")
        return Reply(200, {"download_links": self._links(owner, name, day), "report_day": str(day)})

    def _links(self, owner: str, report: str, day: date | None) -> list[str]:
        parts = 2 if report == "users-28-day" else 1
        when = "latest" if day is None else day.isoformat()
        address = f"{self.download_url}/{owner.lower()}/{report}/{when}"
        return [f"{address}/{part}?sig={self.signature}" for part in range(parts)]

    def seat_list(self, request: Request, _: str, owner: str) -> Reply:
        if owner.lower() not in self.owners or not self.may_read(request):
            return refused(404, "Not Found")
        listed = seats(self.owners[owner.lower()], self.today)
        size = min(int(request.query.get("per_page", 50)), _MOST_SEATS_A_PAGE)
        page, last = int(request.query.get("page", 1)), max(1, -(-len(listed) // size))
        address = f"{self.api_url}{request.path}?per_page={size}&page="
        links = [f'<{address}{page + 1}>; rel="next"', f'<{address}{last}>; rel="last"'] if page < last else []
        content = {"total_seats": len(listed), "seats": listed[(page - 1) * size : page * size]}
        return Reply(200, content, {"Link": ", ".join(links)} if links else {})

    def bill(self, request: Request, kind: str, owner: str) -> Reply:
        if owner.lower() not in self.owners or not self.may_read(request):
            return refused(404, "Not Found")
        year, month = int(request.query.get("year", self.today.year)), int(request.query.get("month", self.today.month))
        items = bill_items(len(self.owners[owner.lower()].people), date(year, month, 1), self.today)
        period = {"year": year, "month": month}
        return Reply(200, {"timePeriod": period, kind.removesuffix("s"): owner, "usageItems": items})

    def earlier_days(self, request: Request, kind: str, owner: str, _: str | None, generation: str) -> Reply:
        """A retired endpoint; `page` and `per_page` over the days from `since` to `until`."""
        if not self.earlier or owner.lower() not in self.owners or not self.may_read(request):
            return refused(404, "Not Found")
        since = date.fromisoformat(request.query.get("since", str(self.today - timedelta(days=27)))[:10])
        until = date.fromisoformat(request.query.get("until", str(self.today - timedelta(days=1)))[:10])
        days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
        published = self.published(owner.lower())
        tell = usage_day if generation == "usage" else metrics_day
        told = [tell(self.owners[owner.lower()].document(day)) for day in days if published.has(day, kind)]
        size, page = int(request.query.get("per_page", 28)), int(request.query.get("page", 1))
        more = page * size < len(told)
        following = "&".join(f"{k}={v}" for k, v in {**request.query, "page": str(page + 1)}.items())
        link = {"Link": f'<{self.api_url}{request.path}?{following}>; rel="next"'} if more else {}
        return Reply(200, told[(page - 1) * size : page * size], link)

    def in_repository(self, request: Request, name: str, path: str | None) -> Reply:
        if name.lower() != self.repository or self.may_read(request):
            return refused(404, "Not Found")
        if path is None:
            described: dict[str, Any] = {"full_name": self.repository, "private": True, "default_branch": "main"}
            return Reply(200, {"id": 1, "name": name.partition("/")[2], "url": self.git.url, **described})
        return self.git.answer(path, request)

    def rate_limit(self, _: Request) -> Reply:
        core = {
            "limit": 5000,
            "remaining": 5000 - len(self.requests),
            "reset": 4_102_444_800,
            "used": len(self.requests),
        }
        return Reply(200, {"resources": {"core": core}})


_ROUTES: tuple[tuple[str, Callable[..., Reply]], ...] = (
    (r"/(orgs|enterprises)/([^/]+)/copilot/metrics/reports/([\w-]+(?:/latest)?)", DemoGitHub.report),
    (r"/(orgs|enterprises)/([^/]+)/copilot/billing/seats", DemoGitHub.seat_list),
    (r"/(organizations|enterprises)/([^/]+)/settings/billing/ai_credit/usage", DemoGitHub.bill),
    (r"/(orgs|enterprises)/([^/]+)(?:/team/([^/]+))?/copilot/(metrics|usage)", DemoGitHub.earlier_days),
    (r"/repos/([^/]+/[^/]+)(?:/(.+))?", DemoGitHub.in_repository),
    (r"/rate_limit", DemoGitHub.rate_limit),
)


_GitHub = TypeVar("_GitHub", bound=DemoGitHub)


@contextmanager
def serve(github: _GitHub) -> Iterator[_GitHub]:
    """Listens on two free ports of loopback until the block ends."""
    with listening(github.answer) as api_url, listening(github.download) as download_url:
        github.api_url, github.download_url = api_url, download_url
        github.git.url = f"{api_url}/repos/{github.repository}"
        yield github
