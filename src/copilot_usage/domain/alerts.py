"""Thresholds: what a line of `alert-when` means, and which of them a report crosses."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from copilot_usage.domain.change import NoChange
from copilot_usage.domain.numbers import rounded
from copilot_usage.domain.report import Note, listed
from copilot_usage.domain.watched import OF_THE_RUN, PER_CENT, WATCHED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from copilot_usage.domain.report import Report, ScopeReport
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.usage import Amount

# What a line of `alert-when` can name, and what each means: for `--help` and the documentation.
FIGURES: Mapping[str, str] = {
    **{name: watched.meaning for name, watched in WATCHED.items()},
    **{name: meaning for name, (meaning, _) in OF_THE_RUN.items()},
}
COMPARISONS: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "<": (operator.lt, "below"),
    "<=": (operator.le, "not above"),
    ">": (operator.gt, "above"),
    ">=": (operator.ge, "not below"),
    "==": (operator.eq, "exactly"),
    "!=": (operator.ne, "not"),
}
# Fifteen digits are what a float holds exactly, and more than anything here can reach.
_LINE = re.compile(
    r"(?P<figure>[A-Za-z0-9_.-]+)(?P<change>\s+change)?\s*(?P<comparison><=|>=|==|!=|<|>)\s*"
    r"(?P<number>[+-]?\d{1,15}(?:\.\d{1,6})?)\s*(?P<per_cent>%)?",
    re.ASCII | re.IGNORECASE,
)
# Scopes that a note names before it only counts them.
_NAMED_SCOPES = 5


@dataclass(frozen=True, slots=True)
class Threshold:
    """`<figure> <comparison> <number>`, or `<figure> change <comparison> <number>%`: against the range before."""

    figure: str
    comparison: str
    number: float
    of_change: bool = False

    def __str__(self) -> str:
        unit = PER_CENT if self.of_change else ""
        return f"{self.figure}{' change' * self.of_change} {self.comparison} {_plain(self.number)}{unit}"

    def crossed_by(self, amount: float) -> bool:
        """Whether a figure is one to warn about."""
        return COMPARISONS[self.comparison][0](amount, self.number)


@dataclass(frozen=True, slots=True)
class Alerts:
    """`hits`: a sentence for each threshold crossed; `unknown`: a note for each that could not be checked."""

    hits: tuple[str, ...] = ()
    unknown: tuple[Note, ...] = ()


def parse_threshold(line: str) -> Threshold:
    """Reads one line of `alert-when`; raises ValueError that says what is allowed."""
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError(
            f"`{line.strip()}` is not a threshold. Write `<figure> <comparison> <number>`, such as `idle-seats > 50`, "
            "or `<figure> change <comparison> <per cent>`, such as `active-users change < -20%`. "
            f"Comparisons are {' '.join(COMPARISONS)}; numbers are written 1000 or 12.5."
        )
    threshold = Threshold(
        match["figure"].lower(), match["comparison"], float(match["number"]), of_change=match["change"] is not None
    )
    problem = _unknown_figure(threshold) or _unfit(threshold, per_cent=match["per_cent"] is not None)
    if problem:
        raise ValueError(problem)
    return threshold


def _unknown_figure(threshold: Threshold) -> str | None:
    if threshold.figure in FIGURES:
        return None
    close = get_close_matches(threshold.figure, FIGURES, n=1)
    meant = f" Did you mean `{close[0]}`?" if close else ""
    named = ", ".join(f"`{name}`" for name in FIGURES if "-" in name or name in {"days", "seats"})
    return (
        f"`{threshold.figure}` is not a figure that can be watched.{meant} Figures are {named}, and the metric names "
        "of the CSV file, such as `code_acceptance_activity_count`; `copilot-usage report --help` lists them all."
    )


def _unfit(threshold: Threshold, *, per_cent: bool) -> str | None:
    watched = WATCHED.get(threshold.figure)
    if threshold.of_change and (watched is None or watched.change is None):
        return f"`{threshold}`: GitHub keeps no history of `{threshold.figure}`, so it has no change to watch."
    if threshold.of_change and not per_cent:
        return f"`{threshold.figure} change` is watched in per cent: write `{threshold}`."
    if per_cent and not threshold.of_change and (watched is None or watched.unit != PER_CENT):
        return (
            f"`{threshold.figure}` is no percentage: write `{threshold}` for the figure itself, or "
            f"`{threshold.figure} change {threshold.comparison} {_plain(threshold.number)}%` for its change."
        )
    return None


def evaluate(thresholds: Iterable[Threshold], report: Report) -> Alerts:
    """Holds every scope of the report, and the run itself, against every threshold."""
    unknown: dict[tuple[Threshold, str], list[Scope]] = {}
    wanted = tuple(dict.fromkeys(thresholds))
    hits = [words for threshold in wanted if threshold.figure in OF_THE_RUN for words in _of_the_run(threshold, report)]
    for scope in report.scopes:
        for threshold in (found for found in wanted if found.figure in WATCHED):
            found = _change(threshold, scope) if threshold.of_change else _value(threshold, scope)
            if isinstance(found, str):
                unknown.setdefault((threshold, found), []).append(scope.scope)
            elif threshold.crossed_by(found[0]):
                hits.append(f"{scope.scope.name}: {found[1]}, {_limit(threshold)}.")
    return Alerts(tuple(hits), tuple(_unchecked(*asked, scopes) for asked, scopes in unknown.items()))


def _of_the_run(threshold: Threshold, report: Report) -> Iterator[str]:
    amount = float(OF_THE_RUN[threshold.figure][1](report))
    if threshold.crossed_by(amount):
        yield f"This run: {threshold.figure} is {_plain(amount, ',')}, {_limit(threshold)}."


def _value(threshold: Threshold, scope: ScopeReport) -> tuple[float, str] | str:
    """The figure and the words for it, or why it is not known."""
    watched = WATCHED[threshold.figure]
    sighting = watched.now(scope)
    if sighting is None:
        return "it is not known"
    amount = _rounded(sighting.amount, watched.unit)
    return amount, f"{threshold.figure} is {_worded(amount, watched.unit)} {sighting.when}"


def _change(threshold: Threshold, scope: ScopeReport) -> tuple[float, str] | str:
    watched = WATCHED[threshold.figure]
    sighting = watched.now(scope)
    found = watched.change(scope) if watched.change else None
    if sighting is None:
        return "it is not known"
    if found is None:
        return "what it was in the range before is not known"
    if isinstance(found, NoChange):
        return f"it cannot be compared with the range before: {found.why}"
    if found.relative is None:
        return "it was 0 in the range before, and from zero there is no per cent"
    amount = _rounded(found.relative, PER_CENT)
    was, now = (_worded(_rounded(figure, watched.unit), watched.unit) for figure in (found.before, found.now))
    when = "on a working day" if found.of_working_days else sighting.when
    return amount, f"{threshold.figure} changed by {amount:+,.1f} % (from {was} to {now} {when})"


def _limit(threshold: Threshold) -> str:
    watched = WATCHED.get(threshold.figure)
    unit = PER_CENT if threshold.of_change else watched.unit if watched else ""
    return f"{COMPARISONS[threshold.comparison][1]} the threshold of {_worded(threshold.number, unit)}"


def _unchecked(threshold: Threshold, why: str, scopes: list[Scope]) -> Note:
    names = listed([scope.name for scope in scopes], _NAMED_SCOPES)
    text = f"The alert `{threshold}` could not be checked for {names}: {why}."
    return Note(text, scopes[0] if len(scopes) == 1 else None)


def _rounded(amount: Amount, unit: str) -> float:
    """As it is shown, so that a sentence never contradicts its own figure."""
    return float(rounded(amount, 1 if unit == PER_CENT else 2)) + 0.0  # never -0


def _worded(amount: float, unit: str) -> str:
    return f"{_plain(amount, ',')} {unit}".rstrip()


def _plain(number: float, group: str = "") -> str:
    return f"{number:{group}.0f}" if number == int(number) else f"{number:{group}}"
