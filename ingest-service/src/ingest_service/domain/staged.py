"""Canonical rows to the rows that are staged: fees apart, identity computed, columns as lists.

The store knows the columns from here, so pandas is loaded by the functions and not the module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ingest_service.domain.fingerprints import content_hash, fingerprint

if TYPE_CHECKING:
    import pandas as pd

STAGED_COLUMNS = (
    "row", "part", "fingerprint", "content", "time", "local_day", "local_hour", "local_weekday",
    "amount_minor", "stated_refund_minor", "currency", "direction", "category_id",
    "category_source", "category_path", "merchant", "place", "lat", "lon", "note", "source",
    "account", "external_id", "order_ref", "closed",
)  # fmt: skip
_FEE_NOTES = {"zh": "手续费", "en": "Service fee"}


def split_fees(rows: pd.DataFrame, *, fee_category_id: int, locale: str) -> pd.DataFrame:
    """The rows, with every fee that a transfer's amount includes as an expense of its own.

    The fee keeps its line number and is told apart by part = 1.
    """
    rows = rows.assign(part=0)
    with_fee = rows["fee_minor"].between(1, rows["amount_minor"] - 1)
    if not with_fee.any():
        return rows
    fees = rows[with_fee].assign(
        part=1,
        amount_minor=rows["fee_minor"],
        direction="expense",
        note=_FEE_NOTES["zh" if locale.startswith("zh") else "en"],
        category_id=fee_category_id,
        category_source="rule",
        category_path="",
        stated_refund_minor=0,
    )
    rest = rows.assign(amount_minor=rows["amount_minor"] - rows["fee_minor"].where(with_fee, 0))
    import pandas as pd

    return pd.concat([rest, fees]).sort_values(["row", "part"], kind="stable")


def staged_columns(rows: pd.DataFrame) -> Mapping[str, list[object]]:
    """STAGED_COLUMNS as lists of plain Python values, in the order of the file.

    A closed spending counts as neutral until a refund shows that money moved.
    """
    closed = rows["closed"] & (rows["direction"] == "expense")
    told = rows.assign(
        direction=rows["direction"].mask(closed & (rows["stated_refund_minor"] == 0), "neutral"),
        closed=closed.astype("int64"),
    )
    plain = {
        name: told[name].tolist()
        for name in STAGED_COLUMNS
        if name not in {"fingerprint", "content", "lat", "lon"}
    }
    for name in ("lat", "lon"):
        plain[name] = [None if value != value else value for value in told[name].tolist()]  # noqa: PLR0124 - NaN differs from itself
    plain["fingerprint"] = [
        fingerprint(
            time=time, amount_minor=amount, currency=currency, direction=direction, source=source,
            external_id=external, merchant=merchant, note=note,
        )
        for time, amount, currency, direction, source, external, merchant, note in zip(
            plain["time"], plain["amount_minor"], plain["currency"], plain["direction"],
            plain["source"], plain["external_id"], plain["merchant"], plain["note"],
            strict=True,
        )
    ]  # fmt: skip
    plain["content"] = [
        content_hash(merchant=merchant, note=note, account=account, order_ref=order_ref)
        for merchant, note, account, order_ref in zip(
            plain["merchant"], plain["note"], plain["account"], plain["order_ref"], strict=True
        )
    ]
    return plain
