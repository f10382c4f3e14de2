"""Which character parts the cells of a text, told by how evenly it parts the lines."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log2

from ingest_service.domain.export_table import is_own_header

_CANDIDATES = (",", "\t", ";", "|", "^", "~", "，")
_HINT = "sep="


@dataclass(frozen=True, slots=True)
class Layout:
    """How lines are cut: the delimiter, the usual number of cells, and whether ="..." occurs."""

    delimiter: str
    width: int
    wrapped: bool = False

    def clean(self, lines: Iterable[str]) -> Iterable[str]:
        """The lines, with Excel's ="text" made "text" where a delimiter inside would cut it."""
        return self._unwrapped(lines) if self.wrapped else lines

    def _unwrapped(self, lines: Iterable[str]) -> Iterator[str]:
        formula, plain = f'{self.delimiter}="', f'{self.delimiter}"'
        for line in lines:
            bare = line[1:] if line.startswith('="') else line
            yield bare.replace(formula, plain)


def choose_layout(lines: Sequence[str]) -> Layout:
    """The layout of a text whose first lines are given.

    The header of an export or a first line sep=X decides. Else the delimiter is the one that gives
    most lines the same number of cells, and more cells rather than fewer: a decimal comma also
    parts every line evenly, but neither the header nor into as many.
    """
    first = lines[0].strip("\ufeff\r\n \"'") if lines else ""
    if is_own_header(first.split(",")):
        # Notes of an export may hold more tabs than commas, and ="..." as text.
        return Layout(",", first.count(",") + 1)
    hinted = first.lower().startswith(_HINT) and len(first) == len(_HINT) + 1
    candidates = (first[-1],) if hinted and first[-1] not in '"\r\n' else _CANDIDATES
    scored = [(*_evenness(lines, delimiter), delimiter) for delimiter in candidates]
    _, width, delimiter = max(scored, key=lambda item: item[0])
    wrapped = any(line.startswith('="') or f'{delimiter}="' in line for line in lines)
    return Layout(delimiter, width, wrapped)


def _evenness(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """How well the delimiter parts the lines, and into how many cells."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        rows = [line.split(delimiter) for line in lines]
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    if not widths:
        return 0.0, 1
    width = max(widths, key=lambda cells: widths[cells] * log2(cells))
    return widths[width] * log2(width), width
