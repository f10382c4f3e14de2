"""BMO Bank of Montreal: debit and credit (CSV), below a line that tells when they were made.

- debit: First Bank Card, Transaction Type, Date Posted, Transaction Amount, Description
- credit: Item #, Card #, Transaction Date, Posting Date, Transaction Amount, Description (spending
  above zero)

Days are written 20230511; cards stand between single quotes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_CODE = r"^\[[A-Z]{2}\]\s*"


class BmoDebit(HeaderProfile):
    """The profile of bank cards."""

    id = "bmo-debit"
    name = "BMO (debit)"
    required = tuple(
        frozenset({name})
        for name in ("firstbankcard", "transactiontype", "dateposted", "transactionamount")
    )
    confidence = 0.93

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        amount, side = c.pair(c.text(frame), c.text(frame, "transactionamount"))
        text = _words(c.text(frame, "description"))
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "dateposted"),
            amount_text=amount,
            currency_text="CAD",
            direction=c.choose(
                [
                    (
                        c.has(text, r"(?i)^(?:\[[A-Z]{2}\]\s*)?(?:TF \d|TRANSFER|BMO MASTERCARD)"),
                        "transfer",
                    ),
                    (side == "out", "expense"),
                    (side == "in", "income"),
                ],
                default="",
                index=frame.index,
            ),
            merchant=text.str.replace(_CODE, "", regex=True),
            account=_account(c.text(frame, "firstbankcard")),
            keywords=text.str.extract(r"^\[([A-Z]{2})\]", expand=False).fillna(""),
            source=self.id,
        )
        return c.ignored(drafted, [(c.is_zero(amount), "zero-amount")])


class BmoCredit(HeaderProfile):
    """The profile of credit cards."""

    id = "bmo-credit"
    name = "BMO (credit)"
    required = tuple(
        frozenset({name})
        for name in ("item#", "card#", "transactiondate", "postingdate", "transactionamount")
    )
    confidence = 0.93

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        amount, side = c.pair(c.text(frame, "transactionamount"), c.text(frame))
        text = _words(c.text(frame, "description"))
        repaid = c.has(text, r"(?i)PAYMENT RECEIVED|TRSF FROM|AUTOMATIC PYMT|PAYMENT - THANK")
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "transactiondate"),
            amount_text=amount,
            currency_text="CAD",
            direction=c.choose(
                [(repaid, "transfer"), (side == "out", "expense"), (side == "in", "refund")],
                default="",
                index=frame.index,
            ),
            merchant=text,
            account=_account(c.text(frame, "card#")),
            source=self.id,
        )
        return c.ignored(drafted, [(c.is_zero(amount), "zero-amount")])


def _words(text: pd.Series[str]) -> pd.Series[str]:
    return text.str.replace(r"\s+", " ", regex=True)


def _account(card: pd.Series[str]) -> pd.Series[str]:
    tail = card.str.extract(r"(\d{4})'?$", expand=False).fillna("")
    return ("BMO(" + tail + ")").mask(tail == "", "BMO")


PROFILES = (BmoDebit(), BmoCredit())
