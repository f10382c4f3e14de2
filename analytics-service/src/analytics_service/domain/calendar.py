"""Days, weeks, months and years as the charts count them (proleptic Gregorian, ISO weeks)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from analytics_service.domain.errors import RangeTooLong

EPOCH = date(1970, 1, 1)
EPOCH_ORDINAL = EPOCH.toordinal()
DAYS_PER_WEEK = 7
MONTHS_PER_YEAR = 12
MAX_PERIODS = 20_000
"""An answer of more periods serves no screen: 54 years of days."""
SCREEN_PERIODS = 400
"""So many points in a line can still be told apart on a screen."""


@dataclass(frozen=True, slots=True)
class Period:
    """A labelled half-open range of day numbers."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DayRange:
    """A half-open range of day numbers."""

    start: int
    end: int

    @property
    def days(self) -> int:
        """The number of days in the range."""
        return self.end - self.start


def day_number(day: date) -> int:
    """The days from 1970-01-01 to the given day."""
    return day.toordinal() - EPOCH_ORDINAL


def day_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(number + EPOCH_ORDINAL)


@lru_cache(maxsize=20_000)
def day_text(number: int) -> str:
    """The date of a day number as 2024-03-05; a long trend says each day several times."""
    return day_of(number).isoformat()


def weekday_of(number: int) -> int:
    """The weekday of a day number, 0 = Monday (1970-01-01 was a Thursday)."""
    return (number + 3) % DAYS_PER_WEEK


def month_index(day: date) -> int:
    """The months from year 0 to the month of the given day."""
    return day.year * MONTHS_PER_YEAR + day.month - 1


def month_start(index: int) -> int:
    """The day number on which a month begins."""
    year, month = divmod(index, MONTHS_PER_YEAR)
    return day_number(date(year, month + 1, 1))


def _boundaries(granularity: str, start: int, end: int) -> Iterator[int]:
    """The day numbers at which periods begin, the one before or at `start` first."""
    if granularity == "day":
        yield from range(start, end)
    elif granularity == "week":
        yield from range(start - weekday_of(start), end, DAYS_PER_WEEK)
    elif granularity == "month":
        first, last = month_index(day_of(start)), month_index(day_of(end - 1))
        yield from (month_start(index) for index in range(first, last + 1))
    else:
        for year in range(day_of(start).year, day_of(end - 1).year + 1):
            yield day_number(date(year, 1, 1))


def label_of(granularity: str, number: int) -> str:
    """The name of the period that holds a day: 2024-03-05, 2024-W10, 2024-03 or 2024."""
    if granularity == "day":
        return day_text(number)
    day = day_of(number)
    if granularity == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return day.isoformat()[: 7 if granularity == "month" else 4]


def fitting_granularity(start: int, end: int) -> str:
    """The finest granularity in which [start, end) has at most SCREEN_PERIODS periods."""
    for granularity in ("day", "week", "month"):
        if sum(1 for _ in _boundaries(granularity, start, end)) <= SCREEN_PERIODS:
            return granularity
    return "year"


def periods(granularity: str, start: int, end: int) -> list[Period]:
    """The periods that cover [start, end) without a gap, the outer ones cut to the range.

    Raises:
        RangeTooLong: the range holds more than MAX_PERIODS periods.
    """
    if end <= start:
        return []
    if granularity == "day" and end - start > MAX_PERIODS:
        raise RangeTooLong(f"at most {MAX_PERIODS} periods fit one answer; take a coarser step")
    edges = [max(edge, start) for edge in _boundaries(granularity, start, end)]
    return [
        Period(label=label_of(granularity, left), start=left, end=right)
        for left, right in pairwise([*edges, end])
    ]


def previous_range(span: DayRange) -> DayRange:
    """The range of the same length just before; whole months are preceded by whole months."""
    first, last = day_of(span.start), day_of(span.end)
    if first.day == 1 and last.day == 1 and span.days > 0:
        months = month_index(last) - month_index(first)
        index = month_index(first) - months
        if index >= MONTHS_PER_YEAR:
            return DayRange(month_start(index), span.start)
    return DayRange(span.start - span.days, span.start)


def year_before(span: DayRange) -> DayRange:
    """The same dates one year earlier; 29 February becomes 28 February."""
    return DayRange(_shift_year(span.start), _shift_year(span.end))


def _shift_year(number: int) -> int:
    day = day_of(number)
    try:
        return day_number(day.replace(year=day.year - 1))
    except ValueError:
        return day_number(day - timedelta(days=366))


def weekday_occurrences(span: DayRange) -> list[int]:
    """How often each weekday lies in the range, Monday first."""
    weeks, rest = divmod(span.days, DAYS_PER_WEEK)
    counts = [weeks] * DAYS_PER_WEEK
    for offset in range(rest):
        counts[weekday_of(span.start + offset)] += 1
    return counts


def month_occurrences(span: DayRange) -> list[int]:
    """How many months of each name the range touches, January first."""
    counts = [0] * MONTHS_PER_YEAR
    if span.days > 0:
        first, last = month_index(day_of(span.start)), month_index(day_of(span.end - 1))
        for index in range(first, last + 1):
            counts[index % MONTHS_PER_YEAR] += 1
    return counts
