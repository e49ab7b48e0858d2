"""docs/architecture.md shows the rooms and their imports as they are, and explains the words of the code."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "copilot_usage"
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
# Pages that explain the code to contributors; the others are written for users.
FOR_CONTRIBUTORS = {"architecture.md", "reliability.md"}


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def depths() -> dict[str, int]:
    """Room → its layer in the import contract; 0 is the highest."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {room: n for n, layer in enumerate(layers) for room in layer.split(" | ")}


def test_the_rooms_are_in_the_order_of_the_import_contract() -> None:
    depth = depths()
    rooms = re.findall(r"^\| `(\w+)` \|", section("Rooms"), re.MULTILINE)
    assert sorted(rooms) == sorted(depth)
    assert [depth[room] for room in rooms] == sorted(depth[room] for room in rooms)


def drawn() -> tuple[set[tuple[str, str]], set[str]]:
    """The arrows of the picture, and the rooms in its box."""
    (picture,) = re.findall(r"^```mermaid\n(.*?)^```$", section("Rooms"), re.MULTILINE | re.DOTALL)
    arrows = {
        (room, target)
        for room, targets in re.findall(r"^ +(\w+) --> (.+)$", picture, re.MULTILINE)
        for target in targets.split(" & ")
    }
    (box,) = re.findall(r"^ +subgraph .*\n(.*\n) +end$", picture, re.MULTILINE)
    return arrows, set(re.findall(r"\w+", box))


def imports() -> Iterator[tuple[str, str]]:
    """Each import of one room from another."""
    rooms = set(depths())
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("copilot_usage"):
                inside = [f"{node.module}.{alias.name}".split(".")[1] for alias in node.names]
                yield from ((room, target) for target in inside if target in rooms - {room})


def test_the_picture_has_every_room_and_its_arrows_go_down() -> None:
    depth = depths()
    arrows, box = drawn()
    assert {room for arrow in arrows for room in arrow} | box == set(depth)
    assert [arrow for arrow in arrows if depth[arrow[0]] >= depth[arrow[1]]] == []


def test_the_picture_has_exactly_the_imports_between_rooms() -> None:
    arrows, box = drawn()
    assert arrows == {(room, target) for room, target in imports() if target not in box and room not in box}


def words_of(name: str) -> list[str]:
    """`RetryState` → `retry`, `state`."""
    parts = re.findall(r"GitHub|[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+", name)
    return [part.lower() for part in parts]


def names_in(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Public classes and unions of a module, each with the words of its base classes."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, {word for base in node.bases for word in words_of(ast.unparse(base))}
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            yield from (
                (name, set()) for target in node.targets if re.fullmatch("[A-Z][a-z]+", name := ast.unparse(target))
            )


# The tree at the top of errors.py explains errors.
CLASSES = {
    name: bases for path in sorted(PACKAGE.rglob("*.py")) if path.name != "errors.py" for name, bases in names_in(path)
}
# Plain words that name nothing of this program's own: no page has to explain or to use them.
PLAIN = {"bar", "identity", "parsed", "six", "task"}
FOR_USERS = [ROOT / "README.md", *(page for page in ROOT.glob("docs/*.md") if page.name not in FOR_CONTRIBUTORS)]
USERS_WORDS = {word for page in FOR_USERS for word in re.findall(r"[a-z]+", page.read_text("utf-8").lower())}
EXPLAINED = re.findall(r"`(\w+)`", "".join(re.findall(r"^(\| `.*?) \|", section("Glossary"), re.MULTILINE)))


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_is_named_by_words_that_users_read_or_the_glossary_explains(name: str) -> None:
    known = PLAIN | USERS_WORDS | CLASSES[name] | {word for term in EXPLAINED for word in words_of(term)}
    unknown = [word for word in words_of(name) if not {word, word.removesuffix("s"), f"{word}s"} & known]
    assert unknown == [], f"{name}: use a word of the documents for users, or explain it"


@pytest.mark.parametrize("term", EXPLAINED)
def test_the_glossary_explains_classes_that_exist(term: str) -> None:
    assert term in CLASSES
