"""Vectorised helpers that profiles share; loads pandas, so only the worker imports it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ingest_service.domain.profiles.base import DRAFT_TEXT_COLUMNS


def text(frame: pd.DataFrame, *names: str) -> pd.Series[str]:
    """The first of the named columns that exists, else empty text."""
    for name in names:
        if name in frame.columns:
            return frame[name]
    return pd.Series("", index=frame.index, dtype="str")


def blank_slashes(series: pd.Series[str]) -> pd.Series[str]:
    """The text with "/" (nothing to say) made empty."""
    return series.mask(series == "/", "")


def join_texts(first: pd.Series[str], second: pd.Series[str]) -> pd.Series[str]:
    """first, or first and second with a semicolon between where both say something new."""
    both = (first != "") & (second != "") & (first != second)
    glued = first.str.cat(second, sep="; ")
    return glued.where(both, first.mask(first == "", second))


def has(series: pd.Series[str], pattern: str) -> pd.Series[bool]:
    """Where the text matches the regular expression anywhere."""
    return series.str.contains(pattern, regex=True)


def choose(
    conditions: list[tuple[pd.Series[bool], str]], *, default: str, index: pd.Index
) -> pd.Series[str]:
    """The value of the first condition that holds, row by row."""
    chosen = np.select(
        [condition.to_numpy(dtype=bool) for condition, _ in conditions],
        [value for _, value in conditions],
        default=default,
    )
    return pd.Series(chosen, index=index, dtype="str")


def draft(index: pd.Index, **columns: pd.Series[str] | str) -> pd.DataFrame:
    """A draft with every column of DRAFT_TEXT_COLUMNS; those not given are empty."""
    unknown = set(columns) - set(DRAFT_TEXT_COLUMNS)
    if unknown:
        raise KeyError(*unknown)
    empty = pd.Series("", index=index, dtype="str")
    series = {
        name: value if isinstance(value, pd.Series) else pd.Series(value, index=index, dtype="str")
        for name, value in columns.items()
    }
    frame = pd.DataFrame({name: series.get(name, empty) for name in DRAFT_TEXT_COLUMNS})
    return frame.assign(closed=False)


def signed(
    amount: pd.Series[str],
    words: pd.Series[str],
    meaning: dict[str, str],
    *,
    spending_is_negative: bool = False,
) -> tuple[pd.Series[str], pd.Series[str]]:
    """Amounts without sign, and directions: the word where there is one, else the sign."""
    bare, negative = amount, pd.Series(data=False, index=amount.index)
    if has(amount, r"[(−+-]").any():
        inner = amount.str.replace(r"^\((.*)\)$", r"-\1", regex=True)
        inner = inner.str.replace("−", "-", regex=False)
        negative = has(inner, r"^[￥¥$€£]?\s*-")
        bare = inner.str.replace(r"^([￥¥$€£]?)\s*[-+]", r"\1", regex=True)
    spent = negative if spending_is_negative else ~negative
    by_sign = choose([(spent, "expense")], default="income", index=amount.index)
    said = words.str.lower().map(meaning).astype("str")
    if spending_is_negative:
        return bare, said.fillna(by_sign).astype("str")
    return bare, said.where(said.notna(), by_sign.where(words == "", "")).astype("str")


def debit_credit(
    out: pd.Series[str], back: pd.Series[str]
) -> tuple[pd.Series[str], pd.Series[str]]:
    """Amounts and directions from a pair of columns of which one is filled."""
    bare_out = out.str.replace(r"^[-−]", "", regex=True)
    empty_out = bare_out.isin(["", "0", "0.00", "0.0", "/", "-"])
    amount = bare_out.mask(empty_out, back.str.replace(r"^\+", "", regex=True))
    direction = choose([(~empty_out, "expense")], default="income", index=out.index)
    return amount, direction


def reorder_dates(times: pd.Series[str], *, order: str) -> pd.Series[str]:
    """Dates such as 31/12/2024 or 12/31/2024 as year-month-day; others as they stand."""
    if order == "ymd":
        return times
    pattern = r"^\s*(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})"
    if order == "ambiguous":
        return times.str.replace(pattern, r"?\1/\2/\3", regex=True)
    target = r"\3-\2-\1" if order == "dmy" else r"\3-\1-\2"
    return times.str.replace(pattern, target, regex=True)


def plain_numbers(amounts: pd.Series[str]) -> pd.Series[str]:
    """Numbers with a decimal point, whatever separators they had: 1.234,56 becomes 1234.56.

    The vectorised twin of reading/numbers.py; a blank between digits that groups no thousands
    becomes "?", so that such an amount fails instead of growing.
    """
    plain = amounts.str.replace(r"(?<=\d)[ \xa0\u202f\u2007'’](?=\d{3}(?!\d))", "", regex=True)
    comma = plain.str.fullmatch(r"[^,]*\d,\d{0,2}\D*|[^,]*,\d{1,2}\D*")
    pointed = plain.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return plain.where(~comma, pointed).str.replace(r"(?<=\d)\s+(?=\d)", "?", regex=True)


def ignored(frame: pd.DataFrame, reasons: list[tuple[pd.Series[bool], str]]) -> pd.DataFrame:
    """The draft with the reason for which a row is no transaction; the first that holds."""
    reason = choose(reasons, default="", index=frame.index)
    return frame.assign(ignore_reason=reason)


def join_all(*parts: pd.Series[str]) -> pd.Series[str]:
    """The texts with semicolons between; what an earlier one says already is not said again."""
    joined = parts[0]
    for number, part in enumerate(parts[1:], start=1):
        told = part
        for earlier in parts[:number]:
            told = told.mask(told == earlier, "")
        joined = join_texts(joined, told)
    return joined


def first_said(*parts: pd.Series[str]) -> pd.Series[str]:
    """Row by row the first text that is not empty."""
    chosen = parts[0]
    for part in parts[1:]:
        chosen = chosen.mask(chosen == "", part)
    return chosen


def undashed(series: pd.Series[str]) -> pd.Series[str]:
    """The text with cells that only fill the space (--, ****, /, （空）) made empty."""
    return series.mask(series.str.fullmatch(r"[-—–_*/\s]+|[(（]空[)）]"), "")


def is_zero(amount: pd.Series[str]) -> pd.Series[bool]:
    """Where an amount is stated and is nothing."""
    return amount.str.fullmatch(r"[￥¥$]?[-+]?0+(?:\.0*)?元?")


def pair(out: pd.Series[str], back: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str]]:
    """Amounts without sign, and "out", "in" or "" (both filled), of a pair of columns.

    A negative amount in a column was taken back, so it belongs to the other side.
    """
    nothing = first_said(undashed(out), undashed(back))
    out, back = (column.mask(is_zero(column), "") for column in (undashed(out), undashed(back)))
    stated = first_said(out, back, nothing)
    negative = has(stated, r"^[￥¥$]?\s*-")
    gone = (out != "") ^ negative
    side = choose([((out != "") & (back != ""), ""), (gone, "out")], default="in", index=out.index)
    return stated.str.replace(r"^([￥¥$]?)\s*[-+]", r"\1", regex=True), side


def moment(day: pd.Series[str], clock: pd.Series[str]) -> pd.Series[str]:
    """The day with the clock behind it: 12:21:00, 122100, or a clock that tells the day too.

    Midnight to the second is what systems write that know no clock, so it counts as none.
    """
    bare = clock.str.replace(r"^(\d{1,2})(\d{2})(\d{2})$", r"\1:\2:\3", regex=True)
    bare = bare.mask(bare.str.fullmatch(r"0{1,2}:00(?::00)?"), "")
    whole = has(bare, r"^\d{4}\D\d{1,2}\D\d{1,2}")
    return day.str.cat(bare, sep=" ").str.strip().mask(whole, bare)


def without_unit(amount: pd.Series[str]) -> pd.Series[str]:
    """The amount without a currency code before or behind it: CNY 12.50, 12.50/CNY, 12.50(CN)."""
    bare = amount.str.replace(r"^[A-Z]{3}\s*/?\s*(?=[-+\d.])", "", regex=True)
    return bare.str.replace(r"\s*(?:[/(（]\s*)?[A-Z]{2,3}[)）]?$", "", regex=True)


def bare_number(amount: pd.Series[str]) -> pd.Series[str]:
    """The digits of an amount and its point; trailing zeros of decimals are gone."""
    digits = without_unit(amount).str.replace(r"[^\d.]", "", regex=True)
    return digits.str.replace(r"(\.\d*?)0+$", r"\1", regex=True).str.rstrip(".")


def with_year(days: pd.Series[str], *, period: str) -> pd.Series[str]:
    """Days such as 12/30 or 1230 of a bill of the month period (2024-01), with their year.

    Later months than the bill's are the year's before. Without a period they stay as they are,
    which makes them errors: nothing is guessed.
    """
    if not period:
        return days
    year, month = (int(part) for part in period.split("-"))
    parts = days.str.extract(r"^(\d{1,2})[/.\-月]?(\d{2})日?$")
    found = parts[0].notna()
    later = pd.to_numeric(parts[0].fillna("0")) > month
    years = later.map({True: str(year - 1), False: str(year)}).astype("str")
    return days.mask(found, years + "-" + parts[0].fillna("") + "-" + parts[1].fillna(""))


def unknown(
    frame: pd.DataFrame, reasons: list[tuple[pd.Series[bool], str, pd.Series[str]]]
) -> pd.DataFrame:
    """The draft with the code and the words for which a row is not understood; the first holds."""
    conditions = [(condition, code) for condition, code, _ in reasons]
    words = pd.Series("", index=frame.index, dtype="str")
    for condition, _, said in reversed(reasons):
        words = words.mask(condition, said)
    return frame.assign(
        unknown_code=choose(conditions, default="", index=frame.index), unknown_text=words
    )
