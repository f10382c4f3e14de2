"""Canonical rows to the rows that are staged: fees apart, identity computed, one Arrow table.

The store knows the columns from here, so pandas and Arrow are loaded by the functions only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ingest_service.domain.fingerprints import contents, fingerprints
from ingest_service.domain.places import NO_CITY, Locator

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

STATED_COLUMNS = (
    "time", "local_day", "local_hour", "local_weekday", "amount_minor", "stated_refund_minor",
    "currency", "direction", "merchant", "place", "lat", "lon", "note", "source", "account",
    "external_id", "order_ref", "closed", "pending",
)  # fmt: skip
"""What a statement says of a row, as it stands in the table of expenses."""
CATEGORY_COLUMNS = ("category_id", "category_source", "category_confidence")
STAGED_COLUMNS = (
    "row", "part", "category_path", "fingerprint", "content", *STATED_COLUMNS, *CATEGORY_COLUMNS,
    "city",
)  # fmt: skip
_CONTENT = (
    "merchant", "note", "account", "order_ref", "place", "lat", "lon", "stated_refund_minor",
    "direction", "closed", "pending",
)  # fmt: skip
_NUMBERS = {
    "row", "part", "time", "local_day", "local_hour", "local_weekday", "amount_minor",
    "stated_refund_minor", "category_id", "closed", "pending",
}  # fmt: skip
_FLOATS = {"lat", "lon", "category_confidence"}
FEE_NOTES = {"zh": "手续费", "en": "Service fee"}


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
        note=FEE_NOTES["zh" if locale.startswith("zh") else "en"],
        category_id=fee_category_id,
        category_source="rule",
        category_confidence=float("nan"),
        category_path="",
        stated_refund_minor=0,
    )
    rest = rows.assign(amount_minor=rows["amount_minor"] - rows["fee_minor"].where(with_fee, 0))
    import pandas as pd

    return pd.concat([rest, fees]).sort_values(["row", "part"], kind="stable")


def staged_table(rows: pd.DataFrame) -> pa.Table:
    """STAGED_COLUMNS in the order of the file; texts are never null, coordinates may be.

    A closed spending counts as neutral until a refund shows that money moved.
    """
    import pyarrow as pa

    closed = rows["closed"] & (rows["direction"] == "expense")
    unmoved = closed & (rows["stated_refund_minor"] == 0)
    told = rows.assign(closed=closed)
    if unmoved.any():
        told = told.assign(direction=told["direction"].mask(unmoved, "neutral"))
    arrays = {
        name: _array(told, name)
        for name in STAGED_COLUMNS
        if name not in {"fingerprint", "content"}
    }
    table = pa.table(arrays)
    table = table.append_column("fingerprint", fingerprints(table))
    return table.append_column("content", contents(table, _CONTENT)).select(STAGED_COLUMNS)


def with_cities(rows: pd.DataFrame, locator: Callable[[], Locator]) -> pd.DataFrame:
    """The rows with the code of the city that each is in; the locator is made if it is needed."""
    if (rows["place"] == "").all() and (rows["lat"].isna() | rows["lon"].isna()).all():
        return rows.assign(city=NO_CITY)
    lats, lons = (rows[name].to_numpy(dtype="float64") for name in ("lat", "lon"))
    return rows.assign(city=locator().codes(rows["place"].tolist(), lats, lons))


def _array(rows: pd.DataFrame, name: str) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    if name in _NUMBERS:
        given = rows[name].to_numpy() if name in rows else np.zeros(len(rows))
        return pa.array(given.astype("int64"), type=pa.int64())
    if name in _FLOATS:
        if name not in rows:
            return pa.nulls(len(rows), type=pa.float64())
        return pa.array(rows[name].to_numpy(dtype="float64"), type=pa.float64(), from_pandas=True)
    return pa.array(rows[name], type=pa.large_string(), from_pandas=True).fill_null("")
