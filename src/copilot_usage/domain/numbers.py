"""How numbers are rounded and written, everywhere: half up, as spreadsheets do; only zero reads as zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from copilot_usage.domain.usage import Amount

UNKNOWN = "–"
# A float holds fifteen digits; further digits are noise (28.499999999999996 is 28.5).
_DIGITS = ".15g"
# Room for every float.
_CONTEXT = Context(prec=400)


def rounded(amount: Amount, digits: int = 0) -> Decimal:
    """With `digits` decimals; a tie goes away from zero."""
    exact = Decimal(f"{amount:{_DIGITS}}" if isinstance(amount, float) else amount)
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _CONTEXT)


def number(amount: Amount | None, *, digits: int = 0) -> str:
    """`12,345`; `–` where it is not known; `<1` where rounding would make a zero of it."""
    if amount is None:
        return UNKNOWN
    made = rounded(amount, digits)
    if made or not amount:
        return f"{made:z,f}"
    return f"{'-' if amount < 0 else ''}<{Decimal(1).scaleb(-digits)}"


def mean(amount: float | None) -> str:
    """`38.2`; from a thousand on in whole numbers."""
    return number(amount, digits=1 if amount is not None and amount < 1_000 else 0)


def per_cent(rate: float | None) -> str:
    """`31.4 %`."""
    return UNKNOWN if rate is None else f"{number(rate, digits=1)} %"


def dollars(amount: float | None) -> str:
    """`1,234 USD`; of less than ten dollars the cents."""
    if amount is None:
        return UNKNOWN
    cents = abs(amount) < 10 and rounded(amount, 2) != rounded(amount)
    return f"{number(amount, digits=2 if cents else 0)} USD"
