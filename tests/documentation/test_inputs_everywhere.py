"""Inputs and outputs are named in four places: the table in settings, action.yml, the command's flags, the README."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from copilot_usage.entrypoints import cli
from copilot_usage.errors import InputError
from copilot_usage.settings.inputs import FIRST, INPUTS, OUTPUTS
from copilot_usage.settings.settings import settings_from

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TODAY = date(2026, 11, 23)
# An absent value has a meaning of its own here; a default in action.yml would look like a given value.
WITHOUT_DEFAULT = {"scope", "org", "enterprise", "team", "days", "since", "until", "snapshot-directory", "token"}


def rows(first_column: str) -> dict[str, tuple[str, ...]]:
    """The rows of the README's tables whose head begins with a word, by the name in backticks."""
    found = {}
    for table in re.findall(rf"^\| {first_column} \|.*\n\|[-:| ]+\n((?:\|.*\n)+)", README, re.MULTILINE):
        for row in table.splitlines():
            name, *cells = (cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1])
            found[name.strip("`")] = tuple(cells)
    return found


# What branding can be (docs: "Metadata syntax for GitHub Actions"); the icons are Feather's.
COLOURS = {"white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"}


def test_the_marketplace_takes_the_action() -> None:
    assert 0 < len(ACTION["description"]) < 125
    assert ACTION["description"] == PROJECT["description"]
    assert ACTION["name"] == "Copilot Usage Report"
    assert ACTION["author"]
    assert ACTION["branding"]["icon"] in {"trending-up", "bar-chart", "bar-chart-2", "activity"}
    assert ACTION["branding"]["color"] in COLOURS


def test_action_yml_has_the_inputs_of_the_table_in_their_order() -> None:
    assert list(ACTION["inputs"]) == [an_input.name for an_input in INPUTS]


def test_action_yml_has_the_outputs_of_the_table() -> None:
    assert {name: output["description"] for name, output in ACTION["outputs"].items()} == OUTPUTS


def test_action_yml_says_the_meaning_and_the_default_of_each_input() -> None:
    described = {name: an_input["description"] for name, an_input in ACTION["inputs"].items()}
    assert described == {each.name: f"{each.meaning} Default: {each.default}." for each in INPUTS}


def test_the_runner_requires_no_input_and_adds_no_value_that_was_not_given() -> None:
    assert not any(described.get("required") for described in ACTION["inputs"].values())
    assert all("default" not in ACTION["inputs"][name] for name in WITHOUT_DEFAULT)


def test_the_readme_has_every_input_and_no_other() -> None:
    assert rows("input") == {an_input.name: (an_input.default, an_input.meaning) for an_input in INPUTS}


def test_the_readme_shows_first_what_everyone_needs() -> None:
    before_the_fold = README.split("<details><summary>More</summary>")[0]
    assert all(f"| `{an_input.name}` |" in before_the_fold for an_input in INPUTS if an_input.group == FIRST)


def test_the_readme_has_every_output_and_no_other() -> None:
    assert rows("output") == {name: (meaning,) for name, meaning in OUTPUTS.items()}


def test_the_readme_stays_short() -> None:
    assert len(README.splitlines()) <= 250


@pytest.mark.parametrize("an_input", INPUTS, ids=lambda an_input: an_input.name)
def test_every_input_is_a_flag_of_the_report(an_input: Any) -> None:
    options = cli._parser().parse_args(["report", f"--{an_input.name}", "x"])
    assert vars(options)[an_input.name.replace("-", "_")] == (["x"] if an_input.several else "x")


def test_the_defaults_of_action_yml_mean_the_same_as_nothing() -> None:
    defaults = {name: described.get("default", "") for name, described in ACTION["inputs"].items()}
    defaults["snapshot-token"] = ""
    given = {"token": "t", "org": "octo-org"}
    assert settings_from(defaults | given, today=TODAY) == settings_from(given, today=TODAY)


def test_an_action_without_any_input_says_what_is_missing() -> None:
    with pytest.raises(InputError) as caught:
        settings_from({an_input.name: "" for an_input in INPUTS}, today=TODAY, repository_owner="octo-org")
    assert "`token`" in caught.value.cause
