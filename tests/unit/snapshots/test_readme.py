from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ENTERPRISE, ORGANIZATION, TEAM
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation
from copilot_usage.snapshots.layout import MonthFile
from copilot_usage.snapshots.readme import is_ours, readme_places, render_readme
from unit.snapshots.strategies import scopes

files = st.lists(
    st.builds(MonthFile, st.sampled_from(Generation), scopes(), st.sampled_from(["2025-12", "2026-01", "2026-05"])),
    max_size=6,
)


def months(scope: Scope, *names: str, generation: Generation = Generation.REPORTS) -> list[MonthFile]:
    return [MonthFile(generation, scope, name) for name in names]


def rows(text: str) -> list[list[str]]:
    """The cells of the table of what is stored."""
    stored = text.partition("## What is stored")[2].partition("## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in stored.splitlines() if "`" in line]


def test_the_table_says_what_is_stored_and_which_months_have_no_file() -> None:
    stored = [
        *months(TEAM, "2026-10", "2026-11"),
        *months(ORGANIZATION, "2025-11", "2026-01", "2026-05", "2026-06"),
        *months(ORGANIZATION, "2026-11", generation=Generation.SEATS),
        *months(ENTERPRISE, "2026-11"),
    ]
    assert rows(render_readme(stored, "snapshots")) == [
        ["enterprise", "`octo-enterprise`", "reports", "2026-11", "2026-11", "none"],
        ["organization", "`octo-org`", "reports", "2025-11", "2026-06", "2025-12, 2026-02 to 2026-04"],
        ["organization", "`octo-org`", "seats", "2026-11", "2026-11", "none"],
        ["team", "`octo-org/payments`", "reports", "2026-10", "2026-11", "none"],
    ]


@given(files)
def test_the_same_files_give_the_same_bytes(stored: list[MonthFile]) -> None:
    assert render_readme(stored, "snapshots") == render_readme([*reversed(stored), *stored], "snapshots")


def test_paths_in_it_lead_from_where_it_lies() -> None:
    stored = months(ORGANIZATION, "2026-11")
    assert "snapshots/reports/organization/*/*.ndjson" in render_readme(stored, "snapshots")
    assert 'Path("data/usage/reports")' in render_readme(stored, "data/usage")
    beside = render_readme(stored, "")
    assert "snapshots/" not in beside
    assert "read_json('reports/**/*.ndjson'" in beside


def test_it_is_known_again_whatever_it_lists() -> None:
    assert is_ours(render_readme([], "snapshots").encode())
    assert not is_ours(b"# My project\n")


@pytest.mark.parametrize(
    ("paths", "directory", "places"),
    [
        ([], "snapshots", ("README.md", "snapshots/README.md")),
        (["snapshots"], "snapshots", ("README.md", "snapshots/README.md")),
        (["README.md", "snapshots"], "snapshots", ("README.md", "snapshots/README.md")),
        (["data"], "data/usage", ("README.md", "data/usage/README.md")),
        (["README.md", "src"], "snapshots", ("README.md", "snapshots/README.md")),
        (["src"], "snapshots", ("snapshots/README.md",)),
        (["readme.md", "snapshots"], "snapshots", ("snapshots/README.md",)),
        (["README.md", "snapshots/README.md", "snapshots"], "snapshots", ("snapshots/README.md",)),
        (["README.md", "reports"], "", ("README.md",)),
        ([], "", ("README.md",)),
    ],
)
def test_it_lies_at_the_top_of_a_branch_of_its_own_and_in_the_directory_elsewhere(
    paths: list[str], directory: str, places: tuple[str, ...]
) -> None:
    assert readme_places(paths, directory) == places
