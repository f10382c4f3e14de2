"""OFX and QFX statements, from the table that reading/documents/ofx.py makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_WHEN = (
    r"^\s*(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?:\.\d*)?"
    r"(?:\s*\[\s*([+-]?)(\d{1,2})(?:\.(\d+))?(?::[^\]]*)?\])?\s*$"
)
_GIVEN_BACK = r"(?i)refund|reversal|chargeback|returned|退款"
_ZERO = r"[-+]?0*[.,]?0+"
# Brokers reckon in hundredths of cents (115.8331, 197.1220); what moves is whole cents. Of three
# decimals nobody knows whether they are thousands (1.234), so they stay an error.
_FINER = r"\d*\.\d{2}(?=\d{2})0*[1-9]\d*"


class Ofx(HeaderProfile):
    """The OFX profile."""

    id = "ofx"
    name = "OFX / QFX"
    formats = ("ofx", "qfx")
    required = (frozenset({"ofx:posted"}), frozenset({"ofx:amount"}))
    confidence = 0.99

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        kind = c.text(frame, "ofx:type").str.upper()
        amount, direction = c.signed(
            c.plain_numbers(c.text(frame, "ofx:amount")), kind, {}, spending_is_negative=True
        )
        name, memo = c.text(frame, "ofx:name"), c.text(frame, "ofx:memo")
        got = direction == "income"
        card = c.text(frame, "ofx:account_kind") == "CREDITCARD"
        currency = c.text(frame, "ofx:currency")
        finer = amount.str.fullmatch(_FINER)
        drafted = c.draft(
            frame.index,
            time_text=_times(c.text(frame, "ofx:posted")),
            amount_text=amount,
            # The standard demands both; a file that lacks them is damaged, and a guess is no help.
            currency_text=currency.mask(currency == "", "?"),
            direction=c.choose(
                [
                    (kind == "", ""),
                    (kind == "XFER", "transfer"),
                    (got & card & (kind == "PAYMENT"), "transfer"),
                    # Cash paid in at a machine was the owner's before.
                    (got & kind.isin(["ATM", "CASH"]), "transfer"),
                    (got & c.has(name.str.cat(memo, sep=" "), _GIVEN_BACK), "refund"),
                    (got, "income"),
                ],
                default="expense",
                index=frame.index,
            ),
            merchant=name.mask(name == "", memo),
            note=c.join_texts(memo.mask(memo == name, ""), amount.str.lstrip("0").where(finer, "")),
            account=c.text(frame, "ofx:account"),
            external_id=c.text(frame, "ofx:fitid"),
            keywords=kind.str.lower(),
            source=self.id,
        )
        return c.ignored(
            drafted.assign(pending=c.text(frame, "ofx:pending") == "Y", finer=finer),
            [
                (kind == "INVESTMENT", "not-a-transaction"),
                (amount.str.fullmatch(_ZERO), "zero-amount"),
            ],
        )


def _times(texts: pd.Series[str]) -> pd.Series[str]:
    """20240901012345.000[+8:CST] as 2024-09-01 01:23:45+08:00.

    Noon and midnight are what banks write that know the day only.
    """
    part = texts.str.extract(_WHEN).fillna("").astype("str")
    day = part[0] + "-" + part[1] + "-" + part[2]
    clock = part[3] + ":" + part[4] + ":" + part[5].mask(part[5] == "", "00")
    told = ~clock.isin(["::00", "12:00:00", "00:00:00"])
    fraction = part[8].map({"": "00", "5": "30", "50": "30", "25": "15", "75": "45"})
    sign = part[6].mask(part[6] == "", "+")
    offset = (sign + part[7].str.zfill(2) + ":" + fraction.fillna("00").astype("str")).mask(
        part[7] == "", ""
    )
    read = day.where(~told, day + " " + clock + offset)
    return read.mask(part[0] == "", texts)


PROFILE = Ofx()
