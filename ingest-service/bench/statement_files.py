"""Made-up statements of any size, alike for every run of a bench."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

_MERCHANTS = (
    "兰州拉面",
    "瑞幸咖啡",
    "盒马鲜生",
    "滴滴出行",
    "中国移动",
    "美团外卖",
    "全家便利店",
    "某某文具店",
)
HEADER = (
    "交易时间", "交易分类", "交易对方", "对方账号", "商品说明", "收/支", "金额", "收/付款方式",
    "交易状态", "交易订单号", "商家订单号", "备注", "",
)  # fmt: skip
ORDER_NUMBER = HEADER.index("交易订单号")
HEADER_LINES = 3
_MOST_FULL_ROWS = 1_700_000
"""More of them, 149 bytes each, are more than the 256 MB that one statement may have."""
_SAID_IN_SHORT = (0, 2, 5, 6, 8, 9)
_FIRST_MOMENT = 1_577_836_800  # 2020-01-01
_MEAN_GAP_S = 60


def alipay_rows(rows: int, *, seed: int = 7) -> Iterator[list[str]]:
    """The cells of an Alipay statement in order of time, newest last: 4,000 payees, 13 columns.

    Order numbers begin with the day, as real ones do, and go on at random.

    However many rows, they end before 2026: the gaps between them shrink.
    """
    rng = random.Random(seed)
    step = min(2 * _MEAN_GAP_S, max(1, 2 * 5 * 365 * 86_400 // rows))
    moment = _FIRST_MOMENT
    for number in range(rows):
        moment += rng.randint(1, step)
        clock = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment))
        order = f"{clock[:4]}{clock[5:7]}{clock[8:10]}22001{rng.randrange(10**9):09d}{number:06d}"
        merchant = f"{rng.choice(_MERCHANTS)}{rng.randint(1, 500)}号店"
        yield [
            f"{clock} ", "餐饮美食", merchant, "/", f"商品{rng.randint(1, 9999)}", "支出",
            f"{rng.randint(100, 99999) / 100:.2f}", "招商银行(1234)", "交易成功",
            f"{order}\t", f"M{number:020d}\t", "", "",
        ]  # fmt: skip


def short_rows(rows: int) -> Iterator[list[str]]:
    """The same with only what a statement must say, 71 bytes a row: three million go into one."""
    for number, cells in enumerate(alipay_rows(rows)):
        cells[2] = cells[2][:4]
        cells[9] = f"{cells[9][13:18]}{number:07d}"
        yield [cell.strip() if at in _SAID_IN_SHORT else "" for at, cell in enumerate(cells)]


def write_csv(path: Path, rows: int, *, name: str) -> None:
    """The statement as the app exports it (GB18030); another name makes other bytes.

    Where full rows are more than a statement may have, they are short.
    """
    lines = alipay_rows(rows) if rows <= _MOST_FULL_ROWS else short_rows(rows)
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write(f"导出信息：{name}\r\n------支付宝（中国）网络技术有限公司------\r\n")
        file.write(",".join(HEADER) + "\r\n")
        file.writelines(",".join(cells) + "\r\n" for cells in lines)


def write_xlsx(path: Path, rows: int, *, name: str) -> None:
    """The statement as a workbook; another name makes other bytes."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, [f"导出信息：{name}"])
        sheet.write_row(1, 0, ["------支付宝（中国）网络技术有限公司------"])
        sheet.write_row(2, 0, HEADER)
        for line, cells in enumerate(alipay_rows(rows), start=HEADER_LINES):
            cells[6] = float(cells[6])  # type: ignore[call-overload] # amounts are numbers there
            sheet.write_row(line, 0, cells)
