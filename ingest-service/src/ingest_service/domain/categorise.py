"""Categories for the rows of an import; loads pandas, so only the worker imports it.

Who decides, in this order: the file's own category, the user's rules, the shipped rules, the
default of the direction. category_source says which it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ingest_service.domain.category_tree import FALLBACK_BY_DIRECTION
from ingest_service.domain.models import Rule
from ingest_service.domain.shipped_rules import (
    INCOME_RULES,
    KEYWORD_RULES,
    MEALS_BY_HOUR,
    STATEMENT_CATEGORIES,
)

_Rules = Sequence[tuple[str, tuple[str, ...]]]
_CACHE_LIMIT = 200_000


class Categoriser:
    """Chooses categories; remembers what it found for a text, since payees repeat."""

    def __init__(self, *, rules: Sequence[Rule], id_by_code: Mapping[str, int]) -> None:
        self._rules = sorted(rules, key=lambda rule: (rule.position, rule.id))
        self._ids = id_by_code
        self._known: dict[tuple[str, str], str] = {}

    def apply(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with category_id (int64, 0 = the file names it) and category_source."""
        code = self._shipped(rows)
        source = pd.Series(np.where(code != "", "rule", "default"), index=rows.index, dtype="str")
        fallback = rows["direction"].map(FALLBACK_BY_DIRECTION)
        code = self._meals(code.where(code != "", fallback), rows)
        chosen = code.map(self._id_of).astype("int64")
        chosen, source = self._user_rules(rows, chosen, source)
        from_file = rows["category_path"] != ""
        return rows.assign(
            category_id=chosen.mask(from_file, 0),
            category_source=source.mask(from_file, "file"),
        )

    def _id_of(self, code: str) -> int:
        """The user's category of that code, or the nearest that he kept."""
        while code and code not in self._ids:
            code = code.rpartition(".")[0]
        return self._ids.get(code) or self._ids["other"]

    def _shipped(self, rows: pd.DataFrame) -> pd.Series[str]:
        incoming = rows["direction"] == "income"
        outgoing = rows["direction"].isin(["expense", "refund", "neutral"])
        found = pd.Series("", index=rows.index, dtype="str")
        for mask, rules, name in ((outgoing, KEYWORD_RULES, "out"), (incoming, INCOME_RULES, "in")):
            for column in ("merchant", "note"):
                open_ = mask & (found == "")
                found[open_] = self._by_words(rows.loc[open_, column], rules, name)
        stated = rows["keywords"].map(STATEMENT_CATEGORIES).fillna("").astype("str")
        return found.where((found != "") | ~outgoing, stated)

    def _by_words(self, texts: pd.Series[str], rules: _Rules, name: str) -> pd.Series[str]:
        if len(self._known) > _CACHE_LIMIT:
            self._known.clear()
        fresh = [text for text in texts.unique() if (name, text) not in self._known]
        self._known |= {
            (name, text): code for text, code in zip(fresh, match_words(fresh, rules), strict=True)
        }
        return texts.map(lambda text: self._known[name, text]).astype("str")

    def _meals(self, code: pd.Series[str], rows: pd.DataFrame) -> pd.Series[str]:
        dining = (code == "food") & rows["has_clock"]
        for first, end, meal in MEALS_BY_HOUR:
            code = code.mask(dining & rows["local_hour"].between(first, end - 1), meal)
        return code

    def _user_rules(
        self, rows: pd.DataFrame, chosen: pd.Series[int], source: pd.Series[str]
    ) -> tuple[pd.Series[int], pd.Series[str]]:
        open_ = pd.Series(data=True, index=rows.index)
        for rule in self._rules:
            hit = open_ & _holds(rows, rule)
            chosen, source = chosen.mask(hit, rule.category_id), source.mask(hit, "rule")
            open_ &= ~hit
        return chosen, source


def match_words(texts: Sequence[str], rules: _Rules) -> list[str]:
    """For every text the code of the first rule of which a word stands in it, else ""."""
    lower = pd.Series(list(texts), dtype="str").str.lower()
    found = pd.Series("", index=lower.index, dtype="str")
    for code, words in rules:
        left = found == ""
        pattern = "|".join(re.escape(word) for word in words)
        hit = lower[left].str.contains(pattern, regex=True)
        found[hit.index[hit.to_numpy(dtype=bool)]] = code
    return found.tolist()


def _holds(rows: pd.DataFrame, rule: Rule) -> pd.Series[bool]:
    columns = ("merchant", "note", "keywords") if rule.field == "any" else (rule.field,)
    held = pd.Series(data=False, index=rows.index)
    for column in columns:
        held |= rows[column].str.lower().str.contains(rule.contains.lower(), regex=False)
    return held
