"""docs/architecture.md shows the rooms in the order of the import contract."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_rooms_stand_in_the_order_of_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    depth = {room: n for n, layer in enumerate(layers) for room in layer.split(" | ")}
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("\n## Rooms\n")[1].split("\n## ")[0]
    rows = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in page.splitlines() if row.startswith("| `")]
    rooms = [room for row in rows for room in row]
    assert sorted(rooms) == sorted(depth)
    assert [depth[room] for room in rooms] == sorted(depth[room] for room in rooms)
    assert [row for row in rows if len({depth[room] for room in row}) > 1] == []
