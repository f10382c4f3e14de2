"""The change feed as this service keeps it: net purchases and categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purchase:
    """An expense that counts: not deleted, direction expense, something left after refunds.

    `local_day` counts days since 1970-01-01; `net_minor` is the amount less linked refunds.
    """

    id: int
    user_id: int
    currency: str
    category_id: int | None
    local_day: int
    merchant: str
    net_minor: int


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """A category as it now is; a deleted one is a tombstone."""

    id: int
    user_id: int
    deleted: bool
    name: str
    code: str | None
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Every change after the cursor up to `next_seq`.

    `changed_ids` names all expenses of the page, those that no longer count included: what was
    kept of them is replaced by `purchases`. `last_seqs` is the newest change of each user.
    """

    epoch: str
    next_seq: int
    has_more: bool
    changed_ids: Sequence[int]
    purchases: Sequence[Purchase]
    categories: Sequence[CategoryChange]
    last_seqs: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """How far the read model has come, and in which life of the feed; epoch "" before the first."""

    epoch: str
    seq: int
