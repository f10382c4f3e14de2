"""What each chart shows: labels, positions, ticks and captions, ready to be drawn as they are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from report_service.domain.figures import (
    CategoryShare,
    Forecast,
    Granularity,
    RankedItem,
    Trend,
    TrendPoint,
)
from report_service.domain.formats import Formats
from report_service.domain.palette import OTHER, category_colour
from report_service.domain.report import Period

MAX_SLICES = 6
MAX_BARS = 10
MAX_COLUMNS = 31  # more points than this are a line
_MAX_DATE_TICKS = 6
_MAX_STEPS = 5
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick at a position (in data units) with its label."""

    position: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A value axis from 0 to maximum in major units; the caption names the unit."""

    maximum: float
    ticks: tuple[Tick, ...]
    caption: str


@dataclass(frozen=True, slots=True)
class TrendChart:
    """Spending over time, as columns or (as_line) a straight line. Positions count from 0.

    emphasised says which points belong to the period; the others are its background.
    """

    values: tuple[float, ...]
    emphasised: tuple[bool, ...]
    as_line: bool
    axis: Axis
    ticks: tuple[Tick, ...]
    peak: Tick | None


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the whole: its name, its figures as text, and its colour."""

    name: str
    value: float
    amount: str
    share: str
    colour: str


@dataclass(frozen=True, slots=True)
class ShareChart:
    """A doughnut with the total in its hole and the list of its slices beside it."""

    slices: tuple[Slice, ...]
    total: str
    total_label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with the name before it and the value at its end."""

    name: str
    value: float
    label: str


@dataclass(frozen=True, slots=True)
class RankChart:
    """Horizontal bars, the longest first."""

    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class ForecastChart:
    """History as a line, then the expected days with both bands. Positions count from 0.

    history has values at positions 0..n-1; the arrays of the future begin at n.
    """

    history: tuple[float, ...]
    expected: tuple[float, ...]
    lower_80: tuple[float, ...]
    upper_80: tuple[float, ...]
    lower_95: tuple[float, ...]
    upper_95: tuple[float, ...]
    axis: Axis
    ticks: tuple[Tick, ...]
    labels: "ForecastLabels"


@dataclass(frozen=True, slots=True)
class ForecastLabels:
    """The direct labels of a forecast chart."""

    today: str
    history: str
    expected: str
    band_80: str
    band_95: str


Chart = TrendChart | ShareChart | RankChart | ForecastChart


def value_axis(values: Sequence[float], formats: Formats, *, caption: str) -> Axis:
    """An axis from 0 with 4 to 6 round ticks that reaches over the largest value.

    Args:
        values: Amounts in major units.
        formats: How the locale writes numbers.
        caption: A template with {unit}: 金额（{unit}）.
    """
    highest = max([value for value in values if value > 0], default=0.0) or 1.0
    unit = formats.axis_unit(highest)
    step = _round_step(highest / unit.divisor)
    count = math.ceil(highest / unit.divisor / step - _ROUNDING)
    places = _places(step)
    ticks = tuple(
        Tick(index * step * unit.divisor, f"{index * step:,.{places}f}")
        for index in range(count + 1)
    )
    top = count * step * unit.divisor
    return Axis(maximum=top, ticks=ticks, caption=caption.format(unit=formats.unit_caption(unit)))


def _round_step(highest: float) -> float:
    """The least of 1, 2, 2.5 and 5 times a power of ten with which five steps reach highest.

    Neighbours differ by at most a factor of two, so that there are three to five steps.
    """
    power = 10.0 ** (math.floor(math.log10(highest)) - 1)
    candidates = (factor * power for factor in (1, 2, 2.5, 5, 10, 20, 25, 50))
    return next(step for step in candidates if highest / step <= _MAX_STEPS + _ROUNDING)


def _places(step: float) -> int:
    """The decimals with which every multiple of the step is written exactly."""
    places = 0
    while abs(round(step, places) - step) > step * _ROUNDING:
        places += 1
    return places


def date_ticks(
    days: Sequence[date], granularity: Granularity, formats: Formats
) -> tuple[Tick, ...]:
    """At most six evenly spaced ticks; the year stands at the first of each year."""
    stride = max(1, math.ceil(len(days) / _MAX_DATE_TICKS))
    ticks: list[Tick] = []
    year = None
    for position in range(0, len(days), stride):
        day = days[position]
        label = _date_label(day, granularity, formats)
        if day.year != year and granularity is not Granularity.YEAR:
            label = f"{label}\n{formats.year(day)}"
        year = day.year
        ticks.append(Tick(float(position), label))
    return tuple(ticks)


def _date_label(day: date, granularity: Granularity, formats: Formats) -> str:
    if granularity is Granularity.YEAR:
        return formats.year(day)
    if granularity is Granularity.MONTH:
        return formats.short_month(day)
    return formats.short_day(day)


def trend_chart(trend: Trend, period: Period, formats: Formats, *, caption: str) -> TrendChart:
    """The chart of a trend; the highest point of the period carries its amount."""
    values = tuple(point.amount for point in trend.points)
    is_day = trend.granularity is Granularity.DAY
    emphasised = tuple(not is_day or period.holds(point.start) for point in trend.points)
    days = [point.start for point in trend.points]
    return TrendChart(
        values=values,
        emphasised=emphasised,
        as_line=len(values) > MAX_COLUMNS,
        axis=value_axis(values, formats, caption=caption),
        ticks=date_ticks(days, trend.granularity, formats),
        peak=_peak(values, emphasised, formats),
    )


def _peak(values: Sequence[float], within: Sequence[bool], formats: Formats) -> Tick | None:
    shown = [index for index, inside in enumerate(within) if inside]
    index = max(shown, key=lambda position: values[position], default=None)
    if index is None or values[index] <= 0:
        return None
    return Tick(float(index), formats.short_money(values[index]))


def category_colours(categories: Sequence[CategoryShare]) -> dict[str | None, str]:
    """The colour of each category that has a slice of its own; the rest is grey."""
    shown = [share for share in _own_slices(categories) if share.category_id]
    colours: dict[str | None, str] = {None: OTHER}
    colours.update(
        (share.category_id, category_colour(share.category_id, share.code)) for share in shown
    )
    return colours


def _own_slices(categories: Sequence[CategoryShare]) -> list[CategoryShare]:
    positive = [share for share in categories if share.amount > 0]
    return positive if len(positive) <= MAX_SLICES + 1 else positive[:MAX_SLICES]


def share_chart(
    categories: Sequence[CategoryShare], formats: Formats, *, total_label: str, other_label: str
) -> ShareChart:
    """The doughnut of the categories with spending; beyond six the smallest are one slice."""
    positive = [share for share in categories if share.amount > 0]
    shown = _own_slices(categories)
    colours = category_colours(categories)
    whole = sum(share.amount for share in positive)
    slices = [
        _slice(share.name, share.amount, whole, colours.get(share.category_id, OTHER), formats)
        for share in shown
    ]
    rest = whole - sum(share.amount for share in shown)
    if len(shown) < len(positive):
        slices.append(_slice(other_label, rest, whole, OTHER, formats))
    return ShareChart(tuple(slices), formats.short_money(whole), total_label)


def _slice(name: str, value: float, whole: float, colour: str, formats: Formats) -> Slice:
    share = formats.percent(value / whole)
    return Slice(name, value, formats.short_money(value), share, colour)


def rank_chart(items: Sequence[RankedItem], formats: Formats) -> RankChart:
    """The bars of the first ten items."""
    return RankChart(
        tuple(
            Bar(item.name, item.amount, formats.short_money(item.amount))
            for item in items[:MAX_BARS]
        )
    )


def forecast_chart(
    forecast: Forecast, formats: Formats, *, caption: str, labels: ForecastLabels
) -> ForecastChart:
    """The chart of a forecast. The axis covers the 80 % band; the 95 % band may be cut at the top.

    One rare outlier bound would otherwise press everything else onto the floor.
    """
    history = tuple(point.amount for point in forecast.history)
    items = forecast.items
    reach = [*history, *(item.upper_80 for item in items)]
    days = [*(point.start for point in forecast.history), *(item.day for item in items)]
    return ForecastChart(
        history=history,
        expected=tuple(item.amount for item in items),
        lower_80=tuple(max(0.0, item.lower_80) for item in items),
        upper_80=tuple(item.upper_80 for item in items),
        lower_95=tuple(max(0.0, item.lower_95) for item in items),
        upper_95=tuple(item.upper_95 for item in items),
        axis=value_axis(reach, formats, caption=caption),
        ticks=date_ticks(days, Granularity.DAY, formats),
        labels=labels,
    )


def peak_of(points: Sequence[TrendPoint], period: Period) -> TrendPoint | None:
    """The point of the period on which most was spent, None where nothing was."""
    inside = [p for p in points if p.amount > 0 and p.start < period.end]
    return max(inside, key=lambda point: point.amount, default=None)
