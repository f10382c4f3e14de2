"""The training loop: pinball losses of days and total, a light squared loss for the means."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from forecast_service.training.features import window_features
from forecast_service.training.network import build_network, relative_forecast
from forecast_service.training.sampling import SeriesPool, TrainingBatch, sample_batch
from forecast_service.training.shapes import QUANTILES

BATCH_ROWS = 256
LEARNING_RATE = 1e-3
FINAL_RATE_SHARE = 0.02
LARGEST_DAY = 60.0  # relative spending beyond this is an accident, not a pattern
LARGEST_DAY_OF_MEAN = 30.0
LARGEST_TOTAL_OF_MEAN = 6.0

Progress = Callable[[int, float], None]


def fit_network(
    pools: Sequence[SeriesPool], *, seed: int, steps: int, progress: Progress | None = None
) -> keras.Model:
    """One trained member; the same seed, pools and thread count give the same weights."""
    calendar_count = pools[0].calendar.shape[1]
    network = build_network(calendar_count=calendar_count, seed=seed)
    rng = np.random.default_rng(seed)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps, FINAL_RATE_SHARE)
    train_step = _train_step(network, keras.optimizers.Adam(schedule))
    losses = []
    for step in range(steps):
        batch = sample_batch(pools, rng, rows=BATCH_ROWS)
        losses.append(float(train_step(*(tf.constant(part) for part in batch))))
        if progress is not None and (step + 1) % 100 == 0:
            progress(step + 1, float(np.mean(losses[-100:])))
    return network


def _train_step(
    network: keras.Model, optimizer: keras.optimizers.Optimizer
) -> Callable[..., tf.Tensor]:
    @tf.function
    def train_step(
        history: tf.Tensor, mask: tf.Tensor, calendar: tf.Tensor, future: tf.Tensor
    ) -> tf.Tensor:
        batch = TrainingBatch(history, mask, calendar, future)
        with tf.GradientTape() as tape:
            loss = spending_loss(network, batch)
        gradients = tape.gradient(loss, network.trainable_variables)
        clipped, _ = tf.clip_by_global_norm(gradients, 1.0)
        optimizer.apply_gradients(zip(clipped, network.trainable_variables, strict=True))
        return loss

    return train_step


def spending_loss(network: keras.Model, batch: TrainingBatch) -> tf.Tensor:
    """Mean loss of a batch; rows whose window is empty teach nothing and count nothing."""
    features = window_features(batch.history, batch.mask)
    forecast = relative_forecast(network, features, batch.calendar, training=True)
    scale = tf.where(features.scale > 0, features.scale, 1.0)
    future = tf.minimum(batch.future / scale[:, None], LARGEST_DAY)
    total = tf.reduce_mean(future, axis=1)
    capped = tf.minimum(future, LARGEST_DAY_OF_MEAN)
    capped_total = tf.minimum(total, LARGEST_TOTAL_OF_MEAN)
    by_row = (
        tf.reduce_mean(_pinball(future, forecast.daily_quantiles), axis=1)
        + 0.02 * tf.reduce_mean(tf.square(capped - forecast.daily_mean), axis=1)
        + _pinball(total, forecast.total_quantiles)
        + 0.2 * tf.square(capped_total - forecast.total_mean)
    )
    teaches = tf.cast(features.scale > 0, tf.float32)
    return tf.reduce_sum(by_row * teaches) / tf.maximum(tf.reduce_sum(teaches), 1.0)


def _pinball(actual: tf.Tensor, quantiles: tf.Tensor) -> tf.Tensor:
    levels = tf.constant(QUANTILES)
    error = actual[..., None] - quantiles
    return tf.reduce_mean(tf.maximum(levels * error, (levels - 1.0) * error), axis=-1)
