"""Categories for the rows of an import; loads pandas, so only the worker imports it.

Who decides, in this order: the file's own category, the user's rules, the shipped rules, the
classifier where it is sure enough, the default of the direction. category_source says which it
was, category_confidence how sure the classifier was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest_service.domain.category_scoring import Judge
from ingest_service.domain.category_tree import FALLBACK_BY_DIRECTION
from ingest_service.domain.models import Condition, Rule
from ingest_service.domain.rules import (
    AMOUNT_PLACES,
    NUMBER_FIELDS,
    columns_of,
    number_test,
    text_test,
)
from ingest_service.domain.shipped_rules import (
    INCOME_RULES,
    KEYWORD_RULES,
    MEALS_BY_HOUR,
    STATEMENT_CATEGORIES,
)
from ingest_service.domain.words import words_pattern

_Rules = Sequence[tuple[str, tuple[str, ...]]]
_CACHE_LIMIT = 200_000
_DINING = "food"


@dataclass(frozen=True, slots=True)
class _Guesses:
    """Rows by their positions, and what the classifier makes of them."""

    at: npt.NDArray[np.int64]
    category_ids: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]

    def put(self, category_id: Any, source: Any, confidence: Any) -> None:
        """Write them over columns."""
        category_id[self.at] = self.category_ids
        source[self.at] = "model"
        confidence[self.at] = self.confidence


class Categoriser:
    """Chooses categories; remembers what it found for a text, since payees repeat."""

    def __init__(
        self,
        *,
        rules: Sequence[Rule],
        id_by_code: Mapping[str, int],
        exponent_of: Callable[[str], int],
        judge: Judge | None = None,
    ) -> None:
        self._rules = [rule for rule in rules if rule.enabled]
        self._ids = id_by_code
        self._exponent_of = exponent_of
        self._judge = judge
        self._known: dict[tuple[str, str], str] = {}

    def apply(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with category_id (int64, 0 = the file names it), category_source and
        category_confidence (float64, NaN where it was not the classifier).
        """
        from_file = rows["category_path"] != ""
        if from_file.all():
            return rows.assign(category_id=0, category_source="file", category_confidence=np.nan)
        code = self._shipped(rows)
        ruled = (code != "").to_numpy(dtype=bool)
        source = np.where(ruled, "rule", "default").astype(object)
        fallback = rows["direction"].map(FALLBACK_BY_DIRECTION)
        code = self._meals(code.where(code != "", fallback), rows)
        found = code.map({one: self._id_of(one) for one in code.unique()}).astype("int64")
        chosen, confidence = found.to_numpy(copy=True), np.full(len(rows), np.nan)
        moved = (rows["direction"] == "transfer").to_numpy(dtype=bool)
        self._judged(rows, ~ruled & ~moved & ~from_file.to_numpy(dtype=bool)).put(
            chosen, source, confidence
        )
        by_user, source_said = self._user_rules(
            rows,
            pd.Series(chosen, index=rows.index),
            pd.Series(source, index=rows.index, dtype="str"),
        )
        source_said = source_said.mask(from_file, "file")
        return rows.assign(
            category_id=by_user.mask(from_file, 0),
            category_source=source_said,
            category_confidence=np.where(source_said == "model", confidence, np.nan),
        )

    def _judged(self, rows: pd.DataFrame, open_: npt.NDArray[np.bool_]) -> _Guesses:
        """What the classifier is sure of among the open rows."""
        at = np.flatnonzero(open_)
        if self._judge is None or not len(at):
            return _Guesses(at[:0], at[:0], np.empty(0))
        asked = rows if len(at) == len(rows) else rows.iloc[at]
        texts = [asked[name] for name in ("merchant", "note", "keywords")]
        incoming = (asked["direction"] == "income").to_numpy(dtype=bool)
        proposals = self._judge.propose(texts, incoming)
        sure = np.flatnonzero(proposals.which >= 0)
        which = proposals.which[sure]
        ids = np.array([self._id_of(name) for name in proposals.names] or [0], dtype=np.int64)
        chosen = ids[which]
        dining = np.isin(which, [at for at, name in enumerate(proposals.names) if name == _DINING])
        chosen[dining] = self._meal_ids(asked.iloc[sure[dining]])
        return _Guesses(at[sure], chosen, proposals.confidence[sure])

    def _meal_ids(self, dining: pd.DataFrame) -> npt.NDArray[np.int64]:
        """The categories of plain dining: the meal of the hour, where the rows tell one."""
        code = self._meals(pd.Series(_DINING, index=dining.index, dtype="str"), dining)
        ids = code.map({one: self._id_of(one) for one in code.unique()})
        return ids.to_numpy(dtype=np.int64)

    def _id_of(self, code: str) -> int:
        """The user's category of that key, or the nearest to that code that he kept."""
        if code.startswith("#"):
            return int(code[1:])
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
        codes, distinct = pd.factorize(texts)
        listed = distinct.tolist()
        fresh = [text for text in listed if (name, text) not in self._known]
        self._known |= {
            (name, text): code for text, code in zip(fresh, match_words(fresh, rules), strict=True)
        }
        found = np.array([self._known[name, text] for text in listed] or [""], dtype=object)
        return pd.Series(found[codes], index=texts.index, dtype="str")

    def _meals(self, code: pd.Series[str], rows: pd.DataFrame) -> pd.Series[str]:
        dining = (code == _DINING) & rows["has_clock"]
        for first, end, meal in MEALS_BY_HOUR:
            code = code.mask(dining & rows["local_hour"].between(first, end - 1), meal)
        return code

    def _user_rules(
        self, rows: pd.DataFrame, chosen: pd.Series[int], source: pd.Series[str]
    ) -> tuple[pd.Series[int], pd.Series[str]]:
        open_ = pd.Series(data=True, index=rows.index)
        for rule in self._rules:
            hit = open_ & self._all_hold(rows, rule.conditions)
            chosen, source = chosen.mask(hit, rule.category_id), source.mask(hit, "rule")
            open_ &= ~hit
        return chosen, source

    def _all_hold(self, rows: pd.DataFrame, conditions: Sequence[Condition]) -> pd.Series[bool]:
        """Where all conditions hold; every distinct value is looked at once."""
        held = pd.Series(data=True, index=rows.index)
        for condition in conditions:
            passes: Callable[[Any], bool]
            if condition.field in NUMBER_FIELDS:
                passes, columns = number_test(condition), [self._numbers(rows, condition.field)]
            else:
                passes = text_test(condition)
                columns = [rows[name] for name in columns_of(condition)]
            held &= _one_passes(columns, passes)
        return held

    def _numbers(self, rows: pd.DataFrame, field: str) -> pd.Series[int]:
        if field != "amount":
            return rows[f"local_{field}"]
        codes = rows["currency"].unique()
        factors = {code: 10 ** (AMOUNT_PLACES - self._exponent_of(code)) for code in codes}
        return rows["amount_minor"] * rows["currency"].map(factors).astype("int64")


def _one_passes(
    columns: Sequence[pd.Series[Any]], passes: Callable[[Any], bool]
) -> pd.Series[bool]:
    held = pd.Series(data=False, index=columns[0].index)
    for column in columns:
        verdicts = {value: passes(value) for value in column.unique().tolist()}
        held |= column.map(verdicts).astype("bool")
    return held


def in_category(rows: pd.DataFrame, category_id: int) -> pd.DataFrame:
    """The rows in the category that the owner chose for all whose file names none."""
    from_file = rows["category_source"] == "file"
    return rows.assign(
        category_id=rows["category_id"].where(from_file, category_id),
        category_source=rows["category_source"].where(from_file, "user"),
        category_confidence=np.nan,
    )


def match_words(texts: Sequence[str], rules: _Rules) -> list[str]:
    """For every text the code of the first rule of which a word stands in it, else ""."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lower = pc.utf8_lower(pa.array(texts, pa.large_string()))
    found = np.full(len(texts), "", dtype=object)
    # Most texts have no word of any rule: one look tells that.
    every = [word for _, words in rules for word in words]
    left = np.flatnonzero(_has_word(lower, every))
    for code, words in rules:
        hit = _has_word(lower.take(pa.array(left)), words)
        found[left[hit]] = code
        left = left[~hit]
    return list(found)


def _has_word(texts: Any, words: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Arrow itself: pandas would read every pattern by Python's own parser first, 5 ms each."""
    import pyarrow.compute as pc

    held = pc.match_substring_regex(texts, pattern=words_pattern(words))
    return np.asarray(held.to_numpy(zero_copy_only=False), dtype=bool)
