"""Distances on the Earth as straight lines through it, which grow as the arcs do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

EARTH_RADIUS_KM = 6_371.0


def chord(distance_km: float) -> float:
    """The straight line, in Earth radii, between points so far apart on the ground."""
    return 2 * math.sin(distance_km / EARTH_RADIUS_KM / 2)


def on_sphere(lat: Floats, lon: Floats) -> Floats:
    """Points (n, 3) on the unit sphere from degrees."""
    import numpy as np

    phi, theta = np.radians(lat), np.radians(lon)
    x, y = np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta)
    return np.stack([x, y, np.sin(phi)], axis=-1)
