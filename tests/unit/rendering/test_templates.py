"""Templates of the workspace: what they may do, and how a mistake in one is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from builders import ORGANIZATION, report_of, scope_report, usage_day
from copilot_usage.rendering.page import Page, render_page

if TYPE_CHECKING:
    from pathlib import Path

REPORT = report_of(scope_report(usage_day(totals={"daily_active_users": 4})))


def page_with(folder: Path, **files: str) -> Page:
    """The page rendered with these files, named without their ending."""
    for name, text in files.items():
        (folder / f"{name}.md.j2").write_text(text, "utf-8")
    return render_page(REPORT, templates=folder)


@pytest.mark.parametrize(
    "attempt",
    [
        '{{ "" | attr("__class__") }}',
        "{{ page.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__ }}",
        '{{ "{0.__class__}".format(page) }}',
        "{{ page.scopes.__getitem__.__self__.__class__ }}",
        "{{ self.__init__.__globals__ }}",
        "{% for n in range(10 ** 9) %}{% endfor %}",
        '{% include "../../../etc/hostname" %}',
        '{% include "/etc/hostname" %}',
        "{% set page.title = 1 %}",
    ],
)
def test_nothing_gets_out_of_the_sandbox(tmp_path: Path, attempt: str) -> None:
    page = page_with(tmp_path, summary=attempt)
    assert len(page.mistakes) == 1
    assert page.text == render_page(REPORT).text


@pytest.mark.parametrize(
    "text",
    [
        '{% include "summary.md.j2" %}',
        '{% extends "summary.md.j2" %}',
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    ],
)
def test_a_template_that_includes_itself_is_told_the_name_of_the_built_in_one(tmp_path: Path, text: str) -> None:
    (mistake,) = page_with(tmp_path, summary=text).mistakes
    assert "line 1" in mistake.cause
    assert "`built-in/summary.md.j2`" in mistake.cause


def test_a_mistake_is_placed_in_the_file_that_has_it(tmp_path: Path) -> None:
    page = page_with(tmp_path, summary='fine\n{% include "part.md.j2" %}', part="fine\nfine\n{% if %}")
    assert "`part.md.j2`, line 3" in page.mistakes[0].cause


def test_a_wrong_argument_is_placed_where_the_built_in_macro_was_called(tmp_path: Path) -> None:
    text = '{% import "built-in/macros.md.j2" as macros %}\n\n{{ macros.table(page) }}'
    assert "`summary.md.j2`, line 3" in page_with(tmp_path, summary=text).mistakes[0].cause


def test_a_file_of_the_page_can_be_replaced_alone(tmp_path: Path) -> None:
    text = page_with(tmp_path, notes="*Ours: {{ page.source }}*\n").text
    assert text.rstrip().endswith("`reports`*")
    assert text.startswith("# Copilot usage · octo-org")


def test_one_kind_of_section_can_be_replaced_alone(tmp_path: Path) -> None:
    built_in = render_page(REPORT).text
    before, _, after = built_in.partition("<details><summary>Active people, in numbers</summary>")
    text = page_with(tmp_path, activity="(ours)\n").text
    assert text == before + "(ours)\n" + after[after.index("<details>") :]


def test_a_misspelled_template_is_named(tmp_path: Path) -> None:
    part = '{% include "part.md.j2" %}'
    page = page_with(tmp_path, seat="never shown", seats="not on this page", notes=part, part="included")
    assert page.unused == ("seat.md.j2",)


def test_macros_can_be_replaced(tmp_path: Path) -> None:
    own = "{% macro table(made) %}(a table){% endmacro %}{% macro fold(made) %}{% endmacro %}"
    text = page_with(tmp_path, macros=own + "{% macro chart(made) %}{% endmacro %}").text
    assert "(a table)" in text
    assert "|" not in text


def test_filters_are_those_of_the_page(tmp_path: Path) -> None:
    text = page_with(tmp_path, summary='{{ 12345 | number }} {{ "a|b" | cell }}').text
    assert text == "12,345 a&#124;b"


def test_what_is_longer_than_the_limit_is_cut(tmp_path: Path) -> None:
    text = page_with(tmp_path, summary='{{ "ä" * 600000 }}').text
    assert 1_000_000 < len(text.encode()) <= 1024 * 1024


def test_every_scope_has_the_same_names(tmp_path: Path) -> None:
    loop = "{% for scope in page.scopes %}{{ scope.kind }}: {{ scope.name }}\n{% endfor %}"
    (tmp_path / "summary.md.j2").write_text(loop)
    scopes = (scope_report(usage_day(), scope=scope) for scope in (ORGANIZATION, ORGANIZATION.of_team("web")))
    assert render_page(report_of(*scopes), templates=tmp_path).text == "organization: octo-org\nteam: octo-org/web\n"
