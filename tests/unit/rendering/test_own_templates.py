"""Templates of the workspace: what they may do, and how a mistake in one is reported."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from builders import ORGANIZATION, report_of, scope_report, usage_day
from copilot_usage.errors import TemplateMistake
from copilot_usage.rendering.own_templates import Limits, Task, render, render_apart
from copilot_usage.rendering.page import Page, compose, render_page

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
    assert text == before + "(ours)\n" + after.partition("</details>")[2].lstrip("\n")


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


@pytest.mark.parametrize("text", ['{{ "ä" * 600000 }}', "{% for n in range(100000) %}{{ 'x' * 300 }}{% endfor %}"])
def test_a_page_that_github_would_not_show_is_a_mistake(tmp_path: Path, text: str) -> None:
    page = page_with(tmp_path, summary=text)
    assert "longer than the 1,032,192 bytes" in page.mistakes[0].cause
    assert page.text == render_page(REPORT).text


def test_every_scope_has_the_same_names(tmp_path: Path) -> None:
    loop = "{% for scope in page.scopes %}{{ scope.kind }}: {{ scope.name }}\n{% endfor %}"
    (tmp_path / "summary.md.j2").write_text(loop)
    scopes = (scope_report(usage_day(), scope=scope) for scope in (ORGANIZATION, ORGANIZATION.of_team("web")))
    assert render_page(report_of(*scopes), templates=tmp_path).text == "organization: octo-org\nteam: octo-org/web\n"


def secret_beside(folder: Path) -> tuple[Path, Path]:
    """A folder of templates, and a file beside it that no template is allowed to read."""
    templates, secret = folder / "ours", folder / "environ"
    templates.mkdir()
    secret.write_text("TOKEN=canary")
    return templates, secret


@pytest.mark.parametrize(
    "text", ['{% include "x" %}', '{% include "x" ignore missing %}', '{% include ["x", "notes.md.j2"] %}']
)
def test_a_link_that_leads_out_of_the_folder_is_refused_by_name(tmp_path: Path, text: str) -> None:
    templates, secret = secret_beside(tmp_path)
    (templates / "x").symlink_to(secret)
    page = page_with(templates, summary=text)
    assert "`x` is not read, because a link leads out" in page.mistakes[0].cause
    assert page.text == render_page(REPORT).text


def test_a_template_that_is_itself_such_a_link_is_refused_by_name(tmp_path: Path) -> None:
    templates, secret = secret_beside(tmp_path)
    (templates / "summary.md.j2").symlink_to(secret)
    page = render_page(REPORT, templates=templates)
    assert "`summary.md.j2` is not read, because a link leads out" in page.mistakes[0].cause
    assert "canary" not in page.text


def test_a_folder_that_is_such_a_link_is_refused_by_name(tmp_path: Path) -> None:
    templates, _ = secret_beside(tmp_path)
    (templates / "up").symlink_to(tmp_path)
    page = page_with(templates, summary='{% include "up/environ" %}')
    assert "`up/environ` is not read, because a link leads out" in page.mistakes[0].cause


def test_a_link_inside_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "real.md.j2").write_text("real")
    (tmp_path / "part.md.j2").symlink_to(tmp_path / "parts" / "real.md.j2")
    (tmp_path / "folder").symlink_to(tmp_path / "parts")
    text = '{% include "part.md.j2" %} {% include "folder/real.md.j2" %}'
    assert page_with(tmp_path, summary=text).text == "real real"


def test_what_is_no_file_is_refused_by_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "lost").symlink_to(tmp_path / "nowhere")
    for name in ("pipe", "folder", "lost"):
        (mistake,) = page_with(tmp_path, summary=f'{{% include "{name}" %}}').mistakes
        assert f"`{name}` is not read, because it is no file" in mistake.cause


def test_the_process_of_the_templates_holds_no_variable_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture
) -> None:
    monkeypatch.setenv("INPUT_TOKEN", "canary")
    mocker.patch.object(sys, "executable", str(tmp_path / "python"))
    (tmp_path / "python").write_text(f"#!/bin/sh\nenv > {tmp_path}/seen\n")
    (tmp_path / "python").chmod(0o755)
    assert page_with(tmp_path).mistakes
    assert "PWD" in (tmp_path / "seen").read_text()
    assert "canary" not in (tmp_path / "seen").read_text()


VIEW = compose(REPORT)
TIGHT = Limits(seconds=1, altogether=600, memory=256 << 20)
LOOP = "{% for n in range(100000) %}" * 2 + "{% endfor %}" * 2
DOUBLING = "{% set all = namespace(x='x') %}{% for n in range(60) %}{% set all.x = all.x ~ all.x %}{% endfor %}"


def mistake_of(folder: Path, text: str, cancelled: Callable[[], bool] = lambda: False) -> str:
    (folder / "summary.md.j2").write_text("fine\n" + text, "utf-8")
    with pytest.raises(TemplateMistake) as caught:
        render_apart(VIEW, folder, cancelled, TIGHT)
    return caught.value.cause


def test_a_loop_without_end_is_stopped_and_placed(tmp_path: Path) -> None:
    assert "`summary.md.j2`, line 2: rendering took more than 1 seconds" in mistake_of(tmp_path, LOOP)


def test_a_computation_that_nothing_interrupts_is_ended(tmp_path: Path) -> None:
    assert "Rendering took more than 1 seconds" in mistake_of(tmp_path, "{{ (7 ** 9999999 * 7 ** 9999999) ** 9 }}")


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'x' * 10 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ 'x'.center(10 ** 9) }}",
        "{{ 'x' | center(10 ** 9) }}",
        "{{ 'x'.ljust(10 ** 9) }}",
        "{{ [1] * 10 ** 9 }}",
        DOUBLING,
    ],
)
def test_what_needs_too_much_memory_is_stopped_and_placed(tmp_path: Path, text: str) -> None:
    assert re.search(r"`summary.md.j2`, line [12]: rendering needs more than 256 MiB", mistake_of(tmp_path, text))


def test_a_machine_that_is_too_busy_to_render_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "summary.md.j2").write_text(LOOP * 9)
    with pytest.raises(TemplateMistake) as caught:
        render_apart(VIEW, tmp_path, lambda: False, Limits(altogether=0))
    assert "Rendering took more than" in caught.value.cause


def test_a_cancelled_run_waits_for_no_template(tmp_path: Path) -> None:
    asked = iter([False, True])
    assert "The run was cancelled" in mistake_of(tmp_path, LOOP * 9, lambda: next(asked))


def test_a_process_that_cannot_be_started_is_a_mistake(tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch.object(sys, "executable", str(tmp_path / "nothing"))
    (mistake,) = page_with(tmp_path).mistakes
    assert "could not be started" in mistake.cause


def test_a_module_in_the_working_directory_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("copilot_usage", "msgspec", "jinja2"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    assert page_with(tmp_path, summary="ours").text == "ours"


def test_the_process_obeys_the_same_rules_inside(tmp_path: Path) -> None:
    (tmp_path / "summary.md.j2").write_text("{{ page.title }}")
    assert render(Task(VIEW, str(tmp_path), TIGHT)).text == VIEW.title
