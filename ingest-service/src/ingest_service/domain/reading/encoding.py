"""The encoding of a text file, told from its bytes, in one pass that also finds endless lines."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import BinaryIO

from ingest_service.domain.errors import StatementError

MAX_LINE_BYTES = 4 << 20
# 50,000 rows of this many bytes are a chunk of 64 MB.
_HEAVY_LINE_BYTES = 1_300
UNICODE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_HEAD_BYTES = 65_536
_BLOCK_BYTES = 1 << 20
# A damaged UTF-8 file has a few bad bytes; one in another encoding has hardly a good one.
_DAMAGED_SHARE = 0.1
# In GB2312 both bytes are above 0xA0; Latin letters taken for GBK are followed by ASCII.
_CHINESE_SHARE = 0.5
_UTF16_SHARE = 0.15
_MIN_UTF16_BYTES = 16
_CONTROL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class TextShape:
    """The encoding, whether every line is known to be of a sane length, and whether many are long.

    heavy means that a chunk of rows might not fit in memory, so their text must be counted.
    """

    encoding: str
    lines_bounded: bool
    heavy: bool


def measure_text(stream: BinaryIO) -> TextShape:
    """Encoding and line lengths of a text file; leaves the stream rewound.

    Raises:
        StatementError: line-too-long.
    """
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    wide = _wide_encoding(head)
    if wide is not None:
        return TextShape(wide, lines_bounded=False, heavy=True)
    scan = _Scan()
    scan.run(stream)
    if head.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif scan.invalid_at is None:
        encoding = "utf-8"
    else:
        encoding = _legacy(stream, head, scan.invalid_at)
    return TextShape(encoding, lines_bounded=True, heavy=scan.mean_line > _HEAVY_LINE_BYTES)


def _wide_encoding(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith(UNICODE_MARKS):
        return "utf-16"
    return guess_utf16(head)


def guess_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: digits, commas and line ends have a zero on one side, never both."""
    head = head[: len(head) // 2 * 2]
    if len(head) < _MIN_UTF16_BYTES or b"\x00" not in head:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > _UTF16_SHARE * half and even < odd / 20:
        return _if_text(head, "utf-16-le")
    if even > _UTF16_SHARE * half and odd < even / 20:
        return _if_text(head, "utf-16-be")
    return None


def _if_text(head: bytes, encoding: str) -> str | None:
    """The encoding, where it does not turn the bytes into control characters."""
    text = head[:4096].decode(encoding, "replace")
    control = sum(character < " " and character not in "\t\r\n" for character in text)
    return encoding if control <= _CONTROL_SHARE * len(text) else None


@dataclass(slots=True)
class _Scan:
    """One pass over a file: where it stops being UTF-8, and how long its lines are."""

    invalid_at: int | None = None
    mean_line: float = 0.0
    _position: int = 0
    _open_line: int = 0

    def run(self, stream: BinaryIO) -> None:
        """Read all of the stream and rewind it."""
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        try:
            while block := stream.read(_BLOCK_BYTES):
                self._measure_lines(block)
                self._decode(decoder, block, final=False)
                self._position += len(block)
            self._decode(decoder, b"", final=True)
        finally:
            stream.seek(0)

    def _decode(self, decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool) -> None:
        if self.invalid_at is not None:
            return
        try:
            decoder.decode(block, final)
        except UnicodeDecodeError as error:
            self.invalid_at = max(0, self._position + error.start - 4)

    def _measure_lines(self, block: bytes) -> None:
        ends = [at for at in (block.find(b"\n"), block.find(b"\r")) if at >= 0]
        longest = self._open_line + (min(ends) if ends else len(block))
        if longest > MAX_LINE_BYTES:
            raise StatementError("line-too-long", row=1)
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._open_line = longest if last < 0 else len(block) - last - 1
        lines = max(block.count(b"\n"), block.count(b"\r"), 1)
        self.mean_line = max(self.mean_line, len(block) / lines)


def _legacy(stream: BinaryIO, head: bytes, invalid_at: int) -> str:
    """The encoding of a file that is not wholly UTF-8."""
    stream.seek(invalid_at)
    window = stream.read(2 * _HEAD_BYTES)
    stream.seek(0)
    if _is_damaged(window, "utf-8"):
        return "utf-8"
    sample = head + window
    if _looks_chinese(sample):
        return "gb18030"
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:_HEAD_BYTES]).best()
    return best.encoding if best is not None else "gb18030"


def _is_damaged(window: bytes, encoding: str) -> bool:
    """Whether the bytes are of the encoding, but for a few."""
    wide = len(window) - len(window.translate(None, bytes(range(128, 256))))
    bad = window.decode(encoding, "replace").count("\ufffd")
    return bad <= max(2, _DAMAGED_SHARE * wide) and bad < wide / 2


def _looks_chinese(sample: bytes) -> bool:
    text = sample.decode("gb18030", "replace")
    wide = [character for character in text if ord(character) > 0x7F]  # noqa: PLR2004 - ASCII ends there
    if not wide:
        return False
    good = 0
    for character in wide:
        raw = character.encode("gb18030")
        good += len(raw) == 2 and raw[0] > 0xA0 and raw[1] > 0xA0  # noqa: PLR2004 - two bytes of GB2312
    return good > _CHINESE_SHARE * len(wide)
