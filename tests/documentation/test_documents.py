"""Every workflow of the documents does what its page says: it is run, step by step, against the fake GitHub."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from copilot_usage.demo.github import serve
from documentation.recipe_runner import OURS, REPOSITORY, GitHubWithPermissions, RecipeRunner, owners_in
from end_to_end.workflow import Finished

ROOT = Path(__file__).parents[2]
# recipes-notify.md has tests of its own, with stand-ins for the programs that send.
PAGES = [ROOT / "README.md", *sorted(page for page in ROOT.glob("docs/*.md") if page.name != "recipes-notify.md")]
# So far back a backfill goes here: three slices.
DAYS = 70


class Recipe(NamedTuple):
    """A complete workflow, and the page it stands on."""

    page: str
    text: str

    @property
    def document(self) -> dict[Any, Any]:
        read: dict[Any, Any] = yaml.safe_load(self.text)
        return read

    @property
    def key(self) -> str:
        return f"{self.page}: {self.document['name']}"

    @property
    def permissions(self) -> set[str]:
        """What its jobs may do with `contents`."""
        return {job["permissions"].get("contents", "none") for job in self.document["jobs"].values()}


def recipes() -> Iterator[Recipe]:
    for page in PAGES:
        for block in re.findall(r"^```ya?ml\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            if re.search(r"^jobs:", block, re.MULTILINE):
                yield Recipe(page.name, block)


RECIPES = list(recipes())
# What shows a history needs one.
BEFORE = {"recipes.md: Copilot usage of the quarter, from the history": "recipes.md: Copilot usage"}
WITH_AN_APP = "recipes.md: Copilot usage of all organizations, with an App"
ON_ONE_BRANCH = "large-enterprises.md: Copilot usage, all teams since a day"
BY_ONE_WRITER = "large-enterprises.md: Copilot usage, all teams since a day, one writer"
# Who pastes one of these may well paste a second.
COOKBOOK = {"recipes.md", "large-enterprises.md"}
needs_programs = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("jq")), reason="jq or bash is not installed here"
)


class Ran(NamedTuple):
    """What one or more recipes left behind."""

    github: GitHubWithPermissions
    steps: list[Finished]

    @property
    def page(self) -> str:
        return self.steps[-1].summary.replace("\\", "")

    def days(self, scope: str) -> list[str]:
        """Stored days of a scope, as often as they are stored."""
        return [line["day"] for path, lines in self.github.lines.items() for line in lines if f"/{scope}/" in path]


def named(key: str) -> Recipe:
    (found,) = [recipe for recipe in RECIPES if recipe.key == key]
    return found


def run(folder: Path, *wanted: Recipe) -> Ran:
    text = "".join(recipe.text for recipe in wanted)
    size = {"people": 30, "teams": 3} if 'team: "*"' in text else {"people": 8, "teams": 1}
    (repository,) = re.findall(r"snapshot-repository: (\w[\w/-]+)$", text, re.MULTILINE) or [REPOSITORY]
    github = GitHubWithPermissions(
        datetime.now(UTC).date(), owners=owners_in(text, **size), lacking=frozenset(), repository=repository
    )
    inputs = {"since": str(github.today - timedelta(days=DAYS))}
    with serve(github):
        steps = [
            step
            for number, recipe in enumerate(wanted)
            for step in RecipeRunner(github, folder / str(number), inputs).run(recipe.document)
        ]
    return Ran(github, steps)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Ran]:
    """Runs a recipe by its key, after the one whose history it needs; the same one never twice."""

    @cache
    def ran(key: str) -> Ran:
        before = [named(BEFORE[key])] if key in BEFORE else []
        return run(tmp_path_factory.mktemp("recipe"), *before, named(key))

    return ran


def of(key: str) -> pytest.MarkDecorator:
    """Tests of one recipe are run by one worker, which runs the recipe once."""
    return pytest.mark.xdist_group(key)


@needs_programs
@pytest.mark.parametrize("recipe", [pytest.param(recipe, marks=of(recipe.key), id=recipe.key) for recipe in RECIPES])
def test_a_recipe_can_be_pasted(recipe: Recipe, once: Callable[[str], Ran]) -> None:
    ran = once(recipe.key)
    assert [step.log for step in ran.steps if step.code or "::error" in step.log] == []
    assert ran.page.startswith("# Copilot usage")
    stored = b"\n".join(ran.github.files.values()).decode()
    assert [token for token in (ran.github.job_token, *ran.github.apps) if token in stored + ran.page] == []
    # A permission to write is there because something is written, and nothing else writes.
    own = ran.github.repository == REPOSITORY
    assert ("write" in recipe.permissions) == (own and ran.github.commits > (recipe.key in BEFORE))


@needs_programs
@of(WITH_AN_APP)
def test_every_organization_has_a_token_of_its_own_and_one_page_shows_them_all(once: Callable[[str], Ran]) -> None:
    ran = once(WITH_AN_APP)
    owners = Counter(ran.github.apps.values())
    assert len(owners) == 10
    assert set(owners.values()) == {1}
    assert [owner for owner in owners if owner not in ran.page or len(ran.days(owner)) < 28] == []


@needs_programs
@pytest.mark.parametrize("name", [pytest.param(name, marks=of(name)) for name in (ON_ONE_BRANCH, BY_ONE_WRITER)])
def test_slices_together_hold_every_day_of_every_team_once(name: str, once: Callable[[str], Ran]) -> None:
    ran = once(name)
    newest = ran.github.today - timedelta(days=2)
    every = sorted(str(newest - timedelta(days=n)) for n in range(DAYS - 1))
    teams = {row["slug"] for row in ran.github.owners["octo-enterprise"].user_team_rows(newest)}
    assert len(teams) == 3
    assert [team for team in teams if sorted(ran.days(f"enterprise-team/octo-enterprise/{team}")) != every] == []
    assert (ran.steps[-1].outputs["days"], ran.steps[-1].outputs["missing-days"]) == (str(len(every)), "0")


@needs_programs
@of(ON_ONE_BRANCH)
def test_the_first_days_of_a_slice_know_their_months_because_the_days_before_were_read(
    once: Callable[[str], Ran],
) -> None:
    ran = once(ON_ONE_BRANCH)
    first = str(ran.github.today - timedelta(days=DAYS))
    lines = [line for found in ran.github.lines.values() for line in found if line["scope"] == "enterprise-team"]
    trailing = [line["trailing"]["monthly_active_users"] for line in lines if line["day"] == first]
    assert len(trailing) == 3
    assert None not in trailing


@needs_programs
@of(BY_ONE_WRITER)
def test_one_writer_makes_one_commit(once: Callable[[str], Ran]) -> None:
    assert once(BY_ONE_WRITER).github.commits == 1


def test_zizmor_finds_nothing_in_a_recipe(tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for number, recipe in enumerate(RECIPES):
        pinned = f"{OURS}{'0' * 40} # v1"  # as docs/recipes.md tells
        (folder / f"{number}.yml").write_text(re.sub(rf"{OURS}v1", pinned, recipe.text), encoding="utf-8")
    # There is no `permission-…` for Copilot metrics, so the App itself has few (docs/getting-started.md says so).
    rules = {name: {"disable": True} for name in ("github-app", "secrets-outside-env")}
    (tmp_path / "zizmor.yml").write_text(yaml.safe_dump({"rules": rules}), encoding="utf-8")
    zizmor = str(Path(sys.executable).parent / "zizmor")
    done = subprocess.run(
        [zizmor, "--offline", "--quiet", "."], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_recipe_cancels_another_that_waits() -> None:
    groups = [recipe.document["concurrency"] for recipe in RECIPES if recipe.page in COOKBOOK]
    assert [group for group, times in Counter(groups).items() if times > 1] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    to_read = {ROOT / "README.md"}
    while to_read:
        page = to_read.pop()
        reached.add(page)
        links = re.findall(r"\]\(([\w/.-]+\.md)", page.read_text("utf-8"))
        to_read |= {path for link in links if (path := (page.parent / link).resolve()).exists()} - reached
    assert set(ROOT.glob("docs/*.md")) - reached - {ROOT / "docs" / "releasing.md"} == set()
