"""Instants as the owner's clock shows them, a million at a time and without pandas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ingest_service.domain.local_time import day_of, zone

_DAY_S = 86_400
_MINUTE_S = 60
_BUCKET_S = 900
# No clock was ever changed there and back again within this time.
_WEEK_S = 7 * _DAY_S
_MINUTES = tuple(f" {minute // 60:02d}:{minute % 60:02d}:" for minute in range(24 * 60))
_SECONDS = tuple(f"{second:02d}" for second in range(_MINUTE_S))
# Days between the epoch of instants and that of spreadsheets, 1899-12-30.
_SHEET_EPOCH_DAYS = 25_569
Offset = tuple[int, str]
"""Seconds east of UTC, and the offset as text where the local hour comes twice, else ""."""


class _Days(dict[int, str]):
    """Dates by day number, made when they are asked for."""

    def __missing__(self, number: int) -> str:
        text = self[number] = day_of(number).isoformat()
        return text


class LocalClock:
    """The clock of one time zone."""

    def __init__(self, zone_name: str) -> None:
        self._zone = zone(zone_name)
        self._buckets: dict[int, Offset | None] = {}
        self._days = _Days()

    def texts(self, times: Sequence[int]) -> list[str]:
        """2024-03-05 12:21:00 for every instant; with its offset when that hour comes again."""
        days = self._days
        near = self._near(times)
        if near is not None:
            return [
                days[day] + _MINUTES[second // 60] + _SECONDS[second % 60]
                for day, second in [divmod(time + near, _DAY_S) for time in times]
            ]
        found = []
        for time in times:
            east, suffix = self._offset(time)
            day, second = divmod(time + east, _DAY_S)
            clock = _MINUTES[second // _MINUTE_S] + _SECONDS[second % _MINUTE_S]
            found.append(days[day] + clock + suffix)
        return found

    def _near(self, times: Sequence[int]) -> int | None:
        """The one offset of ordered instants that lie within a week; None where that is unsure."""
        if not times or not 0 <= times[-1] - times[0] <= _WEEK_S:
            return None
        first, last = self._offset(times[0]), self._offset(times[-1])
        return first[0] if first == last and not first[1] else None

    def instants(self, times: Sequence[int]) -> list[str]:
        """2024-03-05T12:21:00+08:00 for every instant."""
        found = []
        for time in times:
            east, _ = self._offset(time)
            # Before 1972 some clocks were off by seconds, which no such text can tell.
            east = 0 if east % _MINUTE_S else east
            day, second = divmod(time + east, _DAY_S)
            clock = _MINUTES[second // _MINUTE_S][1:] + _SECONDS[second % _MINUTE_S]
            found.append(f"{self._days[day]}T{clock}{_east_text(east)}")
        return found

    def serials(self, times: Sequence[int]) -> list[float | str]:
        """Days since 1899-12-30, which a sheet shows as a time; the text in an hour come again."""
        found: list[float | str] = []
        for time in times:
            east, suffix = self._offset(time)
            found.append(
                self.texts([time])[0] if suffix else (time + east) / _DAY_S + _SHEET_EPOCH_DAYS
            )
        return found

    def _offset(self, time: int) -> Offset:
        bucket = time // _BUCKET_S
        known = self._buckets.get(bucket)
        if known is not None:
            return known
        exact = self._look(time)
        if bucket not in self._buckets:
            first, last = bucket * _BUCKET_S, (bucket + 1) * _BUCKET_S - 1
            whole = self._look(first) == self._look(last) == exact
            self._buckets[bucket] = exact if whole else None
        return exact

    def _look(self, time: int) -> Offset:
        local = dt.datetime.fromtimestamp(time, tz=self._zone)
        east = local.utcoffset() or dt.timedelta()
        return int(east.total_seconds()), local.strftime("%z") if local.fold else ""


def _east_text(east_s: int) -> str:
    sign = "-" if east_s < 0 else "+"
    minutes = abs(east_s) // _MINUTE_S
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"
