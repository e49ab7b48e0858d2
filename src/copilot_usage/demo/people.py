"""Fictional people: who they are, how they work, which teams they are in. The same seed gives the same people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

TEAM_NAMES = ("payments", "platform", "web", "mobile", "data", "search", "security", "design-systems", "docs")
# Below GitHub's floor of five people with a seat, a team is left out of its reports.
FLOOR = 5
_SIZES = (41, 34, 29, 22, 18, 14, 9, 7, 3)
_EDITORS = ("vscode", "vscode", "vscode", "intellij", "visualstudio", "neovim", "xcode")
_LANGUAGES = (
    ("typescript", "javascript", "css"),
    ("python", "sql", "markdown"),
    ("go", "yaml", "shellscript"),
    ("java", "kotlin", "xml"),
    ("csharp", "typescript", "json"),
)
_SYLLABLES = ("ka", "mi", "lo", "ren", "su", "ta", "bel", "no", "vi", "dra", "jun", "pe", "ola", "fin")


@dataclass(frozen=True, slots=True)
class Person:
    """`habit`: chance of activity on a working day; `began`: days before the anchor day on which they began."""

    number: int
    login: str
    teams: tuple[str, ...]
    habit: float
    editor: str
    languages: tuple[str, ...]
    agent: float
    terminal: float
    reviews: float
    began: int
    labs: bool

    @property
    def user_id(self) -> int:
        return 170_000_000 + 37 * self.number


def make_people(count: int, teams: int, seed: str) -> tuple[Person, ...]:
    """`count` people in `teams` teams; some are in two, some in none."""
    slugs = team_slugs(teams)
    members = _memberships(count, slugs, Random(f"{seed}/teams"))
    return tuple(_person(number, members.get(number, ()), seed) for number in range(count))


def team_slugs(teams: int) -> tuple[str, ...]:
    """The demo's team names, and numbered ones beyond them."""
    return tuple(TEAM_NAMES[n] if n < len(TEAM_NAMES) else f"team-{n}" for n in range(teams))


def _memberships(count: int, slugs: tuple[str, ...], random: Random) -> Mapping[int, tuple[str, ...]]:
    members: dict[int, tuple[str, ...]] = {}
    share = count / 220
    for n, slug in enumerate(slugs):
        size = (
            3 if n == len(TEAM_NAMES) - 1 else max(FLOOR + 1, round(_SIZES[n % len(_SIZES)] * share * 9 / len(slugs)))
        )
        for number in random.sample(range(count), min(size, count)):
            members[number] = (*members.get(number, ()), slug)
    return members


def _person(number: int, teams: tuple[str, ...], seed: str) -> Person:
    random = Random(f"{seed}/person/{number}")
    login = "".join(random.choice(_SYLLABLES) for _ in range(3)) + str(number)
    return Person(
        number=number,
        login=login,
        teams=teams,
        habit=0.0 if number % 23 == 7 else random.betavariate(4, 1.6),
        editor=random.choice(_EDITORS),
        languages=random.choice(_LANGUAGES),
        agent=random.betavariate(1.6, 2.4),
        terminal=random.betavariate(1, 4),
        reviews=random.betavariate(1, 5),
        began=random.randint(-20, 200) if number % 3 == 0 else 500,
        labs=number % 9 == 0,
    )
