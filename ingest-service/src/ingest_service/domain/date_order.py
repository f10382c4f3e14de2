"""The order of day and month in a table's dates, proved by the dates themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest_service.domain.profiles.base import Sample

_TURNED = re.compile(r"\s*(\d{1,2})[/.\-](\d{1,2})[/.\-]\d{4}")
_LAST_MONTH = 12


def date_order(texts: Iterable[str], *, usual: str = "ambiguous") -> str:
    """Ymd where no date begins with day or month; else dmy or mdy where proved, else the usual."""
    pairs = [(int(match[1]), int(match[2])) for text in texts if (match := _TURNED.match(text))]
    if not pairs:
        return "ymd"
    if any(first > _LAST_MONTH for first, _ in pairs):
        return "dmy"
    return "mdy" if any(second > _LAST_MONTH for _, second in pairs) else usual


def column_cells(sample: Sample, header: int, column: int) -> list[str]:
    """The cells of one column below the header."""
    return [row[column].strip() for row in sample.rows[header + 1 :] if column < len(row)]
