"""Pages and XML that call themselves statements: HTML tables, Excel's 2003 XML, plain XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from corpus.model import HEADER, BadFile, good_rows, of_text, streamed

_MIB = 1 << 20


def _row(cells: Sequence[str], mark: str = "td") -> str:
    return "<tr>" + "".join(f"<{mark}>{cell}</{mark}>" for cell in cells) + "</tr>"


_ROWS = _row(HEADER, "th") + "".join(map(_row, good_rows()))
_TABLE = f"<table>{_ROWS}</table>"


def _page(body: str) -> str:
    return f"<html><head><meta charset='utf-8'><title>t</title></head><body>{body}</body></html>"


def files() -> Iterator[BadFile]:
    """All of them, named .xls."""
    yield from _pages()
    yield from _hostile_pages()
    yield from _xml()


def _pages() -> Iterator[BadFile]:
    for name, text in {
        "good": _page(_TABLE),
        "no-table": _page("<p>Please sign in</p>"),
        "empty-table": _page("<table></table>"),
        "header-only": _page(f"<table>{_row(HEADER)}</table>"),
        "never-closed": _page(_TABLE.replace("</td>", "").replace("</tr>", "")),
        "table-in-cell": _page(f"<table><tr><td>{_TABLE}</td></tr></table>"),
        "merged-title": _page(f"<table><tr><td colspan=5>t</td></tr>{_ROWS}</table>"),
        "script": _page(f"<script>document.write('<table>')</script>{_TABLE}"),
        "entities": _page(_TABLE.replace("兰州", "&lt;&#20848;&#x110000;&nosuch;")),
        "two-tables": _page(_TABLE + _TABLE),
        "upper-case": _page(_TABLE).upper(),
    }.items():
        yield of_text(f"page-{name}.xls", text)


def _hostile_pages() -> Iterator[BadFile]:
    wide = _TABLE.replace("<td>", '<td colspan="1000000000">', 1)
    spans = "<td rowspan=65000>x</td>" * 500
    tall = _TABLE.replace("<td>", '<td rowspan="1000000000">', 3)
    for name, text in {
        "colspan-1e9": _page(wide),
        "colspan-999999": _page(_TABLE.replace("<td>", '<td colspan="999999">')),
        "rowspan-1e9": _page(tall),
        "rowspan-many": _page(f"<table><tr>{spans}</tr>{'<tr><td>y</td></tr>' * 20_000}</table>"),
        "tables-10000-deep": _page("<table><tr><td>" * 10_000 + _TABLE),
        "tables-10000": _page("<table><tr><td>a</td></tr></table>" * 10_000),
        "comments": "<!-- x -->" * 400 + "nothing",
        "comments-then-page": "<!-- x -->" * 4_000 + _page(_TABLE),
        "comment-never-closed": _page("<!--" + _TABLE),
        "comments-never-closed": _page("<!-- " * 200_000),
        "blanks-before": " " * 4_090 + "x" + _page(_TABLE),
        "angles": _page("<" * 1_000_000),
        "angles-letters": _page("<a " * 400_000),
        "angles-closing": _page("</a " * 300_000),
        "declarations": _page("<!a " * 300_000),
        "instructions": _page("<?a " * 300_000),
        "cdata": _page("<![CDATA[ " * 100_000),
        "ampersands": _page("<table><tr><td>" + "&" * 1_000_000 + "</td></tr></table>"),
        "references": _page("<table><tr><td>" + "&amp" * 500_000 + "</td></tr></table>"),
        "attribute-1-mb": _page(f'<table a="{"x" * _MIB}">{_ROWS}</table>'),
        "attributes-200000": _page(f"<table {'a ' * 200_000}>{_ROWS}</table>"),
        "quotes-in-tag": _page("<td a='" * 200_000),
        "cell-2-mb": _page(_TABLE.replace("兰州", "兰" * 700_000, 1)),
        "cells-100000": _page(f"<table>{_row(['x'] * 100_000)}{_ROWS}</table>"),
        "script-never-closed": _page("<script>" + "x<" * 500_000),
    }.items():
        yield of_text(f"page-{name}.xls", text)
    row = _row(good_rows(1)[0]).encode()
    yield streamed(
        "page-40-mb.xls",
        lambda: [b"<html><table>", *([row * 1_000] * (40 * _MIB // (1_000 * len(row))))],
    )
    # As much as is read at all: rows of text alone, and rows with tags in their cells.
    for name, line in {
        "plain": _row(["1", "2", "", "4"]),
        "dressed": _row(["<b>1</b>", "<i>2</i>"]),
    }.items():
        yield streamed(f"page-30-mb-{name}.xls", partial(_full_page, line.encode()))
    yield streamed(
        "page-4-mb.xls",
        lambda: [
            b"<html><table>",
            _row(HEADER).encode(),
            *([row * 1_000] * (4 * _MIB // (1_000 * len(row)))),
        ],
    )


def _full_page(line: bytes) -> list[bytes]:
    return [b"<html><table>", *([line * 1_000] * (30 * _MIB // (1_000 * len(line))))]


def _xml() -> Iterator[BadFile]:
    urn = "urn:schemas-microsoft-com:office:spreadsheet"
    space = f'xmlns="{urn}" xmlns:ss="{urn}"'

    def spreadsheet(rows: str, doctype: str = "") -> str:
        return (
            f'<?xml version="1.0"?>{doctype}<Workbook {space}><Worksheet ss:Name="S"><Table>'
            f"{rows}</Table></Worksheet></Workbook>"
        )

    def line(cells: Sequence[str], attribute: str = "") -> str:
        told = "".join(
            f"<Cell{attribute}><Data ss:Type='String'>{cell}</Data></Cell>" for cell in cells
        )
        return f"<Row>{told}</Row>"

    rows = line(HEADER) + "".join(map(line, good_rows()))
    laughs = "".join(f'<!ENTITY l{at + 1} "{f"&l{at};" * 10}">' for at in range(9))
    for name, text in {
        "good": spreadsheet(rows),
        "index-1e9": spreadsheet(rows + line(["x"], ' ss:Index="999999999"')),
        "index-back": spreadsheet(rows + line(["x", "y"], ' ss:Index="1"')),
        "merge-1e6": spreadsheet(rows + line(["x"], ' ss:MergeAcross="1000000"')),
        "laughs": spreadsheet(rows + line(["&l9;"]), f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'),
        "external": spreadsheet(
            rows + line(["&e;"]), '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        ),
        "not-closed": spreadsheet(rows)[:-60],
    }.items():
        yield of_text(f"spreadsheet-{name}.xls", text)
    yield of_text("xml-unknown.xml", '<?xml version="1.0"?><bills><bill a="1"/></bills>')
    yield of_text("xml-deep.xml", "<a>" * 200_000)
    yield of_text(
        "xml-laughs.xml",
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l9;</x>',
    )
