"""The blocks of a document in python-docx."""

from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

from report_service.domain.document import Kpi, Row, Table, Tone
from report_service.domain.palette import DIVIDER, FALL, RISE, SUNKEN, TEXT, TEXT_2, TEXT_3
from report_service.rendering.fonts import FAMILY

CONTENT_WIDTH = Mm(174)
_TONES = {Tone.PLAIN: TEXT, Tone.RISE: RISE, Tone.FALL: FALL}
_HAIRLINE = 4  # eighths of a point
_KPI_PT = 13.0
_SMALLEST_KPI_PT = 8.5
_KPI_ROOM_PT = 100.0


def write(paragraph: Any, text: str, *, size: float, colour: str = TEXT, bold: bool = False) -> Any:
    """Append a run in the typeface, for Latin and for Chinese characters alike."""
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.font.bold = bold
    run.font.color.rgb = RGBColor.from_string(colour.lstrip("#").upper())
    set_family(run._element.get_or_add_rPr())  # noqa: SLF001 - eastAsia has no public setter
    return run


def set_family(properties: Any) -> None:
    """Name the typeface for all scripts in run properties, over any theme font."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FAMILY)


def space(paragraph: Any, *, before: float = 0, after: float = 0, line: float = 1.3) -> None:
    """Set the distances of a paragraph: points before and after, lines within."""
    form = paragraph.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), line


def add_kpis(document: Any, kpis: Sequence[Kpi]) -> None:
    """The figures side by side in bordered cells."""
    grid = document.add_table(rows=1, cols=len(kpis))
    _fix_layout(grid, [1.0] * len(kpis))
    for cell, kpi in zip(grid.rows[0].cells, kpis, strict=True):
        edge = {"sz": 6, "color": DIVIDER}
        _set_borders(cell, top=edge, bottom=edge, left=edge, right=edge)
        label = cell.paragraphs[0]
        space(label, before=4)
        write(label, kpi.label, size=8.5, colour=TEXT_2)
        value = cell.add_paragraph()
        space(value, before=1)
        write(value, kpi.value, size=_kpi_size(kpi.value), colour=_TONES[kpi.tone], bold=True)
        note = cell.add_paragraph()
        space(note, after=4)
        write(note, kpi.note, size=8.5, colour=TEXT_2)


def _kpi_size(value: str) -> float:
    """The size in points at which the value fits its cell on one line, where one can be read."""
    # Chinese characters are twice as wide as figures.
    width_em = sum(1.0 if character >= "\u2e80" else 0.6 for character in value)
    return min(_KPI_PT, max(_SMALLEST_KPI_PT, round(_KPI_ROOM_PT / width_em, 1)))


def add_table(document: Any, table: Table) -> None:
    """The table under its caption; the head repeats on each page, no row is torn apart."""
    caption = document.add_paragraph()
    space(caption, before=8, after=2)
    caption.paragraph_format.keep_with_next = True
    write(caption, table.caption, size=9, colour=TEXT_2)
    grid = document.add_table(rows=0, cols=len(table.columns))
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    head = Row(tuple(column.title for column in table.columns))
    _add_row(grid, table, head, is_head=True)
    for row in table.rows:
        _add_row(grid, table, row, is_head=False)
    _fix_layout(grid, [column.weight for column in table.columns])


def _add_row(grid: Any, table: Table, row: Row, *, is_head: bool) -> None:
    line = grid.add_row()
    properties = line._tr.get_or_add_trPr()  # noqa: SLF001 - no public setter
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))
    for index, (cell, column) in enumerate(zip(line.cells, table.columns, strict=True)):
        paragraph = cell.paragraphs[0]
        space(paragraph, before=2, after=2, line=1.15)
        if column.is_number:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if index == 0 and row.swatch:
            write(paragraph, "■ ", size=9, colour=row.swatch)
        colour = TEXT_2 if is_head else TEXT
        size = 8.5 if is_head else 9
        write(paragraph, row.cells[index], size=size, colour=colour, bold=row.is_total)
        if is_head:
            _shade(cell, SUNKEN)
        line_above = {"top": {"sz": 6, "color": TEXT_3}} if row.is_total else {}
        _set_borders(cell, bottom={"sz": _HAIRLINE, "color": DIVIDER}, **line_above)


def _fix_layout(grid: Any, weights: Sequence[float]) -> None:
    """Fixed widths: Word would otherwise let a long merchant push the figures out."""
    grid.autofit = False
    widths = [Emu(int(CONTENT_WIDTH * weight / sum(weights))) for weight in weights]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for row in grid.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _shade(cell: Any, colour: str) -> None:
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:color"), "auto")
    shading.set(qn("w:fill"), colour.lstrip("#"))
    cell._tc.get_or_add_tcPr().append(shading)  # noqa: SLF001 - no public setter


def _set_borders(cell: Any, **edges: dict[str, Any]) -> None:
    borders = OxmlElement("w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        if side in edges:
            edge = OxmlElement(f"w:{side}")
            edge.set(qn("w:val"), "single")
            edge.set(qn("w:sz"), str(edges[side]["sz"]))
            edge.set(qn("w:color"), str(edges[side]["color"]).lstrip("#"))
            borders.append(edge)
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - no public setter
    shading = properties.find(qn("w:shd"))
    if shading is None:
        properties.append(borders)
    else:
        # The schema wants borders before the shading.
        shading.addprevious(borders)
