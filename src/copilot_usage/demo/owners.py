"""Who there is at the invented GitHub: two organizations, their enterprise, and whoever is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from copilot_usage.demo.organization import Organization

ORGANIZATION = "octo-org"
ENTERPRISE = "octo-enterprise"


def owners(people: int = 220, teams: int = 9) -> dict[str, Organization]:
    """The demo's owners by login or slug."""
    return {
        ORGANIZATION: Organization(ORGANIZATION, "90210", count=people, teams=teams),
        "octo-labs": Organization("octo-labs", "90211", count=people, teams=teams, only_labs=True),
        ENTERPRISE: Organization(ENTERPRISE, "777", "enterprise_id", count=people, teams=teams),
    }


def owners_named(names: Mapping[str, bool]) -> dict[str, Organization]:
    """The demo's owners, and others by whatever name is asked for; the value says whether it is an enterprise."""
    invented = owners()
    for name, is_enterprise in names.items():
        id_field = "enterprise_id" if is_enterprise else "organization_id"
        invented.setdefault(name, Organization(name, str(90_300 + len(invented)), id_field))
    return invented
