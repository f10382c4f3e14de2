"""The charts, drawn by Matplotlib's object-oriented interface; nothing here is global."""

import io
from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from report_service.domain.charts import (
    Chart,
    ForecastChart,
    RankChart,
    ShareChart,
    TrendChart,
)
from report_service.domain.palette import (
    ACCENT,
    BAND_80_OPACITY,
    BAND_95_OPACITY,
    SURFACE,
    TEXT,
    TEXT_2,
    TEXT_3,
)
from report_service.rendering.drawing import (
    WIDTH_IN,
    Pen,
    draw_date_axis,
    draw_value_axis,
    new_figure,
    place_axes,
)
from report_service.rendering.fonts import Typeface

PNG_DPI = 220
_PALE = "#b0e0f2"  # the second step of the sequential scale
_POINTS_PER_INCH = 72
_RING_IN = 1.95
_BAR_HEIGHT_IN = 0.27
_NAME_WIDTH_IN = 1.9


def draw(chart: Chart, typeface: Typeface) -> Figure:
    """The chart as a figure of the page's text width."""
    pen = Pen(typeface)
    drawers: dict[type[Any], Callable[[Any, Pen], Figure]] = {
        TrendChart: _draw_trend,
        ShareChart: _draw_shares,
        RankChart: _draw_rank,
        ForecastChart: _draw_forecast,
    }
    return drawers[type(chart)](chart, pen)


def png(figure: Figure) -> bytes:
    """The figure as a PNG without any metadata that would differ from run to run."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return stream.getvalue()


def _draw_trend(chart: TrendChart, pen: Pen) -> Figure:
    figure = new_figure(height_in=2.35)
    axes = place_axes(figure, left=0.45, right=0.1, bottom=0.45, top=0.34)
    draw_value_axis(axes, chart.axis, pen)
    positions = range(len(chart.values))
    if chart.as_line:
        axes.plot(positions, chart.values, color=ACCENT, linewidth=1.5, solid_joinstyle="miter")
        axes.set_xlim(-0.5, len(chart.values) - 0.5)
    else:
        colours = [ACCENT if inside else _PALE for inside in chart.emphasised]
        axes.bar(positions, chart.values, width=0.72, color=colours)
        axes.set_xlim(-0.6, max(len(chart.values), 3) - 0.4)
    draw_date_axis(axes, chart.ticks, pen)
    if chart.peak is not None:
        _mark_peak(axes, chart, pen)
    return figure


def _mark_peak(axes: Axes, chart: TrendChart, pen: Pen) -> None:
    """The amount of the highest point, above it; near an edge the text grows inwards."""
    peak = chart.peak
    if peak is None:
        return
    value = chart.values[int(peak.position)]
    if chart.as_line:
        axes.plot([peak.position], [value], marker="o", markersize=4, color=ACCENT)
    part = peak.position / max(len(chart.values) - 1, 1)
    side = "left" if part < 0.08 else "right" if part > 0.92 else "center"  # noqa: PLR2004
    lift = chart.axis.maximum * 0.025
    place: dict[str, Any] = {"ha": side, "va": "bottom", "clip_on": False, "zorder": 5}
    box = {"facecolor": SURFACE, "edgecolor": "none", "pad": 1.0}
    position = (peak.position, value + lift)
    pen.write(axes, position, peak.label, colour=TEXT, bold=True, bbox=box, **place)


def _draw_shares(chart: ShareChart, pen: Pen) -> Figure:
    height = max(2.1, 0.3 * len(chart.slices) + 0.3)
    figure = new_figure(height_in=height)
    edge = (height - _RING_IN) / 2
    ring = place_axes(figure, left=0.1, right=WIDTH_IN - 0.1 - _RING_IN, bottom=edge, top=edge)
    # One slice alone gets no gap: a cut in a whole ring would look like a second slice.
    gap = 1.0 if len(chart.slices) > 1 else 0.0
    ring.pie(
        [piece.value for piece in chart.slices],
        colors=[piece.colour for piece in chart.slices],
        startangle=90,
        counterclock=False,
        radius=1.0,
        wedgeprops={"width": 0.36, "edgecolor": SURFACE, "linewidth": gap},
    )
    ring.set_xlim(-1.02, 1.02)
    ring.set_ylim(-1.02, 1.02)
    size = 12.0 if len(chart.total) < 10 else 10.0  # noqa: PLR2004
    middle: dict[str, Any] = {"ha": "center", "va": "center"}
    pen.write(ring, (0, 0.1), chart.total, size=size, colour=TEXT, bold=True, **middle)
    pen.write(ring, (0, -0.2), chart.total_label, size=8, colour=TEXT_3, **middle)
    _list_slices(figure, chart, pen)
    return figure


def _list_slices(figure: Figure, chart: ShareChart, pen: Pen) -> None:
    """The slices as rows: swatch, name, bar, amount, share; no eye travels to a legend."""
    count = len(chart.slices)
    height = figure.get_size_inches()[1]
    room = 0.3 * count
    edge = (height - room) / 2
    axes = place_axes(figure, left=2.45, right=0.05, bottom=edge, top=edge)
    axes.set_xlim(0, 4.35)
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    longest = max(piece.value for piece in chart.slices)
    for row, piece in enumerate(chart.slices):
        name = pen.fit(piece.name, width_pt=1.1 * _POINTS_PER_INCH)
        axes.barh(row, 0.11, height=0.38, left=0.0, color=piece.colour)
        pen.write(axes, (0.2, row), name, colour=TEXT, va="center_baseline")
        length = 1.25 * piece.value / longest
        axes.barh(row, length, height=0.38, left=1.4, color=piece.colour)
        right: dict[str, Any] = {"ha": "right", "va": "center_baseline"}
        pen.write(axes, (3.68, row), piece.amount, colour=TEXT, **right)
        pen.write(axes, (4.33, row), piece.share, **right)


def _draw_rank(chart: RankChart, pen: Pen) -> Figure:
    count = len(chart.bars)
    figure = new_figure(height_in=_BAR_HEIGHT_IN * count + 0.15)
    axes = place_axes(figure, left=_NAME_WIDTH_IN, right=1.0, bottom=0.05, top=0.05)
    values = [bar.value for bar in chart.bars]
    axes.set_xlim(0, max(values))
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.barh(range(count), values, height=0.62, color=ACCENT)
    scale = max(values) / (WIDTH_IN - _NAME_WIDTH_IN - 1.0)  # data units per inch
    for row, bar in enumerate(chart.bars):
        name = pen.fit(bar.name, width_pt=(_NAME_WIDTH_IN - 0.15) * _POINTS_PER_INCH)
        centre: dict[str, Any] = {"va": "center_baseline", "clip_on": False}
        pen.write(axes, (-0.09 * scale, row), name, colour=TEXT, ha="right", **centre)
        pen.write(axes, (bar.value + 0.07 * scale, row), bar.label, colour=TEXT_2, **centre)
    return figure


def _draw_forecast(chart: ForecastChart, pen: Pen) -> Figure:
    figure = new_figure(height_in=2.45)
    axes = place_axes(figure, left=0.45, right=0.1, bottom=0.45, top=0.44)
    draw_value_axis(axes, chart.axis, pen)
    start = len(chart.history)
    future = list(range(start, start + len(chart.expected)))
    bands = (
        (chart.lower_95, chart.upper_95, BAND_95_OPACITY),
        (chart.lower_80, chart.upper_80, BAND_80_OPACITY),
    )
    for lower, upper, opacity in bands:
        axes.fill_between(future, lower, upper, color=ACCENT, alpha=opacity, linewidth=0)
        for edge in (lower, upper):
            axes.plot(future, edge, color=ACCENT, linewidth=0.4)
    axes.plot(range(start), chart.history, color=ACCENT, linewidth=1.4)
    axes.plot(future, chart.expected, color=ACCENT, linewidth=1.4, linestyle=(0, (3, 2)))
    draw_date_axis(axes, chart.ticks, pen)
    axes.set_xlim(-0.5, start + len(future) - 0.5)
    axes.axvline(start - 0.5, color=TEXT_3, linewidth=0.8)
    above: dict[str, Any] = {"ha": "right", "va": "bottom", "transform": axes.get_xaxis_transform()}
    pen.write(axes, (start - 0.9, 1.02), chart.labels.history, colour=TEXT_2, **above)
    above["ha"] = "left"
    pen.write(axes, (start - 0.1, 1.02), chart.labels.today, colour=TEXT_3, **above)
    _name_bands(figure, chart, pen)
    return figure


def _name_bands(figure: Figure, chart: ForecastChart, pen: Pen) -> None:
    """The key of the future's three marks, at the upper right."""
    axes = place_axes(figure, left=4.0, right=0.1, bottom=2.22, top=0.02)
    axes.set_xlim(0, 2.75)
    axes.set_ylim(0, 1)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.plot([0.05, 0.3], [0.5, 0.5], color=ACCENT, linewidth=1.4, linestyle=(0, (3, 2)))
    pen.write(axes, (0.36, 0.5), chart.labels.expected, va="center_baseline")
    keys = ((1.0, chart.labels.band_80, 0.38), (1.9, chart.labels.band_95, BAND_95_OPACITY))
    for left, label, opacity in keys:
        axes.barh(0.5, 0.22, height=0.6, left=left, color=ACCENT, alpha=opacity)
        pen.write(axes, (left + 0.28, 0.5), label, va="center_baseline")
