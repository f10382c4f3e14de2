"""PayPal's activity download (CSV), in Chinese, English and German.

A purchase in a foreign currency comes with two conversion rows (one currency out, the other in)
and often with a deposit from the bank: all of these move the owner's own money. Authorisations
and holds move none. What is not known: the zone column's abbreviations (CEST), so the clock counts
as the owner's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ingest_service.domain.date_order import column_cells, date_order
from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition, Sample, clean_header

if TYPE_CHECKING:
    import pandas as pd

_DATE = ("date", "datum", "日期")
_CLOCK = ("time", "uhrzeit", "时间")
_NAME = ("name", "名称", "姓名")
_TYPE = ("type", "typ", "类型")
_STATE = ("status", "状态")
_CURRENCY = ("currency", "währung", "币种", "货币")
_GROSS = ("gross", "brutto", "总额", "总金额", "amount", "betrag", "金额")
_ID = ("transactionid", "transaktionscode", "交易号", "交易编号", "transaktions-id")
_PARENT = ("referencetxnid", "zugehörigertransaktionscode", "参考交易号", "参考交易编号")
_NOTE = ("note", "hinweis", "备注")
_ITEM = ("itemtitle", "artikelbezeichnung", "subject", "betreff", "物品名称", "主题")
_OWN = ("fee", "gebühr", "entgelt", "费用", "net", "netto", "净额", "timezone", "zeitzone", "时区")
_OWN_MOVE = (
    r"(?i)currency conversion|währungsumrechnung|货币兑换|币种转换|bank deposit|card deposit"
    r"|general withdrawal|withdraw|user initiated withdrawal|bankgutschrift|abbuchung|kreditkarte"
    r"|allgemeine einzahlung|提现|充值|银行存款|transfer (?:to|from) bank"
)
_NO_MONEY = (
    r"(?i)authori[sz]ation|autorisierung|account hold|hold for|einbehaltung|授权|冻结|order$"
)
_REFUND = r"(?i)refund|reversal|rückzahlung|rückbuchung|chargeback|退款|撤销"
_PENDING = r"(?i)^(?:pending|ausstehend|offen|待处理|处理中|等待)"
_VOID = (
    r"(?i)^(?:denied|cancel|expired|voided|removed|failed|abgelehnt|storniert|abgebrochen"
    r"|已取消|已拒绝|失败|已过期)"
)


class PayPal(HeaderProfile):
    """The PayPal profile."""

    id = "paypal"
    name = "PayPal"
    required = tuple(
        frozenset(names) for names in (_DATE, _CLOCK, _NAME, _TYPE, _STATE, _CURRENCY, _GROSS, _ID)
    )
    own = frozenset((*_OWN, *_PARENT))
    confidence = 0.85

    def options(self, sample: Sample, header: int) -> Mapping[str, str]:
        """The order of the dates; a dot between means day first."""
        names = [clean_header(cell) for cell in sample.rows[header]]
        column = next(names.index(name) for name in _DATE if name in names)
        cells = column_cells(sample, header, column)
        dotted = any("." in cell for cell in cells)
        return {"dates": date_order(cells, usual="dmy" if dotted else "ambiguous")}

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        kind, state = c.text(frame, *_TYPE), c.text(frame, *_STATE)
        amount, by_sign = c.signed(
            c.plain_numbers(c.text(frame, *_GROSS)),
            kind.where(kind == "", ""),
            {},
            spending_is_negative=True,
        )
        day = c.reorder_dates(c.text(frame, *_DATE), order=recognition.options["dates"])
        got = by_sign == "income"
        drafted = c.draft(
            frame.index,
            time_text=day.str.cat(c.text(frame, *_CLOCK), sep=" ").str.strip(),
            amount_text=amount,
            currency_text=c.text(frame, *_CURRENCY),
            direction=c.choose(
                [
                    (c.has(kind, _OWN_MOVE), "transfer"),
                    (got & c.has(kind, _REFUND), "refund"),
                    (got, "income"),
                ],
                default="expense",
                index=frame.index,
            ),
            merchant=c.text(frame, *_NAME),
            note=c.join_texts(c.text(frame, *_ITEM), c.text(frame, *_NOTE)),
            account="PayPal",
            external_id=c.text(frame, *_ID),
            order_ref=c.text(frame, *_PARENT),
            keywords=kind,
            source=self.id,
        )
        memo = c.text(frame, "balanceimpact").str.lower() == "memo"
        return c.ignored(
            drafted.assign(pending=c.has(state, _PENDING)),
            [
                (c.has(state, _VOID), "closed-nothing-moved"),
                (memo | c.has(kind, _NO_MONEY), "not-a-transaction"),
                (amount.str.fullmatch(r"0*[.]?0+"), "zero-amount"),
            ],
        )


PROFILE = PayPal()
