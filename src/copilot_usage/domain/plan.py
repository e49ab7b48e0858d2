"""Which requests a run will make, decided before the first: what is wanted minus what is stored for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from copilot_usage.domain.scope import ScopeKind

# The first day that GitHub's reports of such a scope have.
BEGAN: Mapping[ScopeKind, date] = {
    ScopeKind.ENTERPRISE: date(2025, 10, 10),
    ScopeKind.ORGANIZATION: date(2025, 12, 12),
    ScopeKind.TEAM: date(2026, 5, 14),
    ScopeKind.ENTERPRISE_TEAM: date(2026, 5, 14),
}
