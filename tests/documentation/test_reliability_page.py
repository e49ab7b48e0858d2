"""Every test that docs/reliability.md names is there, in the file that it links to."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS.joinpath("reliability.md").read_text(encoding="utf-8")
NAMED = re.findall(r"\[([^]]+)\]\((\.\./tests/[^)]+)\)", PAGE)


def names_in(file: Path) -> set[str]:
    parsed = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(parsed) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("sentence", "link"), NAMED, ids=[sentence for sentence, _ in NAMED])
def test_a_test_that_the_page_names_exists(sentence: str, link: str) -> None:
    assert f"test_{sentence.replace(' ', '_')}" in names_in(DOCS / link)


def test_every_row_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| fault ")]
    without = [row for row in rows if "../tests/" not in row and not row.startswith("| danger ")]
    assert len(rows) > 40
    assert without == []
