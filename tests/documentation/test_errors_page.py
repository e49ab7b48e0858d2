"""docs/troubleshooting.md has a heading for every error that the program can show, and none for others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from copilot_usage import errors
from copilot_usage.errors import InputError

ROOT = Path(__file__).parents[2]
ERRORS = {name for name in vars(errors) if isinstance(vars(errors)[name], type)} - {"InputError"}


def title_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"{\w+}", "…", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return None


def raises_ours(called: ast.expr) -> bool:
    """An error by its name, or one of two: `(Busy if … else Unreachable)(…)`."""
    names = [called.body, called.orelse] if isinstance(called, ast.IfExp) else [called]
    return all(isinstance(name, ast.Name) and name.id in ERRORS for name in names)


def titles_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and raises_ours(node.func) and node.args:
            yield from filter(None, [title_of(node.args[0])])
        # Tables of error texts: when, perhaps the error, title, cause, remedy.
        if isinstance(node, ast.Tuple) and len(node.elts) in {4, 5} and isinstance(node.elts[0], ast.Lambda):
            yield from filter(None, [title_of(node.elts[-3])])


def test_every_error_has_its_paragraph() -> None:
    titles = {title for path in (ROOT / "src").rglob("*.py") for title in titles_in(ast.parse(path.read_text("utf-8")))}
    titles.add(re.sub(r"\d+", "…", InputError(["a", "b"]).title))
    page = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
    assert set(re.findall(r"^### (.+)$", page, re.MULTILINE)) == titles
