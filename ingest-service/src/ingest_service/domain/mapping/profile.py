"""The import of a mapped table: whole columns through the readers of single values.

A text that comes again is read once, so the cost is that of the distinct texts; columns that are
all in plain form already pass as they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ingest_service.domain.mapping.model import ColumnMapping, mapping_of
from ingest_service.domain.mapping.rows import (
    AMOUNT_COLUMN,
    TIME_COLUMN,
    Money,
    currency_of,
    ignored_because,
    mark_of,
    money_reader,
    time_of,
)
from ingest_service.domain.mapping.values import join_texts, read_coordinate
from ingest_service.domain.profiles.base import Recognition, Sample, is_rule_line

if TYPE_CHECKING:
    import pandas as pd

_Value = TypeVar("_Value")
_PLAIN_TIME = r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"
_PLAIN_AMOUNT = r"-?[0-9]{1,11}(?:\.[0-9]{1,2})?"


class Mapped:
    """The profile of a table whose owner said what its columns mean."""

    id = "mapped"
    name = "自定义列 / Mapped columns"
    formats: tuple[str, ...] = ("csv", "xlsx")

    def recognise(self, sample: Sample) -> Recognition | None:  # noqa: ARG002 - told, not recognised
        """None: a mapping is told, never recognised."""
        return None

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:
        """Draft columns of a chunk."""
        return mapped_draft(frame, mapping_of(recognition.options["mapping"]))

    def ends_at(self, cells: Sequence[str]) -> bool:
        """A line of dashes ends the table."""
        return is_rule_line(cells)


def mapped_draft(frame: pd.DataFrame, mapping: ColumnMapping) -> pd.DataFrame:
    """Draft columns of a chunk whose columns stand in the order of the file."""
    return _Chunk(frame, mapping).draft()


@dataclass(frozen=True, slots=True)
class _Read:
    """Texts in plain form by row, and which rows could not be read."""

    texts: Sequence[str]
    unread: Sequence[bool]


@dataclass(frozen=True, slots=True)
class _Moved:
    """What the amounts and directions say, by row."""

    texts: Sequence[str]
    unread: Sequence[bool]
    directions: Sequence[str]
    currencies: Sequence[str]
    ignored: Sequence[str]


class _Chunk:
    """The rows of a chunk, column by column in the order of the rows."""

    def __init__(self, frame: pd.DataFrame, mapping: ColumnMapping) -> None:
        self._frame = frame
        self._mapping = mapping
        self._times = self._plain_times() or self._read_times()
        self._money = self._plain_money() or self._read_money()

    def draft(self) -> pd.DataFrame:
        """The draft, with what is ignored and what could not be read."""
        from ingest_service.domain.profiles import columns as c

        notes = [self._of("note"), *(self._cells(at) for at in self._mapping.notes)]
        texts = {
            "time_text": self._times.texts,
            "amount_text": self._money.texts,
            "direction": self._money.directions,
            "currency_text": self._currencies(),
            "merchant": _each(join_texts, self._of("merchant")),
            "note": _each(join_texts, *notes),
            "category_path": _each(join_texts, self._of("category")),
            "lat_text": _each(read_coordinate, self._of("lat")),
            "lon_text": _each(read_coordinate, self._of("lon")),
            **{role: self._of(role) for role in ("external_id", "account", "place")},
        }
        series = {name: self._series(values) for name, values in texts.items()}
        draft = c.draft(self._frame.index, source=self._mapping.source, **series)
        ignored, unread = self._series(self._ignored()), self._series(self._unread())
        return draft.assign(ignore_reason=ignored, unread=unread)

    def _read_times(self) -> _Read:
        order = self._mapping.date_order
        times = _each(
            lambda text, clock: time_of(text, clock, order=order),
            self._of("time"),
            self._of("clock"),
        )
        return _Read([text for text, _ in times], [unread for _, unread in times])

    def _plain_times(self) -> _Read | None:
        """The times where all are like 2024-03-05 12:21:00, which is so in any order."""
        texts = self._column("time")
        if texts is None or "clock" in self._mapping.columns:
            return None
        if not texts.str.fullmatch(_PLAIN_TIME).all():
            return None
        return _Read(texts.tolist(), [False] * len(texts))

    def _read_money(self) -> _Moved:
        roles = ("amount", "amount_out", "amount_in", "direction")
        money = _each(money_reader(self._mapping), *(self._of(role) for role in roles))
        return _Moved(
            [one.text for one in money],
            [one.unread for one in money],
            [one.direction for one in money],
            [one.currency for one in money],
            [one.ignored for one in money],
        )

    def _plain_money(self) -> _Moved | None:
        """The amounts where all are plain decimals and their sign alone tells the direction."""
        texts = self._column("amount")
        if texts is None or "direction" in self._mapping.columns or self._mapping.decimal != ".":
            return None
        if not texts.str.fullmatch(_PLAIN_AMOUNT).all():
            return None
        rows = len(texts)
        reader = money_reader(self._mapping)
        signs = {sign: reader(f"{sign}1", "", "", "").direction for sign in ("", "-")}
        negative = texts.str.startswith("-").tolist()
        zero = texts.str.fullmatch(r"-?0+(?:\.0+)?").tolist()
        return _Moved(
            texts.str.removeprefix("-").tolist(),
            [False] * rows,
            [signs["-"] if minus else signs[""] for minus in negative],
            [""] * rows,
            ["zero-amount" if nothing else "" for nothing in zero],
        )

    def _currencies(self) -> list[str]:
        mapping = self._mapping
        return _each(
            lambda text, mark: currency_of(text, mark, mapping),
            self._of("currency"),
            self._money.currencies,
        )

    def _ignored(self) -> list[str]:
        told = (self._of("merchant"), self._of("note"), self._cells(0))
        marks = [_each(mark_of, column) for column in told]
        return _each(
            lambda time, amount, unread, ignored, *marked: ignored_because(
                time, Money(amount, "", ignored=ignored), marked, time_unread=unread
            ),
            [text and "told" for text in self._times.texts],
            [text and "told" for text in self._money.texts],
            self._times.unread,
            self._money.ignored,
            *marks,
        )

    def _unread(self) -> list[str]:
        return [
            TIME_COLUMN if time else AMOUNT_COLUMN if money else ""
            for time, money in zip(self._times.unread, self._money.unread, strict=True)
        ]

    def _of(self, role: str) -> list[str]:
        return self._cells(self._mapping.columns.get(role))

    def _column(self, role: str) -> pd.Series[str] | None:
        column = self._mapping.columns.get(role)
        return self._frame.iloc[:, column] if isinstance(column, int) else None

    def _cells(self, column: int | str | None) -> list[str]:
        if not isinstance(column, int):
            return [""] * len(self._frame)
        return self._frame.iloc[:, column].tolist()

    def _series(self, values: Sequence[str]) -> pd.Series[str]:
        import pandas as pd

        return pd.Series(values, index=self._frame.index, dtype="str")


def _each(read: Callable[..., _Value], *columns: Sequence[str | bool]) -> list[_Value]:
    """What the reader makes of each row's texts; equal texts are read once."""
    rows = list(zip(*columns, strict=True))
    known = {texts: read(*texts) for texts in set(rows)}
    return [known[texts] for texts in rows]


MAPPED = Mapped()
