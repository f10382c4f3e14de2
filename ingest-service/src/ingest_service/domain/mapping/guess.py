"""A mapping for a table that nobody knows, how sure it is, and what of it is doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest_service.domain.mapping.columns import Column, columns_of
from ingest_service.domain.mapping.dates import date_order, looks_like_date
from ingest_service.domain.mapping.model import ColumnMapping
from ingest_service.domain.mapping.roles import Roles, assign_roles
from ingest_service.domain.mapping.signs import decimal_sign, sign_of_spending
from ingest_service.domain.mapping.values import Amount, clean_cell, is_blank, read_amount
from ingest_service.domain.mapping.words import EXACT, currency_in_name, name_score
from ingest_service.domain.profiles.base import (
    Sample,
    claimed_by_a_brand,
    clean_header,
    header_names,
    is_rule_line,
)

_SURE_NAME = EXACT - 0.2
_HEADER_WITHIN = 40
_ROWS = 100
_MANY = 0.6
_MOST = 0.8
_LOST = {
    "time": 0.6, "amount": 0.6, "direction": 0.7, "date_order": 0.75, "decimal": 0.75,
    "sign": 0.75, "header": 0.8,
}  # fmt: skip
_MONEY = ("amount", "out", "in")
_UNNAMED = 0.85
_NAMED_BY_PART = 0.95


@dataclass(frozen=True, slots=True)
class Guess:
    """A mapping with the header's cells, whether it may be used unasked, and its doubts.

    header_index: where the header stands among the rows, -1 where there is none; first_index:
    where the records begin. doubts name what a person should look at: time, amount, direction,
    date_order, decimal, sign, header. claimed: an app is named above whose profile does not know
    these columns.
    """

    mapping: ColumnMapping
    header: tuple[str, ...]
    header_index: int
    first_index: int
    confidence: float
    doubts: tuple[str, ...]
    named: bool
    claimed: bool

    @property
    def certain(self) -> bool:
        """Whether the headers are known ones and nothing is doubtful."""
        return self.named and not self.claimed and not self.doubts


def guess_table(
    rows: Sequence[Sequence[str]], *, dates: Sequence[str] | None = None
) -> Guess | None:
    """A mapping for the first rows of a table; None where they hold no dates beside amounts.

    dates, where given, are all dates of the file's time column, which may prove an order that the
    first rows leave open.
    """
    cleaned = [[clean_cell(cell) for cell in row] for row in rows]
    header = _named_header(cleaned)
    if header is None:
        return _guess_by_content(cleaned, dates)
    cells = header_cells(cleaned, header, header + 1)
    columns = columns_of(header_names(cells), _data(cleaned, header + 1))
    roles = assign_roles(columns)
    if roles.time is None or not roles.has_money:
        return _guess_by_content(cleaned, dates)
    if not any(column.told for column in columns):
        # A header below its rows tells nothing of what stands above it.
        above = _guess_by_content(cleaned, dates)
        if above is not None:
            return above
    claimed = claimed_by_a_brand(Sample(rows), header)
    return _guess(columns, roles, _Found(header, header + 1, cells, claimed), dates)


def _guess_by_content(rows: Sequence[Sequence[str]], dates: Sequence[str] | None) -> Guess | None:
    """A mapping told by the cells: the header, if there is one, has names nobody knows."""
    first = _first_record(rows)
    if first is None:
        return None
    header = _unknown_header(rows, first)
    cells = header_cells(rows, header, first)
    columns = columns_of(header_names(cells), _data(rows, first))
    roles = assign_roles(columns)
    if roles.time is None or not roles.has_money or len(columns) < 2:  # noqa: PLR2004 - a date and an amount
        return None
    if all(column.date_share == 0 for column in columns):
        return None
    return _guess(columns, roles, _Found(header, first, cells), dates)


def _named_header(rows: Sequence[Sequence[str]]) -> int | None:
    """The first row that names a time and an amount."""
    best: tuple[float, int] | None = None
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        names = [clean_header(cell) for cell in row]
        time = max((name_score("time", name) for name in names if name), default=0.0)
        money = max(
            (name_score(role, name) for name in names if name for role in _MONEY), default=0.0
        )
        told = [cell for cell in row if cell]
        values = [cell for cell in told if looks_like_date(cell) or _is_number(cell)]
        if not time or not money or len(told) < 2 or values:  # noqa: PLR2004 - a time and an amount
            continue
        score = min(time, money)
        if best is None or score > best[0] + EXACT / 4:
            best = (score, index)
    return None if best is None else best[1]


def _is_number(cell: str) -> bool:
    return Column.amount_of(cell) is not None


def _first_record(rows: Sequence[Sequence[str]]) -> int | None:
    """Where most rows begin to hold a date in one cell and an amount in another."""
    held = [_is_record(row) for row in rows]
    for index, is_record in enumerate(held):
        rest = [held[at] for at in range(index, len(rows)) if any(rows[at])]
        if is_record and sum(rest) >= len(rest) * _MANY:
            return index
    return None


def _is_record(row: Sequence[str]) -> bool:
    dates = {at for at, cell in enumerate(row) if cell and looks_like_date(cell)}
    return bool(dates) and any(
        at not in dates and not is_blank(cell) and _is_number(cell) for at, cell in enumerate(row)
    )


def _unknown_header(rows: Sequence[Sequence[str]], first: int) -> int:
    """The row above the first record, where it is a row of names; else -1."""
    if first == 0:
        return -1
    above = [cell for cell in rows[first - 1] if cell]
    width = len([cell for cell in rows[first] if cell])
    names = not any(looks_like_date(cell) or _is_number(cell) for cell in above)
    distinct = len(set(above)) >= len(above) * _MOST
    return first - 1 if names and distinct and len(above) >= width * _MANY and above[1:] else -1


def header_cells(rows: Sequence[Sequence[str]], header: int, first: int) -> tuple[str, ...]:
    """A cell for every column: the header's, and empty ones where most records are wider.

    Without a header the columns are numbered, as many as the widest record has.
    """
    if header < 0:
        width = max(map(len, rows[first:]), default=0)
        return tuple(f"#{number}" for number in range(1, width + 1))
    widths = sorted(
        max((at + 1 for at, cell in enumerate(row) if cell.strip()), default=0)
        for row in rows[first:]
        if any(row)
    )
    usual = widths[len(widths) // 2] if widths else 0
    cells = rows[header]
    return (*cells, *[""] * (usual - len(cells)))


def _data(rows: Sequence[Sequence[str]], first: int) -> list[Sequence[str]]:
    """The records: what is not blank, up to a line of dashes."""
    found: list[Sequence[str]] = []
    for row in rows[first : first + _ROWS]:
        if is_rule_line(row):
            break
        if any(row):
            found.append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Found:
    """Where header and records stand, the header's cells, and whether an app claims the table."""

    header: int
    first: int
    cells: tuple[str, ...]
    claimed: bool = False


def _guess(
    columns: Sequence[Column], roles: Roles, found: _Found, dates: Sequence[str] | None
) -> Guess:
    header = found.header
    doubts = list(roles.doubts)
    order = date_order(_dates(columns, roles) if dates is None else dates)
    if not order.proved:
        doubts.append("date_order")
    money = [columns[at] for at in roles.money]
    decimal = decimal_sign(cell for column in money for cell in column.told)
    if not decimal.proved:
        doubts.append("decimal")
    sign, sign_doubts = _sign(columns, roles, decimal.value)
    doubts += sign_doubts
    if header < 0:
        doubts.append("header")
    mapping = ColumnMapping(
        columns=roles.columns(),
        date_order=order.order,
        decimal=decimal.value,
        sign=sign,
        notes=roles.notes,
        currency=None if roles.currency is not None else _currency(columns, roles),
    )
    return Guess(
        mapping=mapping,
        header=found.cells,
        header_index=header,
        first_index=found.first,
        confidence=_confidence(columns, roles, doubts, has_header=header >= 0),
        doubts=tuple(dict.fromkeys(doubts)),
        named=header >= 0 and roles.name_scores(columns) >= _SURE_NAME,
        claimed=found.claimed,
    )


def _dates(columns: Sequence[Column], roles: Roles) -> list[str]:
    return [] if roles.time is None else columns[roles.time].told


def _sign(columns: Sequence[Column], roles: Roles, decimal: str) -> tuple[str, list[str]]:
    """The sign convention, and what of it is doubtful."""
    if roles.amount is None:
        return "two_columns", ["sign"] if _turns(columns, roles, decimal) else []
    amounts = [_amount(cell, decimal) for cell in columns[roles.amount].cells]
    if roles.sign:
        return roles.sign, []
    told = sign_of_spending(amounts, _texts(columns, roles), _balances(columns, roles, decimal))
    if roles.direction is not None:
        words = columns[roles.direction]
        if words.known_words_share == 1:
            return "by_direction", []
        mixed = any(amount is not None and amount.negative for amount in amounts)
        if not mixed:
            return "by_direction", ["direction"]
    doubts = [] if told.proved else ["sign"]
    if roles.unread_flags and not any(amount and amount.negative for amount in amounts):
        # A column of one or two short words beside unsigned amounts may tell the direction.
        doubts.append("direction")
    return told.value, doubts


def _turns(columns: Sequence[Column], roles: Roles, decimal: str) -> bool:
    """Whether a column of amounts out, or in, has amounts of both signs: some are taken back."""
    return any(
        len({amount.negative for cell in columns[at].told if (amount := _amount(cell, decimal))})
        > 1
        for at in roles.money
    )


def _amount(cell: str, decimal: str) -> Amount | None:
    return None if is_blank(cell) else read_amount(cell, decimal=decimal)


def _texts(columns: Sequence[Column], roles: Roles) -> list[str]:
    texts = [column for column in columns if column.index not in roles.money and column.is_text]
    rows = len(columns[0].cells)
    return [" ".join(column.cells[at] for column in texts) for at in range(rows)]


def _balances(columns: Sequence[Column], roles: Roles, decimal: str) -> list[Amount | None]:
    if roles.balance is None:
        return [None] * len(columns[0].cells)
    return [_amount(cell, decimal) for cell in columns[roles.balance].cells]


def _currency(columns: Sequence[Column], roles: Roles) -> str | None:
    """The currency that the amounts' header or every amount itself names."""
    found = {currency_in_name(columns[at].name) for at in roles.money} - {""}
    if not found:
        marks = [
            amount.currency
            for at in roles.money
            for cell in columns[at].told
            if (amount := Column.amount_of(cell)) is not None
        ]
        found = {*marks} if marks and all(marks) else set()
    return found.pop() if len(found) == 1 else None


def _confidence(
    columns: Sequence[Column], roles: Roles, doubts: Sequence[str], *, has_header: bool
) -> float:
    """0 to 1: each doubt takes its part, and so do names that are half known or missing."""
    sure = 0.99
    if not has_header or not roles.name_scores(columns):
        sure *= _UNNAMED
    elif roles.name_scores(columns) < _SURE_NAME:
        sure *= _NAMED_BY_PART
    for doubt in set(doubts):
        sure *= _LOST[doubt]
    return round(sure, 2)


def with_lines(guess: Guess, lines: Sequence[int]) -> ColumnMapping:
    """The guessed mapping with the lines on which its header and its first record stand."""
    after = guess.header_index + 1
    return replace(
        guess.mapping,
        header_row=lines[guess.header_index] if guess.header_index >= 0 else 0,
        first_row=lines[guess.first_index] if after < guess.first_index < len(lines) else None,
    )
