"""Seats: who has one, who uses it, and what the idle ones cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_usage.rendering import charts, markdown
from copilot_usage.rendering.view import Section, Table

if TYPE_CHECKING:
    from copilot_usage.domain.report import ScopeReport
    from copilot_usage.domain.seats import SeatFigures

_LEFT, _RIGHT = ":--", "--:"
_MOST_ROWS = 15


def seats(scope: ScopeReport) -> Section | None:
    """Who has a seat and who uses it, and what the idle ones cost."""
    found = scope.seats
    if found is None:
        return None
    folded = [table for table in (_by_team(found), _by_editor(found), _kept(scope), _names(scope)) if table is not None]
    return Section("seats", "Seats", tables=(_seat_table(found),), folded=tuple(folded), words=_cost(found))


def _seat_table(found: SeatFigures) -> Table:
    counts = {
        "Assigned": found.total,
        "Active": found.active,
        f"Idle for {markdown.counted(found.idle_days)} or more": found.idle,
        "of these, never used or not in the last 90 days": found.never_used,
        "New and not used yet": found.new,
        "Added in the last 28 days": found.added,
        "Pending cancellation": found.pending_cancellation,
    }
    rows = tuple(
        (title, markdown.number(n), _share(n, found.total)) for title, n in counts.items() if n or title == "Assigned"
    )
    return Table("", (("Seats today", _LEFT), ("", _RIGHT), ("Share", _LEFT)), rows)


def _share(part: int, whole: int) -> str:
    return charts.share(part, whole) if whole else ""


def _cost(found: SeatFigures) -> tuple[str, ...]:
    if not found.idle or found.idle_cost is None:
        return ()
    unpriced = f" The price of {found.unpriced:,} of them is not known." if found.unpriced else ""
    return (f"Idle seats cost **{markdown.dollars(found.idle_cost)}** a month.{unpriced}",)


def _by_team(found: SeatFigures) -> Table | None:
    rows = [(markdown.cell(team), f"{seats:,}", f"{idle:,}") for team, (seats, idle) in found.by_team.items()]
    if not rows:
        return None
    seats, idle = (sum(counts) for counts in zip(*found.by_team.values(), strict=True))
    if seats < found.total:
        rows.append(("*assigned directly*", f"{found.total - seats:,}", f"{found.idle - idle:,}"))
    return Table("Seats by assigning team", (("Team", _LEFT), ("Seats", _RIGHT), ("Idle", _RIGHT)), tuple(rows))


def _by_editor(found: SeatFigures) -> Table | None:
    ranked = sorted(found.by_editor.items(), key=lambda item: (-item[1], item[0]))[:_MOST_ROWS]
    rows = tuple((markdown.cell(editor), f"{seats:,}") for editor, seats in ranked)
    return Table("Active seats by last editor", (("Editor", _LEFT), ("Seats", _RIGHT)), rows) if rows else None


def _kept(scope: ScopeReport) -> Table | None:
    kept = [day for day in scope.seat_days if day.day in scope.now.range or day == scope.seat_days[-1]]
    if len(kept) < 2:
        return None
    rows = tuple((markdown.day(d.day, year=True), f"{d.total:,}", markdown.number(d.active_30)) for d in kept)
    return Table("Seats over time", (("Day", _LEFT), ("Seats", _RIGHT), ("Active in 30 days", _RIGHT)), rows)


def _names(scope: ScopeReport) -> Table | None:
    if not scope.seat_people:
        return None
    rows = tuple((state, markdown.cell(login)) for state, logins in scope.seat_people.items() for login in logins)
    return Table("Unused seats, by name", (("State", _LEFT), ("Person", _LEFT)), rows) if rows else None
