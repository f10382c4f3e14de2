"""What a column holds, told by its cells alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest_service.domain.mapping.dates import looks_like_date
from ingest_service.domain.mapping.model import BLANK_KIND
from ingest_service.domain.mapping.values import Amount, is_blank, read_amount
from ingest_service.domain.mapping.words import CURRENCY_MARKS, DIRECTION_OF_WORD, FLAGS

_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)
_NUMBER_LIKE = re.compile(r"[\d.,'’ \xa0\u202f\u2007()+−-]*\d[\d.,'’ \xa0\u202f\u2007()+−-]*")
_MOST = 0.8
_MANY = 0.6
_LONG_NUMBER = 9
_FEW_WORDS = 8
_SHORT_WORD = 16


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the first rows: its cells (cleaned) and what most of them are."""

    index: int
    name: str
    cells: tuple[str, ...]

    @property
    def told(self) -> list[str]:
        """The cells that say something."""
        return [cell for cell in self.cells if not is_blank(cell)]

    def share(self, cells: Sequence[str]) -> float:
        """How many of the cells that say something these are, 0 to 1."""
        told = len(self.told)
        return len(cells) / told if told else 0.0

    @property
    def date_share(self) -> float:
        """How many cells are dates."""
        return self.share([cell for cell in self.told if looks_like_date(cell)])

    @property
    def clock_share(self) -> float:
        """How many cells are times of day."""
        return self.share([cell for cell in self.told if _CLOCK.fullmatch(cell)])

    @property
    def is_amounts(self) -> bool:
        """Whether nearly all cells are amounts in one of the two spellings, and no long numbers."""
        told = self.told
        if not told or self.date_share >= _MOST or self.clock_share >= _MANY:
            return False
        read = [cell for cell in told if self.amount_of(cell) is not None]
        long = [cell for cell in told if cell.isdigit() and len(cell) >= _LONG_NUMBER]
        zeros = [cell for cell in told if re.fullmatch(r"0\d+", cell)]
        return self.share(read) >= _MOST and not long and not zeros

    @staticmethod
    def amount_of(cell: str) -> Amount | None:
        """The amount in a cell, in whichever spelling it is one."""
        return read_amount(cell, decimal=".") or read_amount(cell, decimal=",")

    @property
    def decimals_share(self) -> float:
        """How many cells have a decimal part."""
        return self.share([cell for cell in self.told if re.search(r"\d[.,]\d{1,2}\D*$", cell)])

    @property
    def words(self) -> Counter[str]:
        """Each word of a column of few short words, and how often; else none."""
        counted = Counter(cell.lower() for cell in self.told)
        short = all(len(word) <= _SHORT_WORD for word in counted)
        return counted if short and len(counted) <= _FEW_WORDS else Counter()

    @property
    def is_flags(self) -> bool:
        """Whether every cell is a word that tells a direction wherever it stands."""
        words = self.words
        return bool(words) and words.keys() <= FLAGS

    @property
    def known_words_share(self) -> float:
        """How many cells are words that tell a direction."""
        return self.share([cell for cell in self.told if cell.lower() in DIRECTION_OF_WORD])

    @property
    def is_currencies(self) -> bool:
        """Whether all cells name currencies."""
        codes = [CURRENCY_MARKS.get(cell.upper()) for cell in self.told]
        return bool(codes) and all(codes)

    @property
    def is_text(self) -> bool:
        """Whether the cells are words rather than numbers or dates."""
        told = self.told
        numbers = [cell for cell in told if _NUMBER_LIKE.fullmatch(cell)]
        return bool(told) and self.date_share < _MANY and self.share(numbers) < _MANY

    @property
    def kind(self) -> str:
        """One word for what the column holds, to tell a table without a header again."""
        if not self.told:
            return BLANK_KIND
        if self.date_share >= _MANY:
            return "date"
        return "amount" if self.is_amounts else "text"


def columns_of(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    """The columns of some rows; a row that is short has empty cells."""
    return [
        Column(at, name, tuple(row[at] if at < len(row) else "" for row in rows))
        for at, name in enumerate(names)
    ]
