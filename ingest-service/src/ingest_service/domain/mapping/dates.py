"""The order of day, month and year in a table, told by all its dates together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest_service.domain.mapping.model import DATE_ORDERS
from ingest_service.domain.mapping.values import read_moment

_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")


_USUAL = ("dmy", "mdy", "ymd")


@dataclass(frozen=True, slots=True)
class DateOrder:
    """The likeliest order, and whether the dates leave no other."""

    order: str
    proved: bool


def looks_like_date(text: str) -> bool:
    """Whether the text is a date in any order; the bare numbers of workbooks are not counted."""
    if _SERIAL.fullmatch(text) or not any(sign.isdigit() for sign in text):
        return False
    return any(read_moment(text, "", order=order) for order in DATE_ORDERS)


def date_order(texts: Iterable[str]) -> DateOrder:
    """The order in which most of the texts are dates.

    Where several orders read equally many and differ, the likeliest is the one in which the dates
    run evenly, then the one that spans the least time; it is not proved.
    """
    told = list(dict.fromkeys(text for text in texts if text))
    read = {order: [read_moment(text, "", order=order) for text in told] for order in DATE_ORDERS}
    count = {order: sum(map(bool, moments)) for order, moments in read.items()}
    most = max(count.values(), default=0)
    tied = [order for order in DATE_ORDERS if count[order] == most]
    distinct = [order for order in tied if read[order] != read[tied[0]]]
    if not distinct:
        return DateOrder(tied[0], proved=True)
    best = min(tied, key=lambda order: (_unevenness(read[order]), _USUAL.index(order)))
    return DateOrder(best, proved=False)


def orders_differ(texts: Iterable[str]) -> bool:
    """Whether any of the texts is another date, or none, in another order."""
    return any(
        len({read_moment(text, "", order=order) for order in DATE_ORDERS}) > 1 for text in texts
    )


def _unevenness(moments: Sequence[str | None]) -> tuple[bool, float]:
    """Whether the dates run neither up nor down, and the days that they span."""
    days = [moment[:10] for moment in moments if moment]
    ordered = days == sorted(days) or days == sorted(days, reverse=True)
    if not days:
        return (not ordered, 0.0)
    first, last = min(days), max(days)
    return (not ordered, _day_count(last) - _day_count(first))


def _day_count(day: str) -> float:
    year, month, date = (int(part) for part in day.split("-"))
    return year * 365.25 + month * 30.44 + date
