"""The platform's own export as NDJSON, as the same table that its CSV files hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

from ingest_service.domain.export_table import TABLE_COLUMNS, YES_WORDS, neutralise
from ingest_service.domain.reading.charset import numbered_lines
from ingest_service.domain.reading.made_up import Entry, made_up_table
from ingest_service.domain.reading.tables import Table

_KEYS = tuple(column.key for column in TABLE_COLUMNS)
_TEXT_KEYS = frozenset(column.key for column in TABLE_COLUMNS if column.form == "text")
_ENCODING = "utf-8-sig"
_SHOWN_CHARS = 200


class PlatformNdjson:
    """The NDJSON document."""

    id = "platform_ndjson"

    def recognises(self, head: bytes) -> bool:
        """By its first line: an object with a time and an amount."""
        first = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
        if not first.startswith(b"{"):
            return False
        told = _object_of(first.decode("utf-8", "replace"))
        return told is not None and {"time", "amount"} <= told.keys()

    def open(self, stream: BinaryIO) -> Iterator[Table]:
        """One table. Raises StatementError."""
        yield made_up_table(_KEYS, partial(_entries, stream))


def _entries(stream: BinaryIO) -> Iterator[Entry]:
    for number, line in numbered_lines(stream, _ENCODING):
        if line.strip():
            told = _object_of(line)
            # A line that is no object fails as a row: its time cannot be read.
            unread = [line[:_SHOWN_CHARS], *[""] * (len(_KEYS) - 1)]
            yield number, unread if told is None else [_cell(told, key) for key in _KEYS]


def _object_of(line: str) -> dict[str, Any] | None:
    try:
        # Numbers stay as they are written: 0.10 is no float.
        told = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _cell(told: dict[str, Any], key: str) -> str:
    """The cell as the CSV file would have it, so that one profile reads both."""
    value = told.get(key)
    if value is None or value is False:
        return ""
    if value is True:
        return YES_WORDS["en"]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    whole = text.encode("utf-8", "replace").decode()
    return neutralise(whole) if key in _TEXT_KEYS else whole


DOCUMENT = PlatformNdjson()
