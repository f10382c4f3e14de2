"""What a user's corrections say of payees by name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from ingest_service.domain.category_memory import Correction, Memory, Payee, hash_of, name_of
from ingest_service.training import words_en, words_zh
from ingest_service.training.corpus import listed

SURE = 0.95
"""The confidence where all corrections of a payee agree; measured, see docs/categories.md."""
_LATEST = 5
"""A payee's last corrections count: who changes his mind is followed."""
_SAYS_NOTHING = frozenset(
    name_of(word) for text in (words_zh.NOTHING, words_en.NOTHING) for word in listed(text)
) | {""}


def remember(corrections: Sequence[Correction]) -> Memory:
    """The payees of the corrections, which stand oldest first.

    Names that stand for anybody (转账, payment) are known by their notes alone, and so are payees
    whose corrections differ from note to note.
    """
    by_name: dict[int, list[Correction]] = defaultdict(list)
    for one in corrections:
        by_name[hash_of(one.merchant)].append(one)
    return {name: _payee(said) for name, said in by_name.items()}


def _payee(said: Sequence[Correction]) -> Payee:
    last = said[-_LATEST:]
    key, votes = Counter(one.key for one in reversed(last)).most_common(1)[0]
    general = name_of(said[-1].merchant) not in _SAYS_NOTHING
    by_note = {
        hash_of(one.note): (one.key, SURE)
        for one in said
        if name_of(one.note) and not (general and votes == len(last))
    }
    share = votes / len(last)
    return Payee(key if general else "", round(SURE * share, 4) if general else 0.0, by_note)
