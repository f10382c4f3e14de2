"""Ids of the words of a bulk load; loads NumPy, for the worker only."""

from typing import Any

import numpy as np

from analytics_service.store.arrow_numbers import Integers, integers
from analytics_service.store.tables import NO_LABEL

MAX_KNOWN = 150_000
"""Words that are remembered; past it all are forgotten and looked up again."""
_FIND = "SELECT id FROM labels WHERE user_id = ? AND text = ?"
_ADD = "INSERT INTO labels (id, user_id, text) VALUES (?, ?, ?)"


class BulkLabels:
    """The labels of many rows, made where they are missing."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._next_id = int(raw.execute("SELECT coalesce(max(id), 0) FROM labels").fetchone()[0])
        self._known: dict[int, dict[str, int]] = {}
        # Of a user who had no label before, what is not remembered need not be looked up.
        self._had_labels: dict[int, bool] = {}

    def ids(self, users: Integers, column: Any) -> Integers:
        """The label of each row (int64) for a pyarrow column of texts."""
        encoded = column.combine_chunks().dictionary_encode()
        texts, codes = encoded.dictionary.to_pylist(), integers(encoded.indices)
        found: Integers
        owners, ranks = np.unique(users, return_inverse=True)
        if len(owners) == 1:
            labels: Integers = np.array(self._ids_of(int(owners[0]), texts), dtype=np.int64)
            found = labels[codes]
            return found
        found = np.empty(len(codes), dtype=np.int64)
        for rank, owner in enumerate(owners.tolist()):
            mine = ranks == rank
            own, places = np.unique(codes[mine], return_inverse=True)
            theirs = self._ids_of(owner, [texts[code] for code in own.tolist()])
            found[mine] = np.array(theirs, dtype=np.int64)[places]
        return found

    def _ids_of(self, user_id: int, texts: list[str]) -> list[int]:
        known = self._known.setdefault(user_id, {"": NO_LABEL})
        missing = [text for text in texts if text not in known]
        if missing:
            self._learn(user_id, missing)
        labels = [known[text] for text in texts]
        if sum(map(len, self._known.values())) > MAX_KNOWN:
            self._had_labels = dict.fromkeys(self._known, True)
            self._known.clear()
        return labels

    def _learn(self, user_id: int, texts: list[str]) -> None:
        known = self._known[user_id]
        if self._had(user_id):
            for text in texts:
                row = self._raw.execute(_FIND, (user_id, text)).fetchone()
                if row is not None:
                    known[text] = row[0]
        new = []
        for text in sorted(text for text in texts if text not in known):
            self._next_id += 1
            known[text] = self._next_id
            new.append((self._next_id, user_id, text))
        self._raw.executemany(_ADD, new)

    def _had(self, user_id: int) -> bool:
        if user_id not in self._had_labels:
            query = "SELECT 1 FROM labels WHERE user_id = ? LIMIT 1"
            self._had_labels[user_id] = self._raw.execute(query, (user_id,)).fetchone() is not None
        return self._had_labels[user_id]
