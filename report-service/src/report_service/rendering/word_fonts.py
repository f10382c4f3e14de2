"""The typeface inside a Word file: cut to the characters in use and obfuscated as OOXML asks.

A machine without Chinese fonts then shows the file as it was set. The scheme is that of
ECMA-376 part 4, "Font Embedding": the first 32 bytes are XORed with the reversed GUID.
"""

import io
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part

from report_service.rendering.fonts import FAMILY, Typeface

_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
_OBFUSCATED_BYTES = 32
# Always there, so that a number or a Latin word can be corrected in the file afterwards.
_ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "，。、；：！？（）“”《》—…·～￥¥年月日元万亿"
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


@dataclass(frozen=True, slots=True)
class EmbeddedFont:
    """An obfuscated font and the GUID that opens it."""

    content: bytes
    key: str


def embed_typeface(document: Any, typeface: Typeface, *, text: str) -> None:
    """Put both weights into the package and name them in its font table.

    Args:
        document: A python-docx document.
        typeface: The fonts.
        text: Every character that the document shows.
    """
    package = document.part.package
    table = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    marks = []
    weights = (("embedRegular", typeface.regular), ("embedBold", typeface.bold))
    for number, (mark, path) in enumerate(weights, start=1):
        font = obfuscate(subset(path, text=text + _ALWAYS))
        name = PackURI(f"/word/fonts/font{number}.odttf")
        part = Part(name, _CONTENT_TYPE, font.content, package)
        relation = table.relate_to(part, RELATIONSHIP_TYPE.FONT)
        marks.append(f'<w:{mark} r:id="{relation}" w:fontKey="{font.key}"/>')
    # A generic part holds its XML as bytes and offers no other way to replace them.
    table._blob = _font_table("".join(marks)).encode()  # noqa: SLF001
    _say_that_fonts_are_embedded(document)


def subset(path: Path, *, text: str) -> bytes:
    """The TrueType font with the glyphs of these characters only."""
    from fontTools import subset as cutter
    from fontTools.ttLib import TTFont

    options = cutter.Options()
    options.layout_features = []
    options.name_IDs = [1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    cut = cutter.Subsetter(options)
    cut.populate(unicodes={ord(character) for character in text})
    stream = io.BytesIO()
    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        cut.subset(font)
        font.save(stream)
    return stream.getvalue()


def obfuscate(font: bytes) -> EmbeddedFont:
    """The font as Word stores it; the key follows from the content."""
    identity = uuid.uuid5(uuid.NAMESPACE_OID, font.hex())
    mask = bytes.fromhex(identity.hex)[::-1] * 2
    head = bytes(a ^ b for a, b in zip(font[:_OBFUSCATED_BYTES], mask, strict=True))
    key = f"{{{str(identity).upper()}}}"
    return EmbeddedFont(head + font[_OBFUSCATED_BYTES:], key)


def _font_table(marks: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f"<w:fonts {_NAMESPACES}>"
        f'<w:font w:name="{FAMILY}">'
        '<w:panose1 w:val="020B0500000000000000"/><w:charset w:val="86"/>'
        f'<w:family w:val="swiss"/><w:pitch w:val="variable"/>{marks}</w:font></w:fonts>'
    )


def _say_that_fonts_are_embedded(document: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    settings = document.settings.element
    zoom = settings.find(qn("w:zoom"))
    position = 0 if zoom is None else list(settings).index(zoom) + 1
    for offset, tag in enumerate(("w:embedTrueTypeFonts", "w:saveSubsetFonts")):
        settings.insert(position + offset, OxmlElement(tag))
