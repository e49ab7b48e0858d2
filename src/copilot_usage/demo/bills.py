"""Invented AI-credit bills: within what the seats include, more from month to month, the running one so far."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

# Credits of a person in a month, by model.
_USED: Mapping[str, int] = {"GPT-5.4": 610, "Claude Sonnet 4.6": 480, "Gemini 3 Pro": 140}
# GitHub bills AI credits from here on.
_FIRST_MONTH = date(2026, 6, 1)
_USUAL = date(2026, 11, 1)
# So much of the usual lies between a month and the next.
_GROWTH = 0.06
_PRICE = 0.01


def bill_items(people: int, month: date, today: date) -> list[dict[str, Any]]:
    """The `usageItems` of a month, named by its first day; a month to come has none."""
    length = monthrange(month.year, month.month)[1]
    if month < _FIRST_MONTH:
        return []
    part = min(length, max(0, (today - month).days)) / length
    months = 12 * (month.year - _USUAL.year) + month.month - _USUAL.month
    scale = people * part * max(0.1, 1 + _GROWTH * months)
    return [_item(model, round(used * scale)) for model, used in _USED.items() if part]


def _item(model: str, credits_used: int) -> dict[str, Any]:
    gross = round(credits_used * _PRICE, 2)
    amounts = {"grossAmount": gross, "discountAmount": gross, "netAmount": 0.0}
    quantities = {"grossQuantity": credits_used, "discountQuantity": credits_used, "netQuantity": 0}
    kind = {"product": "Copilot", "sku": "Copilot AI Credits", "unitType": "credits", "pricePerUnit": _PRICE}
    return {**kind, "model": model, **quantities, **amounts}
