from __future__ import annotations

from datetime import date

import msgspec
import pytest

from copilot_usage.copilot_api.report_files import Envelope, decode_envelope
from copilot_usage.domain.dates import DateRange


@pytest.mark.parametrize("body", [b'""', b'"No report available"', b"null"])
def test_a_text_in_place_of_an_envelope_is_no_envelope(body: bytes) -> None:
    assert not isinstance(decode_envelope(body), Envelope)


def test_an_envelope_says_its_day_and_its_links() -> None:
    found = decode_envelope(b'\xef\xbb\xbf{"download_links":["a","b"],"report_day":"2026-11-20","etl_id":"green"}')
    assert isinstance(found, Envelope)
    assert (found.download_links, found.day, found.window) == (["a", "b"], date(2026, 11, 20), None)


def test_an_envelope_of_28_days_says_its_window() -> None:
    found = Envelope(["a"], report_start_day="2026-10-25", report_end_day="2026-11-21")
    assert found.window == DateRange(date(2026, 10, 25), date(2026, 11, 21))


@pytest.mark.parametrize(("start", "end"), [("2026-11-21", "2026-10-25"), ("soon", "2026-11-21"), (None, "2026-11-21")])
def test_a_window_that_makes_no_sense_is_no_window(start: str | None, end: str) -> None:
    assert Envelope(["a"], report_start_day=start, report_end_day=end).window is None


@pytest.mark.parametrize("body", [b"[]", b"1", b'{"download_links":"https://x"}', b'{"download_links":[1]}', b"{}"])
def test_json_of_another_shape_is_no_envelope(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_envelope(body)
