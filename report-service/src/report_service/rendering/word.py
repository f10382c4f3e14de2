"""A document as a Word file, set by python-docx with the typeface embedded."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from report_service.domain.document import (
    Block,
    Document,
    DocumentSection,
    Figure,
    Notes,
    Paragraph,
)
from report_service.domain.palette import ACCENT, TEXT, TEXT_2, TEXT_3
from report_service.rendering.charts import draw, png
from report_service.rendering.fonts import Typeface
from report_service.rendering.word_blocks import (
    CONTENT_WIDTH,
    add_kpis,
    add_table,
    set_family,
    space,
    write,
)
from report_service.rendering.word_fonts import embed_typeface

_FIRST_ZIP_YEAR = 1980


def render_docx(document: Document, typeface: Typeface) -> bytes:
    """The bytes of the Word file; the same document gives the same bytes."""
    word = docx.Document()
    _set_page(word)
    _set_styles(word, document.locale)
    _set_properties(word, document)
    _add_margins(word, document)
    _add_cover(word, document)
    for section in document.sections:
        _add_section(word, section, typeface)
    _add_notes(word, document.notes)
    embed_typeface(word, typeface, text=document.texts() + "■━")
    stream = io.BytesIO()
    word.save(stream)
    return _with_fixed_times(stream.getvalue(), document.created_at)


def _set_page(word: Any) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(20), Mm(18)
    section.header_distance = section.footer_distance = Mm(9)
    section.different_first_page_header_footer = True


def _set_styles(word: Any, locale: str) -> None:
    for name, size in (("Normal", 10.0), ("Heading 1", 14.5), ("Title", 22.0)):
        style = word.styles[name]
        style.font.size = Pt(size)
        style.font.bold = name != "Normal"
        style.font.color.rgb = RGBColor.from_string(TEXT.lstrip("#").upper())
        set_family(style.element.get_or_add_rPr())
    word.styles["Heading 1"].paragraph_format.space_before = Pt(16)
    word.styles["Heading 1"].paragraph_format.space_after = Pt(2)
    title = word.styles["Title"].element.get_or_add_pPr()
    border = title.find(qn("w:pBdr"))
    if border is not None:
        title.remove(border)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN" if locale.startswith("zh") else locale)
    word.styles["Normal"].element.get_or_add_rPr().append(language)


def _set_properties(word: Any, document: Document) -> None:
    made_at = document.created_at.astimezone(UTC).replace(tzinfo=None)
    properties = word.core_properties
    properties.title = document.title
    properties.author = properties.last_modified_by = document.product
    properties.subject = document.running_head
    properties.comments = ""
    properties.language = document.locale
    properties.created = properties.modified = made_at
    properties.revision = 1


def _add_margins(word: Any, document: Document) -> None:
    section = word.sections[0]
    head = section.header.paragraphs[0]
    _tab_right(head)
    write(head, f"{document.title[:50]}\t{document.running_head}", size=8, colour=TEXT_3)
    for foot in (section.first_page_footer.paragraphs[0], section.footer.paragraphs[0]):
        _tab_right(foot)
        write(foot, f"{document.product}\t", size=8, colour=TEXT_3)
        _add_page_label(foot, document.page_label)


def _tab_right(paragraph: Any) -> None:
    # The template's style for heads and feet has tab stops for other margins.
    paragraph.style = "Normal"
    paragraph.paragraph_format.tab_stops.add_tab_stop(CONTENT_WIDTH, WD_TAB_ALIGNMENT.RIGHT)


def _add_page_label(paragraph: Any, label: str) -> None:
    """The label with Word's own fields for the page and the number of pages."""
    before, _, rest = label.partition("{page}")
    middle, _, after = rest.partition("{pages}")
    write(paragraph, before, size=8, colour=TEXT_3)
    _add_field(paragraph, "PAGE")
    write(paragraph, middle, size=8, colour=TEXT_3)
    _add_field(paragraph, "NUMPAGES")
    write(paragraph, after, size=8, colour=TEXT_3)


def _add_field(paragraph: Any, instruction: str) -> None:
    """A field that Word computes; each of its parts stands in a run of its own."""
    _add_field_mark(paragraph, "begin")
    code = OxmlElement("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {instruction} "
    _small(paragraph, "").append(code)
    _add_field_mark(paragraph, "separate")
    _small(paragraph, "1")
    _add_field_mark(paragraph, "end")


def _add_field_mark(paragraph: Any, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    _small(paragraph, "").append(mark)


def _small(paragraph: Any, text: str) -> Any:
    """The XML of a run in the size of heads and feet."""
    return write(paragraph, text, size=8, colour=TEXT_3)._element  # noqa: SLF001 - not public


def _add_cover(word: Any, document: Document) -> None:
    product = word.add_paragraph()
    space(product)
    write(product, document.product, size=9, colour=TEXT_3)
    title = word.add_paragraph(style="Title")
    space(title, after=6, line=1.2)
    write(title, document.title, size=22, bold=True)
    rule = word.add_paragraph()
    space(rule, after=4, line=0.6)
    write(rule, "━━", size=9, colour=ACCENT, bold=True)
    for label, value in document.facts:
        fact = word.add_paragraph()
        space(fact)
        write(fact, f"{label}  {value}", size=9, colour=TEXT_2)
    hero = document.hero
    lines = ((hero.label, 9.5, TEXT_2), (hero.value, 28.0, TEXT), (hero.note, 9.0, TEXT_2))
    for index, (text, size, colour) in enumerate(lines):
        line = word.add_paragraph()
        space(line, before=12 if index == 0 else 0, line=1.15)
        write(line, text, size=size, colour=colour, bold=colour == TEXT)
    answer = word.add_paragraph()
    space(answer, before=6, after=8)
    write(answer, document.answer, size=11.5)
    add_kpis(word, document.kpis)


def _add_section(word: Any, section: DocumentSection, typeface: Typeface) -> None:
    heading = word.add_paragraph(style="Heading 1")
    write(heading, section.heading, size=14.5, bold=True)
    answer = word.add_paragraph()
    space(answer, after=6)
    answer.paragraph_format.keep_with_next = bool(section.blocks)
    write(answer, section.answer, size=11)
    for block in section.blocks:
        _add_block(word, block, typeface)


def _add_block(word: Any, block: Block, typeface: Typeface) -> None:
    if isinstance(block, Paragraph):
        paragraph = word.add_paragraph()
        space(paragraph, before=2, after=2)
        write(paragraph, block.text, size=9.5, colour=TEXT_2)
    elif isinstance(block, Figure):
        _add_figure(word, block, typeface)
    else:
        add_table(word, block)


def _add_figure(word: Any, figure: Figure, typeface: Typeface) -> None:
    if figure.caption:
        caption = word.add_paragraph()
        space(caption)
        caption.paragraph_format.keep_with_next = True
        write(caption, figure.caption, size=9, colour=TEXT_2)
    paragraph = word.add_paragraph()
    space(paragraph, line=1.0)
    picture = io.BytesIO(png(draw(figure.chart, typeface)))
    shape = paragraph.add_run().add_picture(picture, width=CONTENT_WIDTH)
    inline = shape._inline  # noqa: SLF001 - no public setters
    inline.docPr.set("descr", figure.alt)
    for side in ("distT", "distB", "distL", "distR"):
        # Left out, LibreOffice takes an eighth of an inch and pushes the chart over the margin.
        inline.set(side, "0")


def _add_notes(word: Any, notes: Notes) -> None:
    heading = word.add_paragraph(style="Heading 1")
    write(heading, notes.heading, size=14.5, bold=True)
    for item in notes.items:
        line = word.add_paragraph()
        space(line, after=1)
        line.paragraph_format.left_indent = Pt(10)
        line.paragraph_format.first_line_indent = Pt(-10)
        write(line, f"· {item}", size=9, colour=TEXT_2)


def _with_fixed_times(content: bytes, made_at: datetime) -> bytes:
    """The package with the report's own time on each entry instead of the wall clock's."""
    stream = io.BytesIO()
    moment = made_at.astimezone(UTC).timetuple()[:6]
    if moment[0] < _FIRST_ZIP_YEAR:
        moment = (_FIRST_ZIP_YEAR, 1, 1, 0, 0, 0)
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            entry = zipfile.ZipInfo(info.filename, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(info))
    return stream.getvalue()
