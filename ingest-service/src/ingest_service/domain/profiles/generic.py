"""Any other table with common Chinese or English headers for time and amount."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest_service.domain.profiles.base import (
    Recognition,
    Sample,
    clean_header,
    find_header,
    is_rule_line,
)

if TYPE_CHECKING:
    import pandas as pd

_HEADERS = """
time: 时间, 交易时间, 日期时间, 日期, 交易日期, 交易日, 记账日期, 消费时间, 消费日期, 付款时间
time: 入账日期, time, datetime, date, transactiondate, dateandtime, transactiontime
time: postingdate, posteddate, completeddate, starteddate, bookingdate, valuedate
amount: 金额, 金额(元), 交易金额, 消费金额, 发生额, 人民币金额, 金额(人民币), 总金额, 价格
amount: amount, transactionamount, value, sum, total, price, amount(cny), amount(eur)
amount: amount(usd), amount(gbp)
out: 支出, 支出金额, 支出金额(元), 借方金额, 借方发生额, 付款金额, 转出金额, debit, debitamount
out: withdrawal, withdrawals, paidout, moneyout, outflow, debit(cny)
in: 收入, 收入金额, 收入金额(元), 贷方金额, 贷方发生额, 存入金额, 转入金额, credit
in: creditamount, deposit, deposits, paidin, moneyin, inflow
direction: 收支, 收/支, 收支类型, 类型, 交易类型, 借贷标志, direction, type
merchant: 商户, 商家, 商户名称, 交易对方, 对方户名, 对方名称, 收款方, 店铺, 交易地点, payee
merchant: merchant, vendor, name, counterparty, merchantname, store, supplier
note: 备注, 摘要, 说明, 用途, 商品, 商品名称, 交易摘要, 附言, 交易说明, note, notes
note: description, memo, details, narrative, reference, item
category: 分类, 类别, 交易分类, 账目分类, category
currency: 币种, 货币, 币别, currency, ccy
external_id: 单号, 流水号, 交易流水号, 订单号, 交易单号, id, transactionid, referencenumber
account: 账户, 账号, 卡号, 付款方式, 支付方式, account, card, paymentmethod
place: 地点, 城市, place, location, city
lat: 纬度, lat, latitude
lon: 经度, lon, lng, longitude
"""


def _read_headers(lines: str) -> dict[str, tuple[str, ...]]:
    """The headers of every role, the likeliest first."""
    names: dict[str, tuple[str, ...]] = {}
    for line in lines.strip().splitlines():
        role, _, words = line.partition(": ")
        names[role] = names.get(role, ()) + tuple(word.strip() for word in words.split(","))
    return names


_NAMES = _read_headers(_HEADERS)
_WORDS = {
    "支出": "expense", "支": "expense", "消费": "expense", "付款": "expense", "借": "expense",
    "expense": "expense", "debit": "expense", "payment": "expense", "purchase": "expense",
    "out": "expense", "dr": "expense", "card_payment": "expense",
    "收入": "income", "收": "income", "收款": "income", "贷": "income", "income": "income",
    "credit": "income", "deposit": "income", "in": "income", "cr": "income",
    "转账": "transfer", "transfer": "transfer", "退款": "refund", "refund": "refund",
    "不计收支": "neutral", "neutral": "neutral",
}  # fmt: skip
_SLASHED = re.compile(r"\s*(\d{1,2})[/.\-](\d{1,2})[/.\-]\d{4}")
_LAST_MONTH = 12


class Generic:
    """The profile for tables that nobody else claims."""

    id = "generic"
    name = "通用 CSV/XLSX / Generic table"
    formats: tuple[str, ...] = ("csv", "xlsx")

    def recognise(self, sample: Sample) -> Recognition | None:
        """Half sure wherever a time column and an amount column stand in one row."""
        money = frozenset(_NAMES["amount"] + _NAMES["out"] + _NAMES["in"])
        header = find_header(sample, [frozenset(_NAMES["time"]), money])
        if header is None:
            return None
        roles = _roles([clean_header(cell) for cell in sample.rows[header]])
        options = {
            "dates": _date_order(sample, header, roles.get("time")),
            "sign": _sign(sample, header, roles.get("amount")),
        }
        return Recognition(min(0.55, 0.3 + 0.05 * len(roles)), header, "generic", options)

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        roles = _roles(list(frame.columns))
        column = {role: frame.iloc[:, index] for role, index in roles.items()}
        frame = frame.assign(**{f"role:{role}": series for role, series in column.items()})

        def of(role: str) -> pd.Series[str]:
            return c.text(frame, f"role:{role}")

        words = of("direction")
        if "amount" in roles:
            signed = recognition.options["sign"] == "signed"
            amount, direction = c.signed(of("amount"), words, _WORDS, spending_is_negative=signed)
        else:
            amount, direction = c.debit_credit(of("out"), of("in"))
        return c.draft(
            frame.index,
            time_text=c.reorder_dates(of("time"), order=recognition.options["dates"]),
            amount_text=amount,
            direction=direction,
            currency_text=of("currency"),
            merchant=c.blank_slashes(of("merchant")),
            note=c.blank_slashes(of("note")),
            category_path=c.blank_slashes(of("category")),
            external_id=of("external_id"),
            account=of("account"),
            place=of("place"),
            lat_text=of("lat"),
            lon_text=of("lon"),
            source=self.id,
        )

    def ends_at(self, cells: Sequence[str]) -> bool:
        """A line of dashes ends the table."""
        return is_rule_line(cells)


def _roles(names: Sequence[str]) -> dict[str, int]:
    """The column of every role: the first name of the role's list that the table has."""
    found = {}
    for role, wanted in _NAMES.items():
        for name in wanted:
            if name in names:
                found[role] = list(names).index(name)
                break
    return found


def _cells(sample: Sample, header: int, column: int | None) -> list[str]:
    if column is None:
        return []
    return [cells[column].strip() for cells in sample.rows[header + 1 :] if column < len(cells)]


def _sign(sample: Sample, header: int, column: int | None) -> str:
    """Signed where any amount of the sample is negative: then spending is what is negative."""
    negative = any(cell.startswith(("-", "(", "−")) for cell in _cells(sample, header, column))
    return "signed" if negative else "unsigned"


def _date_order(sample: Sample, header: int, column: int | None) -> str:
    """Dmy or mdy where the sample proves it, ambiguous where it cannot, ymd for the usual."""
    pairs = [
        (int(match[1]), int(match[2]))
        for cell in _cells(sample, header, column)
        if (match := _SLASHED.match(cell))
    ]
    if not pairs:
        return "ymd"
    if any(first > _LAST_MONTH for first, _ in pairs):
        return "dmy"
    return "mdy" if any(second > _LAST_MONTH for _, second in pairs) else "ambiguous"


PROFILE = Generic()
