from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from builders import NEWEST, ORGANIZATION, report_of, scope_report, seat, seat_figures, usage_day, usage_days
from copilot_usage.domain.dates import ending
from copilot_usage.domain.queries import Note
from copilot_usage.domain.report import Report
from copilot_usage.rendering import view
from copilot_usage.rendering.page import compose, render_page
from copilot_usage.rendering.templates import LIMIT, ORDER, within_limit

ROOT = Path(__file__).parents[3]
HOSTILE = [
    "pipe | pipe",
    "`code`",
    "[link](https://example.com)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "line\nbreak\r\n# heading",
    "@octocat and @org/team",
    "fixes #123",
    "::error::boom",
    "\u202eright to left\u202c",
    "![image](https://example.com/x.png)",
    "https://example.com/x",
    "www.example.com",
    "$math$ and **bold** and __bold__ and ~~gone~~",
    "- list",
    "{{ 7 * 7 }}",
    "x" * 10_000,
    "👩‍💻",
]
RENDERER = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])


def with_language(name: str) -> Report:
    """A report whose only language has this name."""
    row = {"loc_added_sum": 70, "code_generation_activity_count": 9}
    day = usage_day(totals={"loc_added_sum": 70, "daily_active_users": 3}, breakdowns={"language": {name: row}})
    return report_of(scope_report(day))


def cells(page: str) -> list[str]:
    """The first cells of the languages' table, as HTML."""
    html = RENDERER.render(page)
    table = html.partition("<h2>Languages</h2>")[2].partition("</table>")[0]
    return re.findall(r"<tr>\s*<td[^>]*>(.*?)</td>", table, re.DOTALL)


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: repr(name)[:30])
def test_a_name_from_outside_is_plain_text_on_the_page(name: str) -> None:
    (cell,) = cells(render_page(with_language(name)).text)
    assert not re.search(r"<(?!/?$)", cell)
    assert len(cell) < 700


@given(st.text(max_size=200))
def test_no_name_breaks_out_of_its_cell(name: str) -> None:
    (cell,) = cells(render_page(with_language(name)).text)
    assert "<" not in cell


def test_no_person_is_mentioned_and_nothing_is_linked() -> None:
    text = render_page(with_language("@octocat #12 GH-3 www.example.com https://example.com")).text
    row = next(line for line in text.splitlines() if "octocat" in line)
    assert "@" not in row
    assert "#12" not in re.sub(r"&#\d+;", "", row)
    assert "https:" not in row


def test_a_note_that_quotes_githubs_answer_is_harmless() -> None:
    report = report_of(scope_report(usage_day()), notes=(Note("GitHub said <b>@you</b> [x](y) | #1", ORGANIZATION),))
    html = RENDERER.render(render_page(report).text)
    assert "<b>@you" not in html
    assert '<a href="y"' not in html


def test_unknown_and_zero_are_not_shown_alike() -> None:
    week = ending(NEWEST, 7)
    days = usage_days(week, "daily_active_users", [0, None, 5, 6, 7, 8, 0])
    text = render_page(report_of(scope_report(*days))).text
    assert re.search(r"^\| Sun 15 Nov \| 0 \|", text, re.MULTILINE)
    assert re.search(r"^\| Mon 16 Nov \| – \|", text, re.MULTILINE)


def test_a_section_without_data_is_absent() -> None:
    text = render_page(report_of(scope_report(usage_day(totals={"daily_active_users": 4})))).text
    assert "Pull requests" not in text
    assert "Seats" not in text
    assert "AI credits" not in text


def test_idle_seats_are_shown_with_their_cost() -> None:
    seats = seat_figures(seat(1), seat(2), seat(3))
    text = render_page(report_of(scope_report(usage_day(totals={"daily_active_users": 4}), seats=seats))).text
    assert "Idle seats cost **57 USD** a month" in text


def many_scopes(count: int) -> Report:
    """Teams with wide breakdowns."""
    row = {"loc_added_sum": 7, "code_generation_activity_count": 9, "code_acceptance_activity_count": 3}
    rows = {f"language-{n}": row for n in range(60)}
    totals = {"daily_active_users": 3, "loc_added_sum": 420}
    days = [
        usage_day(day, totals, {"language": rows, "model": rows, "feature": {"code_completion": row}})
        for day in ending(NEWEST, 7)
    ]
    return report_of(*(scope_report(*days, scope=ORGANIZATION.of_team(f"team-{n}")) for n in range(count)))


def test_the_page_stays_under_githubs_limit_and_says_what_is_missing() -> None:
    text = render_page(many_scopes(300)).text
    assert len(text.encode()) <= LIMIT
    assert "**Left out**" in text
    assert "team-299" in text


# The words of docs/templates.md for each kind of section.
STATED = {
    "people": "people",
    "CLI customizations": "customizations",
    "adoption phases": "phases",
    "breakdowns": "breakdown",
    "pull requests": "pull_requests",
    "AI credits": "credits",
    "what Copilot is used for": "adoption",
    "seats": "seats",
    "active people": "activity",
}


def test_sections_are_dropped_in_the_stated_order() -> None:
    stated = (ROOT / "docs" / "templates.md").read_text("utf-8").partition("in this order: ")[2].partition(";")[0]
    whole = compose(many_scopes(2))
    sections = tuple(view.Section(kind, f"The {kind}") for kind in STATED.values())
    tried: list[view.PageView] = []

    def too_long(page: view.PageView) -> str:
        tried.append(page)
        return "x" * (LIMIT + 1)

    within_limit(replace(whole, scopes=tuple(replace(scope, sections=sections) for scope in whole.scopes)), too_long)
    dropped = [f"The {STATED[words]}" for words in stated.split(", ")]
    for n, page in enumerate(tried[: len(dropped) + 1]):
        assert page.dropped == tuple(dropped[:n])
        left = {section.title for scope in page.scopes for section in scope.sections}
        assert left == set(dropped[n:])
    assert [bool(page.scopes) for page in tried] == [True] * (len(dropped) + 1) + [False] * 3
    assert [page.comparison is not None for page in tried] == [True] * (len(dropped) + 3) + [False]


def test_every_kind_of_section_has_its_place_in_the_order() -> None:
    assert set(STATED.values()) == set(ORDER)
    assert {section.kind for section in compose(many_scopes(1)).scopes[0].sections} <= set(ORDER)


def templates(folder: Path, text: str) -> Path:
    (folder / "summary.md.j2").write_text(text)
    return folder


def test_one_block_can_be_replaced(tmp_path: Path) -> None:
    own = templates(tmp_path, '{% extends "built-in/summary.md.j2" %}{% block title %}# Ours{% endblock %}')
    page = render_page(with_language("go"), templates=own)
    assert page.text.startswith("# Ours")
    assert "## Languages" in page.text
    assert page.mistakes == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{% block title %}", "line 1"),
        ("fine\n{{ page.tytle }}", "line 2"),
        ("{{ page.__class__.__mro__ }}", "summary.md.j2"),
        ('{% include "other.md.j2" %}', "other.md.j2"),
        ("{{ 1 / 0 }}", "line 1"),
    ],
)
def test_a_mistake_is_named_and_the_built_in_page_is_shown(tmp_path: Path, text: str, word: str) -> None:
    page = render_page(with_language("go"), templates=templates(tmp_path, text))
    (mistake,) = page.mistakes
    assert word in mistake.cause
    assert "page.scopes" in mistake.remedy
    assert page.text == render_page(with_language("go")).text


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    (mistake,) = render_page(with_language("go"), templates=tmp_path / "none").mistakes
    assert "no folder" in mistake.cause


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("page", view.PageView),
        ("scope", view.ScopeView),
        ("section", view.Section),
        ("chart", view.Chart),
        ("table", view.Table),
    ],
)
def test_the_names_that_templates_see_are_documented(name: str, made: type) -> None:
    page = (ROOT / "docs" / "templates.md").read_text("utf-8")
    assert set(re.findall(rf"`{name}\.(\w+)`", page)) == {field.name for field in fields(made)}


def test_a_team_that_stopped_is_named_above_the_comparison() -> None:
    week = ending(NEWEST, 42)
    stopped = usage_days(week, "daily_active_users", [5] * 32 + [0] * 10)
    busy = usage_days(week, "daily_active_users", [5] * 42)
    scopes = [scope_report(*days, scope=ORGANIZATION.of_team(n)) for n, days in (("gone", stopped), ("here", busy))]
    text = render_page(report_of(*scopes)).text
    line = next(line for line in text.partition("## Teams compared")[0].splitlines() if line.startswith("- "))
    assert line.startswith("- octo-org/gone: **No one has been active since 12 Nov**")


def test_cautions_stand_above_the_first_table_in_an_alert_block_as_plain_text() -> None:
    scope = scope_report(*usage_days(ending(NEWEST, 7), "daily_active_users", [1] * 7))
    page = render_page(report_of(scope, notes=(Note("Seats: “<b>@octocat</b>”.", ORGANIZATION, caution=True),))).text
    head, _, _ = page.partition("|:--|")
    assert "> [!CAUTION]\n> - Seats: “&#60;b&#62;&#64;octocat&#60;/b&#62;”.\n" in head
    assert "[!CAUTION]" not in render_page(report_of(scope)).text
