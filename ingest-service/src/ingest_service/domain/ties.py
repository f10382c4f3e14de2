"""What the platform's own table tells of rows beside what a statement tells of them.

`tie_ref`: the row's name. `tie_links`: its links. `tie_direction`: where these or its owner changed
the direction, what the table shows, while the row is told as its statement told it; and so
`tie_refund_text` for what came back. `tie_check`: beside a category that somebody changed in the
file, the check of what was exported. Loads Arrow in the function only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_COLUMNS = ("tie_ref", "tie_links", "tie_direction", "tie_check", "tie_refund_text")


def tie_table(rows: pd.DataFrame, exponent_of: Callable[[str], int]) -> pa.Table | None:
    """position, ref, links, direction, check, refunded_minor (-1: as told) of rows that have any.

    None where no row has: every file but an export of our own.
    """
    if "tie_ref" not in rows:
        return None
    import numpy as np
    import pyarrow as pa

    from ingest_service.domain.normalise import read_amounts

    position = np.flatnonzero(np.logical_or.reduce([rows[name] != "" for name in _COLUMNS]))
    if not len(position):
        return None
    tied = rows.iloc[position]
    places = tied["currency"].map(exponent_of).astype("int64")
    shown = read_amounts(tied["tie_refund_text"], places).minor
    refunded = shown.clip(upper=tied["amount_minor"]).where(tied["tie_refund_text"] != "", -1)
    texts = {
        name.removeprefix("tie_"): pa.array(tied[name], type=pa.large_string(), from_pandas=True)
        for name in _COLUMNS[:-1]
    }
    return pa.table(
        {
            "position": pa.array(position.astype("int64")),
            **texts,
            "refunded_minor": pa.array(refunded.to_numpy().astype("int64")),
        }
    )
