"""Seats: who has one, who uses it, and what the idle ones cost."""

from __future__ import annotations

from copilot_usage.domain.availability import SEAT_ACTIVITY_KEPT
from copilot_usage.domain.report import ScopeReport
from copilot_usage.domain.seats import SeatFigures
from copilot_usage.rendering import charts, markdown
from copilot_usage.rendering.view import Section, Table, columns

_MOST_ROWS = 15


def seats(scope: ScopeReport) -> Section | None:
    """Who has a seat and who uses it, and what the idle ones cost; of a range of the past what was kept then."""
    found = scope.seats
    table = _kept_table(scope) if found is None else _seat_table(found)
    if table is None:
        return None
    made = (*((_by_team(found), _by_editor(found)) if found else ()), _kept(scope), _names(scope))
    folded = tuple(table for table in made if table is not None)
    return Section("seats", "Seats", tables=(table,), folded=folded, words=_cost(found) if found else ())


def _seat_table(found: SeatFigures) -> Table:
    by_activity = {
        "Active": found.active,
        f"Idle for {markdown.counted(found.idle_days)} or more": found.idle,
        f"of these, never used or not in the last {SEAT_ACTIVITY_KEPT.days} days": found.never_used,
        "New and not used yet": found.new,
    }
    counts = {
        "Assigned": found.total,
        **({} if found.activity_stands_still else by_activity),
        "Added in the last 28 days": found.added,
        "Pending cancellation": found.pending_cancellation,
    }
    rows = tuple(
        (title, markdown.number(n), _share(n, found.total)) for title, n in counts.items() if n or title == "Assigned"
    )
    return Table("", columns("Seats today", "", drawn="Share"), rows)


def _kept_table(scope: ScopeReport) -> Table | None:
    """The newest seats that were kept in the range."""
    kept = next((day for day in reversed(scope.seat_days) if day.day in scope.now.range), None)
    if kept is None:
        return None
    rows = [("Assigned", f"{kept.total:,}", _share(kept.total, kept.total))]
    if kept.active_30 is not None:
        rows.append(("Active in the 30 days before", f"{kept.active_30:,}", _share(kept.active_30, kept.total)))
    return Table("", columns(f"Seats on {markdown.day(kept.day, year=True)}", "", drawn="Share"), tuple(rows))


def _share(part: int, whole: int) -> str:
    return charts.share(part, whole) if whole else ""


def _cost(found: SeatFigures) -> tuple[str, ...]:
    if found.activity_stands_still:
        return ("Which seats are idle, and what they cost, is not known: the activity of the seats stands still.",)
    if not found.idle:
        return ()
    if found.idle_cost is None:
        return ("What the idle seats cost is not known: GitHub does not say their plan.",)
    unpriced = f" The price of {found.unpriced:,} of them is not known." if found.unpriced else ""
    return (f"Idle seats cost **{markdown.dollars(found.idle_cost)}** a month.{unpriced}",)


def _by_team(found: SeatFigures) -> Table | None:
    if not found.by_team:
        return None
    counts = {markdown.cell(team): pair for team, pair in found.by_team.items()}
    if found.direct[0]:
        counts["*assigned directly*"] = found.direct
    rows = [(team, f"{seats:,}", f"{idle:,}") for team, (seats, idle) in counts.items()]
    shown = 2 if found.activity_stands_still else 3
    return Table(
        "Seats by assigning team", columns("Team", "Seats", "Idle")[:shown], tuple(row[:shown] for row in rows)
    )


def _by_editor(found: SeatFigures) -> Table | None:
    ranked = sorted(found.by_editor.items(), key=lambda item: (-item[1], item[0]))[:_MOST_ROWS]
    rows = tuple((markdown.cell(editor), f"{seats:,}") for editor, seats in ranked)
    return Table("Active seats by last editor", columns("Editor", "Seats"), rows) if rows else None


def _kept(scope: ScopeReport) -> Table | None:
    kept = [
        day for day in scope.seat_days if day.day in scope.now.range or (scope.seats and day == scope.seat_days[-1])
    ]
    if len(kept) < 2:
        return None
    rows = tuple((markdown.day(d.day, year=True), f"{d.total:,}", markdown.number(d.active_30)) for d in kept)
    return Table("Seats over time", columns("Day", "Seats", "Active in 30 days"), rows)


def _names(scope: ScopeReport) -> Table | None:
    if not scope.seat_people:
        return None
    rows = tuple((state, markdown.cell(login)) for state, logins in scope.seat_people.items() for login in logins)
    return Table("Unused seats, by name", (("State", ":--"), *columns("Person")), rows) if rows else None
