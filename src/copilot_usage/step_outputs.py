"""A report as the outputs of the step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from copilot_usage.domain.figures import percentage
from copilot_usage.domain.metric import COMPLETION, Dimension
from copilot_usage.domain.numbers import rounded

if TYPE_CHECKING:
    from copilot_usage.domain.report import Report
    from copilot_usage.domain.storing import Saved
    from copilot_usage.settings.wishes import Settings


def outputs_of(report: Report, settings: Settings, saved: Saved, headline: str) -> dict[str, str]:
    """The step's outputs (design: the contract); an unknown figure is empty."""
    with_data = {day for scope in report.scopes for day in scope.now.days}
    # One of several that were asked for is not the whole, even where it is the only one with data.
    alone = len(report.scopes) == len(settings.scopes) == 1
    people = report.scopes[0].now.active_people if alone else None
    rate = report.scopes[0].now.acceptance_rate if alone else _joint_acceptance_rate(report)
    return {
        "since": report.range.since.isoformat(),
        "until": report.range.until.isoformat(),
        "days": str(len(with_data)),
        "missing-days": str(len(report.missing_days)),
        "active-users": "" if people is None else str(people),
        "acceptance-rate": "" if rate is None else str(rounded(rate, 1)),
        "headline": headline,
        "alerts": json.dumps(list(report.alerts), ensure_ascii=False),
        "summary-file": settings.summary_file or "",
        "json-file": settings.json_file or "",
        "csv-file": settings.csv_file or "",
        "snapshot-commit": saved.commit or "",
        "snapshots-written": str(saved.days_written),
    }


def _joint_acceptance_rate(report: Report) -> float | None:
    """The ratio of sums; of teams, which overlap, none, nor where one of several could not be read."""
    if any(scope.scope.kind.is_team or scope.refused for scope in report.scopes):
        return None
    return percentage(
        *(_sum(report, name) for name in ("code_acceptance_activity_count", "code_generation_activity_count"))
    )


def _sum(report: Report, metric: str) -> float | None:
    amounts = [scope.now.row_total(Dimension.FEATURE, COMPLETION, metric) for scope in report.scopes]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
