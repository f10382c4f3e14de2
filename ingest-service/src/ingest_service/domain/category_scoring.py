"""Judges many rows with a category model; loads NumPy and SciPy, so only the worker imports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest_service.domain.category_keys import CategoryKeys
from ingest_service.domain.category_model import CategoryModel, Linear
from ingest_service.domain.models import Category
from ingest_service.domain.text_features import FEATURE_BITS, hashed

APPLY_ABOVE = 0.8
"""Below this confidence a row stays uncategorised; measured, see docs/categories.md."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Proposals:
    """For each row the class that is the likeliest ("" where none is), and its probability."""

    keys: npt.NDArray[np.object_]
    confidence: npt.NDArray[np.float64]


class Scorer:
    """One linear model made ready for many rows; each distinct text is looked at once."""

    def __init__(self, linear: Linear) -> None:
        self.classes = linear.classes
        width = len(linear.classes)
        given = np.frombuffer(linear.weights, dtype=np.int8).reshape(-1, width)
        # Row 0 stands for all features without weights.
        self._weights: Floats = np.zeros((len(given) + 1, width), dtype=np.float32)
        self._weights[1:] = given * np.array(linear.scales, dtype=np.float32)
        self._row_of = np.zeros(1 << FEATURE_BITS, dtype=np.int32)
        features = np.frombuffer(linear.features, dtype=np.uint16)
        self._row_of[features] = np.arange(1, len(given) + 1, dtype=np.int32)
        self._bias: Floats = np.array(linear.bias, dtype=np.float32)

    def probabilities(self, columns: Sequence[Sequence[str]]) -> Floats:
        """Probabilities (rows, classes) of rows that are given as columns of texts."""
        logits: Floats | None = None
        for texts in columns:
            codes, distinct = pd.factorize(np.asarray(texts, dtype=object))
            part = self._scores(distinct.tolist())[codes]
            logits = part if logits is None else np.add(logits, part, out=logits)
        if logits is None:
            return np.zeros((0, len(self.classes)), dtype=np.float32)
        logits += self._bias
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return logits

    def _scores(self, texts: Sequence[str]) -> Floats:
        """What each text adds to the logits."""
        from scipy.sparse import csr_matrix

        starts, features = hashed(texts)
        rows = self._row_of[features]
        known = rows > 0
        before = np.concatenate([[0], np.cumsum(known)])[starts]
        taken = rows[known]
        ones = np.ones(len(taken), dtype=np.float32)
        matrix = csr_matrix((ones, taken, before), shape=(len(texts), len(self._weights)))
        size = np.sqrt(np.maximum(np.diff(starts), 1)).astype(np.float32)
        scores: Floats = (matrix @ self._weights) / size[:, None]
        return scores


class Judge:
    """Proposes categories that the user has, by the names that `key_of` gives to classes."""

    def __init__(self, model: CategoryModel, key_of: Mapping[str, str], *, above: float) -> None:
        self._scorers = {False: Scorer(model.outgoing), True: Scorer(model.incoming)}
        self._key_of = key_of
        self._above = above

    def propose(
        self, columns: Sequence[npt.NDArray[np.object_]], incoming: npt.NDArray[np.bool_]
    ) -> Proposals:
        """What the model says of rows that are given as columns of texts."""
        keys = np.full(len(incoming), "", dtype=object)
        confidence = np.zeros(len(incoming))
        for is_in, scorer in self._scorers.items():
            at = np.flatnonzero(incoming == is_in)
            if len(at):
                found = self._judged(scorer, [texts[at] for texts in columns])
                keys[at], confidence[at] = found.keys, found.confidence
        return Proposals(keys, confidence)

    def _judged(self, scorer: Scorer, columns: Sequence[Any]) -> Proposals:
        probabilities = scorer.probabilities(columns)
        names = [self._key_of.get(name, "") for name in scorer.classes]
        distinct = sorted(set(names) - {""})
        groups = np.array([distinct.index(name) if name else len(distinct) for name in names])
        if len(distinct) < len(names) - names.count(""):
            probabilities = _summed(probabilities, groups, len(distinct) + 1)
            names = [*distinct, ""]
        best = probabilities.argmax(axis=1)
        confidence = probabilities[np.arange(len(best)), best].astype(np.float64)
        chosen = np.array(names, dtype=object)[best]
        sure = (confidence >= self._above) & (chosen != "")
        return Proposals(np.where(sure, chosen, ""), np.where(sure, confidence.round(4), 0.0))


def judge_for(
    tree: Sequence[Category], model: CategoryModel, *, above: float = APPLY_ABOVE
) -> Judge:
    """A judge that proposes what stands in the user's tree."""
    keys = CategoryKeys(tree)
    classes = (*model.outgoing.classes, *model.incoming.classes)
    return Judge(model, keys.keys_of(classes), above=above)


def _summed(probabilities: Floats, groups: npt.NDArray[Any], count: int) -> Floats:
    """The probabilities of classes that mean one category, together."""
    total = np.zeros((len(probabilities), count), dtype=np.float32)
    for column, group in enumerate(groups):
        total[:, group] += probabilities[:, column]
    return total
