"""A document as a PDF, set by ReportLab with the typeface's used characters embedded."""

import io
from collections.abc import Iterator
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Spacer,
)

from report_service.domain.document import (
    Block,
    Document,
    DocumentSection,
    Figure,
    Notes,
    Paragraph,
)
from report_service.domain.palette import ACCENT, DIVIDER, TEXT_3
from report_service.rendering.charts import draw
from report_service.rendering.fonts import Typeface
from report_service.rendering.pdf_blocks import (
    CONTENT_WIDTH,
    hero_block,
    kpi_cards,
    table_block,
)
from report_service.rendering.pdf_charts import ChartFlowable
from report_service.rendering.pdf_styles import (
    MARGIN,
    REGULAR,
    Styles,
    make_styles,
    paragraph,
    register_fonts,
    shortened,
    width_of,
)

_FOOT = 10 * mm
_HEAD = A4[1] - 11 * mm


def render_pdf(document: Document, typeface: Typeface) -> bytes:
    """The bytes of the PDF; the same document gives the same bytes."""
    register_fonts(typeface)
    stream = io.BytesIO()
    template = BaseDocTemplate(
        stream,
        pagesize=A4,
        invariant=1,
        title=document.title,
        author=document.product,
        creator=document.product,
        subject=document.running_head,
        lang=document.locale,
    )
    frame = Frame(
        MARGIN, 17 * mm, CONTENT_WIDTH, A4[1] - 34 * mm,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    template.addPageTemplates(PageTemplate(frames=[frame]))

    def make_canvas(*args: object, **kwargs: object) -> Canvas:
        return _NumberedCanvas(*args, document=document, **kwargs)

    template.build(list(_story(document, typeface)), canvasmaker=make_canvas)
    return stream.getvalue()


def _story(document: Document, typeface: Typeface) -> Iterator[Flowable]:
    styles = make_styles()
    yield from _cover(document, styles)
    for section in document.sections:
        yield from _section(section, styles, typeface)
    yield _notes(document.notes, styles)


def _cover(document: Document, styles: Styles) -> Iterator[Flowable]:
    yield paragraph(document.product, styles.product)
    yield paragraph(document.title, styles.title)
    yield _Rule()
    for label, value in document.facts:
        yield paragraph(f"{label}  {value}", styles.fact)
    yield Spacer(0, 12)
    yield from hero_block(document.hero, styles)
    yield Spacer(0, 4)
    yield paragraph(document.answer, styles.lead)
    yield Spacer(0, 4)
    yield kpi_cards(document.kpis, styles)


def _section(section: DocumentSection, styles: Styles, typeface: Typeface) -> Iterator[Flowable]:
    opening: list[Flowable] = [
        _Bookmark(section.heading),
        paragraph(section.heading, styles.heading),
        paragraph(section.answer, styles.lead),
    ]
    blocks = list(section.blocks)
    while blocks and isinstance(blocks[0], Figure | Paragraph):
        opening += _flowables(blocks.pop(0), styles, typeface)
    # A heading never stands alone at the foot of a page.
    yield _Together(opening)
    for block in blocks:
        yield CondPageBreak(40 * mm)
        yield from _flowables(block, styles, typeface)


def _flowables(block: Block, styles: Styles, typeface: Typeface) -> list[Flowable]:
    if isinstance(block, Paragraph):
        return [paragraph(block.text, styles.body)]
    if isinstance(block, Figure):
        picture = ChartFlowable(draw(block.chart, typeface), typeface)
        above = [paragraph(block.caption, styles.caption)] if block.caption else []
        return [*above, picture]
    return table_block(block, styles)


def _notes(notes: Notes, styles: Styles) -> Flowable:
    lines = [paragraph(notes.heading, styles.heading)]
    lines += [paragraph(f"· {item}", styles.note) for item in notes.items]
    return _Together([_Bookmark(notes.heading), *lines])


class _Together(KeepTogether):  # type: ignore[misc]  # ReportLab ships no types
    """Flowables on one page. ReportLab forgets the space above the first one that has a height."""

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        size = super().wrap(available_width, available_height)
        self._H += max(flowable.getSpaceBefore() for flowable in self._content[:2])
        return size  # type: ignore[no-any-return]


class _Rule(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """A short line in the accent under the title."""

    def __init__(self) -> None:
        super().__init__()
        self.width, self.height = CONTENT_WIDTH, 10

    def draw(self) -> None:
        self.canv.setFillColor(HexColor(ACCENT))
        self.canv.rect(0, 5, 36, 2.4, stroke=0, fill=1)


class _Bookmark(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """An entry in the outline that PDF readers show beside the pages."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.width = self.height = 0
        self._heading = heading

    def draw(self) -> None:
        self.canv.bookmarkHorizontal(self._heading, 0, 16)
        self.canv.addOutlineEntry(self._heading, self._heading, level=0)


class _NumberedCanvas(Canvas):  # type: ignore[misc]  # ReportLab ships no types
    """A canvas that writes head and foot once the number of pages is known."""

    def __init__(self, *args: object, document: Document, **kwargs: object) -> None:
        # ReportLab opens every page in this font: by default one that it does not embed.
        super().__init__(*args, **{**kwargs, "initialFontName": REGULAR})
        self._document = document
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - the name that ReportLab calls
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        count = len(self._pages)
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._write_margins(number, count)
            super().showPage()
        super().save()

    def _write_margins(self, number: int, count: int) -> None:
        document = self._document
        self.setFont(REGULAR, 8)
        self.setFillColor(HexColor(TEXT_3))
        right = A4[0] - MARGIN
        label = document.page_label.format(page=number, pages=count)
        self.drawRightString(right, _FOOT, label)
        self.drawString(MARGIN, _FOOT, document.product)
        if number > 1:
            room = CONTENT_WIDTH - width_of(document.running_head, font=REGULAR, size=8) - 16
            title = shortened(document.title, width=room, font=REGULAR, size=8)
            self.drawString(MARGIN, _HEAD, title)
            self.drawRightString(right, _HEAD, document.running_head)
            self.setStrokeColor(HexColor(DIVIDER))
            self.line(MARGIN, _HEAD - 5, right, _HEAD - 5)
