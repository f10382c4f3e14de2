"""One record of a mapped table as the import reads it; the vectorised path uses the same parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ingest_service.domain.mapping.model import ColumnMapping
from ingest_service.domain.mapping.values import (
    currency_code,
    direction_of,
    is_blank,
    join_texts,
    read_amount,
    read_coordinate,
    read_moment,
)
from ingest_service.domain.mapping.words import BALANCE_WORDS, SUMMARY_WORDS

TIME_COLUMN, AMOUNT_COLUMN = "time_text", "amount_text"


@dataclass(frozen=True, slots=True)
class Money:
    """What the amount columns and the direction column say together.

    unread tells that the amount could not be read; text is then what stood there.
    """

    text: str
    direction: str
    unread: bool = False
    currency: str = ""
    ignored: str = ""


@dataclass(frozen=True, slots=True)
class MappedRow:
    """A record in plain forms; unread names the draft column that could not be read."""

    time: str
    time_raw: str
    amount: str
    amount_raw: str
    direction: str
    currency: str
    merchant: str
    note: str
    category: str
    account: str
    external_id: str
    place: str
    lat: str
    lon: str
    unread: str
    ignored: str


def read_row(cells: Sequence[str], mapping: ColumnMapping) -> MappedRow:
    """The plain forms of a record whose cells are clean."""

    def of(role: str) -> str:
        return _cell(cells, mapping.columns.get(role))

    time, time_unread = time_of(of("time"), of("clock"), order=mapping.date_order)
    money = money_reader(mapping)(of("amount"), of("amount_out"), of("amount_in"), of("direction"))
    marks = [mark_of(text) for text in (of("merchant"), of("note"), _cell(cells, 0))]
    unread = TIME_COLUMN if time_unread else AMOUNT_COLUMN if money.unread else ""
    return MappedRow(
        time=time,
        time_raw=" ".join(text for text in (of("time"), of("clock")) if text),
        amount=money.text,
        amount_raw=" / ".join(
            text for text in (of("amount"), of("amount_out"), of("amount_in")) if text
        ),
        direction=money.direction,
        currency=currency_of(of("currency"), money.currency, mapping),
        merchant=join_texts(of("merchant")),
        note=join_texts(of("note"), *(_cell(cells, at) for at in mapping.notes)),
        category=join_texts(of("category")),
        account=of("account"),
        external_id=of("external_id"),
        place=of("place"),
        lat=read_coordinate(of("lat")),
        lon=read_coordinate(of("lon")),
        unread=unread,
        ignored=ignored_because(time, money, marks, time_unread=time_unread),
    )


def time_of(text: str, clock: str, *, order: str) -> tuple[str, bool]:
    """The plain time, and whether the cells could not be read; what stood there is then told."""
    if is_blank(text):
        return "", False
    plain = read_moment(text, clock, order=order)
    return (plain, False) if plain else (" ".join(one for one in (text, clock) if one), True)


class MoneyReader:
    """Reads amounts and directions by the signs and words of a mapping."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self._mapping = mapping
        self._read = partial(read_amount, decimal=mapping.decimal)
        self._by_two = "amount" not in mapping.columns

    def __call__(self, amount: str, out: str, back: str, word: str) -> Money:
        """What the cells of one record say together."""
        return self._of_two(out, back) if self._by_two else self._of_one(amount, word)

    def _of_one(self, text: str, word: str) -> Money:
        if is_blank(text):
            return Money("", self._direction(word, negative=False) or "expense")
        amount = self._read(text)
        if amount is None:
            return Money(text, "expense", unread=True)
        direction = self._direction(word, negative=amount.negative)
        ignored = "zero-amount" if amount.is_zero else ""
        return Money(amount.digits, direction, currency=amount.currency, ignored=ignored)

    def _of_two(self, out: str, back: str) -> Money:
        spent, got = (None if is_blank(text) else self._read(text) for text in (out, back))
        if (spent is None and not is_blank(out)) or (got is None and not is_blank(back)):
            return Money(" / ".join(text for text in (out, back) if text), "expense", unread=True)
        moved = [
            (amount, direction)
            for amount, direction in ((spent, "expense"), (got, "income"))
            if amount is not None and not amount.is_zero
        ]
        if len(moved) > 1:
            return Money(f"{out} / {back}", "expense", unread=True)
        if moved:
            amount, direction = moved[0]
            return Money(amount.digits, direction, currency=amount.currency)
        zero = spent or got
        return (
            Money("", "expense") if zero is None else Money("0", "expense", ignored="zero-amount")
        )

    def _direction(self, word: str, *, negative: bool) -> str:
        """What the word tells, else the sign; "" where the word should tell it and does not."""
        spending = negative == (self._mapping.sign == "expense_negative")
        by_sign = "expense" if spending else "income"
        if not word:
            return by_sign
        told = direction_of(word, self._mapping.words)
        return told or ("" if self._mapping.sign == "by_direction" else by_sign)


def money_reader(mapping: ColumnMapping) -> MoneyReader:
    """The reader of a mapping's amounts."""
    return MoneyReader(mapping)


def currency_of(text: str, mark: str, mapping: ColumnMapping) -> str:
    """The code of the currency column, of the mark beside the amount, or of the mapping; or ""."""
    return (currency_code(text) if text else "") or mark or mapping.currency or ""


def mark_of(text: str) -> str:
    """balance-row or summary-row where the text is the name of such a row; else ""."""
    word = text.strip(" :：").lower()
    if word in BALANCE_WORDS:
        return "balance-row"
    return "summary-row" if word in SUMMARY_WORDS else ""


def ignored_because(time: str, money: Money, marks: Sequence[str], *, time_unread: bool) -> str:
    """The code of the reason for which a record is no transaction; "" where it is one.

    A total has no time; one that has is somebody's name.
    """
    if not time and not money.text:
        return "blank-row"
    if "balance-row" in marks:
        return "balance-row"
    if "summary-row" in marks and (not time or time_unread):
        return "summary-row"
    return money.ignored


def _cell(cells: Sequence[str], at: int | str | None) -> str:
    return cells[at] if isinstance(at, int) and at < len(cells) else ""


def words_of(cells: Sequence[str], words: Mapping[str, str]) -> dict[str, str]:
    """Each word of a direction column, in lower case, with the direction it tells or ""."""
    return {cell.lower(): direction_of(cell, words) for cell in cells if cell}
