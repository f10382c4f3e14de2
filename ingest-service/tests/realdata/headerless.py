"""ezbookkeeping's tables without a header row: what its tests say of their columns."""

from __future__ import annotations

from typing import Any

_COLUMNS: dict[str, dict[str, int]] = {
    "ParsePrimaryCategory": {"time": 0, "direction": 1, "category": 2, "amount": 3},
    "AccountCurrency": {"time": 0, "direction": 1, "account": 2, "currency": 3, "amount": 4},
}
_USUAL = {"time": 0, "direction": 1, "amount": 2}
# B corrects a balance, which is neither spent nor earned.
_WORDS = {"b": "neutral", "i": "income", "e": "expense", "t": "transfer"}


def mapping(name: str, preview: Any) -> Any:
    """The mapping that a user gives to the preview of the file of that name."""
    columns = next((found for part, found in _COLUMNS.items() if part in name), _USUAL)
    return {
        "columns": columns,
        "date_order": "ymd",
        "decimal": preview["mapping"]["decimal"],
        "sign": "by_direction",
        "words": _WORDS,
        "header_row": 0,
    }
