"""ezBookkeeping's own export (CSV, TSV): main and second account, places, time zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {"expense": "expense", "income": "income", "transfer": "transfer"}
_ZERO = r"-?0*[.]?0+"


class EzBookkeeping(HeaderProfile):
    """The ezBookkeeping profile."""

    id = "ezbookkeeping"
    name = "ezBookkeeping"
    formats = ("csv", "tsv")
    required = tuple(
        frozenset({name})
        for name in ("time", "type", "subcategory", "account", "amount", "account2")
    )
    own = frozenset({"timezone", "accountcurrency", "geographiclocation", "tags", "account2amount"})
    confidence = 0.9

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        kind = c.text(frame, "type").str.lower()
        amount, by_sign = c.signed(
            c.plain_numbers(c.text(frame, "amount")),
            kind.where(kind == "", ""),
            {},
            spending_is_negative=True,
        )
        direction = kind.map(_TYPES).fillna("").astype("str")
        # An expense below zero is money that came back.
        back = (direction == "expense") & (by_sign == "expense")
        place = c.text(frame, "geographiclocation")
        longitude, latitude = place.str.partition(" ")[0], place.str.partition(" ")[2]
        main, sub = c.text(frame, "category"), c.text(frame, "subcategory")
        path = main.str.cat(sub, sep="/").str.strip("/")
        other = c.text(frame, "account2")
        # An unreadable second amount makes the row an error, as an unreadable first one does.
        second = c.plain_numbers(c.text(frame, "account2amount"))
        broken = (second != "") & ~second.str.fullmatch(r"-?[\d,]*[.]?\d+")
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "time").str.cat(c.text(frame, "timezone")),
            amount_text=amount.mask(broken, second),
            currency_text=c.text(frame, "accountcurrency"),
            direction=direction.mask(back, "refund"),
            merchant=other,
            note=c.text(frame, "description"),
            account=c.text(frame, "account"),
            category_path=path.mask(direction == "transfer", ""),
            lat_text=latitude.str.strip(),
            lon_text=longitude.mask(latitude == "", longitude.where(c.has(place, " "), "")),
            keywords=c.text(frame, "tags"),
            source=self.id,
        )
        return c.ignored(
            drafted,
            [
                (kind == "balance modification", "balance-row"),
                (amount.str.fullmatch(_ZERO), "zero-amount"),
            ],
        )


PROFILE = EzBookkeeping()
