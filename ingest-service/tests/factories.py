"""Statements made up by the project, in the shapes that people have."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter


@dataclass(frozen=True)
class Row:
    """One payment as every app would tell it."""

    time: str = "2024-03-05 12:21:00"
    merchant: str = "兰州拉面"
    item: str = "牛肉面"
    flow: str = "支出"
    amount: str = "28.50"
    status: str = "交易成功"
    account: str = "招商银行(1234)"
    number: str = "2024030522001400000001"
    order: str = "M0001"
    category: str = "餐饮美食"
    kind: str = "商户消费"
    remark: str = ""


APP_2023 = (
    "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,"
    "交易订单号,商家订单号,备注"
)
APP_2021 = (
    "收/支,交易对方,对方账号,商品说明,收/付款方式,金额,交易状态,交易分类,"
    "交易订单号,商家订单号,交易时间"
)
WEB = (
    "交易号,商家订单号,交易创建时间,付款时间,最近修改时间,交易来源地,类型,交易对方,商品名称,金额（元）,收/支,"
    "交易状态,服务费（元）,成功退款（元）,备注,资金状态"
)
WECHAT = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注"


def alipay_2023(rows: Sequence[Row], *, encoding: str = "gb18030") -> bytes:
    lines = [
        "-" * 84,
        "导出信息：",
        "姓名：某人",
        "特别提示：",
        "1.本明细仅供个人对账使用。",
        "------------支付宝（中国）网络技术有限公司  电子客户回单------------",
        ",".join(f"{name:<16}" for name in APP_2023.split(",")) + ",",
    ]
    lines += [
        f"{r.time} ,{r.category}   ,{r.merchant} ,/  ,{r.item} ,{r.flow} ,{r.amount}  ,"
        f"{r.account} ,{r.status} ,{r.number}\t,{r.order}\t,{r.remark},"
        for r in rows
    ]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def alipay_2021(rows: Sequence[Row]) -> bytes:
    lines = ["支付宝交易记录", "导出信息：", ",".join(f"{n}  " for n in APP_2021.split(",")) + ","]
    lines += [
        f"{r.flow},{r.merchant},/,{r.item},{r.account},{r.amount},{r.status},{r.category},"
        f"{r.number}\t,{r.order}\t,{r.time} ,"
        for r in rows
    ]
    return ("\n".join(lines) + "\n").encode("gb18030")


def alipay_web(rows: Sequence[Row], *, refunded: str = "0.00") -> bytes:
    lines = [
        "支付宝交易记录明细查询",
        "账号:[somebody@example.com]",
        "起始日期:[2019-01-01 00:00:00]    终止日期:[2020-01-01 00:00:00]",
        "---------------------------------交易记录明细列表------------------------------------",
        ",".join(f"{name}   " for name in WEB.split(",")) + ",",
    ]
    lines += [
        f"{r.number}\t,{r.order}\t,{r.time} ,{r.time} ,{r.time} ,其他  ,即时到账交易 ,"
        f"{r.merchant} ,{r.item} ,{r.amount}  ,{r.flow} ,{r.status} ,0.00 ,"
        f"{refunded} ,{r.remark} ,已支出 ,"
        for r in rows
    ]
    lines += [
        "-" * 84,
        f"共{len(rows)}笔记录",
        "已收入:0笔,0.00元",
        "导出时间:[2020-01-02 00:00:00]",
    ]
    return ("\n".join(lines) + "\n").encode("gb18030")


def _wechat_cells(rows: Sequence[Row]) -> list[list[str]]:
    return [
        [r.time, r.kind, r.merchant, r.item, r.flow, f"¥{r.amount}", r.account, r.status,
         f"{r.number}\t", f"{r.order}\t", r.remark or "/"]
        for r in rows
    ]  # fmt: skip


_WECHAT_PREAMBLE = [
    ["微信支付账单明细"],
    ["微信昵称：[某人]"],
    ["起始时间：[2024-01-01 00:00:00] 终止时间：[2024-03-31 23:59:59]"],
    ["----------------------微信支付账单明细列表--------------------"],
]


def wechat_csv(rows: Sequence[Row]) -> bytes:
    return table_csv([*_WECHAT_PREAMBLE, WECHAT.split(","), *_wechat_cells(rows)], bom=True)


def wechat_xlsx(rows: Sequence[Row]) -> bytes:
    cells: list[list[object]] = [*_WECHAT_PREAMBLE, WECHAT.split(",")]
    for line in _wechat_cells(rows):
        numbers: list[object] = [*line]
        numbers[5] = float(line[5].removeprefix("¥"))
        cells.append(numbers)
    return table_xlsx(cells)


def table_csv(lines: Sequence[Sequence[object]], *, bom: bool = False) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue().encode("utf-8-sig" if bom else "utf-8")


def table_xlsx(lines: Sequence[Sequence[object]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            for column, cell in enumerate(line):
                sheet.write(number, column, cell)
    return buffer.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook with these sheets; moments are written as Excel's dates."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        dates = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for number, line in enumerate(lines):
                for column, cell in enumerate(line):
                    style = dates if isinstance(cell, dt.datetime) else None
                    sheet.write(number, column, cell, style)
    return buffer.getvalue()
