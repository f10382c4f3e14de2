"""Judges many rows with a category model; loads NumPy and SciPy, so only the worker imports it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest_service.domain.category_memory import Memory, hash_of, remembered
from ingest_service.domain.category_model import CategoryModel, Linear
from ingest_service.domain.category_views import UserView, views_of
from ingest_service.domain.models import Category
from ingest_service.domain.text_features import FEATURE_BITS, hashed

APPLY_ABOVE = 0.8
"""Below this confidence a row stays uncategorised; measured, see docs/categories.md."""
_MOST_KNOWN = 60_000
"""Texts whose scores a scorer remembers, as payees and goods repeat; about 10 MB."""
Floats = npt.NDArray[np.float32]
Texts = Sequence[str] | npt.NDArray[np.object_]


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
        self._place: dict[str, int] = {}
        self._known: Floats = np.empty((_MOST_KNOWN, width), dtype=np.float32)

    def probabilities(self, columns: Sequence[Texts]) -> Floats:
        """Probabilities (rows, classes) of rows that are given as columns of texts."""
        logits: Floats = np.empty((len(columns[0]), len(self.classes)), dtype=np.float32)
        logits[:] = self._bias
        for texts in columns:
            codes, distinct = pd.factorize(np.asarray(texts, dtype=object))
            if any(distinct):
                logits += self._known_scores(distinct.tolist())[codes]
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return logits

    def _known_scores(self, texts: list[str]) -> Floats:
        """What each text adds to the logits; texts that came lately are not looked at again."""
        fresh = [text for text in texts if text not in self._place]
        if len(self._place) + len(fresh) > _MOST_KNOWN:
            self._place.clear()
            fresh = texts
        if len(fresh) > _MOST_KNOWN:
            return self._scores(fresh)
        if fresh:
            first = len(self._place)
            self._place.update(zip(fresh, range(first, first + len(fresh)), strict=True))
            self._known[first : first + len(fresh)] = self._scores(fresh)
        return self._known[[self._place[text] for text in texts]]

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


@dataclass(slots=True)
class _Layer:
    """A linear model, the names of its classes in the user's tree, and its scorer once needed."""

    linear: Linear
    key_of: Mapping[str, str]
    scorer: Scorer | None = None

    def likeliest(self, columns: Sequence[npt.NDArray[np.object_]]) -> Proposals:
        """The likeliest category of each row, "" where it is none of the user's."""
        self.scorer = self.scorer or Scorer(self.linear)
        probabilities = self.scorer.probabilities(columns)
        names = [self.key_of.get(name, "") for name in self.linear.classes]
        distinct = sorted(set(names) - {""})
        if len(distinct) < len(names) - names.count(""):
            groups = [distinct.index(name) for name in names if name]
            named = np.array([bool(name) for name in names])
            together = _summed(probabilities[:, named], groups, len(distinct))
            probabilities = np.hstack([together, probabilities[:, ~named]])
            names = [*distinct, *[""] * int((~named).sum())]
        best = probabilities.argmax(axis=1)
        confidence = probabilities[np.arange(len(best)), best].astype(np.float64)
        chosen = np.array(names, dtype=object)[best]
        return Proposals(chosen, np.where(chosen != "", confidence, 0.0))

    def remembered(self, columns: Sequence[npt.NDArray[np.object_]]) -> Proposals | None:
        """What the user said of the rows' payees; None where he has said nothing of any."""
        if not self.linear.memory:
            return None
        said = _remembered(self.linear.memory, columns)
        named = [self.key_of.get(key, "") if key else "" for key in said.keys]
        return Proposals(np.array(named, dtype=object), said.confidence)


class Judge:
    """Proposes categories that the user has: what he said himself, else what is likeliest."""

    def __init__(self, views: Sequence[UserView], *, above: float) -> None:
        self._above = above
        self._layers = {
            is_in: [_Layer(view.linear(is_in), view.key_of(is_in)) for view in views]
            for is_in in (False, True)
        }

    def propose(
        self, columns: Sequence[npt.NDArray[np.object_]], incoming: npt.NDArray[np.bool_]
    ) -> Proposals:
        """What the models say of rows that are given as columns: payee, note, and more words."""
        keys = np.full(len(incoming), "", dtype=object)
        confidence = np.zeros(len(incoming))
        for is_in in (False, True):
            at = np.flatnonzero(incoming == is_in)
            if len(at):
                found = self._judged(is_in, [texts[at] for texts in columns])
                keys[at], confidence[at] = found.keys, found.confidence
        sure = (confidence >= self._above) & (keys != "")
        return Proposals(np.where(sure, keys, ""), np.where(sure, confidence.round(4), 0.0))

    def _judged(self, is_in: bool, columns: Sequence[npt.NDArray[np.object_]]) -> Proposals:
        layers = self._layers[is_in]
        best = layers[0].likeliest(columns)
        for layer in layers[1:]:
            best = _where(best, layer.likeliest(columns), lambda a, b: b.confidence > a.confidence)
        for layer in layers:
            said = layer.remembered(columns)
            if said is not None:
                best = _where(best, said, lambda _, b: b.keys != "")
        return best


def _where(
    first: Proposals,
    second: Proposals,
    takes: Callable[[Proposals, Proposals], npt.NDArray[np.bool_]],
) -> Proposals:
    """The first proposals, and the second's rows where they take their place."""
    chosen = takes(first, second)
    return Proposals(
        np.where(chosen, second.keys, first.keys),
        np.where(chosen, second.confidence, first.confidence),
    )


def _remembered(memory: Memory, columns: Sequence[npt.NDArray[np.object_]]) -> Proposals:
    """What the user said of the rows; each payee's name is looked up once."""
    keys = np.full(len(columns[0]), "", dtype=object)
    confidence = np.zeros(len(keys))
    codes, merchants = pd.factorize(columns[0])
    known = np.array([hash_of(name) in memory for name in merchants], dtype=bool)
    said: dict[tuple[str, str], tuple[str, float]] = {}
    for row in np.flatnonzero(known[codes]).tolist():
        pair = (columns[0][row], columns[1][row])
        if pair not in said:
            said[pair] = remembered(memory, *pair)
        keys[row], confidence[row] = said[pair]
    return Proposals(keys, confidence)


def judge_for(
    tree: Sequence[Category],
    shipped: CategoryModel,
    own: CategoryModel | None = None,
    *,
    above: float = APPLY_ABOVE,
) -> Judge:
    """A judge for one user: the shipped model, and his own where he has one."""
    return Judge(views_of(tree, shipped, own), above=above)


def _summed(probabilities: Floats, groups: Sequence[int], count: int) -> Floats:
    """The probabilities of classes that mean one category, together."""
    total = np.zeros((len(probabilities), count), dtype=np.float32)
    for column, group in enumerate(groups):
        total[:, group] += probabilities[:, column]
    return total
