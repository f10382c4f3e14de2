"""What kind of file the bytes are, told from the bytes alone; the file's name is never believed."""

from __future__ import annotations

import codecs
from typing import BinaryIO, Literal

from ingest_service.domain.errors import StatementError

FileKind = Literal["text", "workbook"]
_HEAD_BYTES = 65_536
_MAGIC = (
    (b"\x89PNG", "PNG"),
    (b"%PDF", "PDF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"SQLite format 3", "SQLite"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
)
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def sniff_kind(stream: BinaryIO) -> FileKind:
    """Whether the stream is a text table or a workbook; leaves it at its beginning.

    Raises:
        StatementError: unsupported-content, for anything else.
    """
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        if b"[Content_Types].xml" in head or b"xl/" in head or b"_rels/" in head:
            return "workbook"
        raise StatementError("unsupported-content", found="ZIP")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "workbook"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise StatementError("unsupported-content", found=name)
    if b"\x00" in head[:4096] and not head.startswith(_UTF16_BOMS):
        raise StatementError("unsupported-content", found="binary")
    return "text"


def detect_encoding(stream: BinaryIO) -> str:
    """The encoding of a text file: BOM, else UTF-8 if all of it is, else GB18030, else a guess."""
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith(_UTF16_BOMS):
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        if _decodes(stream, encoding):
            return encoding
    from charset_normalizer import from_bytes

    best = from_bytes(head).best()
    return best.encoding if best is not None else "gb18030"


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while block := stream.read(1 << 20):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(0)
    return True
