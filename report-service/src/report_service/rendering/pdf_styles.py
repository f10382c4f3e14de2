"""The type of a printed report: registered fonts, paragraph styles, colours."""

import threading
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from report_service.domain.document import Tone
from report_service.domain.palette import FALL, RISE, TEXT, TEXT_2, TEXT_3
from report_service.rendering.fonts import Typeface

MARGIN = 18 * mm
REGULAR = "NotoSansSC"
BOLD = "NotoSansSC-Bold"
TONES = {Tone.PLAIN: TEXT, Tone.RISE: RISE, Tone.FALL: FALL}
_CJK_FIRST = "\u2e80"
_registering = threading.Lock()
_registered: dict[str, Typeface] = {}


def register_fonts(typeface: Typeface) -> None:
    """Make the typeface known to ReportLab; parsing its 10 MB happens once in a process."""
    with _registering:
        if _registered.get(REGULAR) == typeface:
            return
        pdfmetrics.registerFont(TTFont(REGULAR, str(typeface.regular)))
        pdfmetrics.registerFont(TTFont(BOLD, str(typeface.bold)))
        pdfmetrics.registerFontFamily(
            REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD
        )
        _registered[REGULAR] = typeface


def width_of(text: str, *, font: str, size: float) -> float:
    """The width of a line of text in points."""
    return float(pdfmetrics.stringWidth(text, font, size))


def _style(name: str, size: float, leading: float, **more: object) -> ParagraphStyle:
    settings: dict[str, object] = {"fontName": REGULAR, "textColor": HexColor(TEXT), **more}
    return ParagraphStyle(name, fontSize=size, leading=leading, **settings)


@dataclass(frozen=True, slots=True)
class Styles:
    """The paragraph styles; sizes and leadings are points."""

    product: ParagraphStyle
    title: ParagraphStyle
    fact: ParagraphStyle
    hero_label: ParagraphStyle
    hero_note: ParagraphStyle
    lead: ParagraphStyle
    heading: ParagraphStyle
    body: ParagraphStyle
    note: ParagraphStyle
    kpi_label: ParagraphStyle
    caption: ParagraphStyle
    head: ParagraphStyle
    head_number: ParagraphStyle
    cell: ParagraphStyle
    cell_number: ParagraphStyle
    total: ParagraphStyle
    total_number: ParagraphStyle


def make_styles() -> Styles:
    """The styles of every report."""
    quiet = HexColor(TEXT_2)
    return Styles(
        product=_style("product", 9, 13, textColor=HexColor(TEXT_3)),
        title=_style("title", 22, 30, fontName=BOLD, spaceAfter=4),
        fact=_style("fact", 9, 14, textColor=quiet),
        hero_label=_style("hero_label", 9.5, 14, textColor=quiet),
        hero_note=_style("hero_note", 9, 14, textColor=quiet),
        lead=_style("lead", 11.5, 18, spaceBefore=2, spaceAfter=6),
        heading=_style("heading", 14.5, 20, fontName=BOLD, spaceBefore=16, spaceAfter=2),
        body=_style("body", 9.5, 15, textColor=quiet, spaceBefore=2, spaceAfter=2),
        note=_style("note", 9, 14.5, textColor=quiet, leftIndent=10, bulletIndent=0),
        kpi_label=_style("kpi_label", 8.5, 12, textColor=quiet),
        caption=_style("caption", 9, 13, textColor=quiet, spaceBefore=6, spaceAfter=2),
        head=_style("head", 8.5, 12, textColor=quiet),
        head_number=_style("head_number", 8.5, 12, textColor=quiet, alignment=TA_RIGHT),
        cell=_style("cell", 9, 12.5),
        cell_number=_style("cell_number", 9, 12.5, alignment=TA_RIGHT),
        total=_style("total", 9, 12.5, fontName=BOLD),
        total_number=_style("total_number", 9, 12.5, fontName=BOLD, alignment=TA_RIGHT),
    )


def paragraph(text: str, style: ParagraphStyle, *, colour: str | None = None) -> Paragraph:
    """A paragraph of plain text; Chinese text may break between any two characters."""
    changes: dict[str, object] = {}
    if any(character >= _CJK_FIRST for character in text):
        changes["wordWrap"] = "CJK"
    if colour is not None:
        changes["textColor"] = HexColor(colour)
    if changes:
        style = ParagraphStyle(style.name, parent=style, **changes)
    return Paragraph(escape(text), style)


def fitting(text: str, *, width: float, size: float, smallest: float) -> tuple[str, float]:
    """A bold line cut to the width: first set smaller, then shortened with an ellipsis."""
    while size > smallest and width_of(text, font=BOLD, size=size) > width:
        size -= 0.5
    return shortened(text, width=width, font=BOLD, size=size), size


def shortened(text: str, *, width: float, font: str, size: float) -> str:
    """A line of text, cut with an ellipsis where it would be wider than width."""
    if width_of(text, font=font, size=size) <= width:
        return text
    while text and width_of(text + "…", font=font, size=size) > width:
        text = text[:-1]
    return text.rstrip() + "…"
