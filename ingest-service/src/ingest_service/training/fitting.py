"""Fits the linear models with scikit-learn; for the worker and the command line only.

One classifier against the rest for each category (SGDClassifier, log loss, averaged weights) on
the hashed n-grams; their scores are made confidences by a softmax whose temperature is chosen on
words that the model has not seen.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_service.domain.category_model import UNKNOWN, Linear
from ingest_service.domain.text_features import FEATURE_BITS, hashed

EPOCHS = 6
ALPHA = 1e-5
SEED = 7
_STEPS = 127
_LEAST_WEIGHT = 0.5
"""Quantised weights of a feature that are all below are no weights; in units of int8."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A row's texts with the class that it belongs to; weight says how much it counts."""

    merchant: str
    note: str
    key: str
    weight: float = 1.0


def fit(examples: Sequence[Labelled]) -> Linear:
    """The model of the examples; the same for the same examples in the same order."""
    classes = sorted({example.key for example in examples} | {UNKNOWN})
    matrix = feature_matrix([(one.merchant, one.note) for one in examples])
    used = np.unique(matrix.indices)
    labels = np.array([classes.index(one.key) for one in examples])
    weights = np.array([one.weight for one in examples])
    coefficients, bias = _separators(matrix[:, used], labels, weights, len(classes))
    return _quantised(classes, used, coefficients, bias)


def feature_matrix(rows: Sequence[tuple[str, ...]]) -> Any:
    """A scipy CSR matrix (rows, 2**FEATURE_BITS): each text's features, 1/sqrt(their number)."""
    from scipy.sparse import csr_matrix

    total = None
    for texts in zip(*rows, strict=True):
        starts, features = hashed(texts)
        counts = np.diff(starts)
        values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
        part = csr_matrix((values, features, starts), shape=(len(texts), 1 << FEATURE_BITS))
        total = part if total is None else total + part
    return total


def _separators(
    matrix: Any, labels: npt.NDArray[Any], weights: npt.NDArray[Any], width: int
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Coefficients (features, classes) and bias (classes); a class without examples gets none."""
    from sklearn.linear_model import SGDClassifier

    present = np.unique(labels)
    coefficients = np.zeros((matrix.shape[1], width))
    bias = np.full(width, -1.0)
    if len(present) == 1:
        bias[present] = 1.0
        return coefficients, bias
    model = SGDClassifier(
        loss="log_loss", alpha=ALPHA, average=True, random_state=SEED, max_iter=EPOCHS, tol=None
    )
    model.fit(matrix, labels, sample_weight=weights)
    if len(present) == 2:  # noqa: PLR2004 - scikit-learn keeps one separator for two classes
        coefficients[:, present] = np.vstack([-model.coef_[0], model.coef_[0]]).T / 2
        bias[present] = np.array([-model.intercept_[0], model.intercept_[0]]) / 2
    else:
        coefficients[:, present] = model.coef_.T
        bias[present] = model.intercept_
    return coefficients, bias


def _quantised(
    classes: Sequence[str], used: Any, coefficients: npt.NDArray[Any], bias: npt.NDArray[Any]
) -> Linear:
    scale = float(np.abs(coefficients).max()) / _STEPS or 1.0
    steps = np.rint(np.clip(coefficients / scale, -_STEPS, _STEPS)).astype(np.int8)
    kept = np.abs(steps).max(axis=1) > _LEAST_WEIGHT
    return Linear(
        classes=tuple(classes),
        features=array("H", used[kept].astype(np.uint16).tobytes()),
        weights=array("b", steps[kept].tobytes()),
        scales=(scale,) * len(classes),
        bias=tuple(round(float(value), 6) for value in bias),
    )
