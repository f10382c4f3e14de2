"""Filters of a query string as the domain's filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest_service.domain.amounts import parse_minor
from ingest_service.domain.local_time import day_number
from ingest_service.domain.models import NO_CATEGORY, ExpenseFilter
from ingest_service.domain.places import ANY_CITY, NO_CITY
from servicekit.identity import current_identity
from servicekit.money import exponent


def filter_of(args: Mapping[str, Any], *, currency: str | None = None) -> ExpenseFilter:
    """The filter; amounts are meant in the filter's currency, else in that one or the caller's."""
    return ExpenseFilter(
        from_day=day_number(args["from_"]) if "from_" in args else None,
        to_day=day_number(args["to"]) if "to" in args else None,
        category_id=_category(args),
        subtree=args.get("subtree", True),
        direction=args.get("direction"),
        min_amount_minor=_amount(args, "min_amount", currency),
        max_amount_minor=_amount(args, "max_amount", currency),
        merchant=args.get("merchant"),
        place=args.get("place"),
        account=args.get("account"),
        text=args.get("q"),
        source=args.get("source"),
        import_id=_number(args, "import_id"),
        currency=args.get("currency"),
        category_source=args.get("category_source"),
        pending=args.get("pending"),
        expense_id=_number(args, "id"),
        external_id=args.get("external_id"),
        hour=args.get("hour"),
        weekday=args.get("weekday"),
        month=args.get("month"),
        box=args.get("bbox"),
        city=_city(args),
        located=args.get("located"),
    )


def _category(args: Mapping[str, Any]) -> int | None:
    return NO_CATEGORY if args.get("category_id") == "none" else _number(args, "category_id")


def _city(args: Mapping[str, Any]) -> str | None:
    told: str | None = args.get("city")
    return {"none": NO_CITY, "any": ANY_CITY}.get(told, told) if told else None


def _number(args: Mapping[str, Any], name: str) -> int | None:
    return int(args[name]) if name in args else None


def _amount(args: Mapping[str, Any], name: str, currency: str | None) -> int | None:
    if name not in args:
        return None
    places = exponent(args.get("currency") or currency or current_identity().currency)
    return parse_minor(args[name], places=places, pointer=f"/query/{name}")
