"""Files that people and attackers send: made here, the same bytes every time, none kept on disk.

for file in bad_files():
    file.write(stream)
"""

from __future__ import annotations

from collections.abc import Iterator

from corpus import archives, binaries, documents, markup, shapes, truncated, values, workbooks
from corpus.model import BadFile

__all__ = ["BadFile", "bad_files"]


def bad_files() -> Iterator[BadFile]:
    """All of them, by family; names are distinct."""
    for family in (truncated, shapes, values, binaries, archives, workbooks, documents, markup):
        yield from family.files()
