"""The last filter: what a run keeps secret is in nothing that it writes, whatever a template or a name says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

HIDDEN = "***"
# A secret is known by its start, so that it is found where it was cut. No token of GitHub's is as short as that.
_START = 16
# What may follow the start: the characters of tokens and of the queries of signed links, escaped or not.
_REST = r"[\w.~%+/=&#;:-]*"


class Secrets:
    """The tokens and signed links of a run. `tell` is given each one that is added later: it tells the runner."""

    def __init__(self, known: Iterable[str] = (), *, tell: Callable[[str], None] = lambda _: None) -> None:
        self._tell = tell
        self._starts: dict[str, None] = {}
        for text in known:
            self._learn(text)

    def add(self, text: str) -> None:
        """From here on `text` is hidden; any thread may say so."""
        self._learn(text)
        self._tell(text)

    def _learn(self, text: str) -> None:
        # Signed links of one host begin alike, so that a thousand of them are one start.
        if len(text) >= _START:
            self._starts[text[:_START]] = None

    def hide(self, text: str) -> str:
        """`text` with `***` for each secret, also where Markdown, JSON, CSV or an address wrote it in their way."""
        return _pattern_of(tuple(self._starts)).sub(HIDDEN, text) if self._starts else text


@lru_cache(maxsize=4)
def _pattern_of(starts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(''.join(map(_written, start)) for start in starts)}){_REST}")


def _written(char: str) -> str:
    """A pattern of the character in all the ways in which Markdown, JSON, CSV and addresses write it."""
    if char.isalnum():
        return re.escape(char)
    code = ord(char)
    ways = (char, f"\\{char}", char * 2, f"&#{code};", f"\\u{code:04x}", f"%{code:02X}")
    return f"(?:{'|'.join(map(re.escape, ways))})"
