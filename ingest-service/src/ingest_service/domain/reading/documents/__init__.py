"""Statements that are no tables (OFX, QIF, MT940, CAMT): every module here is one such format.

A module has a DOCUMENT, which recognises the first bytes of a file and opens it as tables whose
header row it makes up; a profile of the same name then reads those columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from ingest_service.domain.reading.tables import Table


class Document(Protocol):
    """One format."""

    id: str

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes (up to 64 KiB) is of this format."""
        ...

    def open(self, stream: BinaryIO) -> Iterator[Table]:
        """The tables of the file. Raises StatementError."""
        ...


@cache
def all_documents() -> tuple[Document, ...]:
    """Every format, by module name."""
    names = sorted(info.name for info in iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").DOCUMENT for name in names)


def document_of(stream: BinaryIO) -> Document | None:
    """The format of the stream, or None; leaves it at its beginning."""
    head = stream.read(65_536)
    stream.seek(0)
    return next((document for document in all_documents() if document.recognises(head)), None)
