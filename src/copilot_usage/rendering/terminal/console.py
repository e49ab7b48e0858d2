"""A stream as rich sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from rich.console import Console

# A log or a pipe has no width of its own; the page's tables fit into this.
_PLAIN_WIDTH = 120


def console_for(stream: TextIO, environ: Mapping[str, str]) -> Console:
    """Takes for a terminal only what is one; of the environment rich reads NO_COLOR, TERM and COLUMNS."""
    from rich.console import Console

    terminal = stream.isatty()
    return Console(
        file=stream,
        force_terminal=terminal,
        force_jupyter=False,
        width=None if terminal else _PLAIN_WIDTH,
        emoji=False,
        highlight=False,
        _environ=environ,
    )
