"""Revolut's account statement (CSV), in the languages of which the headers are known.

The fee stands beside the amount and leaves the account too, so it is added to a spending.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_TIME = ("starteddate", "datumdesbeginns", "datedebeginn", "datededébut", "fechadeinicio")
_DONE = ("completeddate", "datumdesabschlusses", "datedefin", "fechadefinalización")
_TYPE = ("type", "art", "tipo")
_TEXT = ("description", "beschreibung", "descripción")
_AMOUNT = ("amount", "betrag", "montant", "importe")
_FEE = ("fee", "gebühr", "frais", "comisión")
_CURRENCY = ("currency", "währung", "devise", "divisa")
_STATE = ("state", "status", "état", "estado")
_PRODUCT = ("product", "produkt", "produit", "producto")
_VOID = r"(?i)^(?:reverted|declined|failed|rückgängig|abgelehnt|annulé|revertido)"
_PENDING = r"(?i)^(?:pending|ausstehend|en attente|pendiente)"
_OWN_MOVE = r"(?i)^(?:topup|top[-_ ]up|exchange|aufladung|umtausch|wechsel|recharge)"
_POCKET = r"(?i)\b(?:pocket|vault|savings)\b"
_REFUND = r"(?i)refund|rückerstattung|remboursement|reembolso"


class Revolut(HeaderProfile):
    """The Revolut profile."""

    id = "revolut"
    name = "Revolut"
    formats = ("csv", "xlsx")
    required = tuple(
        frozenset(names) for names in (_TIME, _DONE, _TYPE, _AMOUNT, _CURRENCY, _STATE)
    )
    own = frozenset((*_PRODUCT, *_FEE, "balance"))

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        kind, state = c.text(frame, *_TYPE), c.text(frame, *_STATE)
        text = c.text(frame, *_TEXT)
        amount, by_sign = c.signed(
            c.plain_numbers(c.text(frame, *_AMOUNT)),
            kind.where(kind == "", ""),
            {},
            spending_is_negative=True,
        )
        spent = by_sign == "expense"
        amount = _with_fee(amount, c.plain_numbers(c.text(frame, *_FEE)), spent)
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, *_TIME),
            amount_text=amount,
            currency_text=c.text(frame, *_CURRENCY),
            direction=c.choose(
                [
                    (c.has(kind, _OWN_MOVE) | c.has(text, _POCKET), "transfer"),
                    (~spent & c.has(kind, _REFUND), "refund"),
                ],
                default="expense",
                index=frame.index,
            ).mask(
                ~spent & ~c.has(kind, f"{_OWN_MOVE}|{_REFUND}") & ~c.has(text, _POCKET), "income"
            ),
            merchant=text,
            account="Revolut " + c.text(frame, *_CURRENCY),
            keywords=kind,
            source=self.id,
        )
        return c.ignored(
            drafted.assign(pending=c.has(state, _PENDING)),
            [
                (c.has(state, _VOID), "closed-nothing-moved"),
                (amount.str.fullmatch(r"0*[.]?0+"), "zero-amount"),
            ],
        )


def _with_fee(
    amount: pd.Series[str], fee: pd.Series[str], spent: pd.Series[bool]
) -> pd.Series[str]:
    """The amounts, and the fee on top where there is one; money stays exact."""
    due = spent & fee.str.fullmatch(r"\d*[.]?\d+") & ~fee.str.fullmatch(r"0*[.]?0+")
    if not due.any():
        return amount
    return amount.mask(due, amount[due].combine(fee[due], _sum).reindex(amount.index))


def _sum(amount: str, fee: str) -> str:
    try:
        return str(Decimal(amount.replace(",", "")) + Decimal(fee))
    except InvalidOperation:
        return amount


PROFILE = Revolut()
