"""Firefly III's transaction export (CSV): one row for every journal, type in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {"withdrawal": "expense", "deposit": "income", "transfer": "transfer"}
_BALANCES = {"opening balance", "reconciliation", "liability credit"}


class Firefly(HeaderProfile):
    """The Firefly III profile."""

    id = "firefly"
    name = "Firefly III"
    required = tuple(
        frozenset({name})
        for name in ("type", "amount", "date", "source_name", "destination_name", "category")
    )
    own = frozenset({"journal_id", "foreign_amount", "currency_code", "budget", "bill", "tags"})
    confidence = 0.9

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        kind = c.text(frame, "type").str.lower()
        amount, _ = c.signed(c.plain_numbers(c.text(frame, "amount")), kind, {})
        source, target = c.text(frame, "source_name"), c.text(frame, "destination_name")
        got = kind == "deposit"
        # The currency of the journal; the foreign amount is what the shop asked.
        foreign = c.text(frame, "foreign_currency_code")
        told = c.text(frame, "foreign_amount")
        # An unreadable second amount makes the row an error, as an unreadable first one does.
        second = c.plain_numbers(told)
        broken = (told != "") & ~second.str.fullmatch(r"-?[\d,]*[.]?\d+")
        asked = foreign.str.cat(told.str.lstrip("-"), sep=" ").where(told != "", "")
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "date"),
            amount_text=amount.mask(broken, second),
            currency_text=c.text(frame, "currency_code"),
            direction=kind.map(_TYPES).fillna("").astype("str"),
            merchant=target.mask(got, source),
            note=c.join_texts(
                c.join_texts(c.text(frame, "description"), c.text(frame, "notes")), asked
            ),
            account=source.mask(got, target),
            category_path=c.text(frame, "category").where(kind != "transfer", ""),
            external_id=c.text(frame, "journal_id"),
            keywords=c.text(frame, "tags"),
            source=self.id,
        )
        return c.ignored(drafted, [(kind.isin(_BALANCES), "balance-row")])


PROFILE = Firefly()
