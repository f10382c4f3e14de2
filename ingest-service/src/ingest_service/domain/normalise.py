"""Draft columns of text to canonical columns of numbers, with an error for every row that fails.

Loads pandas; only the worker imports this module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingest_service.domain.amounts import MAX_AMOUNT_MINOR
from ingest_service.domain.currencies import is_currency, named_currency
from ingest_service.domain.local_time import MAX_TIME, MIN_TIME
from ingest_service.domain.times import parse_times

_SHOWN_CHARS = 100
_READ_HERE = [
    "time_text", "amount_text", "refund_text", "fee_text", "currency_text", "lat_text", "lon_text",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """How the texts of this import are to be read."""

    time_zone: str
    currency: str
    exponent_of: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A row (by its position in the chunk) that fails, why, and on which draft column."""

    position: int
    column: str
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    """A row (by its position in the chunk) that is no transaction, and a code that says why."""

    position: int
    code: str


@dataclass(frozen=True, slots=True)
class Normalised:
    """Canonical rows (index: position in the chunk), problems, and why other rows are ignored."""

    rows: pd.DataFrame
    problems: Sequence[CellProblem]
    ignored: Sequence[IgnoredRow]


def normalise(draft: pd.DataFrame, reading: Reading) -> Normalised:
    """The canonical columns of a draft whose index counts positions from 0.

    Columns: time (int64, epoch seconds), local_day (int64, days since 1970), local_hour,
    local_weekday, has_clock (bool), amount_minor, stated_refund_minor, fee_minor (int64),
    lat, lon (float64, NaN = none), closed, pending (bool) and the texts of the draft.
    """
    draft, ignored = _without_ignored(draft)
    problems = _Problems(draft)
    draft = _understood(draft, problems)
    times = parse_times(draft["time_text"], reading.time_zone)
    unread = draft.get("unread", pd.Series("", index=draft.index, dtype="str"))
    _check_times(problems, draft["time_text"], times, unread)
    currency = _currency(draft["currency_text"], reading.currency)
    codes = {code: is_currency(code) for code in currency.unique()}
    problems.add("currency_text", "currency-invalid", ~currency.map(codes).astype(bool))
    exponents = {code: _places(code, reading) for code in currency.unique()}
    places = currency.map(exponents).astype("int64")
    amounts = read_amounts(draft["amount_text"], places, finer=draft.get("finer"))
    problems.add("amount_text", "amount-invalid", unread == "amount_text")
    for code, mask in amounts.problems:
        problems.add("amount_text", code, mask)
    problems.add("direction", "direction-invalid", draft["direction"] == "")
    lat, lon = _coordinate(draft["lat_text"]), _coordinate(draft["lon_text"])
    problems.add("lat_text", "latitude-invalid", (draft["lat_text"] != "") & ~(lat.abs() <= 90))  # noqa: PLR2004 - degrees
    problems.add("lon_text", "longitude-invalid", (draft["lon_text"] != "") & ~(lon.abs() <= 180))  # noqa: PLR2004 - degrees
    both = lat.notna() & lon.notna()
    rows = draft.drop(columns=[*_READ_HERE, "unread", "finer"], errors="ignore").assign(
        **{name: times[name] for name in times.columns},
        currency=currency,
        amount_minor=amounts.minor,
        stated_refund_minor=_stated(draft["refund_text"], places, amounts.minor),
        fee_minor=_stated(draft["fee_text"], places, amounts.minor),
        lat=lat.where(both),
        lon=lon.where(both),
    )
    return Normalised(rows[~problems.failed], problems.found, ignored)


def _without_ignored(draft: pd.DataFrame) -> tuple[pd.DataFrame, list[IgnoredRow]]:
    """The rows that are transactions, and the others; pending is there afterwards."""
    blank = (draft["time_text"] == "") & (draft["amount_text"] == "")
    stated = draft.get("ignore_reason", pd.Series("", index=draft.index, dtype="str"))
    reason = stated.mask(blank & (stated == ""), "blank-row")
    told = reason[reason != ""]
    ignored = [
        IgnoredRow(position, code)
        for position, code in zip(told.index.tolist(), told.tolist(), strict=True)
    ]
    kept = draft[reason == ""].drop(columns="ignore_reason", errors="ignore")
    return (kept if "pending" in kept else kept.assign(pending=False)), ignored


def _understood(draft: pd.DataFrame, problems: _Problems) -> pd.DataFrame:
    """The draft without the optional columns on words that nobody knows, which become problems."""
    if "unknown_code" not in draft:
        return draft
    for code in draft["unknown_code"].unique():
        if code:
            problems.add("unknown_text", code, draft["unknown_code"] == code)
    return draft.drop(columns=["unknown_code", "unknown_text"])


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts in minor units (0 where unreadable) and why some are unreadable."""

    minor: pd.Series[int]
    problems: Sequence[tuple[str, pd.Series[bool]]]


def read_amounts(
    texts: pd.Series[str], places: pd.Series[int], *, finer: pd.Series[bool] | None = None
) -> Amounts:
    """Unsigned amounts such as ¥1,234.50, 12.5元 or 12 in minor units, exactly.

    A zero after the last significant decimal does no harm; a further decimal is an error, but
    where finer says so: it is then rounded, half to even.
    """
    quick = _plain_amounts(texts, places)
    if quick is not None:
        return quick
    # A blank that groups no thousands leaves two numbers, of which neither is the amount.
    plain = texts.str.replace(r"(?<=\d)\s(?=\d{3}(?!\d))", "", regex=True)
    plain = plain.str.replace(r"[￥¥$€£,，元]|CNY|RMB", "", regex=True).str.strip()
    plain = plain.str.replace(r"\.(\d*?)0*$", r".\1", regex=True).str.rstrip(".")
    number = plain.str.fullmatch(r"\d{1,17}(?:\.\d+)?|\.\d+")
    decimals = plain.str.replace(r"^[^.]*\.?", "", regex=True).str.len()
    value = pd.to_numeric(plain.where(number, "0"))
    # Up to 10**14 minor units the nearest double lies within half a unit, so rounding is exact.
    scaled = np.rint(value.to_numpy(dtype="float64") * np.power(10.0, places.to_numpy()))
    big = pd.Series(scaled > MAX_AMOUNT_MINOR, index=texts.index) | plain.str.fullmatch(
        r"\d{18,}(?:\.\d+)?"
    )
    too_fine = decimals > places
    if finer is not None:
        too_fine &= ~finer
    fine = number & ~big & ~too_fine
    minor = pd.Series(np.where(fine, scaled, 0).astype("int64"), index=texts.index)
    return Amounts(
        minor,
        [
            ("amount-missing", texts == ""),
            ("amount-too-large", big),
            ("amount-invalid", ~number),
            ("amount-precision", number & too_fine),
        ],
    )


def _plain_amounts(texts: pd.Series[str], places: pd.Series[int]) -> Amounts | None:
    """Amounts that are all plain decimals of cents at most, or all missing; else None."""
    if (texts == "").all():
        none = pd.Series(0, index=texts.index, dtype="int64")
        return Amounts(none, [("amount-missing", none == 0)])
    cents = 2
    if places.min() < cents or not texts.str.fullmatch(r"[0-9]{1,11}(?:\.[0-9]{1,2})?").all():
        return None
    value = pd.to_numeric(texts).to_numpy(dtype="float64")
    scaled = np.rint(value * np.power(10.0, places.to_numpy()))
    return Amounts(pd.Series(scaled.astype("int64"), index=texts.index), [])


class _Problems:
    """The first problem of every row."""

    def __init__(self, draft: pd.DataFrame) -> None:
        self._draft = draft
        self.failed = pd.Series(data=False, index=draft.index)
        self.found: list[CellProblem] = []

    def add(self, column: str, code: str, mask: pd.Series[bool]) -> None:
        fresh = mask.fillna(value=True).astype(bool) & ~self.failed
        self.failed |= fresh
        values = self._draft.loc[fresh, column]
        self.found.extend(
            CellProblem(position, column, code, value[:_SHOWN_CHARS])
            for position, value in zip(values.index.tolist(), values.tolist(), strict=True)
        )


def _check_times(
    problems: _Problems, texts: pd.Series[str], times: pd.DataFrame, unread: pd.Series[str]
) -> None:
    problems.add("time_text", "time-missing", texts == "")
    problems.add("time_text", "time-invalid", unread == "time_text")
    problems.add("time_text", "time-ambiguous", texts.str.startswith("?"))
    problems.add("time_text", "time-invalid", times["time"] == np.iinfo("int64").min)
    outside = (times["time"] < MIN_TIME) | (times["time"] > MAX_TIME)
    problems.add("time_text", "time-out-of-range", outside)


def _places(code: str, reading: Reading) -> int:
    try:
        return reading.exponent_of(code)
    except (KeyError, ValueError, LookupError):
        return 2


def _currency(texts: pd.Series[str], default: str) -> pd.Series[str]:
    code_of = {text: named_currency(text) or default for text in texts.unique()}
    return texts.map(code_of).astype("str")


def _coordinate(texts: pd.Series[str]) -> pd.Series[float]:
    return pd.to_numeric(texts.where(texts != ""), errors="coerce").astype("float64")


def _stated(
    texts: pd.Series[str], places: pd.Series[int], amount: pd.Series[int]
) -> pd.Series[int]:
    """Money that a side column states, at most the amount; 0 where it states none."""
    stated = read_amounts(texts, places).minor.to_numpy()
    return pd.Series(np.minimum(stated, amount.to_numpy()), index=texts.index, dtype="int64")
