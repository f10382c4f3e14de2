"""Make the category model that ships: `python -m ingest_service.training.categories`.

Reads no data but this package's own words, and gives the same file for the same program.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ingest_service.domain.category_model import CategoryModel, Linear, to_bytes
from ingest_service.domain.category_scoring import Scorer
from ingest_service.training.corpus import SEED, Example, incoming_examples, outgoing_examples
from ingest_service.training.fitting import Labelled, fit
from ingest_service.training.shipped import FILE_NAME

_TEMPERATURES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
_FOLDS = 5


def train() -> tuple[CategoryModel, dict[str, float]]:
    """The model, and what was measured on words that were left out of the training."""
    outgoing, measured = _trained(outgoing_examples())
    incoming, measured_in = _trained(incoming_examples())
    figures = {f"outgoing_{name}": value for name, value in measured.items()}
    figures |= {f"incoming_{name}": value for name, value in measured_in.items()}
    return CategoryModel(outgoing, incoming), figures


def _trained(examples: Sequence[Example]) -> tuple[Linear, dict[str, float]]:
    """The model of all examples, its temperature chosen on a fifth of the words."""
    seen, unseen = split_by_word(examples)
    probe = fit(labelled(seen))
    temperature, loss, accuracy = min(
        (_judged(probe.tempered(value), unseen, value) for value in _TEMPERATURES),
        key=lambda judged: judged[1],
    )
    figures = {"temperature": temperature, "log_loss": loss, "accuracy": accuracy}
    return fit(labelled(examples)).tempered(temperature), figures


def split_by_word(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """The examples of four fifths of the words, and those of the others."""
    words = sorted({example.word for example in examples})
    random.Random(SEED).shuffle(words)  # noqa: S311 - no secret
    left_out = frozenset(words[: len(words) // _FOLDS])
    seen = [example for example in examples if example.word not in left_out]
    return seen, [example for example in examples if example.word in left_out]


def labelled(examples: Sequence[Example]) -> list[Labelled]:
    """The examples with their codes as classes."""
    return [Labelled(one.merchant, one.note, one.code, one.weight) for one in examples]


def _judged(
    linear: Linear, unseen: Sequence[Example], temperature: float
) -> tuple[float, float, float]:
    """Temperature, log loss and accuracy."""
    texts = ([one.merchant for one in unseen], [one.note for one in unseen])
    probabilities = Scorer(linear).probabilities(texts)
    truth = np.array([linear.classes.index(one.code) for one in unseen])
    likely = np.log(probabilities[np.arange(len(truth)), truth] + 1e-9)
    right = probabilities.argmax(axis=1) == truth
    return temperature, round(-float(likely.mean()), 4), round(float(right.mean()), 4)


def main(argv: Sequence[str] | None = None) -> None:
    """Train, write the file, print what was measured."""
    parser = argparse.ArgumentParser(prog="ingest_service.training.categories")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(FILE_NAME))
    out: Path = parser.parse_args(argv).out
    model, figures = train()
    kept = to_bytes(model)
    out.write_bytes(kept)
    sys.stdout.write(json.dumps({"file": out.name, "bytes": len(kept), **figures}) + "\n")


if __name__ == "__main__":
    main()
