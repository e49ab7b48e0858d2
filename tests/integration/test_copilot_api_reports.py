"""Reports over real sockets: envelope, signed links, parts, and every way in which there is none."""

from __future__ import annotations

import gzip
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from email.utils import formatdate
from typing import Any

import pytest

from builders import ENTERPRISE, ORGANIZATION
from copilot_usage import errors
from copilot_usage.demo.github import Reply, Request
from copilot_usage.domain.availability import SETTLED_AFTER
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.queries import (
    Failure,
    Fetched,
    LatestReport,
    LatestWindow,
    NewestDay,
    NoReport,
    Note,
    OwnerDay,
    PeopleListed,
    PeopleReport,
    PersonActivity,
    QueryKind,
    Result,
    Word,
)
from copilot_usage.domain.snapshot import Generation, Snapshot
from fakes.clock import START
from fakes.server import NOT_FOUND, BrokenReply, as_json, one_by_one
from fakes.source import CANARY_SIGNATURE, CANARY_TOKEN, TODAY, ServedSource, served_source

DAY = date(2026, 11, 10)
ASK = OwnerDay(ORGANIZATION, DAY)
WINDOW = DateRange(date(2026, 10, 25), date(2026, 11, 21))
GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture
def run() -> Iterator[Callable[..., ServedSource]]:
    with ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(served_source(*args, **kwargs))


def day_of(day: date, **fields: Any) -> dict[str, Any]:
    return {"day": day.isoformat(), "organization_id": "42", "daily_active_users": 5} | fields


def fetched(day: date, document: dict[str, Any], *, settled: bool = True) -> Fetched:
    return Fetched(Snapshot(day, ORGANIZATION, Generation.REPORTS, settled, document))


def envelope(here: ServedSource, *paths: str, day: date = DAY) -> Reply:
    return as_json({"download_links": [here.link(path) for path in paths], "report_day": day.isoformat()})


def newest_envelope(here: ServedSource, *paths: str) -> Reply:
    return as_json(
        {
            "download_links": [here.link(path) for path in paths],
            "report_start_day": WINDOW.since.isoformat(),
            "report_end_day": WINDOW.until.isoformat(),
        }
    )


def in_files(**files: Any) -> Callable[[Request], Reply]:
    """By the name of the link; bytes as they are, everything else as JSON."""
    bodies = {name: body if isinstance(body, bytes) else json.dumps(body).encode() for name, body in files.items()}
    return lambda request: (
        Reply(200, bodies[request.path.strip("/")]) if request.path.strip("/") in bodies else NOT_FOUND
    )


def serving(here: ServedSource, **files: Any) -> ServedSource:
    """One report of which each file is a part."""
    here.api.script = one_by_one(envelope(here, *files))
    here.downloads.script = in_files(**files)
    return here


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(day_of(DAY)).encode(),
        json.dumps(day_of(DAY), indent=2).encode(),
        b"\xef\xbb\xbf" + json.dumps(day_of(DAY)).encode() + b"\r\n",
        json.dumps([day_of(DAY)]).encode(),
        json.dumps({"day_totals": [day_of(DAY)]}).encode(),
    ],
    ids=["one line", "pretty-printed", "byte order mark and CRLF", "array", "wrapper"],
)
def test_a_day_is_filed_as_received_whatever_its_form(run: Callable[..., ServedSource], body: bytes) -> None:
    assert serving(run(), a=body).query(ASK) == [fetched(DAY, day_of(DAY))]


def test_unknown_fields_are_kept_and_a_young_day_is_not_settled(run: Callable[..., ServedSource]) -> None:
    day = date(2026, 11, 20)
    here = serving(run(), a=day_of(day, brand_new={"x": [1]}))
    here.api.script = one_by_one(envelope(here, "a", day=day))
    assert here.query(OwnerDay(ORGANIZATION, day)) == [fetched(day, day_of(day, brand_new={"x": [1]}), settled=False)]


@pytest.mark.parametrize("ahead", [3, 0])
def test_no_day_settles_early_on_a_machine_whose_clock_is_ahead(run: Callable[..., ServedSource], ahead: int) -> None:
    day = TODAY - SETTLED_AFTER
    here = serving(run(), a=day_of(day))
    by_github = {"Date": formatdate(START - 86_400 * ahead, usegmt=True)}
    here.api.script = one_by_one(replace(envelope(here, "a", day=day), headers=by_github))
    assert here.query(OwnerDay(ORGANIZATION, day)) == [fetched(day, day_of(day), settled=ahead == 0)]
    assert here.source.today() == TODAY - timedelta(days=ahead)


def test_links_are_asked_without_credentials_and_masked_before(run: Callable[..., ServedSource]) -> None:
    here = serving(run(), a=day_of(DAY))
    seen: list[list[str]] = []

    def note_what_is_masked(_: Request) -> Reply:
        seen.append(list(here.masked))
        return Reply(200, WHOLE)

    here.downloads.script = note_what_is_masked
    here.query(ASK)
    (request,) = here.downloads.requests
    assert not {"authorization", "x-github-api-version", "cookie"} & request.headers.keys()
    assert request.headers["accept"] == "*/*"
    assert seen == [[CANARY_SIGNATURE]]


FACES: dict[str, tuple[Callable[[ServedSource], Reply], Word]] = {
    "204": (lambda _: Reply(204), Word.SAID),
    "404": (lambda _: NOT_FOUND, Word.HIDDEN),
    "an empty string": (lambda _: as_json(""), Word.VAGUE),
    "a sentence": (lambda _: as_json("No report available"), Word.VAGUE),
    "null": (lambda _: as_json(None), Word.VAGUE),
    "an empty body": (lambda _: Reply(), Word.VAGUE),
    "no links": (lambda _: as_json({"download_links": [], "report_day": DAY.isoformat()}), Word.SAID),
    "a missing file": (lambda here: envelope(here, "missing"), Word.VAGUE),
}
# As Azure's storage answers for a file that is not there.
MISSING = Reply(404, b"<?xml version='1.0'?><Error><Code>BlobNotFound</Code></Error>")


@pytest.mark.parametrize("face", FACES)
def test_every_face_of_no_report_is_no_error(run: Callable[..., ServedSource], face: str) -> None:
    reply, word = FACES[face]
    here = run(downloads=one_by_one(MISSING))
    here.api.script = one_by_one(reply(here))
    assert here.query(ASK) == [NoReport(ORGANIZATION, DAY, word)]


FOREIGN = {
    "a 404 of a proxy": Reply(404, b"blocked by proxy"),
    "an empty file": Reply(),
    "a file that holds null": Reply(200, b"null\n"),
    "a file that holds a sentence": Reply(200, b'"No report available"'),
    "a file that ends in mid-line": Reply(200, json.dumps(day_of(DAY)).encode() + b'\n{"day": "2026-11-'),
    "a compressed file that is cut off on a line end": Reply(
        200, gzip.compress(json.dumps(day_of(DAY)).encode() + b"\n")[:-8], GZIP
    ),
    "a compressed file that is cut off": Reply(200, gzip.compress(json.dumps(day_of(DAY)).encode())[:30], GZIP),
}


@pytest.mark.parametrize("answer", FOREIGN)
def test_what_is_no_whole_report_is_tried_again_and_never_no_report(
    run: Callable[..., ServedSource], answer: str
) -> None:
    here = serving(run(), a=day_of(DAY))
    here.downloads.script = one_by_one(FOREIGN[answer])
    (failure,) = here.query(ASK)
    assert isinstance(failure, Failure)
    assert failure.day == DAY
    assert len(here.downloads.requests) >= 2


def test_a_404_of_a_proxy_names_the_host_and_the_hosts_to_allow(run: Callable[..., ServedSource]) -> None:
    here = serving(run(), a=day_of(DAY))
    here.downloads.script = one_by_one(FOREIGN["a 404 of a proxy"])
    (failure,) = here.query(ASK)
    assert isinstance(failure, Failure)
    assert "the download host 127.0.0.1 answered 404, also to a fresh link" in failure.error.cause
    assert "`copilot-reports.github.com`" in failure.error.remedy
    assert "ghe.com" in failure.error.remedy
    assert "blob.core.windows.net" in failure.error.remedy


def test_a_file_that_only_the_first_link_misses_is_read_from_the_second(run: Callable[..., ServedSource]) -> None:
    here = serving(run(), a=day_of(DAY))
    here.downloads.script = one_by_one(MISSING, Reply(200, WHOLE))
    assert here.query(ASK) == [fetched(DAY, day_of(DAY))]


@pytest.mark.parametrize(
    "reply",
    [
        as_json({"report_day": DAY.isoformat()}),
        as_json({"download_links": None, "report_day": DAY.isoformat()}),
        as_json({"links": ["https://files.test/a"]}),
        as_json({"message": "Not ready"}),
        as_json({}, status=202),
        Reply(202),
    ],
    ids=["no links", "null", "another name", "a message", "202", "202 without a body"],
)
def test_an_envelope_of_an_unknown_form_is_an_error_and_no_missing_report(
    run: Callable[..., ServedSource], reply: Reply
) -> None:
    for query in (ASK, LatestReport(ORGANIZATION)):
        (failure,) = run(one_by_one(reply)).query(query)
        assert isinstance(failure, Failure)
        assert failure.error.title == "GitHub's answer about octo-org has an unknown form"


def test_a_28_day_report_that_is_not_built_yet_does_not_hide_the_days(run: Callable[..., ServedSource]) -> None:
    here = serving(run(), a=day_of(date(2026, 11, 20)))
    day = envelope(here, "a", day=date(2026, 11, 20))
    here.api.script = lambda request: NOT_FOUND if "28-day" in request.path else day
    note, found = here.query(LatestReport(ORGANIZATION))
    assert isinstance(note, Note)
    assert found == fetched(date(2026, 11, 20), day_of(date(2026, 11, 20)), settled=False)
    (alone, _) = here.query(NewestDay(ORGANIZATION))
    assert isinstance(alone, Note)


def test_an_owner_that_knows_no_day_is_asked_about_itself_for_the_error_alone(run: Callable[..., ServedSource]) -> None:
    here = run(lambda request: as_json({"login": "octo-org"}) if request.path == "/orgs/octo-org" else NOT_FOUND)
    (failure,) = here.query(LatestReport(ORGANIZATION))
    assert isinstance(failure, Failure)
    assert "there is no organization `octo-org`, or the policy" in failure.error.cause
    assert len(here.api.requests) == 2
    assert isinstance(failure.error, errors.NotFound)
    found = here.source.diagnosed(failure.error)
    assert "there is no organization" not in found.cause
    assert "the policy “Copilot usage metrics” is off" in found.cause
    assert ("spelling" in found.remedy, "Enabled everywhere" in found.remedy) == (False, True)
    assert len(here.api.requests) == 3


def test_of_an_owner_that_is_not_found_either_no_policy_is_suspected(run: Callable[..., ServedSource]) -> None:
    here = run()
    (failure,) = here.query(LatestReport(ORGANIZATION))
    assert isinstance(failure, Failure)
    assert isinstance(failure.error, errors.NotFound)
    found = here.source.diagnosed(failure.error)
    assert "there is no organization `octo-org`" in found.cause
    assert ("policy" in found.cause, "spelling" in found.remedy, "Enabled" in found.remedy) == (False, True, False)


def test_an_error_that_no_request_can_explain_stays_as_it_is(run: Callable[..., ServedSource]) -> None:
    here = run()
    (failure,) = here.query(LatestReport(ENTERPRISE))
    assert isinstance(failure, Failure)
    assert isinstance(failure.error, errors.NotFound)
    asked = len(here.api.requests)
    assert here.source.diagnosed(failure.error) is failure.error
    assert len(here.api.requests) == asked


@pytest.mark.parametrize("status", [502, 503])
def test_a_young_day_that_github_is_still_building_has_no_report_yet(
    run: Callable[..., ServedSource], status: int
) -> None:
    young = date(2026, 11, 22)
    here = run(one_by_one(Reply(status)))
    assert here.query(OwnerDay(ORGANIZATION, young)) == [NoReport(ORGANIZATION, young, Word.VAGUE)]


def test_an_old_day_that_cannot_be_had_is_a_failure_of_that_day_alone(run: Callable[..., ServedSource]) -> None:
    here = serving(run(), a=day_of(DAY))
    good = here.api.script
    here.api.script = lambda r: Reply(503) if r.query["day"] == "2026-11-09" else good(r)
    failure, day = here.query(OwnerDay(ORGANIZATION, date(2026, 11, 9)), ASK)
    assert isinstance(failure, Failure)
    assert (failure.day, type(failure.error)) == (date(2026, 11, 9), errors.Busy)
    assert day == fetched(DAY, day_of(DAY))


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_expired_link_is_replaced_by_a_fresh_one(run: Callable[..., ServedSource], status: int) -> None:
    here = run()
    here.api.script = one_by_one(envelope(here, "stale"), envelope(here, "fresh"))
    good = in_files(fresh=day_of(DAY))
    here.downloads.script = lambda r: Reply(status) if r.path == "/stale" else good(r)
    assert here.query(ASK) == [fetched(DAY, day_of(DAY))]
    assert [request.path for request in here.downloads.requests] == ["/stale", "/fresh"]
    assert len(here.api.requests) == 2


def test_a_link_that_is_refused_twice_is_a_failure_of_the_day(run: Callable[..., ServedSource]) -> None:
    here = serving(run(), a=day_of(DAY))
    here.downloads.script = one_by_one(Reply(403))
    (failure,) = here.query(ASK)
    assert isinstance(failure, Failure)
    assert failure.day == DAY
    assert "also to a fresh link" in failure.error.cause
    assert (len(here.api.requests), len(here.downloads.requests)) == (2, 2)


def test_a_report_that_is_cut_anew_while_it_is_read_is_a_failure(run: Callable[..., ServedSource]) -> None:
    here = run(downloads=one_by_one(Reply(403)))
    here.api.script = one_by_one(envelope(here, "a"), envelope(here, "a", "b"))
    (failure,) = here.query(ASK)
    assert isinstance(failure, Failure)
    assert failure.error.title == "GitHub replaced a report while it was read"


WHOLE = json.dumps(day_of(DAY)).encode() + b"\n"
BROKEN = {
    "500": Reply(500),
    "429": Reply(429, headers={"Retry-After": "1"}),
    "reset": BrokenReply(reset=True),
    "cut off before Content-Length": BrokenReply(200, WHOLE, cut=10),
    "a cut-off line": Reply(200, WHOLE[:-10]),
    "HTML": Reply(200, b"<html>sign in to the hotel's network</html>"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_download_that_breaks_is_tried_again(
    run: Callable[..., ServedSource], fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    here = serving(run(), a=WHOLE)
    here.downloads.script = one_by_one(BROKEN[fault], Reply(200, WHOLE))
    with caplog.at_level(logging.INFO):
        assert here.query(ASK) == [fetched(DAY, day_of(DAY))]
    assert [record.getMessage().partition(": ")[0] for record in caplog.records] == ["octo-org"]
    assert len(here.api.requests) == 1


def test_a_download_that_stays_broken_is_a_failure_of_the_day(run: Callable[..., ServedSource]) -> None:
    here = serving(run(), a=WHOLE)
    here.downloads.script = one_by_one(Reply(500))
    (failure,) = here.query(ASK)
    assert isinstance(failure, Failure)
    assert (failure.day, type(failure.error)) == (DAY, errors.Busy)
    assert len(here.downloads.requests) == 5


def test_a_link_to_something_else_than_the_web_is_not_followed(run: Callable[..., ServedSource]) -> None:
    for link in ("file:///etc/passwd", "ftp://127.0.0.1/a", "//127.0.0.1/a", "", "https://"):
        here = run()
        here.api.script = one_by_one(as_json({"download_links": [link], "report_day": DAY.isoformat()}))
        (failure,) = here.query(ASK)
        assert isinstance(failure, Failure)
        assert failure.error.title == "A download link that cannot be used"


def test_a_link_back_to_the_api_host_gets_no_token_either(run: Callable[..., ServedSource]) -> None:
    here = run()
    link = as_json({"download_links": [f"{here.api.url}/file"], "report_day": DAY.isoformat()})
    here.api.script = lambda request: Reply(200, WHOLE) if request.path == "/file" else link
    assert here.query(ASK) == [fetched(DAY, day_of(DAY))]
    assert "authorization" not in here.api.requests[-1].headers


def test_a_report_of_another_day_is_not_filed(run: Callable[..., ServedSource]) -> None:
    (failure,) = serving(run(), a=day_of(date(2026, 11, 9))).query(ASK)
    assert isinstance(failure, Failure)
    assert type(failure.error) is errors.UnreadableDocument
    assert "2026-11-09" in failure.error.cause


def test_an_envelope_of_another_day_is_not_filed(run: Callable[..., ServedSource]) -> None:
    here = serving(run(), a=day_of(DAY))
    here.api.script = one_by_one(envelope(here, "a", day=date(2026, 11, 9)))
    (failure,) = here.query(ASK)
    assert isinstance(failure, Failure)
    assert type(failure.error) is errors.UnreadableDocument


def test_a_report_of_another_organization_is_not_filed(run: Callable[..., ServedSource]) -> None:
    here = run()
    wrapper = {"day_totals": [day_of(WINDOW.until), day_of(WINDOW.since)]}
    here.downloads.script = in_files(newest=wrapper, other=day_of(DAY, organization_id="43"))
    here.api.script = lambda r: newest_envelope(here, "newest") if "latest" in r.path else envelope(here, "other")
    here.query(LatestReport(ORGANIZATION))
    (failure,) = here.query(ASK)
    assert isinstance(failure, Failure)
    assert (failure.day, "another organization" in failure.error.cause) == (DAY, True)


def test_a_report_of_another_organization_than_the_stored_days_is_not_filed(run: Callable[..., ServedSource]) -> None:
    here = run()
    here.downloads.script = in_files(newest={"day_totals": [day_of(WINDOW.until)]}, day=day_of(DAY))
    here.api.script = lambda r: newest_envelope(here, "newest") if "latest" in r.path else envelope(here, "day")
    for query, day in ((LatestReport(ORGANIZATION, "43"), WINDOW.until), (OwnerDay(ORGANIZATION, DAY, "43"), DAY)):
        failure = here.query(query)[-1]
        assert isinstance(failure, Failure)
        assert (failure.day, "another organization" in failure.error.cause) == (day, True)


def test_a_report_about_a_person_is_a_failure_and_never_a_day(run: Callable[..., ServedSource]) -> None:
    here = serving(run(), a=day_of(DAY, user_login="person-a"))
    (failure,) = here.query(ASK)
    assert isinstance(failure, Failure)
    assert "it is about a person" in failure.error.cause


def test_a_report_without_an_end_is_a_failure_that_names_the_host(run: Callable[..., ServedSource]) -> None:
    here = run()
    here.api.script = one_by_one(as_json({"download_links": [here.link("a")], "report_day": f"{DAY}"}))
    here.downloads.script = one_by_one(BrokenReply(endless=b'{"a":1}\n' * 8192))
    (failure,) = here.query(OwnerDay(ORGANIZATION, DAY))
    assert isinstance(failure, Failure)
    assert failure.error.title == "An answer is too large"
    assert "127.0.0.1 sent more than 32 MB" in failure.error.cause


def test_a_file_that_is_no_json_is_a_failure_that_names_it(run: Callable[..., ServedSource]) -> None:
    (failure,) = serving(run(), a=b"plain words\n").query(ASK)
    assert isinstance(failure, Failure)
    assert "octo-org: organization-1-day 2026-11-10" in failure.error.cause


def test_the_newest_28_days_come_with_their_window_and_engaged_people(run: Callable[..., ServedSource]) -> None:
    days = [WINDOW.until, WINDOW.since]
    engagement = {"totals_by_feature": [{"feature": "code_completion", "engaged_user_count": 4}]}
    here = run(
        downloads=in_files(
            a={"day_totals": [day_of(days[0])], "copilot_feature_engagement": engagement},
            b={"day_totals": [day_of(days[1]), day_of(date(2026, 1, 1))]},
        )
    )
    here.api.script = one_by_one(newest_envelope(here, "a", "b"))
    newest, *rest = here.query(LatestReport(ORGANIZATION))
    assert newest == LatestWindow(ORGANIZATION, WINDOW, {"code_completion": 4})
    assert [result for result in rest if isinstance(result, Fetched)] == [
        fetched(days[1], day_of(days[1])),
        fetched(days[0], day_of(days[0]), settled=False),
    ]
    (note,) = (result for result in rest if isinstance(result, Note))
    assert "2026-01-01" in note.text


def test_a_window_that_no_envelope_says_is_that_of_the_days(run: Callable[..., ServedSource]) -> None:
    days = {"day_totals": [day_of(WINDOW.until), day_of(WINDOW.since)]}
    assert serving(run(), a=days).query(LatestReport(ORGANIZATION))[0] == LatestWindow(ORGANIZATION, WINDOW)


def test_a_newest_report_without_any_day_is_unreadable(run: Callable[..., ServedSource]) -> None:
    (failure,) = serving(run(), a={"day_totals": []}).query(LatestReport(ORGANIZATION))
    assert isinstance(failure, Failure)
    assert type(failure.error) is errors.UnreadableDocument


def test_a_newest_day_without_a_window_is_unreadable(run: Callable[..., ServedSource]) -> None:
    (failure,) = serving(run(), a=b"").query(NewestDay(ORGANIZATION))
    assert isinstance(failure, Failure)
    assert type(failure.error) is errors.UnreadableDocument


def test_a_retired_version_of_the_api_is_no_missing_day(run: Callable[..., ServedSource]) -> None:
    (failure,) = run(one_by_one(as_json({"message": "Gone"}, 410))).query(ASK)
    assert isinstance(failure, Failure)
    assert type(failure.error) is errors.Retired


@pytest.mark.parametrize("reply", [Reply(204), as_json("")], ids=["204", "an empty string"])
def test_an_owner_without_a_report_of_28_days_may_have_one_of_a_day(
    run: Callable[..., ServedSource], reply: Reply
) -> None:
    for query in (LatestReport(ORGANIZATION), NewestDay(ORGANIZATION)):
        (note,) = run(lambda _: reply).query(query)
        assert isinstance(note, Note)
        assert "no report of the newest 28 days" in note.text


def test_a_report_of_28_days_that_github_still_builds_says_nothing_of_its_days(
    run: Callable[..., ServedSource],
) -> None:
    for query in (LatestReport(ORGANIZATION), NewestDay(ORGANIZATION)):
        (failure,) = run(lambda _: Reply(502)).query(query)
        assert isinstance(failure, Failure)
        assert (failure.about, type(failure.error)) == (QueryKind.WINDOW, errors.Busy)


def test_the_newest_day_costs_one_request_and_no_download(run: Callable[..., ServedSource]) -> None:
    here = run()
    here.api.script = one_by_one(newest_envelope(here, "a"))
    assert here.query(NewestDay(ENTERPRISE)) == [LatestWindow(ENTERPRISE, WINDOW)]
    assert here.api.targets == ["/enterprises/octo-enterprise/copilot/metrics/reports/users-28-day/latest"]
    assert here.downloads.requests == []


@pytest.mark.parametrize(
    "refusal", [as_json({"message": "no"}, 403), as_json({}, 403, Retry_After="99999"), as_json({}, 401)]
)
def test_later_days_that_are_there_when_an_earlier_one_is_refused_are_kept(
    run: Callable[..., ServedSource], refusal: Reply
) -> None:
    here = run()
    days = [DAY - timedelta(days=n) for n in range(8)]
    eighth_is_asked = threading.Event()

    def refusing_the_first(request: Request) -> Reply:
        if request.query["day"] == str(days[0]):
            eighth_is_asked.wait(10)
            return refusal
        if request.query["day"] == str(days[7]):
            eighth_is_asked.set()
        return envelope(here, request.query["day"], day=date.fromisoformat(request.query["day"]))

    here.api.script = refusing_the_first
    here.downloads.script = lambda r: Reply(200, json.dumps(day_of(date.fromisoformat(r.path.strip("/")))).encode())
    results = here.query(*(OwnerDay(ORGANIZATION, day) for day in days))
    # Of four threads one holds the first day, so that at most two days before the eighth are still under way.
    assert len([result for result in results if isinstance(result, Fetched)]) >= 4
    assert len([result for result in results if isinstance(result, Failure)]) == 1


def test_a_day_that_is_refused_after_another_answer_is_a_failure_of_that_day_alone(
    run: Callable[..., ServedSource],
) -> None:
    here = serving(run())
    days = [DAY - timedelta(days=n) for n in range(20)]

    def refusing_the_third(request: Request) -> Reply:
        asked = request.query["day"]
        refused = asked == str(days[2])
        return as_json({"message": "no"}, 403) if refused else envelope(here, asked, day=date.fromisoformat(asked))

    here.api.script = refusing_the_third
    here.downloads.script = lambda r: Reply(200, json.dumps(day_of(date.fromisoformat(r.path.strip("/")))).encode())
    results = here.query(*(OwnerDay(ORGANIZATION, day) for day in days))
    assert [result.snapshot.day for result in results if isinstance(result, Fetched)] == [*days[:2], *days[3:]]
    assert [(found.day, type(found.error)) for found in results if isinstance(found, Failure)] == [
        (days[2], errors.NotAllowed)
    ]


def month_of_days(here: ServedSource) -> list[Result]:
    return here.query(*(OwnerDay(ORGANIZATION, DAY - timedelta(days=n)) for n in range(28)))


def test_days_come_in_the_order_of_the_plan_for_one_request_and_one_download_each(
    run: Callable[..., ServedSource],
) -> None:
    here = run()
    here.api.script = lambda r: envelope(here, r.query["day"], day=date.fromisoformat(r.query["day"]))
    here.downloads.script = lambda r: Reply(200, json.dumps(day_of(date.fromisoformat(r.path.strip("/")))).encode())
    results = month_of_days(here)
    assert [o.snapshot.day for o in results if isinstance(o, Fetched)] == [DAY - timedelta(days=n) for n in range(28)]
    assert len(set(here.api.targets)) == len(here.api.requests) == len(here.downloads.requests) == 28


def test_four_requests_are_under_way_at_once_over_four_connections_and_never_more(
    run: Callable[..., ServedSource],
) -> None:
    here = run()
    together = threading.Barrier(4, timeout=10)

    def four_at_a_time(_: Request) -> Reply:
        together.wait()
        return as_json("")

    here.api.script = four_at_a_time
    assert len(month_of_days(here)) == 28
    assert here.api.most_at_once == 4
    assert here.api.connections <= 4


def test_neither_token_nor_signature_is_found_anywhere(
    run: Callable[..., ServedSource], caplog: pytest.LogCaptureFixture
) -> None:
    here = serving(run(), a=WHOLE)
    good = here.api.script
    faults = one_by_one(*BROKEN.values(), Reply(403), Reply(403))
    here.downloads.script = faults
    here.api.script = lambda r: as_json({"message": CANARY_TOKEN}, 500) if r.query["day"] == "2026-11-01" else good(r)
    with caplog.at_level(logging.DEBUG):
        results = here.query(*(OwnerDay(ORGANIZATION, date(2026, 11, n)) for n in (1, 9, 10)))
    failures = [result.error for result in results if isinstance(result, Failure)]
    assert failures
    told = caplog.text + "".join(f"{e!r}{e}{vars(e)}{e.__cause__!r}{e.__context__!r}" for e in failures)
    assert CANARY_TOKEN not in told
    assert CANARY_SIGNATURE not in told
    assert all(CANARY_TOKEN not in f"{r.path}{r.query}{r.headers}" for r in here.downloads.requests)


def row(day: date, user: int | str, **fields: Any) -> bytes:
    return json.dumps({"day": day.isoformat(), "user_id": user, "user_login": f"person-{user}"} | fields).encode()


def test_people_are_listed_from_the_newest_report_each_day_once(run: Callable[..., ServedSource]) -> None:
    first, last = WINDOW.since, WINDOW.until
    a = [row(last, 1, user_initiated_interaction_count=3, loc_added_sum=7), row(first, 2, used_cli=True), b"{broken"]
    b = [row(last, "1", user_initiated_interaction_count=3, loc_added_sum=7), row(first, 1, used_chat=True)]
    here = run(downloads=in_files(a=b"\n".join(a) + b"\n", b=b"\n".join(b) + b"\n"))
    here.api.script = one_by_one(newest_envelope(here, "a", "b"))
    note, listed = here.query(PeopleReport(ORGANIZATION, WINDOW))
    assert isinstance(note, Note)
    assert listed == PeopleListed(
        ORGANIZATION, (PersonActivity("person-1", 2, 3, 7), PersonActivity("person-2", 1, 0, 0))
    )


@pytest.mark.parametrize("missing", ["envelope", "file"])
def test_without_a_users_report_nobody_is_listed(run: Callable[..., ServedSource], missing: str) -> None:
    here = run(downloads=lambda _: MISSING)
    here.api.script = one_by_one(Reply(204) if missing == "envelope" else newest_envelope(here, "missing"))
    assert here.query(PeopleReport(ORGANIZATION, WINDOW)) == []


def test_people_of_days_before_the_newest_report_are_said_to_be_missing(run: Callable[..., ServedSource]) -> None:
    here = run(downloads=in_files(a=row(WINDOW.since, 1, used_chat=True) + b"\n"))
    here.api.script = one_by_one(newest_envelope(here, "a"))
    note, listed = here.query(PeopleReport(ORGANIZATION, DateRange(date(2026, 9, 1), WINDOW.until)))
    assert isinstance(note, Note)
    assert "2026-10-25" in note.text
    assert listed == PeopleListed(ORGANIZATION, (PersonActivity("person-1", 1, 0, 0),))
