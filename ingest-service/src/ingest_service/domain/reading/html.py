"""Tables in HTML or in Excel's 2003 XML, which banks like to name .xls; bounded and read once."""

from __future__ import annotations

import io
import marshal
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import islice
from typing import BinaryIO

from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.encoding import measure_text
from ingest_service.domain.reading.tables import (
    MAX_CELL_CHARS,
    MAX_COLUMNS,
    SAMPLE_RECORDS,
    Record,
    Table,
)

MAX_HTML_BYTES = 32 << 20
MAX_TABLES = 200
_MAX_DEPTH = 20
_MAX_ROWS = 1 << 20
_MAX_OPEN_TEXT = 1 << 20
# The parser's patterns take a kilobyte for each attribute of a tag.
_MAX_OPEN_TAG = 1 << 17
# The parser takes 3 microseconds for a tag: what is no plain row is read for three seconds.
_MAX_TAGS = 1_000_000
_BLOCK_CHARS = 1 << 16
_ROWS_IN_BLOCK = 1_000
_STATED = re.compile(
    rb"charset\s*=\s*[\"']?\s*([\w-]+)|encoding\s*=\s*[\"']([\w-]+)", re.IGNORECASE
)
_CHINESE = frozenset({"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936"})
_ROWS = frozenset({"tr", "row"})
_CELLS = frozenset({"td", "th", "cell"})
_SILENT = frozenset({"script", "style", "title"})
# Rows that hold nothing but cells of text, which is what banks write by the hundred thousand: read
# whole, they take a tenth of the parser's time. Attributes in which a tag might end are not plain.
_ATTRIBUTES = r"""(?:\s(?:[^<>"']|"[^"<>]*"|'[^'<>]*')*+)?"""
_PLAIN_ROW = re.compile(
    rf"[^<]*<tr{_ATTRIBUTES}>[^<]*(?:<t[dh]{_ATTRIBUTES}>[^<]*</t[dh]\s*>[^<]*)*+</tr\s*>",
    re.IGNORECASE,
)
_PLAIN_CELL = re.compile(rf"<t[dh]{_ATTRIBUTES}>([^<]*)</", re.IGNORECASE)
# Merged or numbered cells, and tags that close themselves.
_NOT_PLAIN = re.compile(r"span\s*=|/>", re.IGNORECASE)
_ROW_BEGINS = re.compile(r"<tr\b", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")


def open_html(stream: BinaryIO) -> Iterator[Table]:
    """One table for each table of the page that has rows; rows are numbered as a reader sees them.

    Raises:
        StatementError: table-too-large, or line-too-long where a tag never ends.
    """
    parser = _Tables()
    for text in _blocks(stream):
        parser.take(text)
        in_tag = re.match(r"</?[a-z]", parser.rawdata, re.IGNORECASE)
        if len(parser.rawdata) > (_MAX_OPEN_TAG if in_tag else _MAX_OPEN_TEXT):
            raise StatementError("line-too-long", row=parser.getpos()[0])
    parser.close()
    parser.finish()
    for number, rows in enumerate(parser.tables, start=1):
        if rows.count:
            name = rows.name or (str(number) if len(parser.tables) > 1 else None)
            sample = tuple(islice(rows, SAMPLE_RECORDS))
            yield Table(sheet=name, sample=sample, records=rows, heavy=True)


def _blocks(stream: BinaryIO) -> Iterator[str]:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size > MAX_HTML_BYTES:
        raise StatementError("table-too-large")
    text = io.TextIOWrapper(stream, encoding=_encoding(stream), errors="replace")
    try:
        while block := text.read(_BLOCK_CHARS):
            yield block
    finally:
        text.detach()


def _encoding(stream: BinaryIO) -> str:
    """What the bytes say; where they are not Unicode, what the page says."""
    head = stream.read(4096)
    stream.seek(0)
    try:
        found = measure_text(stream).encoding
    except StatementError:
        # A page may well be one long line.
        found = ""
    if found.startswith("utf"):
        return found
    match = _STATED.search(head)
    stated = (match[1] or match[2]).decode("ascii").lower() if match else ""
    if stated in _CHINESE or found == "gb18030":
        return "gb18030"
    try:
        "".encode(stated or "utf-8")
    except LookupError:
        return found or "utf-8"
    return stated or found or "utf-8"


@dataclass(slots=True)
class _Rows(Iterable[Record]):
    """The rows of one table, kept as compact blocks of bytes."""

    name: str = ""
    count: int = 0
    _blocks: list[bytes] = field(default_factory=list)
    _open: list[tuple[int, list[str]]] = field(default_factory=list)
    # Cells of rows above that reach down: column -> rows still covered.
    _covered: dict[int, int] = field(default_factory=dict)

    def add(self, number: int, cells: list[tuple[str, int, int]]) -> None:
        """Add a row of (text, columns, rows) cells; a merged cell stands in its first place."""
        line: list[str] = []
        down: dict[int, int] = {}
        for text, columns, rows in cells:
            self._skip_covered(line)
            for offset in range(min(columns, MAX_COLUMNS + 1 - len(line))):
                if rows > 1:
                    down[len(line)] = rows - 1
                line.append(text if offset == 0 else "")
        self._skip_covered(line)
        self._covered = {at: left - 1 for at, left in self._covered.items() if left > 1} | down
        if len(line) > MAX_COLUMNS:
            raise StatementError("too-many-columns", limit=MAX_COLUMNS)
        self.count += 1
        self._open.append((number, line))
        if len(self._open) >= _ROWS_IN_BLOCK:
            self.flush()

    def add_plain(self, number: int, line: list[str]) -> None:
        """Add a row in which no cell is merged."""
        if self._covered or len(line) > MAX_COLUMNS:
            self.add(number, [(text, 1, 1) for text in line])
            return
        self.count += 1
        self._open.append((number, line))
        if len(self._open) >= _ROWS_IN_BLOCK:
            self.flush()

    def flush(self) -> None:
        """Pack the rows that are still loose."""
        if self._open:
            self._blocks.append(marshal.dumps(self._open))
            self._open = []

    def _skip_covered(self, line: list[str]) -> None:
        while len(line) in self._covered and len(line) <= MAX_COLUMNS:
            line.append("")

    def __iter__(self) -> Iterator[Record]:
        for block in self._blocks:
            for number, cells in marshal.loads(block):  # noqa: S302 - packed above, by ourselves
                yield Record(number, cells)


@dataclass(slots=True)
class _Level:
    """A table that is open while it is read; tables may stand in cells of tables."""

    rows: _Rows
    cells: list[tuple[str, int, int]] | None = None
    text: list[str] | None = None
    chars: int = 0
    span: tuple[int, int] = (1, 1)


class _Tables(HTMLParser):
    """Collects the rows of every table, in the order in which tables begin."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Rows] = []
        self._levels: list[_Level] = []
        self._silent = 0
        self._sheet = ""
        self._row = 0
        self._tags = 0

    def take(self, text: str) -> None:
        """Read on: plain rows at once, all else tag by tag."""
        data, self.rawdata = self.rawdata + text, ""
        at = 0
        while at < len(data):
            if self._is_between_rows():
                at = self._plain_rows(data, at)
            following = _ROW_BEGINS.search(data, at + 1)
            end = following.start() if following else len(data)
            self.feed(data[at:end])
            at = end

    def _is_between_rows(self) -> bool:
        """Whether a row may begin here: in a table, in none of its rows, and in no open tag."""
        if not self._levels or self._silent or self.cdata_elem or "<" in self.rawdata:
            return False
        return self._levels[-1].cells is None

    def _plain_rows(self, data: str, at: int) -> int:
        """Take the plain rows that begin here; where they end."""
        rows, began = self._levels[-1].rows, at
        while (found := _PLAIN_ROW.match(data, at)) and not _NOT_PLAIN.search(found[0]):
            self._row += 1
            if self._row > _MAX_ROWS:
                raise StatementError("table-too-large")
            rows.add_plain(self._row, [_told(text) for text in _PLAIN_CELL.findall(found[0])])
            at = found.end()
        if at > began:
            # The text before them belongs to no cell.
            self.rawdata = ""
            self.lineno += data.count("\n", began, at)
        return at

    def _count_tag(self) -> None:
        self._tags += 1
        if self._tags > _MAX_TAGS:
            raise StatementError("table-too-large")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open what the tag opens; what was left open before it is closed."""
        self._count_tag()
        tag = tag.rpartition(":")[2]
        if tag in _SILENT:
            self._silent += 1
        elif tag == "worksheet":
            self._sheet = _attribute(attrs, "name")
        elif tag == "table":
            self._open_table()
        elif self._levels and tag in _ROWS:
            self._end_row()
            self._row += 1
            self._levels[-1].cells = []
        elif self._levels and tag in _CELLS:
            self._open_cell(attrs)
        elif tag in ("br", "p", "div"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        """Close what the tag closes."""
        self._count_tag()
        tag = tag.rpartition(":")[2]
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "table" and self._levels:
            self._end_row()
            self._levels.pop().rows.flush()
        elif self._levels and tag in _ROWS:
            self._end_row()
        elif self._levels and tag in _CELLS:
            self._end_cell()

    def handle_data(self, data: str) -> None:
        """Text of the open cell; a cell that is too long keeps enough to be told so."""
        if self._levels and not self._silent:
            level = self._levels[-1]
            if level.text is not None and level.chars <= MAX_CELL_CHARS:
                level.text.append(data[: MAX_CELL_CHARS + 1])
                level.chars += len(data)

    def finish(self) -> None:
        """Close what the page left open."""
        while self._levels:
            self._end_row()
            self._levels.pop().rows.flush()

    def _open_table(self) -> None:
        if len(self.tables) >= MAX_TABLES or len(self._levels) >= _MAX_DEPTH:
            raise StatementError("table-too-large")
        self.tables.append(_Rows(name=self._sheet))
        self._levels.append(_Level(self.tables[-1]))
        if self._sheet:
            self._row = 0

    def _open_cell(self, attrs: list[tuple[str, str | None]]) -> None:
        self._end_cell()
        level = self._levels[-1]
        if level.cells is None:
            self._row += 1
            level.cells = []
        # Excel's 2003 XML leaves out empty cells and numbers the next one.
        index = _number(attrs, "ss:index", default=0)
        level.cells.extend([("", 1, 1)] * min(max(0, index - 1 - len(level.cells)), MAX_COLUMNS))
        if len(level.cells) > MAX_COLUMNS:
            raise StatementError("too-many-columns", limit=MAX_COLUMNS)
        columns = max(
            _number(attrs, "colspan", default=1), _number(attrs, "ss:mergeacross", default=0) + 1
        )
        level.span = (columns, _number(attrs, "rowspan", default=1))
        level.text, level.chars = [], 0

    def _end_cell(self) -> None:
        level = self._levels[-1]
        if level.text is not None and level.cells is not None:
            text = _BLANKS.sub(" ", "".join(level.text)).strip()
            level.cells.append((text, *level.span))
        level.text = None

    def _end_row(self) -> None:
        self._end_cell()
        level = self._levels[-1]
        if level.cells is not None:
            if self._row > _MAX_ROWS:
                raise StatementError("table-too-large")
            level.rows.add(self._row, level.cells)
        level.cells = None


def _told(text: str) -> str:
    """The text of a plain cell, as the parser would tell it."""
    if "&" in text:
        text = unescape(text)
    return _BLANKS.sub(" ", text[: MAX_CELL_CHARS + 1]).strip()


def _attribute(attrs: list[tuple[str, str | None]], name: str) -> str:
    return next((value or "" for key, value in attrs if key.rpartition(":")[2] == name), "")


def _number(attrs: list[tuple[str, str | None]], name: str, *, default: int) -> int:
    """A span, at most what a sheet can hold."""
    text = next((value or "" for key, value in attrs if key == name), "")
    return min(int(text), _MAX_ROWS) if text.isdecimal() and len(text) < 8 else default  # noqa: PLR2004 - digits of _MAX_ROWS
