"""What kind of file the bytes are, told from the bytes alone; the file's name is never believed."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO, Literal

from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.archive import is_archive, read_directory, statement_member
from ingest_service.domain.reading.encoding import UNICODE_MARKS, guess_utf16, measure_text

FileKind = Literal["text", "html", "workbook", "archive"]
_HEAD_BYTES = 65_536
_MAGIC = (
    (b"\x89PNG", "PNG"),
    (b"%PDF", "PDF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"{\\rtf", "RTF"),
    (b"RIFF", "RIFF"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
)
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_OLE = "EncryptedPackage".encode("utf-16-le")
_CONTROL = bytes(set(range(32)) - set(b"\x00\t\n\r\x0b\x0c\x1a\x1b"))
# Of random bytes a tenth is control characters; of text next to nothing.
_BINARY_CONTROL_SHARE = 0.02
_BINARY_NUL_SHARE = 0.3
_HTML = re.compile(
    rb"^(?>\s+|<\?xml[^>]*>|<\?mso[^>]*>|<!--.*?-->)*+"  # atomic: comments part in one way only
    rb"<(?:!doctype\s+html|html|head|body|meta|style|table|div|title|center|(?:\w+:)?workbook)\b",
    re.IGNORECASE | re.DOTALL,
)
_OTHER_PACKAGES = (
    ("word/", "DOCX"), ("ppt/", "PPTX"), ("Index/", "Numbers"), ("META-INF/MANIFEST.MF", "JAR"),
)  # fmt: skip


def sniff_kind(stream: BinaryIO) -> FileKind:
    """Whether the stream is a text table, one in HTML, a workbook or a zip; leaves it rewound.

    Raises:
        StatementError: unsupported-content for anything else; what is wrong with a broken archive.
    """
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if is_archive(head):
        return _package_kind(stream, head)
    if head.startswith(_OLE):
        _refuse_locked_workbook(stream)
        return "workbook"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise StatementError("unsupported-content", found=name)
    plain = head if not head.startswith(UNICODE_MARKS) else head.replace(b"\x00", b"")
    if guess_utf16(head) is not None:
        plain = head.replace(b"\x00", b"")
    elif not head.startswith(UNICODE_MARKS) and _is_binary(head):
        raise StatementError("unsupported-content", found="binary")
    if _HTML.match(plain.lstrip(b"\xef\xbb\xbf\xff\xfe")[:4096]):
        return "html"
    return "text"


def detect_encoding(stream: BinaryIO) -> str:
    """The encoding of a text file. Raises StatementError: line-too-long."""
    return measure_text(stream).encoding


def is_locked(stream: BinaryIO) -> bool:
    """Whether the stream is a zip whose one statement needs a password; leaves it rewound.

    Says no to what is wrong in other ways: reading it will tell why.
    """
    head = stream.read(4)
    stream.seek(0)
    if not is_archive(head):
        return False
    try:
        entries = read_directory(stream)
        return statement_member(entries).encrypted
    except StatementError:
        return False


def _package_kind(stream: BinaryIO, head: bytes) -> FileKind:
    try:
        names = {entry.filename for entry in read_directory(stream)}
    except StatementError as error:
        if b"xl/" in head and error.code == "archive-unreadable":
            raise StatementError("workbook-unreadable") from error
        raise
    if any(name.startswith("xl/") for name in names):
        return "workbook"
    if "content.xml" in names and "mimetype" in names:
        return "workbook"
    for part, found in _OTHER_PACKAGES:
        if any(name.startswith(part) for name in names):
            raise StatementError("unsupported-content", found=found)
    return "archive"


def _refuse_locked_workbook(stream: BinaryIO) -> None:
    """A workbook with a password is an OLE file that holds an EncryptedPackage."""
    head = stream.read(1 << 20)
    stream.seek(-min(len(head), 1 << 20), 2)
    tail = stream.read(1 << 20)
    stream.seek(0)
    if _ENCRYPTED_OLE in head or _ENCRYPTED_OLE in tail:
        raise StatementError("workbook-locked")


def _is_binary(head: bytes) -> bool:
    if not head:
        return False
    # What says that it is UTF-8 may hold notes of control characters: our own exports do.
    says_text = head.startswith(codecs.BOM_UTF8)
    control = 0 if says_text else len(head) - len(head.translate(None, _CONTROL))
    return control > _BINARY_CONTROL_SHARE * len(head) or head.count(0) > _BINARY_NUL_SHARE * len(
        head
    )
