"""tests/README.md names every folder and fake, and the unit tests lie by room."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOMS = TESTS.parent / "src" / "copilot_usage"
NAMED = set(re.findall(r"`([\w./]+)`", (TESTS / "README.md").read_text("utf-8")))


def names(folder: Path) -> set[str]:
    """The modules in a folder, and its folders with modules, these with a slash."""
    modules = {path.name for path in folder.glob("*.py")} - {"conftest.py", "__init__.py"}
    return modules | {f"{path.name}/" for path in folder.iterdir() if [*path.rglob("*.py")]}


def test_every_folder_and_shared_module_is_named() -> None:
    assert names(TESTS) - NAMED == set()


def test_every_fake_is_named() -> None:
    assert names(TESTS / "fakes") - NAMED == set()


def test_unit_tests_lie_in_the_room_that_they_test() -> None:
    rooms = {name.removesuffix("/").removesuffix(".py") for name in names(ROOMS)} | {"fakes"}
    tested = {name.removesuffix("/").removesuffix(".py").removeprefix("test_") for name in names(TESTS / "unit")}
    assert tested - rooms == set()
