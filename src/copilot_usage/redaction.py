"""The last filter: no secret of a run is in anything that it writes, whatever a template or a name says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

HIDDEN = "***"
# A secret is found by its start, so also where it was shortened. Every token of GitHub's is longer than that.
_START = 16
# The characters that follow the start in tokens and in the queries of signed links, escaped or not.
_REST = r"[\w.~%+/=&#;:-]*"


class Secrets:
    """The tokens and signed links of a run. `tell` gets each one that is added later, to tell the runner."""

    def __init__(self, known: Iterable[str] = (), *, tell: Callable[[str], None] = lambda _: None) -> None:
        self._tell = tell
        self._starts: dict[str, None] = {}
        for text in known:
            self._learn(text)

    def add(self, text: str) -> None:
        """From now on `text` is hidden; any thread can add one."""
        self._learn(text)
        self._tell(text)

    def _learn(self, text: str) -> None:
        # Signed links of one host begin alike, so that a thousand of them are one start.
        if len(text) >= _START:
            self._starts[text[:_START]] = None

    def hide(self, text: str) -> str:
        """`text` with `***` for each secret, also where it is escaped for Markdown, JSON, CSV or an address."""
        return _pattern_of(tuple(self._starts)).sub(HIDDEN, text) if self._starts else text


@lru_cache(maxsize=4)
def _pattern_of(starts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(''.join(map(_escaped, start)) for start in starts)}){_REST}")


def _escaped(char: str) -> str:
    """A pattern of the character, plain or escaped for Markdown, JSON, CSV or an address."""
    if char.isalnum():
        return re.escape(char)
    code = ord(char)
    ways = (char, f"\\{char}", char * 2, f"&#{code};", f"\\u{code:04x}", f"%{code:02X}")
    return f"(?:{'|'.join(map(re.escape, ways))})"
