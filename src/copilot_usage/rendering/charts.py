"""Mermaid charts, sparklines and bars; gaps are left out, never drawn as zeros."""

from __future__ import annotations

import math
from collections.abc import Sequence

from copilot_usage.domain.numbers import number, rounded
from copilot_usage.domain.usage import Amount

# Readable on GitHub's light and on its dark page; Mermaid's own first colour is nearly invisible in light.
PURPLE, GREEN, ORANGE = "#8250df", "#1f883d", "#bc4c00"
COLOURS = {"Purple": PURPLE, "Green": GREEN, "Orange": ORANGE}
_SPARKS = "▁▂▃▄▅▆▇█"
_BAR_CELLS = 10
_NO_NUMBER = "·"
_ZERO_WIDTH = "\u200b"

_HEAD = """\
---
config:
  xyChart:
    height: 300
    width: 900
  themeVariables:
    xyChart:
      backgroundColor: "transparent"
      plotColorPalette: "{palette}"
---
xychart-beta
"""


def line_chart(labels: Sequence[str], lines: Sequence[Sequence[Amount]], unit: str) -> str:
    """An xychart of lines over the same labels; an empty label is not shown. Every line is complete."""
    top = ceiling(max((max(line) for line in lines if line), default=0))
    axis = ", ".join(f'"{label}"' for label in unique(labels))
    drawn = [f"  line [{', '.join(_plain(amount) for amount in line)}]" for line in lines]
    head = _HEAD.format(palette=", ".join(list(COLOURS.values())[: len(lines)]))
    return head + "\n".join([f"  x-axis [{axis}]", f'  y-axis "{unit}" 0 --> {top}', *drawn])


def unique(labels: Sequence[str]) -> list[str]:
    """Equal labels are one point of Mermaid's axis, so each empty one is a different number of zero-width spaces."""
    seen: dict[str, int] = {}
    made = []
    for n, label in enumerate(labels):
        if not label:
            made.append(_ZERO_WIDTH * (n + 1))
            continue
        seen[label] = seen.get(label, 0) + 1
        made.append(label + _ZERO_WIDTH * (seen[label] - 1))
    return made


def ceiling(highest: Amount) -> int:
    """The end of an axis: a round number not far above the highest value, so that four people are not a flat line."""
    if highest <= 5:
        return max(1, math.ceil(highest)) + (1 if highest > 1 else 0)
    step = 10 ** (len(str(int(highest))) - 1)
    for part in (step / 10, step / 5, step / 4, step / 2, step):
        rounded = math.ceil(highest * 1.04 / part) * part
        if rounded <= highest * 1.2 and rounded == int(rounded):
            return int(rounded)
    return math.ceil(highest * 1.1)


def sparkline(amounts: Sequence[Amount | None], most: int = 28) -> str:
    """Blocks from zero to the highest; a dot where nothing is known. Long series are thinned to means.

    As code, since only letters of equal width keep days below days, and it is smaller and greyer than text.
    """
    if not any(amount is not None for amount in amounts):
        return ""
    size = math.ceil(len(amounts) / most)
    groups = [amounts[start : start + size] for start in range(0, len(amounts), size)]
    known = [[amount for amount in group if amount is not None] for group in groups]
    means = [sum(group) / len(group) if group else None for group in known]
    highest = max((mean for mean in means if mean is not None), default=0) or 1
    blocks = (_NO_NUMBER if mean is None else _SPARKS[round(mean / highest * (len(_SPARKS) - 1))] for mean in means)
    return f"`{''.join(blocks)}`"


def share(part: Amount, whole: Amount) -> str:
    """A bar and per cent: `▰▰▰▱▱▱▱▱▱▱ 31 %`."""
    full = min(_BAR_CELLS, max(0, round(part / whole * _BAR_CELLS)))
    return f"{'▰' * full}{'▱' * (_BAR_CELLS - full)} {number(100 * part / whole)} %"


def _plain(amount: Amount) -> str:
    return f"{rounded(amount, 2):f}".rstrip("0").rstrip(".") if isinstance(amount, float) else str(amount)
