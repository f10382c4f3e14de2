"""How one user sees category models: with his names for their classes; and one row judged.

Loads no NumPy: pages ask for single rows in the web process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest_service.domain.category_keys import CategoryKeys
from ingest_service.domain.category_memory import remembered
from ingest_service.domain.category_model import CategoryModel, Linear
from ingest_service.domain.models import Category


@dataclass(frozen=True, slots=True)
class UserView:
    """A model, and what its classes are called in one user's tree ("": nothing to propose)."""

    model: CategoryModel
    outgoing: Mapping[str, str]
    incoming: Mapping[str, str]

    def linear(self, incoming: bool) -> Linear:
        """The model for money in or out."""
        return self.model.incoming if incoming else self.model.outgoing

    def key_of(self, incoming: bool) -> Mapping[str, str]:
        """The names for it."""
        return self.incoming if incoming else self.outgoing


def views_of(
    tree: Sequence[Category], shipped: CategoryModel, own: CategoryModel | None
) -> list[UserView]:
    """The shipped model, without what the user's corrections contradict, and his own model."""
    keys = CategoryKeys(tree)
    names = keys.keys_of(shipped.names())
    if own is None:
        return [UserView(shipped, names, names)]
    outgoing, incoming = (
        {name: key for name, key in names.items() if name not in linear.silent}
        for linear in (own.outgoing, own.incoming)
    )
    # All of its classes were the user's when it was trained; one that is gone since is no answer.
    mine = {name: name for name in own.names() if keys.has(name)}
    return [UserView(shipped, outgoing, incoming), UserView(own, mine, mine)]


def judge_one(
    views: Sequence[UserView], merchant: str, note: str, *, incoming: bool
) -> tuple[str, float]:
    """The key that is likeliest for one row and its confidence; ("", 0) where there is none."""
    best = ("", 0.0)
    for view in views:
        found = _likeliest(view, (merchant, note), incoming=incoming)
        if found[1] > best[1]:
            best = found
    for view in views:
        key, confidence = remembered(view.linear(incoming).memory, merchant, note)
        named = view.key_of(incoming).get(key, "")
        if named:
            best = (named, confidence)
    return best


def _likeliest(view: UserView, texts: Sequence[str], *, incoming: bool) -> tuple[str, float]:
    linear = view.linear(incoming)
    total: dict[str, float] = {}
    alone = 0.0
    for name, probability in zip(linear.classes, linear.probabilities(texts), strict=True):
        key = view.key_of(incoming).get(name, "")
        if key:
            total[key] = total.get(key, 0.0) + probability
        else:
            alone = max(alone, probability)
    key = max(total, key=lambda one: total[one], default="")
    return (key, total[key]) if key and total[key] > alone else ("", 0.0)
