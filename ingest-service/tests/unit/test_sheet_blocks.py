"""Sheets as blocks of columns: the same rows as one by one, and each workbook parsed once."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence

import factories as f
import pytest
from factories import Row
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.normalise import Reading
from ingest_service.domain.reading.blocks import Block, join_packed, pack, unpack
from ingest_service.domain.reading.tables import MAX_CELL_CHARS, OpenedTables, Record, Table
from ingest_service.domain.reading.workbook import _Child, open_workbook
from ingest_service.domain.reading.workbook_child import sheet_frames
from ingest_service.domain.repair_reading import repair_header
from ingest_service.domain.statement import Chunk, StatementOptions, read_tables

OPTIONS = StatementOptions(
    reading=Reading("Asia/Shanghai", "CNY", lambda _code: 2), requested_profile=None, locale="en"
)
ROWS = 400
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1f"))


@given(st.lists(st.lists(TEXTS, min_size=1), min_size=1))
def test_packed_parts_of_a_column_come_back_as_they_were(parts: list[list[str]]) -> None:
    packed = [pack(part) for part in parts]
    assert None not in packed
    joined = join_packed(part for part in packed if part is not None)
    told = [cell for part in parts for cell in part]
    assert unpack(joined, len(told)).to_pylist() == told


@pytest.mark.parametrize("cell", ["a\x1fb", "\ud83d"], ids=["joint", "half a character"])
def test_what_cannot_be_packed_is_told(cell: str) -> None:
    assert pack(["a", cell]) is None


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="another number of cells"):
        unpack(b"a\x1fb", 3)


def _lines(odd: Sequence[object] = ()) -> list[list[object]]:
    """A sheet of numbers, texts, truths and moments, ragged, with empty rows; one row is odd."""
    moment = dt.datetime(2024, 3, 1, 8, 30)  # noqa: DTZ001 - a sheet knows no zones
    lines: list[list[object]] = [["time", "payee", "amount", "kept", "note"]]
    for number in range(ROWS):
        line = [moment + dt.timedelta(hours=number), f"商家{number}", number / 4, number % 2 == 0]
        lines.append([*line, "note"] if number % 3 == 0 else line)
        if number % 50 == 0:
            lines += [[], ["", "  "]]
    lines.insert(300, list(odd))
    return lines


@pytest.mark.parametrize(
    "odd",
    [[], ["", "", "", "", "", "", "further right"], ["", "x" * (MAX_CELL_CHARS - 1)]],
    ids=["even", "wider", "long"],
)
def test_a_sheet_in_blocks_has_the_rows_that_it_has_one_by_one(odd: list[object]) -> None:
    data = f.workbook({"One": _lines(odd)})
    (by_row,) = (list(table.records) for table in open_workbook(io.BytesIO(data)))
    (parts,) = (_parts_of(table) for table in open_workbook(io.BytesIO(data)))
    assert [record for part in parts for record in _records(part)] == by_row[1:]
    assert all(isinstance(part, Block) for part in parts)


def _parts_of(table: Table) -> list[Block | Iterable[Record]]:
    assert table.plain is not None
    return list(table.plain.blocks(2))


@pytest.mark.parametrize("odd", ["x" * (MAX_CELL_CHARS + 1), "a\x1fb"], ids=["long", "joint"])
def test_rows_that_do_not_go_into_columns_come_as_rows(odd: str) -> None:
    rows = [(number, [str(number), 1.5]) for number in range(1, 3_201)]
    rows[1_500] = (1_501, [odd, 1.5])
    frames = list(sheet_frames(rows, in_columns=True))
    kinds = [kind for kind, _ in frames]
    assert kinds == ["rows", "columns", "rows", "columns"]
    told = [value if kind == "rows" else _unpacked(*value) for kind, value in frames]
    assert [cells for part in told for _, cells in part] == [[str(n), "1.5"] for _, (n, _) in rows]


def _unpacked(numbers: list[int], columns: list[bytes]) -> list[tuple[int, list[str]]]:
    cells = zip(*(unpack(column, len(numbers)).to_pylist() for column in columns), strict=True)
    return [(number, list(row)) for number, row in zip(numbers, cells, strict=True)]


def _records(part: Block | Iterable[Record]) -> Iterable[Record]:
    return part.records() if isinstance(part, Block) else part


def _chunks(tables: OpenedTables) -> list[Chunk]:
    return list(read_tables(tables, OPTIONS))


def test_rows_and_errors_of_a_workbook_are_those_of_the_same_text() -> None:
    rows = [Row(time=f"2024-03-{day:02d} 12:00:00", number=str(day)) for day in range(1, 31)] * 8
    bad = Row(time="2024-13-01 12:00:00", amount="12.50", number="bad")
    told = [*rows[:200], bad, *rows[200:]]
    text, sheet = (
        _chunks(OpenedTables(io.BytesIO(write(told)))) for write in (f.wechat_csv, f.wechat_xlsx)
    )
    names = ["row", "time", "amount_minor", "direction", "merchant", "note", "account"]
    from_text, from_sheet = (
        [
            [line for chunk in chunks for line in chunk.rows[names].to_numpy().tolist()],
            [(error.row, error.code) for chunk in chunks for error in chunk.errors],
        ]
        for chunks in (text, sheet)
    )
    assert from_sheet == from_text
    assert len(from_sheet[1]) == 1


def test_a_workbook_that_is_looked_at_for_a_repair_is_parsed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = []

    class Counted(_Child):
        def __init__(self, *given: object, **named: object) -> None:
            started.append(given)
            super().__init__(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("ingest_service.domain.reading.workbook._Child", Counted)
    tables = OpenedTables(io.BytesIO(f.wechat_xlsx([Row()] * 150)))

    assert repair_header(tables) is None
    assert sum(chunk.size for chunk in _chunks(tables)) == 150
    assert len(started) == 1
