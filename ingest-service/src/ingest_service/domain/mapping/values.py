"""Cells as people write them to plain forms, one value at a time.

The import and the preview both read through these functions, so a cell means the same in both.
The plain forms are what domain/normalise.py takes exactly: 2024-03-05 12:21:00 or 2024-03-05 (with
an offset where the cell tells one), 1234.5 for amounts, ISO 4217 codes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ingest_service.domain.currencies import named_currency
from ingest_service.domain.mapping.words import (
    CURRENCY_MARKS,
    DIRECTION_OF_WORD,
    MONTHS,
    NOON_MARKS,
)

_EDGES = " \t\r\n\u3000\ufeff\xa0"
_WRAPPED = re.compile(r'="(.*)"')
_BLANKS = frozenset({"", "-", "--", "/", "—", "–", "n/a", "null", "none", "无"})
_SPACES = re.compile(r"\s+")
_PLAIN_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_YEAR_FIRST = re.compile(r"(\d{4})(?P<by>[-/.年])(\d{1,2})[-/.月](\d{1,2})(?:日|\.(?!\d))?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?=\D|$|\d{6}$)")
_SHORT = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)\.?")
_DAY_MONTH = re.compile(
    r"(?:[^\W\d]{2,9}\.?,? )?(\d{1,2})\.?[-\s/]?([^\W\d]{3,10})\.?[-\s/,]{0,2}(\d{4}|\d{2})(?!\d)"
)
_MONTH_DAY = re.compile(
    r"(?:[^\W\d]{2,9}, )?([^\W\d]{3,10})\.?[-\s]?(\d{1,2})(?:st|nd|rd|th)?,?[-\s](\d{4})(?!\d)"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_SERIALS = (20_000, 80_000)
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a calendar of its own
_CLOCK = re.compile(
    r"(?P<before>[^\W\d]{2})?\s*(\d{1,2})[:.时點点h](\d{1,2})(?:[:.分](\d{1,2})(?:[.,]\d+)?秒?)?分?"
    r"\s*(?P<after>[^\W\d]{2}|[ap]\.m\.)?"
)
_TIGHT_CLOCK = re.compile(r"(\d{2})(\d{2})(\d{2})?")
_DAY_PART = re.compile(r"0?\.\d+")
_OFFSET = re.compile(r"\s*(?:(Z|UTC|GMT)|([+-])(\d{2}):?(\d{2}))$", re.IGNORECASE)
_TWO_DIGIT_TURN = 70
_LAST_OFFSET_HOUR = 14
_NOON, _MINUTES, _SECONDS = 12, 60, 60
_MONEY = re.compile(
    r"(?P<open>\()?\s*(?P<s1>[-+])?\s*(?P<c1>[^\d\s+\-.,()'’]{0,4})\s*(?P<s2>[-+])?\s*"
    r"(?P<number>[\d.,](?:[\d.,'’ \xa0\u202f\u2007]*[\d.,])?)\s*"
    r"(?P<c2>[^\d\s+\-.,()'’]{0,4}\.?)\s*(?P<s3>[-+])?\s*(?P<close>\))?"
)
_NUMBER = {
    "." : re.compile(r"(?P<whole>\d+|\d{1,3}(?:(?P<g>[,'’ \xa0\u202f\u2007])\d{3})(?:(?P=g)\d{3})*|\d{1,2}(?:,\d{2})+,\d{3})?(?:\.(?P<part>\d*))?"),  # noqa: E501 - one spelling
    "," : re.compile(r"(?P<whole>\d+|\d{1,3}(?:(?P<g>[.'’ \xa0\u202f\u2007])\d{3})(?:(?P=g)\d{3})*)?(?:,(?P<part>\d*))?"),  # noqa: E501 - one spelling
}  # fmt: skip
_PLAIN_MONEY = {
    ".": re.compile(r"([-+]?)([0-9]+)(?:\.([0-9]+))?"),
    ",": re.compile(r"([-+]?)([0-9]+)(?:,([0-9]+))?"),
}
_MINUSES = str.maketrans(
    {"−": "-", "–": "-", "－": "-", "，": ",", "．": ".", "（": "(", "）": ")"}
)
_CODE = re.compile(r"[A-Za-z]{3}")


@dataclass(frozen=True, slots=True)
class Amount:
    """Digits with at most one point, the sign apart, and the currency where a mark tells it."""

    digits: str
    negative: bool
    currency: str = ""

    @property
    def is_zero(self) -> bool:
        """Whether no money moved."""
        return not self.digits.strip("0.")


def clean_cell(cell: str) -> str:
    """A cell without the blanks around it and without Excel's ="..." wrapping."""
    plain = cell.strip(_EDGES)
    if plain.startswith('="'):
        plain = _WRAPPED.sub(r"\1", plain) if _WRAPPED.fullmatch(plain) else plain
    return plain.replace("\x00", "")


def is_blank(text: str) -> bool:
    """Whether the cell says nothing: empty, a dash, a slash."""
    return text.strip().lower() in _BLANKS


def read_moment(text: str, clock: str, *, order: str) -> str | None:
    """The plain form of a date, with the time of day where one of the cells tells it.

    None where it cannot be read. A date that begins with its year is read in any order.
    """
    if not clock and _PLAIN_MOMENT.fullmatch(text):
        return text if _day(text[:4], text[5:7], text[8:10]) and _valid_clock(text[11:]) else None
    plain = _SPACES.sub(" ", text.strip())
    found = _read_date(plain, order)
    if found is None:
        return None
    day, rest = found
    if not is_blank(clock):
        rest = f" {_only_clock(clock)}"
    return _with_clock(day, rest.strip(" ,/T"))


def read_amount(text: str, *, decimal: str) -> Amount | None:
    """The amount in a cell such as ¥1,234.50, (12.50), 12,50- or 12元; None where it is none."""
    if plain_match := _PLAIN_MONEY[decimal].fullmatch(text):
        # The usual amount, at a tenth of the cost.
        sign, whole, part = plain_match.groups()
        digits = whole.lstrip("0") or "0"
        return Amount(f"{digits}.{part}" if part else digits, sign == "-")
    plain = text.translate(_MINUSES).strip()
    match = _MONEY.fullmatch(plain)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    marks = [match[name] for name in ("c1", "c2") if match[name]]
    currencies = [_currency_of_mark(mark) for mark in marks]
    if None in currencies:
        return None
    number = _NUMBER[decimal].fullmatch(match["number"])
    if number is None or not (number["whole"] or number["part"]):
        return None
    signs = [match[name] for name in ("s1", "s2", "s3") if match[name]]
    if len(signs) + bool(match["open"]) > 1:
        return None
    whole = re.sub(r"\D", "", number["whole"] or "").lstrip("0") or "0"
    digits = f"{whole}.{number['part']}" if number["part"] else whole
    currency = next((code for code in currencies if code), "")
    return Amount(digits, bool(match["open"]) or "-" in signs, currency)


def direction_of(word: str, words: Mapping[str, str]) -> str:
    """The direction that a word tells, the mapping's own words first; "" where it tells none."""
    plain = word.strip().lower()
    return words.get(plain) or DIRECTION_OF_WORD.get(plain, "")


def currency_code(text: str) -> str:
    """The ISO 4217 code that a text names; the text in capitals where none is known."""
    plain = text.strip()
    return CURRENCY_MARKS.get(plain.upper()) or named_currency(plain)


def join_texts(*texts: str) -> str:
    """The texts that say something, each once, with semicolons between."""
    return "; ".join(dict.fromkeys(text for text in texts if text and text != "/"))


def read_coordinate(text: str) -> str:
    """Degrees with a decimal point."""
    plain = text.translate(_MINUSES)
    return plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain


def _read_date(text: str, order: str) -> tuple[dt.date, str] | None:
    """The date at the beginning of a text, and what follows it."""
    for pattern, parts_of in _SPELLINGS:
        if match := pattern.match(text):
            parts = parts_of(match, order)
            day = _day(*parts) if parts is not None else None
            return None if day is None else (day, text[match.end() :])
    if _SERIAL.fullmatch(text) and _SERIALS[0] <= float(text) < _SERIALS[1]:
        moment = _EXCEL_EPOCH + dt.timedelta(seconds=round(float(text) * 86_400))
        return moment.date(), f" {moment:%H:%M:%S}" if "." in text else ""
    return None


def _in_order(first: str, second: str, last: str, order: str) -> tuple[str, str, str] | None:
    """Year, month and day of a short date; a year of four digits stands last only."""
    if order == "dmy":
        return _year(last), second, first
    if order == "mdy":
        return _year(last), first, second
    return None if len(last) != 2 or len(first) != 2 else (_year(first), second, last)  # noqa: PLR2004 - digits


def _year(text: str) -> str:
    if len(text) != 2:  # noqa: PLR2004 - digits
        return text
    return f"{20 if int(text) < _TWO_DIGIT_TURN else 19}{text}"


def _month(name: str) -> str | None:
    return MONTHS.get(name.lower().rstrip("."))


@lru_cache(maxsize=4096)
def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _valid_clock(text: str) -> bool:
    return int(text[:2]) < 24 and int(text[3:5]) < _MINUTES and int(text[6:8]) < _SECONDS  # noqa: PLR2004 - hours


def _only_clock(text: str) -> str:
    """The time of day of a cell that may also hold a day, as Excel's do."""
    plain = _SPACES.sub(" ", text.strip())
    if _DAY_PART.fullmatch(plain):
        seconds = round(float(plain) * 86_400)
        return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    dated = _YEAR_FIRST.match(plain)
    return plain[dated.end() :].strip(" T") if dated else plain


def _with_clock(day: dt.date, text: str) -> str | None:
    """The day with the clock that the text tells; None where the text is no clock."""
    if not text:
        return day.isoformat()
    offset = _OFFSET.search(text)
    clock = text[: offset.start()] if offset else text
    fields = _clock_fields(clock.strip())
    if fields is None:
        return None
    shown = f"{day.isoformat()} {fields[0]:02}:{fields[1]:02}:{fields[2]:02}"
    if offset is None:
        return shown
    if offset[1]:
        return f"{shown}+00:00"
    if int(offset[3]) > _LAST_OFFSET_HOUR or int(offset[4]) >= _MINUTES:
        return None
    return f"{shown}{offset[2]}{offset[3]}:{offset[4]}"


def _clock_fields(text: str) -> tuple[int, int, int] | None:
    match = _CLOCK.fullmatch(text)
    mark = (match["before"] or match["after"] or "").lower() if match else ""
    if match is None:
        match = _TIGHT_CLOCK.fullmatch(text)
        hour, minute, second = (match[1], match[2], match[3]) if match else ("", "", "")
    else:
        hour, minute, second = match[2], match[3], match[4]
    if match is None or (mark and mark not in NOON_MARKS):
        return None
    fields = (_hour(int(hour), mark), int(minute), int(second or 0))
    return fields if fields[0] < 24 and fields[1] < _MINUTES and fields[2] < _SECONDS else None  # noqa: PLR2004 - hours


def _hour(hour: int, mark: str) -> int:
    if not mark or not 1 <= hour <= _NOON:
        return hour
    return hour % _NOON + (_NOON if NOON_MARKS[mark] else 0)


def _by_month_name(year: str, name: str, day: str) -> tuple[str, str, str] | None:
    month = _month(name)
    return None if month is None else (_year(year), month, day)


_PartsOf = Callable[["re.Match[str]", str], "tuple[str, str, str] | None"]
_SPELLINGS: tuple[tuple[re.Pattern[str], _PartsOf], ...] = (
    (_YEAR_FIRST, lambda match, _: (match[1], match[3], match[4])),
    (_COMPACT, lambda match, _: (match[1], match[2], match[3])),
    (_SHORT, lambda match, order: _in_order(match[1], match[3], match[4], order)),
    (_DAY_MONTH, lambda match, _: _by_month_name(match[3], match[2], match[1])),
    (_MONTH_DAY, lambda match, _: _by_month_name(match[3], match[1], match[2])),
)


def _currency_of_mark(mark: str) -> str | None:
    """The code that a mark beside a number tells, "" where several have it; None for no mark."""
    known = CURRENCY_MARKS.get(mark.upper())
    if known is not None:
        return known
    return mark.upper() if _CODE.fullmatch(mark) and mark.upper() in _CODES else None


_CODES = frozenset(code for code in CURRENCY_MARKS.values() if code)
