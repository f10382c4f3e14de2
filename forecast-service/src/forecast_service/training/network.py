"""The spending network: one encoder of the window, one decoder per horizon day, one total head.

After TiDE (Das et al., 2023, "Long-term forecasting with TiDE"): dense residual blocks encode the
window, a shared decoder meets each day's own calendar, lags and climatology. Daily quantiles are
corrections of the climatology, and the 28-day total has quantiles of its own, because quantiles of
days do not add up.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import tensorflow as tf

from forecast_service.training.features import (
    LAG_COUNT,
    RECENT_28,
    RECENT_56,
    STATISTIC_COUNT,
    Features,
    window_features,
)
from forecast_service.training.shapes import HORIZON_DAYS, QUANTILES, WINDOW_DAYS

ENCODER_UNITS = 192
CODE_UNITS = 64
DECODER_UNITS = 96
DROPOUT = 0.1
QUANTILE_COUNT = len(QUANTILES)


class RelativeForecast(NamedTuple):
    """Outputs in multiples of the window's mean day, float32; totals are means per day.

    daily_quantiles [N, 28, 9], daily_mean [N, 28], total_quantiles [N, 9], total_mean [N].
    """

    daily_quantiles: tf.Tensor
    daily_mean: tf.Tensor
    total_quantiles: tf.Tensor
    total_mean: tf.Tensor


def build_network(*, calendar_count: int, seed: int) -> keras.Model:
    """An untrained network over `Features` (without scale) and the horizon's calendar."""
    keras.utils.set_random_seed(seed)
    days = keras.Input((WINDOW_DAYS,), name="days")
    mask = keras.Input((WINDOW_DAYS,), name="mask")
    statistics = keras.Input((STATISTIC_COUNT,), name="statistics")
    lags = keras.Input((HORIZON_DAYS, LAG_COUNT), name="lags")
    climatology = keras.Input((HORIZON_DAYS, QUANTILE_COUNT), name="climatology")
    calendar = keras.Input((HORIZON_DAYS, calendar_count), name="calendar")
    code = _encode(keras.layers.Concatenate()([days, mask, statistics]))
    decoded = _decode(code, calendar, lags, climatology)
    daily = _small_dense(2 * QUANTILE_COUNT + 1)(decoded)
    total = _total_head(code, statistics, decoded)
    return keras.Model(
        [days, mask, statistics, lags, climatology, calendar],
        [
            _daily_quantiles(daily, climatology),
            keras.ops.softplus(daily[..., -1]),
            total[..., :QUANTILE_COUNT],
            total[..., -1],
        ],
    )


def _small_dense(units: int) -> keras.layers.Layer:
    """A dense layer that starts near zero, so that training starts from the climatology."""
    return keras.layers.Dense(
        units, kernel_initializer=keras.initializers.RandomNormal(stddev=0.01)
    )


def _encode(inputs: keras.KerasTensor) -> keras.KerasTensor:
    hidden = keras.layers.Dense(ENCODER_UNITS, "relu")(inputs)
    for _ in range(2):
        step = keras.layers.Dense(ENCODER_UNITS, "relu")(hidden)
        step = keras.layers.Dropout(DROPOUT)(keras.layers.Dense(ENCODER_UNITS)(step))
        hidden = keras.layers.LayerNormalization()(keras.layers.Add()([hidden, step]))
    return keras.layers.Dense(CODE_UNITS, "relu")(hidden)


def _decode(
    code: keras.KerasTensor,
    calendar: keras.KerasTensor,
    lags: keras.KerasTensor,
    climatology: keras.KerasTensor,
) -> keras.KerasTensor:
    repeated = keras.layers.RepeatVector(HORIZON_DAYS)(code)
    inputs = [repeated, calendar, lags, keras.ops.arcsinh(climatology)]
    hidden = keras.layers.Dense(DECODER_UNITS, "relu")(keras.layers.Concatenate()(inputs))
    return keras.layers.Add()([hidden, keras.layers.Dense(DECODER_UNITS, "relu")(hidden)])


def _daily_quantiles(daily: keras.KerasTensor, climatology: keras.KerasTensor) -> keras.KerasTensor:
    factor = keras.ops.exp(keras.ops.tanh(daily[..., :QUANTILE_COUNT]))
    return climatology * factor + daily[..., QUANTILE_COUNT : 2 * QUANTILE_COUNT]


def _total_head(
    code: keras.KerasTensor, statistics: keras.KerasTensor, decoded: keras.KerasTensor
) -> keras.KerasTensor:
    """Quantiles and mean of the horizon's mean day, as factors of the recent level."""
    horizon = keras.layers.GlobalAveragePooling1D()(decoded)
    hidden = keras.layers.Concatenate()([code, statistics, horizon])
    hidden = keras.layers.Dropout(DROPOUT)(keras.layers.Dense(64, "relu")(hidden))
    recent_28 = statistics[:, RECENT_28 : RECENT_28 + 1]
    recent_56 = statistics[:, RECENT_56 : RECENT_56 + 1]
    level = keras.ops.log(0.02 + 0.4 * recent_28 + 0.3 * recent_56 + 0.3)
    return keras.ops.exp(level + _small_dense(QUANTILE_COUNT + 1)(hidden))


def relative_forecast(
    network: keras.Model, features: Features, calendar: tf.Tensor, *, training: bool
) -> RelativeForecast:
    """What one network says of the features; quantiles may still cross."""
    return RelativeForecast(*network([*features[1:], calendar], training=training))


class SpendingModel:
    """The members of an ensemble behind the serving signature, in money."""

    def __init__(self, networks: Sequence[keras.Model], *, calendar_count: int) -> None:
        self.networks = list(networks)
        self.calendar_count = calendar_count

    def save(self, folder: Path) -> None:
        """Write a SavedModel with the serving signature and nothing else.

        Only the weights are tracked, not the Keras models: those save a second copy of every
        variable and restore that one, so that a session (TensorFlow Serving, the C API) finds the
        first uninitialised, although `tf.saved_model.load` in Python reads the folder well.
        """
        module = tf.Module(name="spending")
        module.weights = [weight.value for net in self.networks for weight in net.weights]
        signatures = {"serving_default": self.serving_function()}
        tf.saved_model.save(module, str(folder), signatures=signatures)

    def serving_function(self) -> tf.types.experimental.ConcreteFunction:
        """The signature `serving_default`, traced for any number of rows."""

        def serve(history: tf.Tensor, mask: tf.Tensor, calendar: tf.Tensor) -> dict[str, tf.Tensor]:
            return self.forecast(history, mask, calendar)

        return tf.function(serve).get_concrete_function(
            history=tf.TensorSpec([None, WINDOW_DAYS], tf.float32, "history"),
            mask=tf.TensorSpec([None, WINDOW_DAYS], tf.float32, "mask"),
            calendar=tf.TensorSpec(
                [None, HORIZON_DAYS, self.calendar_count], tf.float32, "calendar"
            ),
        )

    def forecast(
        self, history: tf.Tensor, mask: tf.Tensor, calendar: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Mean of the members, quantiles in order, nothing below zero, in the unit of `history`."""
        features = window_features(history, mask)
        members = [
            relative_forecast(network, features, calendar, training=False)
            for network in self.networks
        ]
        mean = RelativeForecast(
            *(tf.add_n(list(parts)) / len(members) for parts in zip(*members, strict=True))
        )
        scale = features.scale
        return {
            "daily_quantiles": _ordered(mean.daily_quantiles) * scale[:, None, None],
            "daily_mean": mean.daily_mean * scale[:, None],
            "total_quantiles": _ordered(mean.total_quantiles) * HORIZON_DAYS * scale[:, None],
            "total_mean": mean.total_mean * HORIZON_DAYS * scale,
        }


def _ordered(quantiles: tf.Tensor) -> tf.Tensor:
    """Sorting crossed quantiles never raises their loss (Chernozhukov et al., 2010)."""
    return tf.maximum(tf.sort(quantiles, axis=-1), 0.0)
