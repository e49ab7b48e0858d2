"""What a reader must know to trust the figures: completeness, gaps, generations, sources, definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain

from copilot_usage.domain.breaks import breaks_in
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.queries import Note
from copilot_usage.domain.report import Absence, Report, ScopeReport, listed, sentences
from copilot_usage.domain.snapshot import Generation
from copilot_usage.rendering import markdown

_MOST_NAMED = 12
GLOSSARY = (
    ("–", "not reported by GitHub. **0** is reported as zero; the two are never mixed"),
    (
        "Active people",
        (
            "people who sent a prompt, had code generated or used a feature, as GitHub counts them over 1, 7 and 28 "
            "days; for teams, counted from their members' rows. Never added up over days, teams or organizations"
        ),
    ),
    ("Working day", "Monday to Friday; public holidays are not known"),
    (
        "Completions accepted",
        (
            "the share of the completions shown that were accepted. Code inserted from chat counts as accepted but "
            "has no rate; edits by agents need no acceptance"
        ),
    ),
    ("Lines written", "lines that Copilot added to files: accepted completions, applied code blocks, edits by agents"),
    (
        "Not attributed",
        "what GitHub counts in the total but does not attribute to any feature, language, editor or model",
    ),
    (
        "Idle seat",
        (
            "a seat with no activity for at least `idle-days` days, and at least that old; GitHub forgets activity "
            "after 90 days"
        ),
    ),
    (
        "Change",
        (
            "compared with the range of the same length just before, from unrounded figures. Only days that count "
            "the same are compared; a mark says why a change is not told, or that it is that of the working days"
        ),
    ),
    ("·", "where a row is drawn: not known. **▁** is close to zero, **█** the highest of the row"),
)


def completeness(report: Report) -> str:
    """The line under the title: which days, how complete, which may still change."""
    known = {day for scope in report.scopes for day in scope.now.days}
    parts = [f"**{markdown.days(report.range)}**", f"{len(known)} of {markdown.counted(len(report.range))}"]
    if not known:
        parts.append("GitHub has no usage for this range")
    if report.newest is not None:
        parts.append(f"newest published day {markdown.day_of(report.range, report.newest)}")
    unsettled = {day for scope in report.scopes for day in scope.now.unsettled}
    if unsettled:
        parts.append("1 day may still change" if len(unsettled) == 1 else f"{len(unsettled)} days may still change")
    return " · ".join(parts)


def notes(report: Report) -> Iterator[str]:
    """Sentences for the fold at the end: all that are no cautions."""
    of_scopes = (Note(text, scope.scope) for scope in report.scopes for text in _of_scope(scope))
    folded = chain(of_scopes, (note for note in report.notes if not note.caution))
    return map(markdown.prose, sentences(folded, [scope.scope for scope in report.scopes]))


def state(scope: ScopeReport) -> str:
    """What to know before a scope's figures are compared with another's: empty where they are complete."""
    if scope.as_of is not None:
        return f"as of {markdown.day_of(scope.now.range, scope.as_of)}"
    return "could not be read" if scope.refused else ""


def could_not_be_read(report: Report) -> str:
    """`, 1 could not be read`, or nothing."""
    refused = sum(scope.refused for scope in report.scopes)
    return f", {refused:,} could not be read" if refused else ""


def _of_scope(scope: ScopeReport) -> Iterator[str]:
    others = {day for why, days in scope.absent.items() if why is not Absence.NO_REPORT for day in days}
    unreported = [day for day in scope.now.missing if day not in others]
    if unreported and not scope.refused:
        yield f"No report for {_days(unreported, scope.now.range)}."
    if scope.now.unpublished:
        yield f"Not published yet: {_days(scope.now.unpublished, scope.now.range)}."
    if len(scope.now.generations) > 1:
        counts = ", ".join(f"{days} from `{generation}`" for generation, days in sorted(scope.now.generations.items()))
        yield f"The days come from different generations of GitHub's API: {counts}. Sums hold only what each reports."
    elif scope.now.generations and Generation.REPORTS not in scope.now.generations:
        yield "These days come from an older generation of GitHub's API: figures that it does not report are left out."
    if Generation.USAGE in scope.now.generations:
        yield "In generation `usage`, active people are those who were shown completions; chat alone does not count."


def breaks(days: DateRange, compared: DateRange | None) -> tuple[str, ...]:
    """Known breaks of GitHub's series in the range or in the one it is compared with."""
    whole = days if compared is None else DateRange(compared.since, days.until)
    # A break for good is a day, one that ends is a range.
    times = ((DateRange(each.first, each.last if each.is_period else each.first), each) for each in breaks_in(whole))
    return tuple(f"**{markdown.days(when)}**: {each.text}" for when, each in times)


def source(report: Report) -> str:
    """Where the figures come from, in the last line."""
    counts: dict[str, int] = {}
    for scope in report.scopes:
        for generation, days in scope.now.generations.items():
            counts[generation.value] = max(counts.get(generation.value, 0), days)
    generations = "".join(f" · {markdown.counted(days)} from `{name}`" for name, days in sorted(counts.items()))
    kept = ""
    if report.kept_at:
        commit = f" at `{report.commit[:7]}`" if report.commit else ""
        place = markdown.cut(report.kept_at).replace("`", "")
        kept = f" · snapshots in `{place}`{commit}"
    return f"Source: GitHub's Copilot usage metrics{generations}{kept}"


def _days(days: Sequence[date], within: DateRange) -> str:
    return listed([markdown.day_of(within, day) for day in days], _MOST_NAMED)
