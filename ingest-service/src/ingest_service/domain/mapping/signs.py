"""Which sign is spending, and which sign marks the decimals: told by amounts and what is beside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingest_service.domain.mapping.values import Amount, is_blank, read_amount
from ingest_service.domain.mapping.words import BACK_WORDS, INCOME_WORDS

_HALF = 0.5
_MOST = 0.9
_PLACES = 2
_SEPARATED = re.compile(r"\d[.,]\d")


@dataclass(frozen=True, slots=True)
class Told:
    """The likeliest value of a choice, and whether the cells leave no other."""

    value: str
    proved: bool


def decimal_sign(cells: Iterable[str]) -> Told:
    """The sign before the decimals: the one with which more cells are amounts of two decimals."""
    told = [cell for cell in cells if not is_blank(cell)]
    pointed = [_is_common(cell, ".") for cell in told]
    with_comma = [_is_common(cell, ",") for cell in told]
    if sum(with_comma) > sum(pointed):
        # 1.234 alone may be thousands or, in a few currencies, three decimals.
        return Told(",", any("," in cell for cell in told) and not _at_odds(with_comma, pointed))
    if sum(with_comma) == sum(pointed) and any(_SEPARATED.search(cell) for cell in told):
        return Told(".", pointed == with_comma and _same_values(told))
    return Told(".", not _at_odds(pointed, with_comma))


def decimals_differ(cells: Iterable[str]) -> bool:
    """Whether any of the cells is another amount, or none, with the other decimal sign."""
    return any(read_amount(cell, decimal=".") != read_amount(cell, decimal=",") for cell in cells)


def _is_common(cell: str, decimal: str) -> bool:
    amount = read_amount(cell, decimal=decimal)
    return amount is not None and len(amount.digits.partition(".")[2]) <= _PLACES


def _at_odds(chosen: Sequence[bool], other: Sequence[bool]) -> bool:
    """Whether a cell is an amount only in the spelling that was not chosen."""
    return any(not one and two for one, two in zip(chosen, other, strict=True))


def _same_values(cells: Sequence[str]) -> bool:
    return all(read_amount(cell, decimal=".") == read_amount(cell, decimal=",") for cell in cells)


def sign_of_spending(
    amounts: Sequence[Amount | None], texts: Sequence[str], balances: Sequence[Amount | None]
) -> Told:
    """expense_positive or expense_negative; texts are what each row says, balances what it leaves.

    Amounts of one sign are spendings. Of both signs, more rows are spendings than not; to be sure,
    it takes a word (salary, refund) or a running balance that agrees: councils pay refunds too.
    """
    moved = [
        (amount, text)
        for amount, text in zip(amounts, texts, strict=True)
        if amount is not None and not amount.is_zero
    ]
    negative = sum(amount.negative for amount, _ in moved)
    if not negative:
        return Told("expense_positive", proved=True)
    if negative == len(moved):
        return Told("expense_negative", proved=True)
    mostly = negative >= len(moved) * _HALF
    by_words = _by_words(moved)
    likely = "expense_negative" if mostly else "expense_positive"
    by_balance = mostly and not by_words and _adds_up(amounts, balances)
    return Told(likely, proved=by_words == likely or by_balance)


def _by_words(moved: Sequence[tuple[Amount, str]]) -> str:
    """What rows say that name an income or money given back: which sign those have."""
    signs = {
        amount.negative
        for amount, text in moved
        if any(word in text.lower() for word in (*INCOME_WORDS, *BACK_WORDS))
    }
    if len(signs) != 1:
        return ""
    return "expense_positive" if signs.pop() else "expense_negative"


def _adds_up(amounts: Sequence[Amount | None], balances: Sequence[Amount | None]) -> bool:
    """Whether each balance is the one beside it and the row's amount, in either direction."""
    steps = [
        (_value(before), _value(after), _value(own), _value(other))
        for before, after, own, other in zip(
            balances, balances[1:], amounts[1:], amounts, strict=False
        )
        if before is not None and after is not None and own is not None and other is not None
    ]
    down = sum(before + own == after for before, after, own, _ in steps)
    up = sum(after + other == before for before, after, _, other in steps)
    return bool(steps) and max(down, up) >= len(steps) * _MOST


def _value(amount: Amount) -> Decimal:
    value = Decimal(amount.digits)
    return -value if amount.negative else value
