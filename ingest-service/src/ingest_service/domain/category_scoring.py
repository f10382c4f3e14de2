"""Judges many rows with a category model; loads NumPy and SciPy, so only the worker imports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
_BLOCK_ROWS = 4_096
"""Rows whose scores stay in the processor's cache while they become probabilities."""
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Texts = Sequence[str] | npt.NDArray[np.object_] | pd.Series


@dataclass(frozen=True, slots=True)
class Proposals:
    """For each row which of the names is the likeliest (-1: none), and its probability."""

    names: Sequence[str]
    which: Integers
    confidence: Doubles

    @property
    def keys(self) -> npt.NDArray[np.object_]:
        """The names themselves, "" for none."""
        return np.array([*self.names, ""], dtype=object)[self.which]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of texts: the distinct ones, and which of them each row has."""

    distinct: list[str]
    codes: Integers


def _columns(columns: Sequence[Texts]) -> list[_Column]:
    found = []
    for texts in columns:
        given = texts if isinstance(texts, pd.Series) else np.asarray(texts, dtype=object)
        codes, distinct = pd.factorize(given)
        found.append(_Column(distinct.tolist(), codes.astype(np.int64)))
    return found


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
        blocks = list(self.blocks(_columns(columns)))
        return np.concatenate(blocks) if blocks else np.empty((0, len(self.classes)), np.float32)

    def blocks(self, columns: Sequence[_Column]) -> Iterator[Floats]:
        """The probabilities of a block of rows after the other."""
        parts = [
            (column.codes, self._known_scores(column.distinct))
            for column in columns
            if any(column.distinct)
        ]
        for start in range(0, len(columns[0].codes), _BLOCK_ROWS):
            end = min(start + _BLOCK_ROWS, len(columns[0].codes))
            logits = np.repeat(self._bias[None, :], end - start, axis=0)
            for codes, scores in parts:
                logits += scores[codes[start:end]]
            logits -= logits.max(axis=1, keepdims=True)
            np.exp(logits, out=logits)
            logits /= logits.sum(axis=1, keepdims=True)
            yield logits

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


class _Layer:
    """A linear model as a user sees it: its classes are among the names that may be proposed."""

    def __init__(self, linear: Linear, key_of: Mapping[str, str], names: Sequence[str]) -> None:
        self._linear = linear
        self._scorer: Scorer | None = None
        self._at = {key: at for at, key in enumerate(names)}
        self._key_of = key_of
        # Where each class's probability goes: names come first, nameless classes stand alone.
        own = [self._place(name) for name in linear.classes]
        distinct = sorted({at for at in own if at >= 0})
        nameless = iter(range(len(distinct), len(own) + 1))
        self._groups = [distinct.index(at) if at >= 0 else next(nameless) for at in own]
        self._which = np.full(max(self._groups) + 1, -1, dtype=np.int64)
        self._which[: len(distinct)] = distinct

    def _place(self, name: str) -> int:
        return self._at.get(self._key_of.get(name, ""), -1)

    def likeliest(self, columns: Sequence[_Column]) -> tuple[Integers, Doubles]:
        """The likeliest category of each row, -1 where it is none of the user's."""
        self._scorer = self._scorer or Scorer(self._linear)
        best: list[Integers] = []
        sure: list[Floats] = []
        for probabilities in self._scorer.blocks(columns):
            together = self._summed(probabilities)
            at = together.argmax(axis=1)
            best.append(self._which[at])
            sure.append(together[np.arange(len(at)), at])
        which = np.concatenate(best)
        return which, np.where(which >= 0, np.concatenate(sure).astype(np.float64), 0.0)

    def _summed(self, probabilities: Floats) -> Floats:
        """The probabilities of classes that mean one category, together."""
        total = np.zeros((len(probabilities), len(self._which)), dtype=np.float32)
        if len(self._which) == len(self._groups):
            total[:, self._groups] = probabilities
            return total
        for column, group in enumerate(self._groups):
            total[:, group] += probabilities[:, column]
        return total

    def remembered(self, columns: Sequence[_Column]) -> tuple[Integers, Doubles] | None:
        """What the user said of the rows' payees; None where he has said nothing of any."""
        memory = self._linear.memory
        return _remembered(memory, columns, self._place) if memory else None


def _remembered(
    memory: Memory, columns: Sequence[_Column], place: Callable[[str], int]
) -> tuple[Integers, Doubles]:
    """What the user said of the rows; each payee's name is looked up once."""
    merchants, notes = columns[0], columns[1]
    which = np.full(len(merchants.codes), -1, dtype=np.int64)
    confidence = np.zeros(len(which))
    known = np.array([hash_of(name) in memory for name in merchants.distinct], dtype=bool)
    said: dict[tuple[int, int], tuple[int, float]] = {}
    for row in np.flatnonzero(known[merchants.codes]).tolist():
        pair = (int(merchants.codes[row]), int(notes.codes[row]))
        if pair not in said:
            key, sure = remembered(memory, merchants.distinct[pair[0]], notes.distinct[pair[1]])
            said[pair] = (place(key), sure)
        which[row], confidence[row] = said[pair]
    return which, confidence


class Judge:
    """Proposes categories that the user has: what he said himself, else what is likeliest."""

    def __init__(self, views: Sequence[UserView], *, above: float) -> None:
        self._above = above
        self._names = sorted(
            {key for view in views for key in (*view.outgoing.values(), *view.incoming.values())}
            - {""}
        )
        self._layers = {
            is_in: [_Layer(view.linear(is_in), view.key_of(is_in), self._names) for view in views]
            for is_in in (False, True)
        }

    def propose(self, columns: Sequence[Texts], incoming: npt.NDArray[np.bool_]) -> Proposals:
        """What the models say of rows that are given as columns: payee, note, and more words."""
        which = np.full(len(incoming), -1, dtype=np.int64)
        confidence = np.zeros(len(incoming))
        whole = _columns(columns)
        for is_in in (False, True):
            at = np.flatnonzero(incoming == is_in)
            if len(at):
                part = [_Column(column.distinct, column.codes[at]) for column in whole]
                which[at], confidence[at] = self._judged(is_in, part)
        sure = (confidence >= self._above) & (which >= 0)
        return Proposals(
            self._names, np.where(sure, which, -1), np.where(sure, confidence.round(4), 0.0)
        )

    def _judged(self, is_in: bool, columns: Sequence[_Column]) -> tuple[Integers, Doubles]:
        layers = self._layers[is_in]
        which, confidence = layers[0].likeliest(columns)
        for layer in layers[1:]:
            other, sure = layer.likeliest(columns)
            surer = sure > confidence
            which, confidence = np.where(surer, other, which), np.where(surer, sure, confidence)
        for layer in layers:
            said = layer.remembered(columns)
            if said is not None:
                known = said[0] >= 0
                which, confidence = (
                    np.where(known, said[0], which),
                    np.where(known, said[1], confidence),
                )
        return which, confidence


def judge_for(
    tree: Sequence[Category],
    shipped: CategoryModel,
    own: CategoryModel | None = None,
    *,
    above: float = APPLY_ABOVE,
) -> Judge:
    """A judge for one user: the shipped model, and his own where he has one."""
    return Judge(views_of(tree, shipped, own), above=above)
