"""Days from the retired generations, which take a range and answer in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import msgspec

from copilot_usage.copilot_api import endpoints
from copilot_usage.copilot_api.access_errors import endless
from copilot_usage.copilot_api.client import GitHubClient
from copilot_usage.copilot_api.endpoints import ApiRequest
from copilot_usage.copilot_api.report_files import left_out
from copilot_usage.domain.availability import REPORTED_AFTER, earlier_limits, is_settled
from copilot_usage.domain.queries import EarlierDays, Fetched, NoReport, Result, Word
from copilot_usage.domain.snapshot import Snapshot
from copilot_usage.errors import NotFound
from copilot_usage.parsers.json_documents import Parsed, joined, parse_documents
from copilot_usage.parsers.report_days import day_documents

_MOST_PAGES = 200


def earlier_days(client: GitHubClient, query: EarlierDays, today: Callable[[], date]) -> Iterator[Result]:
    """Every day of the range; raises CopilotUsageError."""
    if query.scope.every_team:
        raise NotFound(
            f"Generation `{query.generation}` needs its teams by name",
            cause="`team: '*'` is every team in GitHub's reports; the retired generations have no list of teams.",
            remedy="Name the teams:\n\n```yaml\nwith:\n  team: payments, search\n```",
        )
    request = endpoints.earlier_days(query.scope, query.generation, query.days)
    found = day_documents(joined(_pages(client, request)))
    for day, document in found.documents.items():
        if day in query.days:
            settled = is_settled(day, today())
            yield Fetched(Snapshot(day, query.scope, query.generation, settled, document))
    yield from left_out(query.scope, request.label, found.problems)
    # An older day is not missing: this endpoint does not say.
    reachable = query.days.clipped(earlier_limits(query.generation, today()).since, today() - REPORTED_AFTER)
    for day in reachable or ():
        if day not in found.documents:
            yield NoReport(query.scope, day, Word.VAGUE if found.problems else Word.SAID, generation=query.generation)


def _pages(client: GitHubClient, request: ApiRequest) -> Iterator[Parsed]:
    page: str | None = None
    seen: set[str | None] = set()
    while page not in seen and len(seen) < _MOST_PAGES:
        seen.add(page)
        answer = client.get(request, _decode, page=page)
        if answer.value is not None:
            yield answer.value
        page = answer.next_page
        if page is None:
            return
    raise endless(request.label)


def _decode(body: bytes) -> Parsed:
    parsed = parse_documents(body)
    if parsed.problems and not parsed.documents:
        raise msgspec.DecodeError(parsed.problems[0].what)
    return parsed
