"""The AI-credit bill of a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from copilot_usage.copilot_api import endpoints
from copilot_usage.copilot_api.client import GitHubClient
from copilot_usage.domain.queries import CreditBill, CreditMonth, Note, Result
from copilot_usage.parsers.fields import LARGEST


class _Item(msgspec.Struct, rename="camel"):
    """What is read of a line of the bill (schema: billing-ai-credit-usage-report)."""

    model: str | None = None
    unit_type: str | None = None
    gross_quantity: float | None = None
    net_amount: float | None = None


class _Bill(msgspec.Struct, rename="camel"):
    usage_items: list[msgspec.Raw] | None = None


def credit_month(client: GitHubClient, query: CreditMonth) -> Iterator[Result]:
    """Gross credits by model and the amount after discounts; raises CopilotUsageError."""
    decode = msgspec.json.Decoder(_Bill).decode
    bill = client.get(endpoints.credit_month(query.owner, query.month), decode).value or _Bill()
    by_model: dict[str, float] = defaultdict(float)
    net = 0.0
    lines = [_item(raw) for raw in bill.usage_items or []]
    for item in lines:
        # Lines in minutes or gigabytes are those of other products.
        if item is not None and (item.unit_type is None or "credit" in item.unit_type.lower()):
            by_model[item.model or "unknown"] += item.gross_quantity or 0.0
            net += item.net_amount or 0.0
    if bad := lines.count(None):
        yield Note(
            f"Lines of the bill of {query.month} were left out, because their amounts cannot be right: {bad}.",
            query.owner,
        )
    yield CreditBill(query.owner, query.month, dict(sorted(by_model.items())), net)


def _item(raw: msgspec.Raw) -> _Item | None:
    """A refund has negative amounts; None: not a line, or its amounts are impossible."""
    try:
        item = msgspec.json.decode(raw, type=_Item)
    except msgspec.DecodeError:
        return None
    amounts = (item.gross_quantity or 0.0, item.net_amount or 0.0)
    return item if all(abs(amount) <= LARGEST for amount in amounts) else None
