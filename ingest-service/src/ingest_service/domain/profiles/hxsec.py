"""Huaxi Securities 华西证券: the settlement list (.xls that is GBK text with ="..." cells).

Brokers with the same software write the same columns. Buying and selling moves the owner's money
between cash and securities; dividends and interest are income; the broker's fees (总费用), which
the settled sum (清算金额) contains, are an expense of their own. Rows without money (registrations,
splits) are ignored with a reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_EARNED = r"红利|股息|利息|派息|兑息|现金分红"
_TAXED = r"税"


class Hxsec(HeaderProfile):
    """The profile of settlement lists."""

    id = "hxsec"
    name = "华西证券交割单"
    formats = ("xls", "csv")
    required = tuple(frozenset({name}) for name in ("交收日期", "业务名称", "证券代码", "清算金额"))
    own = frozenset({"成交时间", "成交编号", "股东代码", "资金帐号", "总费用"})
    confidence = 0.82

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        kind = c.text(frame, "业务名称")
        settled, side = c.pair(c.text(frame), c.text(frame, "清算金额"))
        fee = c.text(frame, "总费用")
        has_fee = ~c.is_zero(fee) & (fee != "")
        # What comes in is settled without the fee: the deal itself is what contains it.
        amount = settled.mask(has_fee & (side == "in"), c.text(frame, "成交金额"))
        earned = c.has(kind, _EARNED)
        number = c.text(frame, "资金帐号", "资金账号")
        drafted = c.draft(
            frame.index,
            time_text=c.moment(c.text(frame, "交收日期"), c.text(frame, "成交时间")),
            amount_text=amount,
            fee_text=fee.where(has_fee, ""),
            currency_text=c.first_said(c.text(frame, "币种"), c.text(frame)),
            direction=c.choose(
                [
                    (side == "", ""),
                    (c.has(kind, _TAXED) & (side == "out"), "expense"),
                    (earned & (side == "in"), "income"),
                ],
                default="transfer",
                index=frame.index,
            ),
            merchant=c.first_said(c.text(frame, "证券名称"), kind),
            note=c.join_all(kind, c.text(frame, "证券代码")),
            account=("华西证券(" + number.str[-4:] + ")").mask(number == "", "华西证券"),
            external_id=c.text(frame, "成交编号"),
            keywords=kind,
            source=self.id,
        )
        return c.ignored(drafted, [(c.is_zero(c.text(frame, "清算金额")), "zero-amount")])


PROFILE = Hxsec()
