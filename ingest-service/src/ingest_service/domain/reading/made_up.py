"""Tables that a document's reader makes up: a header row of its own, then one record an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from ingest_service.domain.reading.tables import SAMPLE_RECORDS, Record, Table

Entry = tuple[int, Sequence[str]]
"""Where an entry stands in the file (its line, or its number), and its cells."""


class _Records(Iterable[Record]):
    """The header, then all entries from the beginning, every time it is iterated."""

    def __init__(self, columns: Sequence[str], read: Callable[[], Iterator[Entry]]) -> None:
        self._columns = columns
        self._read = read

    def __iter__(self) -> Iterator[Record]:
        yield Record(0, list(self._columns))
        for row, cells in self._read():
            yield Record(row, list(cells))


def made_up_table(columns: Sequence[str], read: Callable[[], Iterator[Entry]]) -> Table:
    """A table with these headers whose entries come from read, called anew for every pass."""
    records = _Records(columns, read)
    return Table(sheet=None, sample=tuple(islice(records, SAMPLE_RECORDS)), records=records)


def account_label(kind: str, number: str) -> str:
    """The account as people know it: its kind and the last four digits, CHECKING(9123).

    The whole number is nobody's business in a list of expenses.
    """
    bare = number.strip().replace(" ", "")
    digits = bare[-4:]
    if len(bare) > len(digits) and len(digits) == 4 and digits.isdigit():  # noqa: PLR2004 - a card's tail
        return f"{kind}({digits})"
    return bare or kind
