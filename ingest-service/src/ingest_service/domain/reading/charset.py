"""The encoding of a document whose own word for it may be missing or wrong."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from ingest_service.domain.errors import StatementError

MAX_LINE_CHARS = 1 << 20
_SAMPLE_BYTES = 1 << 20
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LONE_HIGH = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH = re.compile(rb"[\x80-\xff]")
_LONE_SHARE = 0.15


def document_encoding(stream: BinaryIO, stated: str = "") -> str:
    """UTF-8 or UTF-16 where the bytes say so, else the stated one, else by the look of the bytes.

    Chinese text in GB18030 is mostly pairs of high bytes; in a western code page they stand alone.
    """
    stream.seek(0)
    sample = stream.read(_SAMPLE_BYTES)
    stream.seek(0)
    if sample.startswith(_WIDE_MARKS):
        return "utf-16"
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if _is_utf8(stream):
        return "utf-8"
    lone = len(_LONE_HIGH.findall(sample))
    if lone < _LONE_SHARE * len(_HIGH.findall(sample)):
        return "gb18030"
    return stated if _is_single_byte(stated) else "cp1252"


def numbered_lines(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    """The lines of the stream from its beginning, from 1, without their line ends.

    Raises:
        StatementError: line-too-long.
    """
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline=None)
    try:
        number = 0
        while line := text.readline(MAX_LINE_CHARS):
            number += 1
            if len(line) >= MAX_LINE_CHARS:
                raise StatementError("line-too-long", row=number)
            yield number, line.rstrip("\n")
    finally:
        text.detach()


def decoded_blocks(stream: BinaryIO, encoding: str, size: int = 1 << 18) -> Iterator[str]:
    """The text of the stream from its beginning, block by block."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while block := stream.read(size):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _is_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        while block := stream.read(_SAMPLE_BYTES):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(0)
    return True


def _is_single_byte(name: str) -> bool:
    try:
        return len(codecs.encode("é", name)) == 1
    except (LookupError, UnicodeError, TypeError):
        return False
