"""Matplotlib figures drawn straight onto a ReportLab page: sharp at any size, text as text.

A picture of a chart would be ten times the bytes, blur in print, and hide its words from search.
"""

from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from report_service.rendering.fonts import Typeface
from report_service.rendering.pdf_styles import BOLD, REGULAR

_POINTS_PER_INCH = 72
_CAPS = {"butt": 0, "round": 1, "projecting": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}
_OPAQUE = 1.0


class ChartFlowable(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """A figure at its own size in the flow of a page."""

    def __init__(self, figure: Figure, typeface: Typeface) -> None:
        super().__init__()
        # A pixel is then a point, and no length has to be converted.
        figure.set_dpi(_POINTS_PER_INCH)
        self._figure = figure
        self._typeface = typeface
        self.width, self.height = (figure.get_size_inches() * _POINTS_PER_INCH).tolist()

    def draw(self) -> None:
        """Draw the figure with its lower left corner at the origin."""
        size = (self.width, self.height)
        self._figure.draw(_CanvasRenderer(self.canv, size=size, typeface=self._typeface))


class _CanvasRenderer(RendererBase):
    """The part of a Matplotlib backend that these charts use: paths and upright text."""

    def __init__(self, canvas: Canvas, *, size: tuple[float, float], typeface: Typeface) -> None:
        super().__init__()
        self._canvas = canvas
        self._size = size
        self._bold_file = str(typeface.bold)

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self._size

    def flipy(self) -> bool:
        return False

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Any,
        rgbFace: Any = None,  # noqa: N803 - Matplotlib passes it by this name
    ) -> None:
        drawn = self._canvas.beginPath()
        _trace(drawn, path, transform)
        has_edge = gc.get_linewidth() > 0
        self._canvas.saveState()
        self._clip(gc)
        if has_edge:
            self._set_pen(gc)
        if rgbFace is not None:
            self._canvas.setFillColor(_colour(rgbFace, alpha=_fill_alpha(gc, rgbFace)))
        self._canvas.drawPath(drawn, stroke=int(has_edge), fill=int(rgbFace is not None))
        self._canvas.restoreState()

    def _clip(self, gc: GraphicsContextBase) -> None:
        box = gc.get_clip_rectangle()
        if box is not None:
            area = self._canvas.beginPath()
            area.rect(box.x0, box.y0, box.width, box.height)
            self._canvas.clipPath(area, stroke=0, fill=0)

    def _set_pen(self, gc: GraphicsContextBase) -> None:
        rgb = gc.get_rgb()
        self._canvas.setStrokeColor(_colour(rgb, alpha=_fill_alpha(gc, rgb)))
        self._canvas.setLineWidth(gc.get_linewidth())
        self._canvas.setLineCap(_CAPS[gc.get_capstyle()])
        self._canvas.setLineJoin(_JOINS[gc.get_joinstyle()])
        offset, dashes = gc.get_dashes()
        pattern = [] if dashes is None else [float(length) for length in np.ravel(dashes)]
        self._canvas.setDash(pattern, offset or 0)

    def draw_text(  # noqa: PLR0917 - Matplotlib's signature
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,  # noqa: ARG002 - no text here is slanted
        ismath: bool | str = False,  # noqa: ARG002
        mtext: Any = None,  # noqa: ARG002
    ) -> None:
        font = BOLD if prop.get_file() == self._bold_file else REGULAR
        self._canvas.saveState()
        self._canvas.setFont(font, prop.get_size_in_points())
        self._canvas.setFillColor(_colour(gc.get_rgb(), alpha=_OPAQUE))
        self._canvas.drawString(x, y, s)
        self._canvas.restoreState()


def _trace(drawn: Any, path: Path, transform: Any) -> None:
    """Follow a Matplotlib path; quadratic curves become the cubic ones that PDF knows."""
    last = (0.0, 0.0)
    for points, code in path.iter_segments(transform, curves=True, simplify=False):
        values = [float(value) for value in points]
        if code == Path.MOVETO:
            drawn.moveTo(*values)
        elif code == Path.LINETO:
            drawn.lineTo(*values)
        elif code == Path.CURVE3:
            drawn.curveTo(*_cubic(last, values))
        elif code == Path.CURVE4:
            drawn.curveTo(*values)
        elif code == Path.CLOSEPOLY:
            drawn.close()
            continue
        last = (values[-2], values[-1])


def _cubic(start: tuple[float, float], points: list[float]) -> list[float]:
    control_x, control_y, end_x, end_y = points
    return [
        start[0] + 2 / 3 * (control_x - start[0]),
        start[1] + 2 / 3 * (control_y - start[1]),
        end_x + 2 / 3 * (control_x - end_x),
        end_y + 2 / 3 * (control_y - end_y),
        end_x,
        end_y,
    ]


def _fill_alpha(gc: GraphicsContextBase, rgba: Any) -> float:
    if gc.get_forced_alpha():
        return float(gc.get_alpha())
    return float(rgba[3]) if len(rgba) > 3 else _OPAQUE  # noqa: PLR2004


def _colour(rgba: Any, *, alpha: float) -> Color:
    red, green, blue = (float(part) for part in rgba[:3])
    return Color(red, green, blue, alpha=alpha)
