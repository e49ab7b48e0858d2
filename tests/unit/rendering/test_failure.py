"""What a failed run shows: its own Markdown, and nothing of what it quotes."""

from __future__ import annotations

from copilot_usage.errors import CopilotUsageError
from copilot_usage.rendering.failure import render_failure

_HOSTILE = "<img src=x> [a](http://e) ![i](u) @all #12 **bold** `code` | $x$"


def test_what_is_quoted_is_plain_text() -> None:
    error = CopilotUsageError("Title", cause=f"GitHub answered 403: “{_HOSTILE}”.", remedy="Ask `octo-org`.")
    quoted = render_failure(error).partition("“")[2].partition("”")[0]
    assert not set("<>@[]|$*`") & set(quoted)


def test_words_outside_of_code_are_plain_text_too() -> None:
    text = render_failure(CopilotUsageError("A <b>", cause="“a” b” <i> @all", remedy="fine"))
    assert not {"<b>", "<i>", "@all"} & set(text.split())


def test_a_remedy_keeps_its_code_and_its_paragraphs() -> None:
    remedy = "Name it:\n\n```yaml\nwith:\n  token: ${{ secrets.TOKEN }}  # <b> @x\n```\n\nor `a | b`."
    assert remedy in render_failure(CopilotUsageError("Title", cause="one\ntwo", remedy=remedy))


def test_each_line_of_a_cause_stands_on_its_own() -> None:
    assert "> one  \n> two  \n" in render_failure(CopilotUsageError("Title", cause="one\ntwo", remedy="r"))
