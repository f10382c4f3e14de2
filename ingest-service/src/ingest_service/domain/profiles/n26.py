"""N26's account statement (CSV): German and English, before and after the change of 2023."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_TIME = ("date", "datum", "bookingdate", "buchungsdatum")
_PAYEE = ("payee", "empfänger", "partnername")
_TYPE = ("transactiontype", "transaktionstyp", "type", "typ")
_PURPOSE = ("paymentreference", "verwendungszweck")
_AMOUNT = ("amount(eur)", "betrag(eur)")
_OWN = (
    "accountnumber", "kontonummer", "partneriban", "amount(foreigncurrency)", "exchangerate",
    "betrag(fremdwährung)", "wechselkurs", "originalamount", "originalcurrency", "valuedate",
)  # fmt: skip
_OWN_MOVE = r"(?i)\b(?:space|spaces|hauptkonto|main account)\b"


class N26(HeaderProfile):
    """The N26 profile."""

    id = "n26"
    name = "N26"
    required = tuple(frozenset(names) for names in (_TIME, _PAYEE, _TYPE, _PURPOSE, _AMOUNT))
    own = frozenset(_OWN)

    def generation(self, names: Sequence[str]) -> str:
        """The booking date came in 2023."""
        return "2023" if {"bookingdate", "buchungsdatum"} & set(names) else "2016"

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - the names tell
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        payee, purpose = c.text(frame, *_PAYEE), c.text(frame, *_PURPOSE)
        kind = c.text(frame, *_TYPE)
        moved = c.has(payee, _OWN_MOVE).map({True: "transfer", False: ""}).astype("str")
        amount, direction = c.signed(
            c.plain_numbers(c.text(frame, *_AMOUNT)),
            moved,
            {"transfer": "transfer"},
            spending_is_negative=True,
        )
        foreign = c.text(frame, "originalcurrency", "fremdwährung", "typeforeigncurrency")
        asked = c.text(frame, "originalamount", "betrag(fremdwährung)", "amount(foreigncurrency)")
        note = foreign.str.cat(asked.str.lstrip("-"), sep=" ")
        abroad = (asked != "") & (foreign != "") & (foreign != "EUR")
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, *_TIME),
            amount_text=amount,
            currency_text="EUR",
            direction=direction,
            merchant=payee,
            note=c.join_texts(purpose.mask(purpose == "-", ""), note.where(abroad, "")),
            account=c.text(frame, "accountname").mask(c.text(frame, "accountname") == "", "N26"),
            category_path=c.text(frame, "category", "kategorie"),
            keywords=kind,
            source=self.id,
        )
        return c.ignored(drafted, [(amount.str.fullmatch(r"0*[.]?0+"), "zero-amount")])


PROFILE = N26()
