"""Texts that once cost rows, minutes, or the worker its temper."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator

import pytest

from ingest_service.domain.errors import StatementError
from ingest_service.domain.normalise import Reading
from ingest_service.domain.reading.documents.mt940 import DOCUMENT as MT940
from ingest_service.domain.reading.documents.ofx import DOCUMENT as OFX
from ingest_service.domain.reading.documents.qif import DOCUMENT as QIF
from ingest_service.domain.reading.sniff import sniff_kind
from ingest_service.domain.reading.tables import OpenedTables, Table
from ingest_service.domain.reading.text import open_text
from ingest_service.domain.repair_reading import repair_header
from ingest_service.domain.statement import StatementOptions, faults_of_ours, read_statement


def records(text: str) -> list[list[str]]:
    return [record.cells for record in open_text(io.BytesIO(text.encode())).records]


def test_stray_quotes_of_neighbouring_lines_cost_no_row() -> None:
    lines = ['2024-03-01,"Noodles,1.00', '2024-03-02,"Coffee,2.00', "2024-03-03,Tea,3.00"]
    found = records("date,payee,amount\n" + "\n".join(lines) + "\n")
    assert [cells[2] for cells in found[1:]] == ["1.00", "2.00", "3.00"]


def test_a_note_of_several_lines_with_delimiters_stays_one_record() -> None:
    note = '"first, second,\nthird, fourth"'
    found = records(f"date,payee,amount\n2024-03-01,{note},1.00\n2024-03-02,Tea,2.00\n")
    assert [len(cells) for cells in found] == [3, 3, 3]
    assert found[1][1] == "first, second,\nthird, fourth"


@pytest.mark.parametrize(
    ("end", "encoding"), [("\r", "utf-8"), ("\n", "latin-1"), ("\r\n", "utf-32"), ("\n", "utf-8")]
)
def test_rows_begin_after_the_header_whatever_the_line_ends(end: str, encoding: str) -> None:
    lines = ["Statement of May", "Date,Payee,Amount"]
    lines += [f"2024-05-{day:02},Café Olé {day},-{day}.50" for day in range(1, 21)]
    options = StatementOptions(
        reading=Reading("Asia/Shanghai", "EUR", lambda _code: 2),
        requested_profile=None,
        locale="en",
    )
    stream = io.BytesIO((end.join(lines) + end).encode(encoding))
    chunks = list(read_statement(stream, options))
    assert sum(len(chunk.rows) for chunk in chunks) == 20
    assert [error for chunk in chunks for error in chunk.errors] == []


@pytest.mark.parametrize("mark", [codecs.BOM_UTF32_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF16_BE])
def test_every_mark_of_unicode_is_known(mark: bytes) -> None:
    assert sniff_kind(io.BytesIO(mark + bytes(64))) == "text"


def test_a_qif_entry_without_its_end_is_not_swallowed_by_the_next() -> None:
    text = "!Type:Bank\nD13/03/2024\nT-1.00\nPOne\nD14/03/2024\nT-2.00\nPTwo\n"
    table = next(QIF.open(io.BytesIO(text.encode())))
    assert [record.cells[2] for record in table.records][1:] == ["One", "Two"]


def test_a_page_of_comments_is_told_apart_at_once() -> None:
    comments = b"<!-- x -->" * 400
    assert sniff_kind(io.BytesIO(comments + b"nothing")) == "text"
    assert sniff_kind(io.BytesIO(comments[:4000] + b"<table></table>")) == "html"


def test_comments_before_other_xml_are_no_ofx() -> None:
    assert not OFX.recognises(b"<!-- x -->" * 3_000 + b"<FOO>")
    assert OFX.recognises(b"<!-- x -->" * 3_000 + b"<OFX>")


@pytest.mark.parametrize(
    "piece", ["<" + "A" * 900_000, "<![CDATA[" * 90_000, "<A " + "b " * 400_000]
)
def test_a_tag_or_section_of_ofx_that_never_ends_is_an_error_of_the_file(piece: str) -> None:
    text = f"OFXHEADER:100\n\n<OFX><STMTTRN>{piece}"
    with pytest.raises(StatementError):
        next(OFX.open(io.BytesIO((text + "x" * (1 << 20)).encode())))


def test_an_mt940_entry_that_is_cut_within_its_date_is_a_bad_row() -> None:
    text = ":20:X\r\n:25:NL00\r\n:61:2403010301D1,50NTRFNONREF\r\n:86:Shop\r\n:61:2403"
    table = next(MT940.open(io.BytesIO(text.encode())))
    assert [record.cells[0] for record in table.records][1:] == ["20240301", "2403"]


def test_many_messages_without_an_entry_are_no_mt940() -> None:
    assert not MT940.recognises(b":20:\n" * 3_000)


@pytest.mark.parametrize(
    ("fault", "code"), [(MemoryError, "file-too-heavy"), (KeyError, "file-unreadable")]
)
def test_a_fault_of_a_reader_is_an_error_of_its_file(fault: type[Exception], code: str) -> None:
    with pytest.raises(StatementError) as caught, faults_of_ours():
        raise fault
    assert caught.value.code == code


def test_a_fault_while_looking_for_a_repair_leaves_the_file_to_its_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def faulty(_stream: object) -> Iterator[Table]:
        yield from ()
        raise ValueError

    monkeypatch.setattr("ingest_service.domain.reading.tables.open_tables", faulty)
    tables = OpenedTables(io.BytesIO(b"#row,#reason\n"))
    assert repair_header(tables) is None
    with pytest.raises(ValueError):  # noqa: PT011 - any fault, not what it says
        list(tables)
