"""What a file of the corpus is, and the plain statements that the others are made from."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

HEADER = ("交易时间", "交易对方", "收/支", "金额", "备注")
_EPOCH = (2024, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class BadFile:
    """One file: the name that it is sent under, and how its bytes are written.

    large files are streamed and never held in memory.
    """

    name: str
    write: Callable[[BinaryIO], object]
    large: bool = False

    def data(self) -> bytes:
        """All bytes; for files that are not large."""
        stream = io.BytesIO()
        self.write(stream)
        return stream.getvalue()


def of_bytes(name: str, data: bytes) -> BadFile:
    """A small file."""
    return BadFile(name, lambda stream: stream.write(data))


def of_text(name: str, text: str, encoding: str = "utf-8") -> BadFile:
    """A small text; lone surrogates are written as they are."""
    return of_bytes(name, text.encode(encoding, "surrogatepass"))


def streamed(name: str, blocks: Callable[[], Iterable[bytes]]) -> BadFile:
    """A large file, block by block."""
    return BadFile(name, lambda stream: stream.writelines(blocks()), large=True)


def good_rows(count: int = 20, *, first: int = 0) -> list[list[str]]:
    """Rows below HEADER that every reader should take."""
    return [
        [
            f"2024-03-{number % 28 + 1:02} 12:{number % 60:02}:00",
            f"兰州拉面{number}号店",
            "支出",
            f"{number % 90 + 1}.{number % 100:02}",
            f"备注{number}",
        ]
        for number in range(first, first + count)
    ]


def csv_text(
    rows: Sequence[Sequence[str]], *, delimiter: str = ",", end: str = "\n", header: bool = True
) -> str:
    """Rows as text without any quoting."""
    lines = [delimiter.join(HEADER)] if header else []
    lines += [delimiter.join(row) for row in rows]
    return end.join(lines) + end


def zipped(
    entries: Iterable[tuple[str | zipfile.ZipInfo, bytes]], *, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A zip of these entries, always of the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = method
            archive.writestr(info, data)
    return buffer.getvalue()
