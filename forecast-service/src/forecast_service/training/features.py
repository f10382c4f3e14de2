"""Pre-processing of raw windows in TensorFlow operations, saved with the weights.

Everything is expressed in multiples of the window's mean daily spending, so that the network sees
the same numbers for a student and for a firm; `Features.scale` turns its answers back into money.
Position d of the window has the weekday of horizon day d modulo 7, because the window is a whole
number of weeks.
"""

from typing import NamedTuple

import tensorflow as tf

from forecast_service.training.shapes import (
    HORIZON_DAYS,
    QUANTILES,
    WEEK_DAYS,
    WINDOW_DAYS,
    WINDOW_WEEKS,
)

RECENT_DAYS = (7, 14, 28, 56)
UPPER_QUANTILES = (0.7, 0.8, 0.9, 0.95, 1.0)
LAG_WEEKS = (4, 8, 16)
LARGEST_WEEK = 6.0
LARGEST_DAY = 30.0
OWN_WEEKDAY_WEIGHT = 5.0
TIE_MARGIN = 1e-5  # above float32 rounding, below 1 / the largest total weight
HORIZON_WEEKS = HORIZON_DAYS // WEEK_DAYS
STATISTIC_COUNT = 9 + len(UPPER_QUANTILES) + WINDOW_WEEKS
LAG_COUNT = len(LAG_WEEKS) + 3
RECENT_28, RECENT_56 = 5, 6  # columns of `statistics` that the total's head starts from


class Features(NamedTuple):
    """What the network reads, all float32.

    scale: [N] mean of the known days in money; 0 where nothing was spent.
    days: [N, 112] asinh of relative spending, 0 where unknown.
    mask: [N, 112] 1 where the day is known.
    statistics: [N, STATISTIC_COUNT] level, recency, variation, upper quantiles, weekly means.
    lags: [N, 28, LAG_COUNT] what the same weekday and the same day 4 and 12 weeks ago brought.
    climatology: [N, 28, 9] blended weekday quantiles of the window, relative.
    """

    scale: tf.Tensor
    days: tf.Tensor
    mask: tf.Tensor
    statistics: tf.Tensor
    lags: tf.Tensor
    climatology: tf.Tensor


def window_features(history: tf.Tensor, mask: tf.Tensor) -> Features:
    """Features of raw windows: history and mask float32 [N, 112], oldest day first.

    Negative and unknown days count as nothing, so a caller need not clean them.
    """
    known = tf.cast(mask > 0.5, tf.float32)  # noqa: PLR2004 - a mask that came through JSON
    spent = tf.where(known > 0, tf.maximum(history, 0.0), 0.0)
    scale = tf.reduce_sum(spent / _at_least_one(tf.reduce_sum(known, 1))[:, None], axis=1)
    relative = spent / tf.where(scale > 0, scale, 1.0)[:, None]
    return Features(
        scale=scale,
        days=tf.math.asinh(relative) * known,
        mask=known,
        statistics=_statistics(relative, known),
        lags=_lags(tf.minimum(relative, LARGEST_DAY), known),
        climatology=_climatology(relative, known),
    )


def _at_least_one(count: tf.Tensor) -> tf.Tensor:
    return tf.maximum(count, 1.0)


def _mean_of_known(values: tf.Tensor, known: tf.Tensor, axis: int) -> tf.Tensor:
    return tf.reduce_sum(values * known, axis) / _at_least_one(tf.reduce_sum(known, axis))


def _statistics(relative: tf.Tensor, known: tf.Tensor) -> tf.Tensor:
    count = tf.reduce_sum(known, 1)
    bought = tf.cast(relative > 0, tf.float32)
    variation = tf.sqrt(_mean_of_known(tf.square(relative - 1.0), known, 1))
    columns = [
        _mean_of_known(bought, known, 1),
        count / WINDOW_DAYS,
        tf.math.log1p(variation),
        *(_mean_of_known(relative[:, -days:], known[:, -days:], 1) for days in RECENT_DAYS),
        tf.math.log1p(_days_since_purchase(bought)) / 4.0,
        tf.reduce_mean(bought[:, -HORIZON_DAYS:], 1),
    ]
    by_week = [-1, WINDOW_WEEKS, WEEK_DAYS]
    weekly = _mean_of_known(tf.reshape(relative, by_week), tf.reshape(known, by_week), 2)
    return tf.concat(
        [
            tf.stack(columns, axis=1),
            tf.math.asinh(_upper_quantiles(relative, known, count)),
            tf.minimum(weekly, LARGEST_WEEK),
        ],
        axis=1,
    )


def _days_since_purchase(bought: tf.Tensor) -> tf.Tensor:
    position = tf.range(1, WINDOW_DAYS + 1, dtype=tf.float32)
    return WINDOW_DAYS - tf.reduce_max(bought * position, axis=1)


def _upper_quantiles(relative: tf.Tensor, known: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Empirical quantiles of the known days; unknown days sort below all others."""
    ordered = tf.sort(tf.where(known > 0, relative, -1.0), axis=1)
    rank = tf.math.ceil(count[:, None] * tf.constant(UPPER_QUANTILES)) - 1.0
    position = WINDOW_DAYS - count[:, None] + rank
    index = tf.cast(tf.clip_by_value(position, 0.0, WINDOW_DAYS - 1.0), tf.int32)
    return tf.clip_by_value(tf.gather(ordered, index, batch_dims=1), 0.0, LARGEST_DAY)


def _lags(relative: tf.Tensor, known: tf.Tensor) -> tf.Tensor:
    by_week = [-1, WINDOW_WEEKS, WEEK_DAYS]
    values, seen = tf.reshape(relative, by_week), tf.reshape(known, by_week)
    weekday_means = [_mean_of_known(values[:, -weeks:], seen[:, -weeks:], 1) for weeks in LAG_WEEKS]
    share_bought = _mean_of_known(tf.cast(values > 0, tf.float32), seen, 1)
    repeated = [tf.tile(column, [1, HORIZON_WEEKS]) for column in (*weekday_means, share_bought)]
    masked = relative * known
    same_day = [masked[:, -HORIZON_DAYS:], masked[:, -3 * HORIZON_DAYS : -2 * HORIZON_DAYS]]
    return tf.stack([*repeated, *same_day], axis=2)


def _climatology(relative: tf.Tensor, known: tf.Tensor) -> tf.Tensor:
    """Quantiles per weekday in which the own weekday counts five times: float32 [N, 28, 9].

    The smallest value whose share of the weight reaches the level: a definition on which the order
    of equal values (most days are 0) has no influence.
    """
    order = tf.argsort(relative, axis=1)
    values = tf.gather(relative, order, batch_dims=1)
    own = tf.tile(tf.eye(WEEK_DAYS), [1, WINDOW_WEEKS])
    weights = known[:, None, :] * (1.0 + (OWN_WEEKDAY_WEIGHT - 1.0) * own[None])
    weights = tf.gather(weights, tf.tile(order[:, None], [1, WEEK_DAYS, 1]), batch_dims=2)
    cumulated = tf.cumsum(weights, axis=2)
    share = cumulated / tf.maximum(cumulated[:, :, -1:], 1e-9)
    # Weights are whole numbers, so exact ties with a level are common; the margin decides them
    # the same way everywhere instead of leaving them to rounding.
    levels = tf.constant(QUANTILES)[:, None] - TIE_MARGIN
    below = tf.reduce_sum(tf.cast(share[:, :, None, :] < levels, tf.int32), axis=3)
    index = tf.minimum(below, WINDOW_DAYS - 1)
    flat = tf.gather(values, tf.reshape(index, [-1, WEEK_DAYS * len(QUANTILES)]), batch_dims=1)
    by_weekday = tf.reshape(flat, [-1, WEEK_DAYS, len(QUANTILES)])
    return tf.tile(by_weekday, [1, HORIZON_WEEKS, 1])
