"""The facts of rows that a bulk load tells anew; loads NumPy and pyarrow, for the worker only."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from analytics_service.store import tables as t
from analytics_service.store.arrow_numbers import Integers, integers

_ROWS_AT_ONCE = 5_000
_MAX_ID_SPAN = 1 << 26
_TEXTS = ("currency", "direction")
_COLUMNS = tuple(
    column.name for column in t.expense_facts.columns if column.name not in {"lat", "lon"}
)
_MINE = "FROM expense_facts WHERE id IN (SELECT value FROM json_each(?))"
_READ = f"SELECT {', '.join(_COLUMNS)} {_MINE}"
_TAKE_OUT = f"DELETE {_MINE}"
_FIRST_NEW = "SELECT coalesce(max(id), 0) + 1 FROM expense_facts"
_INDEX = f"CREATE UNIQUE INDEX IF NOT EXISTS {t.BY_ID} ON expense_facts (id)"


class KnownRows:
    """Knows which rows may stand in the facts already, and takes them out.

    Args:
        raw: the driver's connection, in a write transaction.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._first_new: int = raw.execute(_FIRST_NEW).fetchone()[0]
        # By id from the first new one on: whether this load has told it.
        self._told = np.zeros(0, dtype=bool)

    def can_mark(self, table: Any) -> bool:
        """Whether the ids of a page lie within what can be remembered."""
        ids = integers(table["id"])
        return not len(ids) or int(ids.max()) - self._first_new < _MAX_ID_SPAN

    def are_new(self, table: Any) -> bool:
        """Whether no row of a page was there before this load."""
        ids = integers(table["id"])
        return not len(ids) or int(ids.min()) >= self._first_new

    def taken_out(self, ids: Integers) -> Iterator[dict[str, Any]]:
        """Take the facts of these rows out, and give their columns, some thousand at a time.

        Whole numbers are NumPy arrays (int64), texts and import_id pyarrow arrays. All ids are
        marked as told, whether they had facts or not.
        """
        new = ids >= self._first_new
        known = ids[~new | self._is_told(ids)]
        self._mark(ids[new])
        if not len(known):
            return
        self._raw.execute(_INDEX)  # after a load it may not be there yet
        for start in range(0, len(known), _ROWS_AT_ONCE):
            told = (json.dumps(known[start : start + _ROWS_AT_ONCE].tolist()),)
            rows = self._raw.execute(_READ, told).fetchall()
            if rows:
                self._raw.execute(_TAKE_OUT, told)
                yield _columns(rows)

    def _is_told(self, ids: Integers) -> Any:
        places = ids - self._first_new
        within = (places >= 0) & (places < len(self._told))
        told = np.zeros(len(ids), dtype=bool)
        told[within] = self._told[places[within]]
        return told

    def _mark(self, ids: Integers) -> None:
        if not len(ids):
            return
        places = ids - self._first_new
        missing = int(places.max()) + 1 - len(self._told)
        if missing > 0:
            more = np.zeros(max(missing, len(self._told)), dtype=bool)
            self._told = np.concatenate([self._told, more])
        self._told[places] = True


def _columns(rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, values in zip(_COLUMNS, zip(*rows, strict=True), strict=True):
        if name in _TEXTS:
            columns[name] = pa.array(values, pa.string())
        elif name == "import_id":
            columns[name] = pa.array(values, pa.int64())
        else:
            columns[name] = np.array(values, dtype=np.int64)
    return columns
