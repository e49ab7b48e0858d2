from __future__ import annotations

import json
import logging
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.github_runner import CommandFormatter, PlainFormatter, runner_context
from copilot_usage.redaction import HIDDEN, Secrets
from copilot_usage.rendering import markdown

TOKEN = "github_pat_11CANARY0a_b.c-dEfGhIjKlMnOpQrStUvWxYz0123456789abcdefghijklmnopqrstuvwxyzABCDEF"
LINK = "sp=r&st=2026-11-23T05:00:00Z&sig=canary%2Fcanary%3D"


@pytest.mark.parametrize("secret", [TOKEN, LINK])
@pytest.mark.parametrize(
    "written", [str, markdown.cell, json.dumps, quote, lambda text: f"a,{text},b", lambda text: text[:40]]
)
def test_a_secret_is_hidden_however_it_is_written(secret: str, written: object) -> None:
    assert callable(written)
    text = Secrets([secret]).hide(f"before {written(secret)} after")
    assert HIDDEN in text
    assert (text.startswith("before "), text.endswith(" after")) == (True, True)
    assert "CANARY" not in text
    assert "canary" not in text


def test_text_beside_a_secret_stays() -> None:
    assert Secrets([TOKEN]).hide(json.dumps({"name": TOKEN, "days": 28})) == '{"name": "***", "days": 28}'
    assert Secrets([TOKEN]).hide(f"| {TOKEN} | 28 |") == "| *** | 28 |"


@given(st.text())
def test_a_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assert Secrets([TOKEN, LINK]).hide(text) == text
    assert Secrets().hide(text) == text


def test_a_word_that_is_too_short_for_a_secret_hides_nothing() -> None:
    assert Secrets(["", "octo-org"]).hide("octo-org") == "octo-org"


def test_a_secret_that_comes_later_is_told_to_the_runner_and_hidden() -> None:
    told: list[str] = []
    secrets = Secrets([TOKEN], tell=told.append)
    assert secrets.hide(f"{TOKEN} {LINK}") == f"*** {LINK}"
    secrets.add(LINK)
    assert told == [LINK]
    assert secrets.hide(f"{TOKEN} {LINK}") == "*** ***"


def test_every_token_of_the_environment_is_a_secret() -> None:
    names = ("INPUT_TOKEN", "INPUT_SNAPSHOT-TOKEN", "COPILOT_USAGE_TOKEN", "ACTIONS_RUNTIME_TOKEN")
    tokens = {name: f"{n}-canary-{TOKEN}" for n, name in enumerate(names)}
    context = runner_context({**tokens, "INPUT_ORG": "an-organization-with-a-long-name"})
    text = " ".join([*tokens.values(), "an-organization-with-a-long-name"])
    assert context.secrets.hide(text) == "*** *** *** *** an-organization-with-a-long-name"
    assert "canary" not in repr(context)


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR])
@pytest.mark.parametrize("made", [CommandFormatter, PlainFormatter])
def test_no_line_of_the_log_holds_a_secret(level: int, made: type[PlainFormatter]) -> None:
    record = logging.LogRecord("copilot_usage", level, "", 0, "a team named %s", (TOKEN,), None)
    record.__dict__["title"] = f"About {TOKEN}"
    assert "CANARY" not in made(Secrets([TOKEN])).format(record)
