"""What a user has said of payees, by their names: it counts before any guess from n-grams."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest_service.domain.text_features import folded


@dataclass(frozen=True, slots=True)
class Payee:
    """The class of a name and how sure it is ("" where its corrections differ too much), and the
    classes of its rows by what their notes say (hashed names of notes).
    """

    key: str = ""
    confidence: float = 0.0
    by_note: Mapping[int, tuple[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Correction:
    """A row that the user put into a category himself, by the category's key."""

    merchant: str
    note: str
    incoming: bool
    key: str


Memory = Mapping[int, Payee]
"""Payees by the hash of their names."""


def name_of(text: str) -> str:
    """The letters of a text, without the numbers and signs that change from branch to branch."""
    plain = folded(text)
    letters = "".join(char if char.isalpha() else " " for char in plain)
    return " ".join(letters.split()) or plain


def hash_of(text: str) -> int:
    """The number by which a name is known, 32 bits."""
    return zlib.crc32(name_of(text).encode("utf-8", "surrogatepass"))


def remembered(memory: Memory, merchant: str, note: str) -> tuple[str, float]:
    """The class of a row and its confidence; ("", 0) where nothing was said of it."""
    payee = memory.get(hash_of(merchant)) if memory else None
    if payee is None:
        return "", 0.0
    if payee.by_note:
        said = payee.by_note.get(hash_of(note))
        if said is not None:
            return said
    return payee.key, payee.confidence
