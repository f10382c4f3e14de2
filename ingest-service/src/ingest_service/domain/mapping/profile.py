"""The import of a mapped table: whole columns through the readers of single values.

A text that comes again is read once, so the cost is that of the distinct texts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, TypeVar

from ingest_service.domain.mapping.model import ColumnMapping, mapping_of
from ingest_service.domain.mapping.rows import (
    AMOUNT_COLUMN,
    TIME_COLUMN,
    currency_of,
    ignored_because,
    money_reader,
    time_of,
)
from ingest_service.domain.mapping.values import join_texts, read_coordinate
from ingest_service.domain.profiles.base import Recognition, Sample, is_rule_line

if TYPE_CHECKING:
    import pandas as pd

_Value = TypeVar("_Value")


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
    from ingest_service.domain.profiles import columns as c

    rows = len(frame)

    def cells(column: int | str | None) -> list[str]:
        return frame.iloc[:, column].tolist() if isinstance(column, int) else [""] * rows

    def of(role: str) -> list[str]:
        return cells(mapping.columns.get(role))

    order = mapping.date_order
    times = _each(lambda text, clock: time_of(text, clock, order=order), of("time"), of("clock"))
    money = _each(
        money_reader(mapping), of("amount"), of("amount_out"), of("amount_in"), of("direction")
    )
    merchant = _each(join_texts, of("merchant"))
    note = _each(join_texts, of("note"), *(cells(at) for at in mapping.notes))
    firsts = cells(0) if frame.shape[1] else [""] * rows
    ignored = [
        ignored_because(time, one, texts, time_unread=unread)
        for (time, unread), one, *texts in zip(
            times, money, of("merchant"), of("note"), firsts, strict=True
        )
    ]

    def column(values: Sequence[str]) -> pd.Series[str]:
        import pandas as pd

        return pd.Series(values, index=frame.index, dtype="str")

    draft = c.draft(
        frame.index,
        time_text=column([time for time, _ in times]),
        amount_text=column([one.text for one in money]),
        direction=column([one.direction for one in money]),
        currency_text=column(
            _each(
                lambda text, mark: currency_of(text, mark, mapping),
                of("currency"),
                [one.currency for one in money],
            )
        ),
        merchant=column(merchant),
        note=column(note),
        category_path=column(_each(join_texts, of("category"))),
        external_id=column(of("external_id")),
        account=column(of("account")),
        place=column(of("place")),
        lat_text=column(_each(read_coordinate, of("lat"))),
        lon_text=column(_each(read_coordinate, of("lon"))),
        source=mapping.source,
    )
    unread = [
        TIME_COLUMN if time_unread else AMOUNT_COLUMN if one.unread else ""
        for (_, time_unread), one in zip(times, money, strict=True)
    ]
    return draft.assign(ignore_reason=column(ignored), unread=column(unread))


def _each(read: Callable[..., _Value], *columns: Sequence[str]) -> list[_Value]:
    """What the reader makes of each row's texts; equal texts are read once."""
    known: dict[Hashable, _Value] = {}
    found = []
    for texts in zip(*columns, strict=True):
        value = known.get(texts)
        if value is None:
            value = known[texts] = read(*texts)
        found.append(value)
    return found


MAPPED = Mapped()
