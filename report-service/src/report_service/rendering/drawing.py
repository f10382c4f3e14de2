"""What the charts share: a figure without global state, its texts, its axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from report_service.domain.charts import Axis, Tick
from report_service.domain.palette import DIVIDER, SURFACE, TEXT_2, TEXT_3
from report_service.rendering.fonts import Typeface

WIDTH_IN = 6.85  # the text width of an A4 page with margins of 18 mm
AXIS_TEXT_PT = 8.0
LABEL_PT = 8.5
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes text into a figure in the report's typeface."""

    typeface: Typeface

    def write(
        self,
        axes: Axes,
        position: tuple[float, float],
        text: str,
        *,
        size: float = LABEL_PT,
        colour: str = TEXT_2,
        bold: bool = False,
        **place: Any,
    ) -> None:
        """Put a text at a position of the axes."""
        font = self.typeface.properties(size=size, bold=bold)
        shown = _literal(self.typeface.printable(text))
        axes.text(*position, shown, fontproperties=font, color=colour, **place)

    def fit(self, text: str, *, width_pt: float, size: float = LABEL_PT) -> str:
        """The text, cut with an ellipsis where it would be wider than width_pt."""
        shown = self.typeface.printable(text)
        if self.width_pt(shown, size=size) <= width_pt:
            return shown
        while shown and self.width_pt(shown + _ELLIPSIS, size=size) > width_pt:
            shown = shown[:-1]
        return shown.rstrip() + _ELLIPSIS

    def width_pt(self, text: str, *, size: float = LABEL_PT) -> float:
        """The width of a line of text in points."""
        from matplotlib.textpath import TextToPath

        font = self.typeface.properties(size=size)
        width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
        return float(width)


def _literal(text: str) -> str:
    """The text with dollar signs escaped: Matplotlib would read a pair as mathematics."""
    return text.replace("$", r"\$")


def new_figure(*, height_in: float) -> Figure:
    """An empty figure of the page's text width, bound to Agg and to nothing global."""
    figure = Figure(figsize=(WIDTH_IN, height_in), facecolor=SURFACE)
    FigureCanvasAgg(figure)
    return figure


def place_axes(figure: Figure, *, left: float, right: float, bottom: float, top: float) -> Axes:
    """Bare axes with the given margins in inches."""
    width, height = figure.get_size_inches()
    box = (left / width, bottom / height)
    size = (1 - (left + right) / width, 1 - (bottom + top) / height)
    axes = figure.add_axes((*box, *size))
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=AXIS_TEXT_PT, colors=TEXT_3)
    return axes


def draw_value_axis(axes: Axes, axis: Axis, pen: Pen) -> None:
    """Faint horizontal lines with their figures at the left, the caption above them."""
    axes.set_ylim(0, axis.maximum)
    axes.set_axisbelow(True)
    axes.set_yticks([tick.position for tick in axis.ticks], [tick.label for tick in axis.ticks])
    axes.grid(visible=True, axis="y", color=DIVIDER, linewidth=0.6)
    font = pen.typeface.properties(size=AXIS_TEXT_PT)
    for label in axes.get_yticklabels():
        label.set_fontproperties(font)
    axes.annotate(
        _literal(axis.caption),
        xy=(0, 1),
        xycoords="axes fraction",
        xytext=(-26, 9),
        textcoords="offset points",
        fontproperties=font,
        color=TEXT_3,
    )


def draw_date_axis(axes: Axes, ticks: Sequence[Tick], pen: Pen) -> None:
    """Dates below the axes, upright, and the base line."""
    axes.set_xticks([tick.position for tick in ticks], [tick.label for tick in ticks])
    font = pen.typeface.properties(size=AXIS_TEXT_PT)
    for label in axes.get_xticklabels():
        label.set_fontproperties(font)
        label.set_rotation(0)
        label.set_linespacing(1.25)
    axes.axhline(0, color=TEXT_3, linewidth=0.8)
