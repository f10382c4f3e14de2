"""The platform's own table, English or Chinese headers, any order; time and amount required."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest_service.domain.export_table import (
    DIRECTION_WORDS,
    TABLE_COLUMNS,
    YES_WORDS,
    category_check,
    restore,
)
from ingest_service.domain.profiles.base import Recognition, Sample, clean_header, find_header

if TYPE_CHECKING:
    import pandas as pd

_KEY_BY_HEADER = {
    header: column.key for column in TABLE_COLUMNS for header in (column.chinese, column.english)
}
_DIRECTION_BY_WORD = {word: key for key, word in DIRECTION_WORDS.items()} | {
    key: key for key in DIRECTION_WORDS
}
_YES = frozenset({*YES_WORDS.values(), "true", "1"})
_ENOUGH_SHARE = 0.75


class Platform:
    """The profile of the platform's own table."""

    id = "platform"
    name = "平台通用表 / Platform table"
    formats: tuple[str, ...] = ("csv", "xlsx", "ndjson")

    def recognise(self, sample: Sample) -> Recognition | None:
        """Sure where time and amount stand and nearly all headers are the platform's own."""
        header = find_header(sample, [frozenset({"时间", "time"}), frozenset({"金额", "amount"})])
        if header is None:
            return None
        names = [name for cell in sample.rows[header] if (name := clean_header(cell))]
        share = sum(name in _KEY_BY_HEADER for name in names) / len(names)
        if share < _ENOUGH_SHARE:
            return None
        return Recognition(0.6 + 0.38 * share, header, "platform")

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        frame = frame.rename(columns=lambda name: _KEY_BY_HEADER.get(name, name))
        frame = frame.loc[:, ~frame.columns.duplicated()]
        amount, direction = c.signed(
            c.text(frame, "amount"), c.text(frame, "direction"), _DIRECTION_BY_WORD
        )
        stated = c.text(frame, "stated_direction").str.lower().map(_DIRECTION_BY_WORD)
        stated_refund = c.text(frame, "stated_refunded")
        restored = {
            key: _restored(c.text(frame, key))
            for key in ("merchant", "place", "note", "account", "external_id", "order_ref")
        }
        source = c.text(frame, "source")
        category = _restored(c.text(frame, "category"))
        pending = c.text(frame, "pending").str.lower().isin(_YES)
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "time"),
            amount_text=amount,
            direction=direction.mask(stated.notna() & (direction != ""), stated).astype("str"),
            refund_text=c.text(frame, "refunded").mask(stated_refund != "", stated_refund),
            currency_text=c.text(frame, "currency"),
            category_path=category,
            lat_text=c.text(frame, "lat"),
            lon_text=c.text(frame, "lon"),
            source=_restored(source).mask(source == "", self.id),
            **restored,
        )
        if "ref" not in frame and "links" not in frame:
            return drafted.assign(pending=pending)
        return drafted.assign(
            pending=pending,
            tie_check=_changed(category, c.text(frame, "category_check")),
            tie_ref=c.text(frame, "ref"),
            tie_links=_restored(c.text(frame, "links")),
            tie_direction=direction.where(stated.notna(), ""),
            tie_refund_text=c.text(frame, "refunded").where(stated_refund != "", ""),
        )

    def ends_at(self, cells: Sequence[str]) -> bool:  # noqa: ARG002 - the table has no footer
        """Never: the table has no footer."""
        return False


def _restored(texts: pd.Series[str]) -> pd.Series[str]:
    """The texts as they were before the export made them harmless."""
    if not texts.str.startswith("'").any():
        return texts
    return texts.map(restore).astype("str")


def _changed(categories: pd.Series[str], checks: pd.Series[str]) -> pd.Series[str]:
    """The checks beside categories that are not those that were exported; else "".

    An emptied cell names no category.
    """
    told = categories.map({path: category_check(path) for path in categories.unique()})
    return checks.where((checks != "") & (categories != "") & (checks != told), "")


PROFILE = Platform()
