"""What a profile is: a small module that knows one kind of statement.

A profile recognises a table by its content and turns chunks of it into draft columns of text.
Numbers, times and limits are read afterwards, in one place for all (domain/normalise.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

DRAFT_TEXT_COLUMNS = (
    "time_text", "amount_text", "refund_text", "fee_text", "currency_text", "direction",
    "merchant", "note", "account", "external_id", "order_ref", "keywords", "category_path",
    "place", "lat_text", "lon_text", "source",
)  # fmt: skip
"""Columns of a draft, all text; a missing one counts as empty. direction "" is a row error, and
`closed` (boolean) marks a spending that the statement calls closed. More are optional: `pending`
(boolean), a row that the bank has not settled yet; `finer` (boolean), a row whose amount may have
more decimals than its currency, and is rounded; `ignore_reason` (text), a code of IGNORE_REASONS
for a row that is no transaction; `unread` (text), time_text or amount_text where the profile itself
could not read what stands there; and `unknown_code` (text), a code of UNKNOWN_CODES for a row whose
words mean nothing to the profile, with those words in `unknown_text`. The platform's own table adds
those of domain.ties."""

NO_HEADER = -1

IGNORE_REASONS = frozenset(
    {"summary-row", "balance-row", "closed-nothing-moved", "blank-row", "zero-amount",
     "not-a-transaction", "transfer-counterpart"}
)  # fmt: skip
"""Why a row of a statement is counted as ignored."""

UNKNOWN_CODES = frozenset({"direction-invalid", "status-unknown"})
"""Why a row cannot be understood, so that it is an error instead of a guess."""

# Lines above a table by which apps and account books name themselves.
_BRANDS = r"支付宝|微信支付账单|京东账号名|随手记导出文件|美团.*账单"

_EDGES = " \t\r\n\v\f\u3000\ufeff\xa0\x00'\""
_WIDE = str.maketrans({"（": "(", "）": ")", "／": "/", "：": ":", " ": None, "\t": None})


@dataclass(frozen=True, slots=True)
class Sample:
    """The first records of a table, as text cells."""

    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Recognition:
    """How sure a profile is (0 to 1), and where its header row stands in the sample.

    The options are the profile's own, but for two that hold for every row that says nothing
    itself: `currency` and `account`, as the lines above the table tell them. A table without a
    header row has NO_HEADER for its index. columns stand in for the header where the table has
    none, or a narrower one than its rows.
    """

    confidence: float
    header_index: int
    generation: str
    options: Mapping[str, str] = field(default_factory=dict)
    columns: Sequence[str] = ()


class Profile(Protocol):
    """One kind of statement."""

    id: str
    name: str
    formats: tuple[str, ...]

    def recognise(self, sample: Sample) -> Recognition | None:
        """How sure the profile is that the table is its own; None when it is not."""
        ...

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:
        """Draft columns for a chunk whose columns are the cleaned header names."""
        ...

    def ends_at(self, cells: Sequence[str]) -> bool:
        """Whether the table is over and a footer begins."""
        ...


def clean_header(cell: str) -> str:
    """A header without blanks, byte order marks and full-width brackets, in lower case."""
    return cell.strip(_EDGES).translate(_WIDE).strip(_EDGES).lower()


def header_names(cells: Sequence[str]) -> list[str]:
    """Cleaned, distinct names for all columns of a header row."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = clean_header(cell) or f"#{number}"
        names.append(name if name not in names else f"{name}#{number}")
    return names


def find_header(sample: Sample, required: Sequence[frozenset[str]]) -> int | None:
    """The index of the first record that holds one name of every required set."""
    for index, cells in enumerate(sample.rows):
        names = {clean_header(cell) for cell in cells}
        if all(names & wanted for wanted in required):
            return index
    return None


def preamble_says(sample: Sample, header_index: int, pattern: str) -> bool:
    """Whether any record before the header matches."""
    return any(re.search(pattern, cell) for cells in sample.rows[:header_index] for cell in cells)


def claimed_by_a_brand(sample: Sample, header_index: int) -> bool:
    """Whether the lines above the table name an app that has a profile of its own.

    Where that profile does not know the columns, others must not guess what the rest of them mean:
    without the column of states, a closed order reads like a spending.
    """
    return preamble_says(sample, header_index, _BRANDS)


def is_rule_line(cells: Sequence[str]) -> bool:
    """Whether the record is a line of dashes, with which a footer begins."""
    # Asked of every record of a file, so the usual answer must be cheap.
    if not cells or not cells[0].lstrip().startswith("-----"):
        return False
    return not "".join(cells[1:]).strip()
