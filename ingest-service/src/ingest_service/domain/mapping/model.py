"""A mapping: which column means what, and how its cells are written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

ROLES = (
    "time", "clock", "amount", "amount_out", "amount_in", "direction", "currency", "merchant",
    "category", "note", "account", "external_id", "place", "lat", "lon",
)  # fmt: skip
"""What a column can mean; clock is the time of day in a column of its own."""
DATE_ORDERS = ("ymd", "dmy", "mdy")
DECIMALS = (".", ",")
SIGNS = ("expense_positive", "expense_negative", "by_direction", "two_columns")
DEFAULT_SOURCE = "mapped"
BLANK_KIND = "blank"
_UNIT = "\x1f"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column means what.

    columns: role to column index from 0, or to a header's name before it is resolved.
    notes: further columns whose texts join the note.
    words: words of the direction column, in lower case, to directions, over the known ones.
    header_row: the line of the header from 1, 0 where there is none, None where it is to be found.
    first_row: the line of the first record, where it does not follow the header.
    header: the header's cells as they stand in the file; kinds: what the columns hold where the
    file has no header. One of the two tells the same table again.
    """

    columns: Mapping[str, int | str]
    date_order: str = "ymd"
    decimal: str = "."
    sign: str = "expense_positive"
    notes: tuple[int | str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    category_id: int | None = None
    currency: str | None = None
    source: str = DEFAULT_SOURCE
    header_row: int | None = None
    first_row: int | None = None
    footer_rows: int = 0
    header: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[int | str, ...]:
        """Every column that the mapping names."""
        return (*self.columns.values(), *self.notes)

    def text(self) -> str:
        """The mapping as it is stored."""
        return json.dumps(asdict(self), ensure_ascii=False)


def mapping_of(text: str) -> ColumnMapping:
    """The mapping in a stored text."""
    told: dict[str, Any] = json.loads(text)
    for name in ("notes", "header", "kinds"):
        told[name] = tuple(told.get(name, ()))
    return ColumnMapping(**told)


def header_signature(names: Sequence[str]) -> str:
    """What tells a header again: a digest of its normalised names."""
    return f"h:{sha256(_UNIT.join(names).encode('utf-8', 'surrogatepass')).hexdigest()}"


def kinds_signature(kinds: Sequence[str]) -> str:
    """What tells a table without a header again: how many columns it has and what they hold."""
    return f"c:{len(kinds)}:{','.join(kinds)}"


def same_kinds(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether columns hold the same; an empty column may hold anything."""
    return len(some) == len(others) and all(
        one == other or BLANK_KIND in {one, other} for one, other in zip(some, others, strict=True)
    )
