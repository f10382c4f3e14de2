"""The household's rows written as the files that people download."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import pandas as pd

CHUNK_ROWS = 200_000

_PLATFORM_HEADERS = {
    "time": "时间", "amount": "金额", "currency": "币种", "direction": "收支", "category": "分类",
    "merchant": "商户", "lat": "纬度", "lon": "经度", "place": "地点", "note": "备注",
    "source": "来源", "external_id": "单号",
}  # fmt: skip
_DIRECTION_WORDS = {"expense": "支出", "income": "收入", "refund": "退款"}
_ALIPAY_PREAMBLE = (
    "导出信息：\n姓名：演示\n支付宝账户：demo@example.com\n"
    "起始时间：[{first}]    终止时间：[{last}]\n导出交易类型：[全部]\n共{rows}笔记录\n\n"
    "----------------支付宝（演示）电子客户回单----------------\n"
)
_WECHAT_PREAMBLE = (
    "微信支付账单明细\n微信昵称：[演示]\n"
    "起始时间：[{first}] 终止时间：[{last}]\n导出类型：[全部]\n\n"
    "共{rows}笔记录\n\n----------------微信支付账单明细列表----------------\n"
)


def write_statement(frame: pd.DataFrame, path: Path, *, statement_format: str) -> None:
    """Writes the frame of `demo.household.generate` as one statement file.

    Args:
        frame: the rows, in the columns of `demo.household.COLUMNS`.
        path: the file to write; `.xlsx` is possible for the platform's own format.
        statement_format: platform, alipay or wechat.

    Raises:
        ValueError: the format is unknown, or is asked for as a workbook and has none.
    """
    if path.suffix == ".xlsx":
        if statement_format != "platform":
            raise ValueError("only the platform format can be written as .xlsx")
        _write_workbook(frame, path)
        return
    if statement_format not in _WRITERS:
        raise ValueError(f"unknown format {statement_format!r}: choose from {sorted(_WRITERS)}")
    encoding, preamble, to_columns = _WRITERS[statement_format]
    with path.open("w", encoding=encoding, newline="") as out:
        _write_preamble(frame, out, preamble)
        for number, chunk in enumerate(_chunks(frame)):
            to_columns(chunk).to_csv(out, index=False, header=number == 0, lineterminator="\n")


def _write_preamble(frame: pd.DataFrame, out: TextIO, preamble: str) -> None:
    first, last = frame["time"].iloc[0], frame["time"].iloc[-1]
    out.write(preamble.format(first=first, last=last, rows=len(frame)))


def _chunks(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for start in range(0, len(frame), CHUNK_ROWS):
        yield frame.iloc[start : start + CHUNK_ROWS]


def _yuan(amount_minor: pd.Series) -> pd.Series:
    whole, fen = amount_minor // 100, amount_minor % 100
    return whole.astype(str) + "." + fen.astype(str).str.zfill(2)


def _platform(chunk: pd.DataFrame) -> pd.DataFrame:
    columns = chunk.rename(columns={"amount_minor": "amount"})
    columns = columns.assign(
        amount=_yuan(chunk["amount_minor"]), direction=chunk["direction"].map(_DIRECTION_WORDS)
    )
    return columns[list(_PLATFORM_HEADERS)].rename(columns=_PLATFORM_HEADERS)


def _alipay(chunk: pd.DataFrame) -> pd.DataFrame:
    refund = chunk["direction"] == "refund"
    direction = chunk["direction"].map(_DIRECTION_WORDS).mask(refund, "不计收支")
    return pd.DataFrame(
        {
            "交易时间": chunk["time"],
            "交易分类": chunk["category"].str.split("/").str[0].mask(refund, "退款"),
            "交易对方": chunk["merchant"],
            "对方账号": "/",
            "商品说明": chunk["note"],
            "收/支": direction,
            "金额": _yuan(chunk["amount_minor"]),
            "收/付款方式": "余额宝",
            "交易状态": pd.Series("交易成功", index=chunk.index).mask(refund, "退款成功"),
            "交易订单号": chunk["external_id"] + "\t",
            "商家订单号": "M" + chunk["external_id"].str.split("_").str[0] + "\t",
            "备注": "",
        }
    )


def _wechat(chunk: pd.DataFrame) -> pd.DataFrame:
    refund = chunk["direction"] == "refund"
    return pd.DataFrame(
        {
            "交易时间": chunk["time"],
            "交易类型": ("商户消费" + pd.Series("", index=chunk.index)).mask(
                refund, chunk["merchant"] + "-退款"
            ),
            "交易对方": chunk["merchant"],
            "商品": chunk["note"],
            "收/支": chunk["direction"].map(_DIRECTION_WORDS).mask(refund, "收入"),
            "金额(元)": "¥" + _yuan(chunk["amount_minor"]),
            "支付方式": "零钱",
            "当前状态": pd.Series("支付成功", index=chunk.index).mask(refund, "已全额退款"),
            "交易单号": chunk["external_id"] + "\t",
            "商户单号": "M" + chunk["external_id"].str.split("_").str[0] + "\t",
            "备注": "/",
        }
    )


def _write_workbook(frame: pd.DataFrame, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("流水")
        sheet.write_row(0, 0, list(_PLATFORM_HEADERS.values()))
        row = 1
        for chunk in _chunks(frame):
            table = _platform(chunk)
            table["时间"] = table["时间"].astype(str)
            for values in table.astype(object).where(table.notna(), "").itertuples(index=False):
                sheet.write_row(row, 0, [*values])
                row += 1


_Writer = tuple[str, str, Callable[[pd.DataFrame], pd.DataFrame]]
_WRITERS: dict[str, _Writer] = {
    "platform": ("utf-8-sig", "", _platform),
    "alipay": ("gb18030", _ALIPAY_PREAMBLE, _alipay),
    "wechat": ("utf-8-sig", _WECHAT_PREAMBLE, _wechat),
}
