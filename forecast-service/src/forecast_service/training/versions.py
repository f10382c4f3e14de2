"""Version folders of the spending model: written whole or not at all."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import keras
import tensorflow as tf

from forecast_service.domain.calendar_features import CALENDAR_FEATURES
from forecast_service.training.evaluation import Forecast, Forecaster
from forecast_service.training.network import SpendingModel
from forecast_service.training.shapes import (
    HORIZON_DAYS,
    PREPROCESSING_FORMAT,
    QUANTILES,
    WINDOW_DAYS,
    FloatArray,
)

OUTPUTS = ("daily_quantiles", "daily_mean", "total_quantiles", "total_mean")
DESCRIPTION_NAME = "preprocessing.json"


@contextmanager
def new_version(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` to write into; flushed and renamed into place when all went well.

    Raises FileExistsError if the version is there already: versions never change.
    """
    if folder.exists():
        raise FileExistsError(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        yield unfinished
        _flush(unfinished)
        unfinished.rename(folder)
        _flush_folder(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def save_model(networks: Sequence[keras.Model], folder: Path) -> None:
    """Write the ensemble as a SavedModel with its serving signature and nothing else."""
    SpendingModel(networks, calendar_count=len(CALENDAR_FEATURES)).save(folder)


def write_description(folder: Path, description: Mapping[str, object]) -> None:
    """Write preprocessing.json: what callers must send, and where the weights come from."""
    contents = json.dumps({**_shape(), **description}, indent=2, ensure_ascii=False)
    (folder / DESCRIPTION_NAME).write_text(contents + "\n", encoding="utf-8")


def _shape() -> dict[str, object]:
    return {
        "format": PREPROCESSING_FORMAT,
        "window_days": WINDOW_DAYS,
        "horizon_days": HORIZON_DAYS,
        "quantiles": QUANTILES,
        "calendar_features": CALENDAR_FEATURES,
        "inputs": {
            "history": [WINDOW_DAYS],
            "mask": [WINDOW_DAYS],
            "calendar": [HORIZON_DAYS, len(CALENDAR_FEATURES)],
        },
        "outputs": OUTPUTS,
        "unit": "the currency's major unit, as in history",
    }


def _flush(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            _flush_folder(path)
            continue
        with path.open("rb") as written:
            os.fsync(written.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_forecaster(folder: Path) -> Forecaster:
    """The serving signature of a version folder as a function of arrays."""
    loaded = tf.saved_model.load(str(folder))
    signature = loaded.signatures["serving_default"]

    def forecast(history: FloatArray, mask: FloatArray, calendar: FloatArray) -> Forecast:
        _ = loaded  # a signature holds its variables only as long as its module lives
        outputs = signature(
            history=tf.constant(history),
            mask=tf.constant(mask),
            calendar=tf.constant(calendar),
        )
        return Forecast(**{name: outputs[name].numpy() for name in OUTPUTS})

    return forecast
