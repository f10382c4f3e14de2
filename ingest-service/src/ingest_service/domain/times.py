"""Times of statements: many spellings, one instant; loads pandas, so only the worker imports it."""

from __future__ import annotations

import numpy as np
import pandas as pd

MISSING = np.iinfo("int64").min
_FORMATS = (
    ("%Y-%m-%d %H:%M:%S", True),
    ("%Y-%m-%d %H:%M", True),
    ("%Y-%m-%d", False),
    ("%Y%m%d", False),
    ("%Y%m%d %H:%M:%S", True),
    ("%Y%m%d%H%M%S", True),
    ("%Y-%m-%d %H:%M:%S.%f", True),
)
_OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})$"
_SERIAL = r"\d{5}(?:\.\d+)?"
# 202491 could be read as 1 September or as nothing at all; it is nothing.
_ODD_DIGITS = r"\d{6,7}|\d{9,13}"
_MARKS = [4, 7, 10, 13, 16]
_MARK_SIGNS = np.frombuffer(b"-- ::", dtype=np.uint8)
_DIGITS = [at for at in range(19) if at not in _MARKS]
_EXCEL_EPOCH = pd.Timestamp("1899-12-30")


def parse_times(texts: pd.Series[str], time_zone: str) -> pd.DataFrame:
    """Time (epoch seconds, MISSING where unreadable) and the local fields in the zone.

    Columns: time, local_day (days since 1970-01-01), local_hour, local_weekday (0 = Monday),
    all int64, and has_clock (bool: the text tells an hour).
    """
    usual = _usual(texts)
    if usual is not None:
        clock = pd.Series(data=True, index=texts.index)
        return _fields(_to_utc(usual, time_zone), usual, clock)
    plain = _plain(texts)
    with_offset = plain.str.contains(_OFFSET) & plain.str.contains(":")
    naive, has_clock = _naive(plain.mask(with_offset, ""))
    utc = _to_utc(naive, time_zone)
    if with_offset.any():
        stated = pd.to_datetime(plain[with_offset], format="ISO8601", errors="coerce", utc=True)
        local = stated.dt.tz_convert(time_zone).dt.tz_localize(None)
        utc = utc.where(~with_offset, stated.dt.tz_localize(None).reindex(texts.index))
        naive = naive.where(~with_offset, local.reindex(texts.index))
        has_clock |= with_offset
    return _fields(utc, naive, has_clock)


def _fields(
    utc: pd.Series[pd.Timestamp], naive: pd.Series[pd.Timestamp], has_clock: pd.Series[bool]
) -> pd.DataFrame:
    seconds = _seconds(utc)
    local_seconds = _seconds(naive)
    return pd.DataFrame(
        {
            "time": seconds,
            "local_day": local_seconds // 86_400,
            "local_hour": local_seconds % 86_400 // 3_600,
            "local_weekday": (local_seconds // 86_400 + 3) % 7,
            "has_clock": has_clock,
        },
        index=utc.index,
    )


def _usual(texts: pd.Series[str]) -> pd.Series[pd.Timestamp] | None:
    """The clock times where all texts are like 2024-03-05 12:21:00, told by their digits alone.

    A tenth of the time that looking for other spellings takes.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array(texts, type=pa.large_string(), from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    bounds = pc.min_max(pc.binary_length(array)).as_py()
    if array.null_count or bounds != {"min": 19, "max": 19}:
        return None
    start = int(np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset])
    count = len(array) * 19
    signs = np.frombuffer(array.buffers()[2], dtype=np.uint8)[start : start + count].reshape(-1, 19)
    if (signs[:, _MARKS] != _MARK_SIGNS).any():
        return None
    digits = signs[:, _DIGITS] - 48
    if (digits > 9).any():  # noqa: PLR2004 - a decimal digit
        return None
    # int32 suffices: years to seconds.
    year, month, day, hour, minute, second = (
        digits[:, first:last].astype(np.int32) @ 10 ** np.arange(last - first)[::-1]
        for first, last in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))
    )
    months = (year.astype(np.int64) - 1970) * 12 + month - 1
    first_day = months.astype("datetime64[M]").astype("datetime64[D]")
    next_first = (months + 1).astype("datetime64[M]").astype("datetime64[D]")
    in_month = (next_first - first_day).astype(np.int64)
    fine = (month >= 1) & (month <= 12) & (day >= 1) & (day <= in_month)  # noqa: PLR2004 - months
    if not (fine & (hour < 24) & (minute < 60) & (second < 60)).all():  # noqa: PLR2004 - clock
        return None
    seconds = (first_day.astype(np.int64) + day - 1) * 86_400 + hour * 3_600 + minute * 60 + second
    return pd.Series(seconds.astype("datetime64[s]"), index=texts.index)


def _plain(texts: pd.Series[str]) -> pd.Series[str]:
    """2024年3月5日 12:21, 2024/3/5 12:21 and 2024-03-05T12:21 in one spelling."""
    plain = texts.str.replace(r"^(\d{4})[年/.](\d{1,2})[月/.](\d{1,2})日?", r"\1-\2-\3", regex=True)
    plain = plain.str.replace(r"^(\d{4}-\d{1,2}-\d{1,2})T", r"\1 ", regex=True)
    return plain.str.replace(r"\s+", " ", regex=True).str.strip()


def _naive(plain: pd.Series[str]) -> tuple[pd.Series[pd.Timestamp], pd.Series[bool]]:
    naive = pd.Series(pd.NaT, index=plain.index, dtype="datetime64[s]")
    has_clock = pd.Series(data=False, index=plain.index)
    readable = (plain != "") & ~plain.str.fullmatch(_ODD_DIGITS)
    for pattern, tells_hour in _FORMATS:
        left = naive.isna() & readable
        if not left.any():
            break
        read = pd.to_datetime(plain[left], format=pattern, errors="coerce")
        naive = naive.fillna(read.astype("datetime64[s]").reindex(plain.index))
        has_clock |= left & naive.notna() & tells_hour
    serial = naive.isna() & plain.str.fullmatch(_SERIAL)
    if serial.any():
        days = pd.to_numeric(plain[serial])
        read = _EXCEL_EPOCH + pd.to_timedelta((days * 86_400).round(), unit="s")
        naive = naive.fillna(read.astype("datetime64[s]").reindex(plain.index))
        has_clock |= serial & plain.str.contains(".", regex=False)
    return naive, has_clock


def _to_utc(naive: pd.Series[pd.Timestamp], time_zone: str) -> pd.Series[pd.Timestamp]:
    """Local clock to UTC; the hour that comes twice counts as its first, the lost hour moves on."""
    first = np.ones(len(naive), dtype=bool)
    aware = naive.dt.tz_localize(time_zone, ambiguous=first, nonexistent="shift_forward")
    return aware.dt.tz_convert("UTC").dt.tz_localize(None)


def _seconds(instants: pd.Series[pd.Timestamp]) -> pd.Series[int]:
    whole = instants.astype("datetime64[s]")
    return whole.astype("int64")
