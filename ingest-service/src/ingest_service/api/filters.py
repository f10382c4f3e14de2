"""Filters of a query string as the domain's filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest_service.domain.amounts import parse_minor
from ingest_service.domain.local_time import day_number
from ingest_service.domain.models import ExpenseFilter
from servicekit.identity import current_identity
from servicekit.money import exponent


def filter_of(args: Mapping[str, Any]) -> ExpenseFilter:
    """The filter; amounts are meant in the caller's currency."""
    return ExpenseFilter(
        from_day=day_number(args["from_"]) if "from_" in args else None,
        to_day=day_number(args["to"]) if "to" in args else None,
        category_id=_number(args, "category_id"),
        direction=args.get("direction"),
        min_amount_minor=_amount(args, "min_amount"),
        max_amount_minor=_amount(args, "max_amount"),
        merchant=args.get("merchant"),
        text=args.get("q"),
        source=args.get("source"),
        import_id=_number(args, "import_id"),
    )


def _number(args: Mapping[str, Any], name: str) -> int | None:
    return int(args[name]) if name in args else None


def _amount(args: Mapping[str, Any], name: str) -> int | None:
    if name not in args:
        return None
    places = exponent(current_identity().currency)
    return parse_minor(args[name], places=places, pointer=f"/query/{name}")
