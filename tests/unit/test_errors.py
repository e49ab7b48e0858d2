"""The tree at the top of errors.py is the tree of its classes."""

from __future__ import annotations

import re

from copilot_usage import errors


def test_the_tree_names_every_error_under_its_parent() -> None:
    drawn = re.findall(r"^([│ ]*)(?:├── |└── )?(\w+) {2,}", errors.__doc__ or "", re.MULTILINE)
    path: list[str] = []
    pairs = set()
    for indent, name in drawn:
        depth = 0 if name == "CopilotUsageError" else 1 + len(indent) // 4
        path[depth:] = [name]
        pairs |= {(name, path[depth - 1])} if depth else set()
    classes = [found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, Exception)]
    assert pairs == {
        (found.__name__, found.__mro__[1].__name__) for found in classes if found.__mro__[1] is not Exception
    }
