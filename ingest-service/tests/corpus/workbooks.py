"""Workbooks whose sizes, marks and cells are beyond belief; their XML is written here by hand."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

from corpus.model import HEADER, BadFile, csv_text, good_rows, of_bytes, streamed, zipped

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ROWS = 1_048_576
_LAUGHS = "".join(
    f'<!ENTITY l{at + 1} "{f"&l{at};" * 10}">' for at in range(9)
)  # fmt: skip
BILLION_LAUGHS = f'<!DOCTYPE x [<!ENTITY l0 "haha">{_LAUGHS}]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
RECURSIVE = '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'


def column(number: int) -> str:
    """The letters of a column, from 0."""
    letters = ""
    while number >= 0:
        letters = chr(65 + number % 26) + letters
        number = number // 26 - 1
    return letters


def cell(place: str, text: str) -> str:
    """A cell of inline text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def line(number: int, texts: Sequence[str]) -> str:
    """A row of inline texts."""
    cells = "".join(cell(f"{column(at)}{number}", text) for at, text in enumerate(texts))
    return f'<row r="{number}">{cells}</row>'


def sheet(rows: Iterable[str], *, before: str = "", after: str = "", doctype: str = "") -> bytes:
    """A worksheet part."""
    data = "".join(rows)
    return (
        f'{_XML}{doctype}<worksheet xmlns="{_MAIN}">{before}'
        f"<sheetData>{data}</sheetData>{after}</worksheet>"
    ).encode()


def package(
    sheets: Sequence[bytes], *, without: str = "", more: Sequence[tuple[str, bytes]] = (),
    workbook_doctype: str = "",
) -> bytes:  # fmt: skip
    """A workbook of these worksheet parts."""
    numbers = range(1, len(sheets) + 1)
    named = "".join(f'<sheet name="S{at}" sheetId="{at}" r:id="rId{at}"/>' for at in numbers)
    related = (
        "".join(
            f'<Relationship Id="rId{at}" Type="{_RELATIONS}/worksheet" '
            f'Target="worksheets/sheet{at}.xml"/>'
            for at in numbers
        )
        + f'<Relationship Id="rId99999" Type="{_RELATIONS}/sharedStrings" '
        'Target="sharedStrings.xml"/>'
    )
    root = f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    spaces = f'xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"'
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relationships(root),
        "xl/workbook.xml": (
            f"{_XML}{workbook_doctype}<workbook {spaces}><sheets>{named}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": _relationships(related),
    }
    entries = [(name, text.encode()) for name, text in parts.items() if name != without]
    entries += [(f"xl/worksheets/sheet{at}.xml", sheets[at - 1]) for at in numbers]
    return zipped([*entries, *more])


def _relationships(told: str) -> str:
    return f'{_XML}<Relationships xmlns="{_PACKAGE}">{told}</Relationships>'


def _content_types(count: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{kind}.worksheet+xml"/>'
        for at in range(1, count + 1)
    )
    return (
        f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{sheets}'
        f"</Types>"
    )


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The header and the rows as XML."""
    return [line(number, cells) for number, cells in enumerate([HEADER, *rows], start=1)]


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """An ordinary workbook."""
    return package([sheet(table(rows))])


def files() -> Iterator[BadFile]:
    """All of them."""
    good = table(good_rows())
    yield of_bytes("good-by-hand.xlsx", workbook(good_rows()))
    yield from _parts(good)
    yield from _entities(good)
    yield from _sizes(good)
    yield from _cells(good)
    yield from _old()
    yield from _others()


def _parts(good: list[str]) -> Iterator[BadFile]:
    whole = sheet(good)
    for name in (
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
    ):
        stem = name.rpartition("/")[2].replace(".", "-")
        yield of_bytes(f"without-{stem}.xlsx", package([whole], without=name))
    yield of_bytes("sheet-cut.xlsx", package([whole[: len(whole) // 2]]))
    yield of_bytes("sheet-empty-part.xlsx", package([b""]))
    yield of_bytes("sheet-not-xml.xlsx", package([b"hello" * 100]))
    yield of_bytes("sheet-wrong-end.xlsx", package([whole.replace(b"</row>", b"</rov>", 1)]))
    yield of_bytes("sheet-no-cells.xlsx", package([sheet([])]))
    yield of_bytes("sheet-second-is-good.xlsx", package([sheet([]), whole]))
    yield of_bytes("sheet-second-is-broken.xlsx", package([whole, b"<x"]))
    yield of_bytes("no-sheets.xlsx", package([]))
    yield of_bytes("300-sheets.xlsx", package([sheet([line(1, ["a"])])] * 299 + [whole]))
    yield of_bytes("strange-namespace.xlsx", package([whole.replace(_MAIN.encode(), b"urn:x")]))
    yield of_bytes("backslash-names.xlsx", workbook(good_rows()).replace(b"xl/work", b"xl\\work"))
    yield of_bytes(
        "utf16-sheet.xlsx", package([whole.decode().replace("UTF-8", "UTF-16").encode("utf-16")])
    )
    yield of_bytes(
        "nested-deep.xlsx", package([sheet(good, after="<x>" * 100_000 + "</x>" * 100_000)])
    )


def _entities(good: list[str]) -> Iterator[BadFile]:
    for name, doctype, entity in (
        ("laughs", BILLION_LAUGHS, "&l9;"), ("external", EXTERNAL, "&e;"),
        ("recursive", RECURSIVE, "&a;"),
    ):  # fmt: skip
        told = line(22, ["2024-03-05 12:00:00", entity, "支出", "1.00", entity])
        yield of_bytes(f"{name}-in-sheet.xlsx", package([sheet([*good, told], doctype=doctype)]))
        shared = f'{_XML}{doctype}<sst xmlns="{_MAIN}"><si><t>{entity}</t></si></sst>'.encode()
        used = '<row r="22"><c r="A22" t="s"><v>0</v></c></row>'
        strings = [("xl/sharedStrings.xml", shared)]
        yield of_bytes(f"{name}-in-strings.xlsx", package([sheet([*good, used])], more=strings))
        yield of_bytes(f"{name}-in-workbook.xlsx", package([sheet(good)], workbook_doctype=doctype))


def _sizes(good: list[str]) -> Iterator[BadFile]:
    absurd = '<dimension ref="A1:XFD1048576"/>'
    yield of_bytes("dimension-absurd.xlsx", package([sheet(good, before=absurd)]))
    yield of_bytes("dimension-lies.xlsx", package([sheet(good, before='<dimension ref="A1"/>')]))
    yield of_bytes(
        "dimension-junk.xlsx", package([sheet(good, before='<dimension ref="Z-9:!!"/>')])
    )
    far = f'<row r="{_ROWS}">{cell(f"XFD{_ROWS}", "x")}</row>'
    yield of_bytes("two-cells-far-apart.xlsx", package([sheet([line(1, ["a"]), far])]))
    yield of_bytes("far-cell-below.xlsx", package([sheet([*good, far])]))
    for rows in (300, 500, 900):
        corner = f'<row r="{rows}">{cell(f"XFD{rows}", "x")}</row>'
        yield of_bytes(f"wide-{rows}-rows.xlsx", package([sheet([*good, corner])]))
    low = f'<row r="{_ROWS}">{cell(f"A{_ROWS}", "x")}</row>'
    yield of_bytes("far-row-below.xlsx", package([sheet([*good, low])]))
    wide = [*HEADER, *(f"c{at}" for at in range(16_384 - len(HEADER)))]
    yield of_bytes("16384-columns.xlsx", package([sheet([line(1, wide), line(2, wide)])]))
    empty = [f'<row r="{at}" s="1" customFormat="1"><c r="A{at}" s="1"/><c r="B{at}" s="1"/></row>'
             for at in range(22, 1_000_000)]  # fmt: skip
    yield streamed("million-styled-rows.xlsx", lambda: [package([sheet([*good, *empty])])])
    bare = [f'<row r="{at}"/>' for at in range(22, 1_000_000)]
    yield streamed("million-bare-rows.xlsx", lambda: [package([sheet([*good, *bare])])])
    wide_rows = ["<row>" + '<c s="1"/>' * 200 + "</row>"] * 50_000
    yield streamed("ten-million-styled-cells.xlsx", lambda: [package([sheet([*good, *wide_rows])])])
    yield streamed("strings-60-mb.xlsx", lambda: [_with_strings(good, 60)])
    yield streamed("strings-120-mb.xlsx", lambda: [_with_strings(good, 120)])
    merged = "".join(f'<mergeCell ref="A{at}:E{at}"/>' for at in range(1, 60_000))
    after = f'<mergeCells count="60000">{merged}</mergeCells>'
    yield of_bytes("merged-60000.xlsx", package([sheet(good, after=after)]))
    title = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    yield of_bytes("merged-all.xlsx", package([sheet(good, after=title)]))


def _with_strings(good: list[str], mib: int) -> bytes:
    rng = random.Random(5)
    strings = "".join(
        f"<si><t>{rng.randbytes(32).hex()}</t></si>" for _ in range(mib * (1 << 20) // 81)
    )
    part = f'{_XML}<sst xmlns="{_MAIN}">{strings}</sst>'.encode()
    return package([sheet(good)], more=[("xl/sharedStrings.xml", part)])


def _cells(good: list[str]) -> Iterator[BadFile]:
    def with_cell(xml: str) -> bytes:
        texts = ["2024-03-05 12:00:00", "x", "支出"]
        cells = "".join(cell(f"{column(at)}22", text) for at, text in enumerate(texts))
        return package([sheet([*good, f'<row r="22">{cells}{xml}</row>'])])

    for name, xml in {
        "shared-beyond": '<c r="D22" t="s"><v>999999</v></c>',
        "shared-negative": '<c r="D22" t="s"><v>-1</v></c>',
        "shared-text": '<c r="D22" t="s"><v>abc</v></c>',
        "place-beyond": '<c r="ZZZZ22"><v>1</v></c>',
        "place-junk": '<c r="!!"><v>1</v></c>',
        "place-zero": '<c r="D0"><v>1</v></c>',
        "place-none": "<c><v>1.50</v></c>",
        "type-unknown": '<c r="D22" t="zz"><v>1</v></c>',
        "style-beyond": '<c r="D22" s="99999"><v>1.50</v></c>',
        "number-junk": '<c r="D22"><v>1,5x</v></c>',
        "number-nan": '<c r="D22"><v>NaN</v></c>',
        "number-1e400": '<c r="D22"><v>1e400</v></c>',
        "number-1e30": '<c r="D22"><v>1e30</v></c>',
        "number-3-decimals": '<c r="D22"><v>12.345</v></c>',
        "error-ref": '<c r="D22" t="e"><v>#REF!</v></c>',
        "error-div": '<c r="D22" t="e"><v>#DIV/0!</v></c>',
        "boolean": '<c r="D22" t="b"><v>1</v></c>',
        "formula-without-value": '<c r="D22"><f>SUM(D2:D21)</f></c>',
        "formula-with-value": '<c r="D22"><f>1+1</f><v>2</v></c>',
        "iso-date": '<c r="D22" t="d"><v>2024-02-30</v></c>',
        "text-33000": cell("D22", "1" * 33_000),
        "text-control": cell("D22", "1_x0000_2_x001F_"),
    }.items():
        yield of_bytes(f"cell-{name}.xlsx", with_cell(xml))
    for name, number in {
        "zero": "0", "59": "59", "60": "60", "negative": "-5", "9999": "2958465",
        "beyond": "2958466", "1e9": "1000000000", "1e300": "1e300", "tiny": "1e-9",
    }.items():  # fmt: skip
        rest = cell("B22", "x") + cell("C22", "支出") + cell("D22", "5.00")
        dated = f'<row r="22"><c r="A22" s="1"><v>{number}</v></c>{rest}</row>'
        styles = (
            f'{_XML}<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
            '<xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>'
        ).encode()
        more = [("xl/styles.xml", styles)]
        yield of_bytes(f"serial-{name}.xlsx", package([sheet([*good, dated])], more=more))
    for name, attribute in {
        "zero": "0",
        "negative": "-1",
        "beyond": "99999999",
        "junk": "x",
    }.items():
        odd = f'<row r="{attribute}">{cell("A22", "x")}</row>'
        yield of_bytes(f"row-number-{name}.xlsx", package([sheet([*good, odd])]))
    yield of_bytes("rows-backwards.xlsx", package([sheet(list(reversed(good)))]))
    yield of_bytes("rows-twice.xlsx", package([sheet([*good, *good])]))


def _old() -> Iterator[BadFile]:
    noise = random.Random(13).randbytes(60_000)
    ole = _OLE + bytes(16) + bytes.fromhex("3e000300feff0900") + bytes(6)
    yield of_bytes("ole-head-only.xls", _OLE)
    yield of_bytes("ole-noise.xls", _OLE + noise)
    yield of_bytes("ole-zeros.xls", _OLE + bytes(20_000))
    yield of_bytes("ole-loops.xls", ole + b"\x01\x00\x00\x00" * 8_000)
    yield of_bytes("ole-sectors-beyond.xls", ole + b"\xff\xff\xff\x7f" * 8_000)
    yield of_bytes("ole-sector-size-huge.xls", _OLE + bytes(22) + b"\x1f\x00" + bytes(60_000))
    locked = "EncryptedPackage".encode("utf-16-le")
    yield of_bytes("locked-workbook.xlsx", ole + bytes(1_000) + locked + bytes(4_000))
    yield of_bytes("locked-workbook-tail.xlsx", ole + bytes(3 << 20) + locked + bytes(400))
    yield of_bytes("biff2.xls", b"\x09\x00\x04\x00\x02\x00\x10\x00" + noise[:4_000])
    yield of_bytes("biff5-bare.xls", b"\x09\x08\x08\x00\x00\x05\x05\x00" + noise[:4_000])
    yield streamed("ole-100-mb.xls", lambda: [ole, *([bytes(1 << 20)] * 100)])


def _others() -> Iterator[BadFile]:
    kind = ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
    space = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )

    def ods(rows: str, doctype: str = "") -> bytes:
        text = (
            f"{_XML}{doctype}<office:document-content {space}><office:body><office:spreadsheet>"
            f'<table:table table:name="S">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>"
        )
        return zipped([kind, ("content.xml", text.encode())])

    one = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    repeated = one.replace(
        "<table:table-cell", '<table:table-cell table:number-columns-repeated="1000000"'
    )
    yield of_bytes("empty.ods", ods(""))
    yield of_bytes("columns-repeated.ods", ods(f"<table:table-row>{repeated}</table:table-row>"))
    yield of_bytes(
        "rows-repeated.ods",
        ods(f'<table:table-row table:number-rows-repeated="100000000">{one}</table:table-row>'),
    )
    yield of_bytes(
        "both-repeated.ods",
        ods(f'<table:table-row table:number-rows-repeated="1048576">{repeated}</table:table-row>'),
    )
    yield of_bytes(
        "laughs.ods",
        ods(f"<table:table-row>{one.replace('x', '&l9;')}</table:table-row>", BILLION_LAUGHS),
    )
    yield of_bytes("noise.xlsb", zipped([("xl/workbook.bin", b"\x83\x01\x00" * 400)]))
    yield of_bytes("csv-inside.xlsx", zipped([("xl/table.csv", csv_text(good_rows()).encode())]))
