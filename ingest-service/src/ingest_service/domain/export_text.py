"""Tables of cells as the bytes of text files, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from json.encoder import encode_basestring  # keeps Chinese as it is
from typing import Any

from ingest_service.domain.export_cells import Block, Column
from ingest_service.domain.export_table import TableColumn, headers

_BOM = "\ufeff"
_QUOTED_SIGNS = ',"\r\n'


def csv_bytes(
    columns: Sequence[TableColumn], blocks: Iterable[Block], *, lang: str
) -> Iterator[bytes]:
    """A CSV file as the csv module writes it, with the mark that makes Excel read it as UTF-8.

    Whole columns are looked at for what needs quotes, which is half the time of csv.writer.
    """
    yield f"{_BOM}{','.join(headers(columns, lang))}\r\n".encode()
    texts = [index for index, column in enumerate(columns) if column.form == "text"]
    for block in blocks:
        cells = list(block)
        for index in texts:
            cells[index] = _quoted_column(cells[index])
        lines = "\r\n".join(map(",".join, zip(*cells, strict=True)))
        yield f"{lines}\r\n".encode("utf-8", "replace")


def _quoted_column(cells: Column) -> Column:
    whole = "".join(cells)
    if not any(sign in whole for sign in _QUOTED_SIGNS):
        return cells
    return [
        _quoted(cell) if any(sign in cell for sign in _QUOTED_SIGNS) else cell for cell in cells
    ]


def _quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


def ndjson_bytes(columns: Sequence[TableColumn], blocks: Iterable[Block]) -> Iterator[bytes]:
    """One JSON object a line, always with the keys of all columns in their order."""
    line = "{" + ",".join(f'"{column.key}":%s' for column in columns) + "}\n"
    varied = [column.form in {"text", "time"} for column in columns]
    for block in blocks:
        values = [
            list(map(encode_basestring, cells)) if differs else _repeated(cells)
            for cells, differs in zip(block, varied, strict=True)
        ]
        text = "".join([line % row for row in zip(*values, strict=True)])
        yield text.encode("utf-8", "replace")


def _repeated(cells: Column) -> list[str]:
    """The cells of a column in which most of them are equal."""
    known = {value: _json(value) for value in set(cells)}
    return [known[value] for value in cells]


def _json(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)
