from __future__ import annotations

import json
import math
import zlib
from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service.domain.category_keys import CategoryKeys
from ingest_service.domain.category_memory import Correction, remembered
from ingest_service.domain.category_model import (
    CategoryModel,
    Linear,
    ModelOutdatedError,
    from_bytes,
    to_bytes,
)
from ingest_service.domain.category_scoring import Scorer, judge_for
from ingest_service.domain.category_tree import DEFAULT_CATEGORIES
from ingest_service.domain.category_views import judge_one, views_of
from ingest_service.domain.models import Category
from ingest_service.domain.text_features import hashed_one
from ingest_service.training.fitting import Labelled, fit
from ingest_service.training.personal import learn
from ingest_service.training.remembering import remember
from ingest_service.training.shipped import shipped_model

WORDS = st.sampled_from(["瑞幸", "咖啡", "HOTEL", "pharmacy", "大药房", "加油站", "x", "", "某某"])
ROWS = st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=12)


def columns(rows: list[tuple[str, ...]]) -> list[list[str]]:
    return [list(column) for column in zip(*rows, strict=True)]


def node(id_: int, code: str | None, parent_id: int | None = None) -> Category:
    return Category(id_, 1, f"name {id_}", code, parent_id, seq=1)


def test_a_score_is_what_it_is_by_hand() -> None:
    # "ab" has the features of " ab", "ab ", " ab " and of the whole text.
    found = hashed_one("ab")
    linear = Linear(
        ("food", "other"), array("H", [min(found)]), array("b", [64, -64]), (0.1, 0.1), (0.0, 1.0)
    )
    scores = (6.4 / math.sqrt(len(found)), -6.4 / math.sqrt(len(found)) + 1)
    share = math.exp(scores[0]) / (math.exp(scores[0]) + math.exp(scores[1]))
    assert linear.probabilities(["ab"]) == pytest.approx((share, 1 - share))
    assert linear.probabilities([""]) == pytest.approx((1 / (1 + math.e), math.e / (1 + math.e)))


@settings(max_examples=30)
@given(ROWS, st.data())
def test_a_row_s_score_depends_on_no_other_row(
    rows: list[tuple[str, ...]], data: st.DataObject
) -> None:
    scorer = Scorer(shipped_model().outgoing)
    together = scorer.probabilities(columns(rows))
    order = data.draw(st.permutations(range(len(rows))))
    shuffled = scorer.probabilities(columns([rows[at] for at in order]))
    alone = np.vstack([scorer.probabilities(columns([row])) for row in rows])
    assert np.allclose(together[list(order)], shuffled, atol=1e-6)
    assert np.allclose(together, alone, atol=1e-6)


@settings(max_examples=30)
@given(ROWS)
def test_one_row_alone_without_numpy_is_judged_alike(rows: list[tuple[str, ...]]) -> None:
    linear = shipped_model().outgoing
    together = Scorer(linear).probabilities(columns(rows))
    assert np.allclose(together, [linear.probabilities(row) for row in rows], atol=1e-4)


def test_a_model_is_kept_and_read_again_unchanged() -> None:
    kept = to_bytes(shipped_model())
    assert from_bytes(kept) == shipped_model()
    assert len(kept) < 1_000_000


@pytest.mark.parametrize(
    "kept",
    [b"", b"\x80\x04pickle", zlib.compress(b"{}"), zlib.compress(b"[1]"), zlib.compress(b"{")],
)
def test_what_is_no_model_of_this_version_is_refused(kept: bytes) -> None:
    with pytest.raises(ModelOutdatedError):
        from_bytes(kept)


def test_another_version_and_wrong_shapes_are_refused() -> None:
    told = json.loads(zlib.decompress(to_bytes(shipped_model())))
    for wrong in ({"version": 0}, {"outgoing": {**told["outgoing"], "bias": [0.0]}}):
        with pytest.raises(ModelOutdatedError):
            from_bytes(zlib.compress(json.dumps(told | wrong).encode()))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Harbor Espresso Bar", "food.drinks"),
        ("阳光大药房连锁", "health.pharmacy"),
        ("Grand Lakes Motel", "travel.hotel"),
    ],
)
def test_the_shipped_model_knows_payees_that_it_has_not_seen(text: str, code: str) -> None:
    linear = shipped_model().outgoing
    probabilities = linear.probabilities([text])
    assert linear.classes[probabilities.index(max(probabilities))] == code


def test_training_is_the_same_for_the_same_examples() -> None:
    examples = [Labelled(f"咖啡{n}", "", "food.drinks") for n in range(9)]
    examples += [Labelled(f"hotel {n}", "", "travel.hotel") for n in range(9)]
    assert fit(examples) == fit(examples)
    assert fit(examples[:9]).probabilities(["咖啡"])[0] > 0.5  # a single class


def test_classes_that_mean_one_category_are_added_up_and_gone_ones_never_proposed() -> None:
    linear = Linear(
        ("food.drinks", "food.snacks", "#7", "other"),
        array("H"),
        array("b"),
        (1.0,) * 4,
        (2.0, 2.0, 2.3, 0.0),
    )
    model = CategoryModel(linear, linear)
    rows = [np.array(["x"], dtype=object)]
    incoming = np.array([False])
    tree = [node(1, "food"), node(7, None), node(9, "other")]
    keys = CategoryKeys(tree).keys_of(linear.classes)
    assert keys == {"food.drinks": "food", "food.snacks": "food", "#7": "#7", "other": ""}
    for kept, key in ((tree, "food"), ([tree[0], tree[2]], "food"), ([tree[2]], "")):
        judge = judge_for(kept, model, above=0.3)
        assert judge.propose(rows, incoming).keys.tolist() == [key]
        assert judge_one(views_of(kept, model, None), "x", "", incoming=False)[0] == key


@pytest.fixture(scope="module")
def own() -> CategoryModel:
    """The model of somebody who calls coffee his own way and knows two workshops."""
    said = [
        Correction("Harbor Espresso", "", incoming=False, key="#7"),
        Correction("Corner Coffee House", "", incoming=False, key="#7"),
        Correction("Blue Latte", "", incoming=False, key="#7"),
        Correction("Qwvex Zunft 12", "", incoming=False, key="#8"),
        Correction("转账", "给老王的钱", incoming=False, key="#8"),
        Correction("Zyx Lohn", "", incoming=True, key="#9"),
    ]
    return learn(shipped_model(), said, CategoryKeys(TREE).key_of)


TREE = [
    *(node(100 + at, one.code) for at, one in enumerate(DEFAULT_CATEGORIES)),
    *(node(id_, None) for id_ in (7, 8, 9)),
]


@pytest.mark.parametrize(
    ("merchant", "note", "incoming", "key"),
    [
        ("QWVEX ZUNFT #99", "", False, "#8"),
        ("Harbor Espresso", "beans", False, "#7"),
        ("转账", "给老王的钱", False, "#8"),
        ("转账", "别的", False, ""),
        ("Zyx Lohn", "", True, "#9"),
        ("Zyx Lohn", "", False, ""),
        ("阳光大药房连锁", "", False, "health.pharmacy"),
    ],
)
def test_what_the_user_said_counts_first_and_the_rest_stays(
    own: CategoryModel, merchant: str, note: str, incoming: bool, key: str
) -> None:
    judge = judge_for(TREE, shipped_model(), own)
    columns = [np.array([text], dtype=object) for text in (merchant, note, "")]
    assert judge.propose(columns, np.array([incoming])).keys.tolist() == [key]


def test_the_shipped_model_is_silent_where_the_user_contradicts_it(own: CategoryModel) -> None:
    assert own.outgoing.silent == ("food.drinks",)
    views = views_of(TREE, shipped_model(), own)
    assert judge_one(views, "Old Mill Espresso Bar", "", incoming=False)[0] == "#7"


def test_a_learnt_model_is_kept_and_read_again_unchanged(own: CategoryModel) -> None:
    assert from_bytes(to_bytes(own)) == own


@settings(max_examples=30)
@given(ROWS)
def test_one_row_and_many_are_proposed_alike(
    own: CategoryModel, rows: list[tuple[str, ...]]
) -> None:
    judge = judge_for(TREE, shipped_model(), own, above=0.0)
    columns = [np.array(column, dtype=object) for column in zip(*rows, strict=True)][:2]
    found = judge.propose(columns, np.zeros(len(rows), dtype=bool))
    views = views_of(TREE, shipped_model(), own)
    alone = [judge_one(views, merchant, note, incoming=False) for merchant, note, _ in rows]
    assert [key for key, _ in alone] == found.keys.tolist()
    assert np.allclose([sure for _, sure in alone], found.confidence, atol=1e-3)


def test_a_payee_whose_corrections_differ_is_known_by_its_notes() -> None:
    said = [
        Correction("Market", "fish", incoming=False, key="#1"),
        Correction("Market", "books", incoming=False, key="#2"),
    ]
    memory = remember(said)
    assert remembered(memory, "MARKET 7", "books") == ("#2", 0.95)
    assert remembered(memory, "Market", "fish") == ("#1", 0.95)
    assert remembered(memory, "Market", "bread")[1] < 0.5
    assert remembered(memory, "Bazaar", "fish") == ("", 0.0)
    last = [Correction("Market", "", incoming=False, key="#3")] * 5
    assert remembered(remember([*said, *last]), "Market", "bread") == ("#3", 0.95)
