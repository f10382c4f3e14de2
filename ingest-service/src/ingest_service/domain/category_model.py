"""A linear classifier of texts as plain data: kept as JSON, and able to judge one text alone.

Classes are named by the stable code of a category (food.drinks), or, where a user's own category
has none, by # and its id. The class `other` means that nothing is known. Weights are calibrated:
the softmax of the scores is the confidence that is shown.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ingest_service.domain.category_memory import Memory, Payee
from ingest_service.domain.text_features import FEATURE_BITS, hashed_one

VERSION = 1
"""Counts up with every change of features, words or training: older models are trained anew."""
UNKNOWN = "other"
MAX_BYTES = 8 << 20


class ModelOutdatedError(Exception):
    """The kept model is of another version of the program, or damaged: it is to be made anew."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights of one kind of rows (money out, or money in).

    features: hashed features that have weights, ascending. weights: int8, one row of all classes
    for each feature; times scales[class] they are logits. bias: logits by class. memory: what the
    user said of payees himself, which counts before the weights. silent: classes of the shipped
    model that his corrections contradict.
    """

    classes: tuple[str, ...]
    features: array[int]
    weights: array[int]
    scales: tuple[float, ...]
    bias: tuple[float, ...]
    memory: Memory = field(default_factory=dict)
    silent: tuple[str, ...] = ()

    def tempered(self, temperature: float) -> Linear:
        """The same model with all logits times the temperature: less sure below 1."""
        return replace(
            self,
            scales=tuple(scale * temperature for scale in self.scales),
            bias=tuple(bias * temperature for bias in self.bias),
        )

    def probabilities(self, texts: Sequence[str]) -> tuple[float, ...]:
        """The probability of every class for one row, given as its texts (payee, note, ...)."""
        scores = [0.0] * len(self.classes)
        for text in texts:
            found = hashed_one(text)
            for feature in found:
                self._add(scores, feature, 1 / math.sqrt(len(found)))
        logits = [
            score * scale + bias
            for score, scale, bias in zip(scores, self.scales, self.bias, strict=True)
        ]
        top = max(logits)
        powers = [math.exp(logit - top) for logit in logits]
        total = sum(powers)
        return tuple(power / total for power in powers)

    def _add(self, scores: list[float], feature: int, value: float) -> None:
        at = bisect_left(self.features, feature)
        if at == len(self.features) or self.features[at] != feature:
            return
        width = len(scores)
        for number, weight in enumerate(self.weights[at * width : (at + 1) * width]):
            scores[number] += weight * value


@dataclass(frozen=True, slots=True)
class CategoryModel:
    """What is known of payees: one linear model for money out, one for money in."""

    outgoing: Linear
    incoming: Linear

    def of(self, direction: str) -> Linear:
        """The model for rows of a direction."""
        return self.incoming if direction == "income" else self.outgoing

    def names(self) -> frozenset[str]:
        """All classes, those that only the memory knows included."""
        found: set[str] = set()
        for linear in (self.outgoing, self.incoming):
            found.update(linear.classes)
            for payee in linear.memory.values():
                found |= {payee.key, *(key for key, _ in payee.by_note.values())}
        return frozenset(found - {""})


def to_bytes(model: CategoryModel) -> bytes:
    """The model as it is kept: compressed JSON, the same bytes for the same model."""
    told = {
        "version": VERSION,
        "feature_bits": FEATURE_BITS,
        "outgoing": _told(model.outgoing),
        "incoming": _told(model.incoming),
    }
    return zlib.compress(json.dumps(told, separators=(",", ":")).encode(), 9)


def from_bytes(kept: bytes) -> CategoryModel:
    """The model that to_bytes() kept.

    Raises:
        ModelOutdatedError: another version made it, or it is damaged.
    """
    try:
        opened = zlib.decompressobj()
        told = json.loads(opened.decompress(kept, MAX_BYTES))
        if (told["version"], told["feature_bits"]) != (VERSION, FEATURE_BITS):
            raise ModelOutdatedError("another version")
        return CategoryModel(_read(told["outgoing"]), _read(told["incoming"]))
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise ModelOutdatedError("unreadable") from error


def _told(linear: Linear) -> dict[str, object]:
    return {
        "classes": linear.classes,
        "features": base64.b64encode(array("H", linear.features).tobytes()).decode(),
        "weights": base64.b64encode(linear.weights.tobytes()).decode(),
        "scales": linear.scales,
        "bias": linear.bias,
        "silent": linear.silent,
        "memory": [
            [name, payee.key, payee.confidence, [[n, *said] for n, said in payee.by_note.items()]]
            for name, payee in linear.memory.items()
        ],
    }


def _read(told: Mapping[str, Any]) -> Linear:
    linear = Linear(
        classes=tuple(map(str, told["classes"])),
        features=array("H", base64.b64decode(told["features"])),
        weights=array("b", base64.b64decode(told["weights"])),
        scales=tuple(map(float, told["scales"])),
        bias=tuple(map(float, told["bias"])),
        silent=tuple(map(str, told["silent"])),
        memory={
            int(name): Payee(
                str(key), float(sure), {int(n): (str(k), float(c)) for n, k, c in said}
            )
            for name, key, sure, said in told["memory"]
        },
    )
    width = len(linear.classes)
    if len(linear.weights) != len(linear.features) * width or not (
        len(linear.scales) == len(linear.bias) == width > 0
    ):
        raise ValueError("shapes differ")
    return linear
