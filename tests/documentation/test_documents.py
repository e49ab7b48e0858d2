"""Every workflow of the documents does what its page says: run step by step against the fake GitHub."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from copilot_usage.demo.github import serve
from documentation.recipe_runner import OURS, REPOSITORY, GitHubWithPermissions, RecipeRunner, owners_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from end_to_end.workflow import Finished

ROOT = Path(__file__).parents[2]
# recipes-notify.md has its own tests, with stand-ins for the programs that send.
PAGES = [ROOT / "README.md", *sorted(page for page in ROOT.glob("docs/*.md") if page.name != "recipes-notify.md")]
DAYS_OF_A_YEAR_IN_SHORT = 70


class Recipe(NamedTuple):
    """A complete workflow, and where it stands."""

    where: str
    text: str

    @property
    def document(self) -> dict[Any, Any]:
        read: dict[Any, Any] = yaml.safe_load(self.text)
        return read

    @property
    def name(self) -> str:
        return str(self.document["name"])


def recipes() -> Iterator[Recipe]:
    for page in PAGES:
        for block in re.findall(r"^```ya?ml\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            if re.search(r"^jobs:", block, re.MULTILINE):
                yield Recipe(page.name, block)


RECIPES = list(recipes())
needs_bash_and_jq = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("jq")), reason="jq or bash is not installed here"
)


class Ran(NamedTuple):
    """What a recipe left behind."""

    github: GitHubWithPermissions
    steps: list[Finished]
    since: date

    @property
    def page(self) -> str:
        return self.steps[-1].summary

    def days_of(self, path: str) -> set[str]:
        return {line["day"] for name, lines in self.github.lines.items() if path in name for line in lines}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[Recipe], Ran]]:
    today = datetime.now(UTC).date()
    since = today - timedelta(days=DAYS_OF_A_YEAR_IN_SHORT)

    def run(recipe: Recipe) -> Ran:
        done = RecipeRunner(github, tmp_path, {"since": str(since)}).run(recipe.document)
        github_repository_is_watched(github)
        return Ran(github, done, since)

    with serve(GitHubWithPermissions(today, lacking=frozenset(), repository=REPOSITORY)) as github:
        yield run


def github_repository_is_watched(github: GitHubWithPermissions) -> None:
    stored = b"\n".join(github.files.values()).decode()
    assert [token for token in (github.job_token, *github.apps) if token in stored] == []


def named(name: str) -> Recipe:
    (found,) = [recipe for recipe in RECIPES if recipe.name == name]
    return found


def prepare(github: GitHubWithPermissions, recipe: Recipe) -> None:
    large = 'team: "*"' in recipe.text
    github.owners = owners_in(recipe.text, people=30 if large else 8, teams=3 if large else 1)
