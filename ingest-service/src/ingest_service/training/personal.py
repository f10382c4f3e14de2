"""A user's own model: the shipped words, called as he calls them, and his corrections.

Where he gave rows that the shipped model would have put into one category to another, the shipped
words of that category are given to both in proportion: two corrected restaurants tell where
restaurants belong. His corrections stand beside the words with more weight.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ingest_service.domain.category_memory import Correction
from ingest_service.domain.category_model import UNKNOWN, CategoryModel, Linear
from ingest_service.domain.category_scoring import APPLY_ABOVE, Scorer
from ingest_service.domain.text_features import folded
from ingest_service.training.corpus import Example, incoming_examples, outgoing_examples
from ingest_service.training.fitting import Labelled, fit
from ingest_service.training.remembering import remember

_COPIES = 4
_WEIGHT = 2.0
_TEMPERATURES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
_SHY_TEMPERATURE = 0.3
"""At it a guess hardly ever comes above the threshold: it is suggested instead of applied."""
_FEWEST_MEASURED = 15
_FEWEST_APPLIED = 10
_LEAST_PRECISION = 0.9
_FOLDS = 3
_KEPT_PRIOR, _GONE_PRIOR = 3.0, 0.5
"""How many corrections the shipped name of a category is worth: one that the user has, or not."""
_LEAST_TRUST = 0.7
_LEAST_SHARE = 0.1
_LEAST_SURE = 0.3


KeyOf = Callable[[str], str]


def learn(base: CategoryModel, corrections: Sequence[Correction], key_of: KeyOf) -> CategoryModel:
    """The model for one user; corrections stand oldest first, key_of names the shipped classes."""
    outgoing = [one for one in corrections if not one.incoming]
    incoming = [one for one in corrections if one.incoming]
    return CategoryModel(
        _learnt(base.outgoing, outgoing_examples(), outgoing, key_of),
        _learnt(base.incoming, incoming_examples(), incoming, key_of),
    )


def _distinct(corrections: Sequence[Correction]) -> list[Correction]:
    """The last correction of each pair of texts."""
    last = {(folded(one.merchant), folded(one.note)): one for one in corrections}
    return list(last.values())


def _learnt(
    base: Linear, words: Sequence[Example], corrections: Sequence[Correction], key_of: KeyOf
) -> Linear:
    if not corrections:
        return base
    distinct = _distinct(corrections)
    temperature = _SHY_TEMPERATURE
    if len(distinct) >= _FEWEST_MEASURED:
        temperature = _measured_temperature(base, words, distinct, key_of)
    linear = _fitted(base, words, distinct, key_of).tempered(temperature)
    silent = _contradicted(base, distinct, key_of)
    return replace(linear, memory=remember(corrections), silent=silent)


def _fitted(
    base: Linear, words: Sequence[Example], corrections: Sequence[Correction], key_of: KeyOf
) -> Linear:
    shares = _shares(base, corrections, key_of)
    examples = [
        Labelled(word.merchant, word.note, key, weight=share)
        for word in words
        for key, share in shares[word.code].items()
    ]
    examples += [
        Labelled(one.merchant, one.note, one.key, weight=_WEIGHT) for one in corrections
    ] * _COPIES
    return fit(examples)


def _measured_temperature(
    base: Linear, words: Sequence[Example], corrections: Sequence[Correction], key_of: KeyOf
) -> float:
    """The highest temperature at which guesses of corrections that a model has not seen, where
    they are sure enough to be applied, are right as often as they should be.
    """
    right: dict[float, list[bool]] = {value: [] for value in _TEMPERATURES}
    for fold in range(_FOLDS):
        seen = [one for at, one in enumerate(corrections) if at % _FOLDS != fold]
        model = _fitted(base, words, seen, key_of)
        for value in _TEMPERATURES:
            right[value] += _applied(model.tempered(value), corrections[fold::_FOLDS])
    for value, found in right.items():
        if len(found) >= _FEWEST_APPLIED and sum(found) >= _LEAST_PRECISION * len(found):
            return value
    return _SHY_TEMPERATURE


def _applied(model: Linear, unseen: Sequence[Correction]) -> list[bool]:
    """For every guess that is sure enough to be applied, whether it is right."""
    texts = ([one.merchant for one in unseen], [one.note for one in unseen])
    probabilities = Scorer(model).probabilities(texts)
    best = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1) >= APPLY_ABOVE
    names = [model.classes[at] for at in best]
    return [
        name == one.key
        for name, one, applied in zip(names, unseen, sure, strict=True)
        if applied and name != UNKNOWN
    ]


def _shares(
    base: Linear, corrections: Sequence[Correction], key_of: KeyOf
) -> Mapping[str, Mapping[str, float]]:
    """For every shipped class the user's categories that it stands for, in shares."""
    seen = _seen(base, corrections)
    return {name: _share(name, seen[name], key_of) for name in base.classes}


def _contradicted(
    base: Linear, corrections: Sequence[Correction], key_of: KeyOf
) -> tuple[str, ...]:
    """The shipped classes that the user calls otherwise too often to be spoken of."""
    seen = _seen(base, corrections)
    shares = {
        name: _share(name, seen[name], key_of).get(key_of(name), 0.0)
        for name in base.classes
        if name in seen and key_of(name)
    }
    return tuple(name for name, share in shares.items() if share < _LEAST_TRUST)


def _seen(base: Linear, corrections: Sequence[Correction]) -> Mapping[str, Mapping[str, float]]:
    """What the user called the rows that the shipped model would have put into each class."""
    seen: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    texts = ([one.merchant for one in corrections], [one.note for one in corrections])
    probabilities = Scorer(base).probabilities(texts)
    best = probabilities.argmax(axis=1)
    sure = probabilities[np.arange(len(best)), best]
    for one, at, confidence in zip(corrections, best.tolist(), sure.tolist(), strict=True):
        if base.classes[at] != UNKNOWN and confidence >= _LEAST_SURE:
            seen[base.classes[at]][one.key] += confidence
    return seen


def _share(name: str, seen: Mapping[str, float], key_of: KeyOf) -> Mapping[str, float]:
    own = key_of(name)
    weights = dict(seen)
    weights[own or UNKNOWN] = weights.get(own or UNKNOWN, 0.0) + (
        _KEPT_PRIOR if own else _GONE_PRIOR
    )
    total = sum(weights.values())
    return {
        key: weight / total for key, weight in weights.items() if weight / total >= _LEAST_SHARE
    }
