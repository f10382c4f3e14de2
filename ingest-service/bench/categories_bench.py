"""How often the category model is right on payees that it has not seen, and how often it speaks.

Prints one JSON document and a readable table. Every split is by group (payee, word, product), so
that no group of the test stands in training. Parts: `tune` is for choosing the threshold, `final`
is looked at once, for the figures of docs/categories.md. Beside the model stand the shipped rules
alone and the commonest category.

    python ingest-service/bench/categories_bench.py --data FOLDER [--part tune]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest_service.domain.categorise import match_words
from ingest_service.domain.category_model import UNKNOWN, Linear
from ingest_service.domain.category_scoring import APPLY_ABOVE, Scorer
from ingest_service.domain.category_tree import DEFAULT_CATEGORIES
from ingest_service.domain.shipped_rules import KEYWORD_RULES
from ingest_service.training.categories import labelled, split_by_word
from ingest_service.training.corpus import outgoing_examples
from ingest_service.training.fitting import fit
from ingest_service.training.shipped import shipped_model

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
# What the words of card schemes may be called in the default tree; the schemes' classes are not
# ours (a coffee bar is fast food to them), so any of a list counts as right.
_MEANINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("EATING|FAST FOOD|CATERER", ("food",)),
    ("LODGING|HOTEL", ("travel.hotel",)),
    ("^AIRLINE|RAIL", ("transport.travel",)),
    ("^TRAVEL", ("travel", "transport")),
    ("GROCERY|MISC FOOD|WHOLESALE CLUB|VARIETY", ("groceries", "food.snacks")),
    ("BOOK|NEWS DEALER|PUBLISHING|PERIODICAL", ("education.books", "entertainment.subscriptions")),
    ("PARKING|SERVICE STATION|FUEL|CAR RENTAL|TOLL|AUTOMOTIVE", ("transport.fuel",)),
    ("DRUG STORE|MED", ("health",)),
    ("POSTAL|COURIER", ("groceries.daily",)),
    ("COMPUTER|SOFTWARE|ELECTRONIC", ("shopping.digital", "communication.internet")),
    ("^SCHOOLS|COLLEGES|ELEMENTARY", ("education",)),
    ("TELECOM|CABLE SAT", ("communication",)),
    ("STATIONERY|OFFICE", ("shopping",)),
    ("TAXI|LIMOUS", ("transport.taxi",)),
    ("COMMUTER|BUS LINE", ("transport.public",)),
    ("HOME SUPPLY|HARDWARE|FURNITURE", ("shopping.home",)),
    ("CLOTH|APPAREL|SHOE", ("shopping.clothes",)),
    ("FLORIST|GIFT|CHARITABLE", ("social.gifts", "shopping")),
)


@dataclass(frozen=True)
class Sample:
    """A text, what it may rightly be called, and the group that it is split by."""

    text: str
    right: tuple[str, ...]
    group: str


@dataclass(frozen=True)
class Guess:
    """For every sample: the guess ("" for none), its confidence, and whether it is right."""

    keys: npt.NDArray[np.object_]
    confidence: npt.NDArray[np.float64]
    right: npt.NDArray[np.bool_]


def is_right(key: str, right: Sequence[str]) -> bool:
    """Whether a category is one of those that are right, or stands below it."""
    return any(key == one or key.startswith(one + ".") for one in right)


def guesses(linear: Linear, samples: Sequence[Sample]) -> Guess:
    """What the model says."""
    probabilities = Scorer(linear).probabilities([[sample.text for sample in samples]])
    best = probabilities.argmax(axis=1)
    names = np.array(["" if name == UNKNOWN else name for name in linear.classes], dtype=object)
    return _judged(names[best], probabilities[np.arange(len(best)), best], samples)


def _judged(
    keys: npt.NDArray[np.object_], sure: npt.NDArray[np.float64], samples: Sequence[Sample]
) -> Guess:
    right = [
        bool(key) and is_right(key, sample.right) for key, sample in zip(keys, samples, strict=True)
    ]
    return Guess(keys, sure, np.array(right, dtype=bool))


def figures(guess: Guess) -> dict[str, object]:
    """Coverage and precision by threshold: what share is spoken of, and how much of it is right."""
    table = {}
    for above in THRESHOLDS:
        spoken = (guess.keys != "") & (guess.confidence >= above)
        precision = round(float(guess.right[spoken].mean()), 3) if spoken.any() else None
        table[str(above)] = {"coverage": round(float(spoken.mean()), 3), "precision": precision}
    return {
        "samples": len(guess.keys),
        "accuracy": round(float(guess.right.mean()), 3),
        "above": table,
    }


def rules_only(samples: Sequence[Sample]) -> dict[str, object]:
    """The shipped rules alone."""
    codes = np.array(match_words([sample.text for sample in samples], KEYWORD_RULES), dtype=object)
    guess = _judged(codes, np.ones(len(codes)), samples)
    spoken = guess.keys != ""
    precision = round(float(guess.right[spoken].mean()), 3) if spoken.any() else None
    return {"coverage": round(float(spoken.mean()), 3), "precision": precision}


def commonest(known: Sequence[Sample], samples: Sequence[Sample]) -> float:
    """How often the commonest category of the known samples is right."""
    if not known:
        known = samples
    key = Counter(sample.right[0] for sample in known).most_common(1)[0][0]
    return round(float(np.mean([is_right(key, sample.right) for sample in samples])), 3)


def words() -> dict[str, object]:
    """Our own words: a fifth of them left out of a model of its own."""
    seen, unseen = split_by_word(outgoing_examples())
    linear = fit(labelled(seen)).tempered(0.9)
    samples = [
        Sample(f"{one.merchant} {one.note}".strip(), (one.code,), one.word)
        for one in unseen
        if one.code != UNKNOWN
    ]
    return {
        "model": figures(guesses(linear, samples)),
        "rules_only": rules_only(samples),
        "commonest": commonest([], samples),
    }


def demo() -> dict[str, object]:
    """The payees of the demo household, which were invented apart from the model's words."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy"))
    from demo.catalogue import HABITS, REGULAR_PAYMENTS

    code_of = _code_by_path()
    named = [(habit.category, name) for habit in HABITS for name in habit.merchants]
    named += [
        (one.category, one.merchant) for one in REGULAR_PAYMENTS if one.direction == "expense"
    ]
    samples = [Sample(name, _with_meals(code_of[path]), name) for path, name in named]
    return {
        "model": figures(guesses(shipped_model().outgoing, samples)),
        "rules_only": rules_only(samples),
        "commonest": commonest([], samples),
    }


def _with_meals(code: str) -> tuple[str, ...]:
    """A restaurant's name does not tell the meal; the hour does, in another step."""
    return ("food",) if code in {"food.breakfast", "food.lunch", "food.dinner"} else (code,)


def _code_by_path() -> dict[str, str]:
    names = {node.code: node.name for node in DEFAULT_CATEGORIES}
    return {
        "/".join(names[part] for part in (node.parent_code, node.code) if part): node.code
        for node in DEFAULT_CATEGORIES
    }


def read_cards(path: Path, part: str) -> pd.DataFrame:
    """Card purchases of one part, with group (the payee's first word) and category."""
    rows = pd.read_csv(path, usecols=["MERCHANT", "CAT_DESCR"], dtype=str).dropna()
    rows["category"] = rows["CAT_DESCR"].str.upper().str.strip()
    letters = rows["MERCHANT"].str.upper().str.replace(r"[^A-Z ]+", " ", regex=True).str.split()
    rows["name"] = letters.str.join(" ")
    rows["group"] = letters.str[0].fillna("")
    wanted = int(part == "final")
    return rows[rows["group"].map(lambda name: zlib.crc32(name.encode()) % 2) == wanted]


def cards_default(rows: pd.DataFrame) -> dict[str, object]:
    """Card purchases in the default tree, each payee once."""
    samples = []
    for row in rows.drop_duplicates(["name", "category"]).itertuples():
        right = next((codes for word, codes in _MEANINGS if re.search(word, str(row.category))), ())
        if right:
            samples.append(Sample(str(row.MERCHANT), right, str(row.group)))
    return {
        "model": figures(guesses(shipped_model().outgoing, samples)),
        "rules_only": rules_only(samples),
        "commonest": commonest([], samples),
    }


def _readable(result: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [f"threshold in use: {APPLY_ABOVE}"]
    for name, run in result.items():
        above = "  ".join(
            f"{key}: {value['coverage']:.0%} at {value['precision'] or 0:.0%}"
            for key, value in run["model"]["above"].items()
        )
        lines.append(f"{name}: {above}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, help="has transactions/delaware_state_pcard.csv")
    parser.add_argument("--part", choices=("tune", "final"), default="final")
    given = parser.parse_args()
    result = {"words": words(), "demo": demo()}
    if given.data is not None:
        cards = read_cards(given.data / "transactions" / "delaware_state_pcard.csv", given.part)
        result["cards"] = cards_default(cards)
    print(json.dumps({"part": given.part, "threshold": APPLY_ABOVE, **result}))
    print(_readable(result))


if __name__ == "__main__":
    main()
