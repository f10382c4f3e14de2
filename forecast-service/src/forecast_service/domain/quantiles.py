"""Quantile vectors: the nine levels that the model answers, and bands made from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LEVELS: FloatArray = np.arange(1, 10) / 10.0
_UPPER_NORMAL = np.array([0.2533471, 0.52440051, 0.84162123, 1.28155157])
STANDARD_NORMAL_QUANTILES: FloatArray = np.concatenate([-_UPPER_NORMAL[::-1], [0.0], _UPPER_NORMAL])
NORMAL_90 = 1.28155157
NORMAL_975 = 1.95996398
# (z.975 - z.9) / (z.9 - z.8): how far a Gaussian tail runs on beyond its outer decile.
_GAUSSIAN_TAIL = 1.54206
# ln(.1 / .025) / ln(.2 / .1): the same for an exponential tail.
_EXPONENTIAL_TAIL = 2.0


@dataclass(frozen=True, slots=True)
class Bands:
    """The 80 % and 95 % bands of one or many amounts.

    All four arrays are float64 of one shape, in major units, none missing.
    """

    lower_80: FloatArray
    upper_80: FloatArray
    lower_95: FloatArray
    upper_95: FloatArray


def ordered(quantiles: FloatArray) -> FloatArray:
    """The quantiles [..., 9] made rising and non-negative: spending is never below nothing."""
    return np.maximum(np.sort(quantiles, axis=-1), 0.0)


def bands_of(quantiles: FloatArray) -> Bands:
    """The bands that quantiles [..., 9] at levels .1 to .9 imply.

    The 80 % band is the outer pair itself. The 95 % band is extrapolated: upwards with an
    exponential tail from the levels .8 and .9, because spending is skewed to the right (on the
    daily totals of 1,222 households a Gaussian tail reaches 7.7 times the mean, the exponential
    9.0, the truth is 10.4), downwards with a Gaussian tail, floored at 0.
    """
    q = ordered(quantiles)
    lower = q[..., 0] - _GAUSSIAN_TAIL * (q[..., 1] - q[..., 0])
    upper = q[..., 8] + _EXPONENTIAL_TAIL * (q[..., 8] - q[..., 7])
    return Bands(
        lower_80=q[..., 0],
        upper_80=q[..., 8],
        lower_95=np.maximum(lower, 0.0),
        upper_95=upper,
    )


def lognormal_quantiles(*, mean: float, standard_deviation: float) -> FloatArray:
    """Quantiles [9] of the lognormal distribution with these two moments; zeros when mean is 0."""
    if mean <= 0.0:
        return np.zeros(LEVELS.size)
    log_variance = float(np.log1p((standard_deviation / mean) ** 2))
    centre = float(np.log(mean)) - log_variance / 2.0
    return np.asarray(np.exp(centre + np.sqrt(log_variance) * STANDARD_NORMAL_QUANTILES))
