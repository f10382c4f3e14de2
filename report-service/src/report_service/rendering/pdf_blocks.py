"""The blocks of a document as ReportLab flowables."""

from collections.abc import Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Spacer
from reportlab.platypus import Table as Grid

from report_service.domain.document import Kpi, Row, Table
from report_service.domain.palette import DIVIDER, SUNKEN, TEXT, TEXT_3
from report_service.rendering.pdf_styles import (
    BOLD,
    MARGIN,
    REGULAR,
    TONES,
    Styles,
    fitting,
    paragraph,
)

CONTENT_WIDTH = A4[0] - 2 * MARGIN
_CARD_PADDING = 8.0
_GAP = 8.0
_SWATCH = 8.0
_CELL_CHARACTERS = 90
_ROWS_TOGETHER = 3
# Else ReportLab names Helvetica, which is not embedded, for cells without a paragraph.
_FONT_OF_EMPTY_CELLS = ("FONTNAME", (0, 0), (-1, -1), REGULAR)


class Swatch(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """A small square of a category's colour."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self.width = self.height = _SWATCH
        self._colour = colour

    def draw(self) -> None:
        """Draw the square on the row's line of text."""
        self.canv.setFillColor(HexColor(self._colour))
        self.canv.roundRect(0, 0, _SWATCH, _SWATCH, 1.5, stroke=0, fill=1)


def hero_block(hero: Kpi, styles: Styles) -> list[Flowable]:
    """The main figure: small label, large number, its note."""
    text, size = fitting(hero.value, width=CONTENT_WIDTH, size=30, smallest=16)
    big = ParagraphStyle(
        "hero", fontName=BOLD, fontSize=size, leading=size * 1.25, textColor=HexColor(TEXT)
    )
    return [
        paragraph(hero.label, styles.hero_label),
        paragraph(text, big),
        paragraph(hero.note, styles.hero_note),
    ]


def kpi_cards(kpis: Sequence[Kpi], styles: Styles) -> Grid:
    """The figures side by side in bordered cards."""
    width = (CONTENT_WIDTH - _GAP * (len(kpis) - 1)) / len(kpis)
    cells: list[Any] = []
    widths: list[float] = []
    rules: list[tuple[Any, ...]] = [
        _FONT_OF_EMPTY_CELLS,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _CARD_PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 7),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
    ]
    for index, kpi in enumerate(kpis):
        if index:
            cells.append("")
            widths.append(_GAP)
        column = len(cells)
        cells.append(_card(kpi, styles, width=width - _CARD_PADDING - 2))
        widths.append(width)
        rules.append(("BOX", (column, 0), (column, 0), 0.75, HexColor(DIVIDER)))
    return Grid([cells], colWidths=widths, style=rules)


def _card(kpi: Kpi, styles: Styles, *, width: float) -> list[Flowable]:
    text, size = fitting(kpi.value, width=width, size=13.5, smallest=9)
    value = ParagraphStyle("kpi", fontName=BOLD, fontSize=size, leading=20)
    parts = [
        paragraph(kpi.label, styles.kpi_label),
        paragraph(text, value, colour=TONES[kpi.tone]),
    ]
    if kpi.note:
        parts.append(paragraph(kpi.note, styles.kpi_label))
    return parts


def table_block(table: Table, styles: Styles) -> list[Flowable]:
    """The table under its caption; its head is repeated on every page that it reaches."""
    weights = [column.weight for column in table.columns]
    has_swatches = any(row.swatch for row in table.rows)
    room = CONTENT_WIDTH - (_SWATCH + 8 if has_swatches else 0)
    widths = [room * weight / sum(weights) for weight in weights]
    lines = [_head_cells(table, styles)] + [_row_cells(table, row, styles) for row in table.rows]
    if has_swatches:
        widths.insert(0, _SWATCH + 8)
        marks: list[Any] = [""]
        marks += [Swatch(row.swatch) if row.swatch else "" for row in table.rows]
        lines = [[mark, *line] for mark, line in zip(marks, lines, strict=True)]
    grid = Grid(lines, colWidths=widths, repeatRows=1, style=_rules(table.rows))
    return [paragraph(table.caption, styles.caption), grid, Spacer(0, 4)]


def _head_cells(table: Table, styles: Styles) -> list[Any]:
    return [
        paragraph(column.title, styles.head_number if column.is_number else styles.head)
        for column in table.columns
    ]


def _row_cells(table: Table, row: Row, styles: Styles) -> list[Any]:
    plain, number = styles.cell, styles.cell_number
    if row.is_total:
        plain, number = styles.total, styles.total_number
    cells = []
    for column, text in zip(table.columns, row.cells, strict=True):
        shown = text if len(text) <= _CELL_CHARACTERS else text[: _CELL_CHARACTERS - 1] + "…"
        cells.append(paragraph(shown, number if column.is_number else plain))
    return cells


def _rules(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    rules: list[tuple[Any, ...]] = [
        _FONT_OF_EMPTY_CELLS,
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(SUNKEN)),
        ("LINEBELOW", (0, 1), (-1, -1), 0.5, HexColor(DIVIDER)),
        # Neither the first nor the last rows of a table stand alone on a page.
        ("NOSPLIT", (0, 0), (-1, _ROWS_TOGETHER)),
        ("NOSPLIT", (0, -_ROWS_TOGETHER), (-1, -1)),
    ]
    rules += [
        ("LINEABOVE", (0, index), (-1, index), 0.8, HexColor(TEXT_3))
        for index, row in enumerate(rows, start=1)
        if row.is_total
    ]
    return rules
