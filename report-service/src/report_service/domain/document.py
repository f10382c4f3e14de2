"""A report as a sequence of blocks, free of any file format. Both writers print the same one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from report_service.domain.charts import Chart


class Tone(StrEnum):
    """Whether a figure says that more or less was spent."""

    PLAIN = "plain"
    RISE = "rise"
    FALL = "fall"


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure under its label, with a line of explanation."""

    label: str
    value: str
    note: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; weight is its part of the width."""

    title: str
    weight: float
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row; swatch is the colour (#rrggbb) shown before the first cell."""

    cells: tuple[str, ...]
    swatch: str | None = None
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of text."""

    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart; alt is its description for readers that cannot see it."""

    chart: Chart
    alt: str
    caption: str = ""


Block = Table | Paragraph | Figure


@dataclass(frozen=True, slots=True)
class DocumentSection:
    """A heading, the answer in one sentence, and what proves it."""

    heading: str
    answer: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Notes:
    """How the figures are counted."""

    heading: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. page_label holds {page} and {pages}."""

    locale: str
    product: str
    title: str
    facts: tuple[tuple[str, str], ...]
    hero: Kpi
    answer: str
    kpis: tuple[Kpi, ...]
    sections: tuple[DocumentSection, ...]
    notes: Notes
    running_head: str
    page_label: str
    created_at: datetime

    def texts(self) -> str:
        """All characters that the document can print, for cutting a font down to them."""
        parts = [self.product, self.title, self.answer, self.running_head, self.page_label]
        parts += [text for fact in self.facts for text in fact]
        for kpi in (self.hero, *self.kpis):
            parts += [kpi.label, kpi.value, kpi.note]
        for section in self.sections:
            parts += [section.heading, section.answer]
            for block in section.blocks:
                parts += _texts_of(block)
        parts += [self.notes.heading, *self.notes.items]
        return "".join(parts)


def _texts_of(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.text]
    if isinstance(block, Figure):
        return [block.caption, block.alt]
    cells = [cell for row in block.rows for cell in row.cells]
    return [block.caption, *(column.title for column in block.columns), *cells]
