"""Which column plays which role, by the headers' names and the cells together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ingest_service.domain.mapping.columns import Column
from ingest_service.domain.mapping.values import is_blank
from ingest_service.domain.mapping.words import EXACT, PART, name_score

_MANY = 0.6
_MOST = 0.9
_TEXT_ROLES = ("category", "merchant", "note", "account", "place")
_BALANCE = ("余额", "结余", "balance", "saldo", "solde", "egyenleg", "kontostand")
_FLAG_WORDS = 3
_FLAG_CHARS = 8
_NOT_MERCHANTS = frozenset(
    {"摘要", "交易摘要", "备注", "附言", "用途", "memo", "note", "notes", "bemerkung", "kommentar",
     "commentaire", "comment", "comments", "remark", "remarks", "notiz", "reference", "item"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Roles:
    """Column indices by role; unread_flags: columns of few short words that may be flags."""

    time: int | None = None
    clock: int | None = None
    amount: int | None = None
    out: int | None = None
    back: int | None = None
    direction: int | None = None
    currency: int | None = None
    balance: int | None = None
    others: tuple[tuple[str, int], ...] = ()
    notes: tuple[int, ...] = ()
    unread_flags: tuple[int, ...] = ()
    doubts: tuple[str, ...] = ()
    sign: str = ""

    @property
    def money(self) -> tuple[int, ...]:
        """The columns of amounts."""
        found = (self.amount,) if self.amount is not None else (self.out, self.back)
        return tuple(at for at in found if at is not None)

    @property
    def has_money(self) -> bool:
        """Whether there is any."""
        return bool(self.money)

    def columns(self) -> dict[str, int]:
        """Role to column, as a mapping has it."""
        named = {
            "time": self.time, "clock": self.clock, "amount": self.amount, "amount_out": self.out,
            "amount_in": self.back, "direction": self.direction, "currency": self.currency,
        }  # fmt: skip
        return {role: at for role, at in named.items() if at is not None} | dict(self.others)

    def name_scores(self, columns: Sequence[Column]) -> float:
        """How well the least known of time and money is named."""
        scores = [name_score("time", columns[self.time].name)] if self.time is not None else [0.0]
        scores += [
            max(name_score(role, columns[at].name) for role in ("amount", "out", "in"))
            for at in self.money
        ]
        return min(scores)


def assign_roles(columns: Sequence[Column]) -> Roles:
    """Each role's best column; a column plays one role."""
    roles = _with_time(columns, Roles())
    roles = _with_money(columns, roles)
    roles = roles if roles.has_money else _with_named_money(columns, roles)
    roles = _with_flags(columns, roles)
    return _with_texts(columns, roles)


def _best(role: str, columns: Sequence[Column], taken: Sequence[int | None]) -> int | None:
    """The column with the best name for the role, the first of equals; None where none has one."""
    scored = [
        (name_score(role, column.name), -column.index)
        for column in columns
        if column.index not in taken
    ]
    score, place = max(scored, default=(0.0, 0))
    return -place if score else None


def _with_time(columns: Sequence[Column], roles: Roles) -> Roles:
    dated = [column for column in columns if column.date_share >= _MANY]
    by_name = _best("time", dated, ())
    doubts = roles.doubts
    if by_name is not None:
        time: int | None = by_name
    elif dated:
        time = dated[0].index
        doubts = (*doubts, "time")
    else:
        # No cell is a date: what is wrong with them is told row by row.
        time = _best("time", [column for column in columns if not column.is_amounts], ())
        doubts = (*doubts, "time") if time is not None and columns[time].told else doubts
    clocks = [c for c in columns if c.clock_share >= _MANY and c.index != time]
    clock = (
        clocks[0].index if clocks and time is not None and _without_clock(columns[time]) else None
    )
    return replace(roles, time=time, clock=clock, doubts=doubts)


def _without_clock(column: Column) -> bool:
    return not any(
        ":" in cell and not cell.rstrip("Z0:. ").endswith(("-", "T")) for cell in column.told
    ) or all(cell.endswith("00:00:00") for cell in column.told)


def _with_money(columns: Sequence[Column], roles: Roles) -> Roles:
    free = [column for column in columns if column.index not in (roles.time, roles.clock)]
    # A column without any amount yet counts by its name: an empty Credit is a credit.
    able = [column for column in free if column.is_amounts or not column.told]
    full = [column for column in able if column.told]
    balance = _balance(full)
    able = [column for column in able if column.index != balance]
    full = [column for column in full if column.index != balance]
    roles = replace(roles, balance=balance)
    amount = _best("amount", full, ())
    out, back = _best("out", able, ()), _best("in", able, ())
    if (
        out is not None
        and back is not None
        and out != back
        and _exclude(columns[out], columns[back])
    ):
        named = amount is not None and name_score("amount", columns[amount].name) > PART
        if not named:
            return replace(roles, out=out, back=back)
    if amount is not None:
        rivals = [
            c
            for c in full
            if name_score("amount", c.name) >= name_score("amount", columns[amount].name)
        ]
        unclear = name_score("amount", columns[amount].name) <= PART and len(rivals) > 1
        return replace(
            roles, amount=amount, doubts=(*roles.doubts, *(["amount"] if unclear else []))
        )
    one = out if out is not None else back
    if one is not None and columns[one].told:
        return _with_one_side(columns, replace(roles, out=out, back=None if back == out else back))
    return _money_by_content(full, roles)


def _with_named_money(columns: Sequence[Column], roles: Roles) -> Roles:
    """A column named as the amount though too few of its cells are: that is told row by row."""
    amount = _best("amount", columns, (roles.time, roles.clock, roles.balance))
    known = amount is not None and name_score("amount", columns[amount].name) > PART
    return replace(roles, amount=amount) if known else roles


def _with_one_side(columns: Sequence[Column], roles: Roles) -> Roles:
    """A column named for one way in which signs show that it holds both: Inflow -12.50."""
    if roles.out is None and roles.back is not None and _has_sign(columns[roles.back]):
        return replace(roles, amount=roles.back, back=None, sign="expense_negative")
    if roles.back is None and roles.out is not None and _has_sign(columns[roles.out]):
        return replace(roles, amount=roles.out, out=None)
    return roles


def _balance(columns: Sequence[Column]) -> int | None:
    named = [c.index for c in columns if any(word in c.name for word in _BALANCE)]
    return named[0] if named else None


def _exclude(one: Column, other: Column) -> bool:
    """Whether in nearly every row at most one of the two columns has an amount that is not 0."""
    both = [
        (first, second)
        for first, second in zip(one.cells, other.cells, strict=True)
        if _moves(first) and _moves(second)
    ]
    return len(both) <= len(one.cells) * (1 - _MOST)


def _moves(cell: str) -> bool:
    amount = None if is_blank(cell) else Column.amount_of(cell)
    return amount is not None and not amount.is_zero


def _money_by_content(full: Sequence[Column], roles: Roles) -> Roles:
    """Amounts whose header nobody knows: a pair that excludes each other, else one column."""
    likely = [c for c in full if not _all_equal(c) or len(c.told) == 1]
    likely = likely or list(full)
    if not likely:
        return roles
    doubts = (*roles.doubts, "amount")
    pairs = [
        (one, other)
        for at, one in enumerate(likely)
        for other in likely[at + 1 :]
        if _exclude(one, other) and _fill(one, other) and len(one.told) < len(one.cells)
    ]
    if pairs:
        # People spend more often than they earn.
        one, other = sorted(pairs[0], key=lambda c: -len(c.told))
        return replace(roles, out=one.index, back=other.index, doubts=doubts)
    running = _running_total(likely)
    likely = [c for c in likely if c.index != running] or likely
    best = max(likely, key=lambda c: (_has_sign(c), c.decimals_share, len(c.told), -c.index))
    return replace(roles, amount=best.index, balance=running, doubts=doubts)


def _all_equal(column: Column) -> bool:
    return len(set(column.told)) == 1


def _has_sign(column: Column) -> bool:
    return any(cell[:1] in "-−(" for cell in column.told)


def _fill(one: Column, other: Column) -> bool:
    filled = sum(_moves(a) or _moves(b) for a, b in zip(one.cells, other.cells, strict=True))
    return filled >= len(one.cells) * _MOST


def _running_total(columns: Sequence[Column]) -> int | None:
    """The column that another one's amounts add up in."""
    for total in columns:
        for part in columns:
            if part is not total and _adds_up(part, total):
                return total.index
    return None


def _adds_up(part: Column, total: Column) -> bool:
    own, sums = [_value(c) for c in part.cells], [_value(c) for c in total.cells]
    down = up = steps = 0
    for at in range(1, len(own)):
        before, after, here, above = sums[at - 1], sums[at], own[at], own[at - 1]
        if before is None or after is None or here is None or above is None:
            continue
        steps += 1
        down += before + here == after
        up += after + above == before
    return steps > 1 and max(down, up) >= steps * _MOST


def _value(cell: str) -> Decimal | None:
    amount = None if is_blank(cell) else Column.amount_of(cell)
    if amount is None:
        return None
    return -Decimal(amount.digits) if amount.negative else Decimal(amount.digits)


def _with_flags(columns: Sequence[Column], roles: Roles) -> Roles:
    """Direction and currency."""
    taken = (roles.time, roles.clock, roles.balance, *roles.money)
    free = [column for column in columns if column.index not in taken]
    currencies = [column for column in free if column.is_currencies]
    currency = _best("currency", currencies, ())
    if currency is None and currencies:
        currency = currencies[0].index
    free = [column for column in free if column.index != currency]
    direction = None
    if roles.amount is not None:
        worded = [column for column in free if column.known_words_share >= _MANY and column.words]
        direction = _best("direction", worded, ())
        flagged = [column.index for column in free if column.is_flags]
        direction = flagged[0] if direction is None and flagged else direction
    unread = tuple(
        column.index for column in free if column.index != direction and _may_be_flag(column)
    )
    return replace(roles, currency=currency, direction=direction, unread_flags=unread)


def _may_be_flag(column: Column) -> bool:
    """Whether the column has two or three short words for all its rows, or is named as one."""
    if column.is_text and name_score("direction", column.name) > PART:
        return True
    words = column.words
    short = bool(words) and all(len(word) <= _FLAG_CHARS and not word.isdigit() for word in words)
    filled = len(column.told) == len(column.cells)
    return short and filled and 1 < len(words) <= _FLAG_WORDS and len(column.cells) > _FLAG_WORDS


def _with_texts(columns: Sequence[Column], roles: Roles) -> Roles:
    taken: list[int | None] = [
        roles.time, roles.clock, roles.balance, roles.direction, roles.currency, *roles.money,
    ]  # fmt: skip
    found: dict[str, int] = {}
    for role in ("lat", "lon", "external_id", *_TEXT_ROLES):
        free = [c for c in columns if c.index not in taken and c.told and c.date_share < _MANY]
        at = _best(role, free, ())
        if at is None and role == "merchant":
            at = _merchant_by_content(free, roles)
        if at is not None:
            found[role] = at
            taken.append(at)
    if ("lat" in found) != ("lon" in found):
        found = {role: at for role, at in found.items() if role not in {"lat", "lon"}}
    return replace(roles, others=tuple(found.items()))


def _merchant_by_content(free: Sequence[Column], roles: Roles) -> int | None:
    """Without a named payee: the description, or the text that differs most from row to row."""
    texts = [
        c
        for c in free
        if c.is_text
        and c.name not in _NOT_MERCHANTS
        and c.index not in roles.unread_flags
        and all(
            name_score(role, c.name) < EXACT / 2 for role in ("category", "external_id", "account")
        )
    ]
    described = [c for c in texts if name_score("note", c.name)]
    named = [c for c in columns_named(free) if c in described]
    if named:
        return named[0].index
    unnamed = [c for c in texts if not name_score("note", c.name)]
    best = max(unnamed, key=lambda c: (len(set(c.told)), sum(map(len, c.told))), default=None)
    return None if best is None else best.index


def columns_named(columns: Sequence[Column]) -> list[Column]:
    """Columns by how well they are named as what was bought or from whom."""
    return sorted(columns, key=lambda c: (-name_score("note", c.name), c.index))
