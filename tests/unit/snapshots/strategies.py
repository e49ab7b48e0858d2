"""What hypothesis draws for snapshots: scopes, documents as JSON has them, snapshots of a month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st

from builders import ORGANIZATION
from copilot_usage.domain.scope import Scope, ScopeKind, is_slug
from copilot_usage.domain.snapshot import Generation, Snapshot, about_whom

MONTH = "2026-11"

slugs = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,12}", fullmatch=True).filter(is_slug)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
# Documents of people are never stored, and hypothesis finds their keys in the source.
documents = st.dictionaries(text | st.sampled_from(["daily_active_users", "loc_added_sum"]), values, max_size=4).filter(
    lambda document: about_whom(document) is None
)
trailings = st.none() | st.fixed_dictionaries(
    {
        "weekly_active_users": st.none() | st.integers(0, 99),
        "monthly_active_users": st.none() | st.integers(0, 99),
    }
)


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    kind = draw(st.sampled_from(ScopeKind))
    return Scope(kind, draw(slugs), draw(slugs.filter(lambda slug: ":" not in slug)) if kind.is_team else None)


@st.composite
def snapshots(draw: st.DrawFn, scope: Scope = ORGANIZATION) -> Snapshot:
    """Of any day of November 2026."""
    return Snapshot(
        day=date(2026, 11, draw(st.integers(1, 30))),
        scope=scope,
        generation=Generation.REPORTS,
        settled=draw(st.booleans()),
        document=draw(st.none() | documents),
        trailing=draw(trailings),
    )


def snapshot(
    day: int = 20,
    people: int | None = 10,
    *,
    scope: Scope = ORGANIZATION,
    month: int = 11,
    generation: Generation = Generation.REPORTS,
    settled: bool = True,
    trailing: Mapping[str, int | None] | None = None,
) -> Snapshot:
    """A day of 2026 with so many people; None: GitHub has no report of it."""
    document: dict[str, Any] | None = None if people is None else {"daily_active_users": people}
    return Snapshot(date(2026, month, day), scope, generation, settled, document, trailing)
