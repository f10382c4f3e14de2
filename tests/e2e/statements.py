"""Statement files for the journeys, made by the project's own generator."""

from datetime import date
from pathlib import Path

import pandas as pd

from demo.household import generate
from demo.statement import write_statement

END = date(2026, 1, 1)


def household(rows: int = 1_500) -> pd.DataFrame:
    return generate(rows=rows, years=2, end=END, seed=11)


def statement(frame: pd.DataFrame, folder: Path, *, name: str, statement_format: str) -> Path:
    path = folder / name
    write_statement(frame, path, statement_format=statement_format)
    return path


def net_spending(frame: pd.DataFrame) -> float:
    """Expenses less what was refunded, in yuan."""
    minor = frame.groupby("direction")["amount_minor"].sum()
    return float(minor["expense"] - minor.get("refund", 0)) / 100


BROKEN_ROWS = (
    "时间,金额,商户,分类,备注\n"
    "2025-03-01 08:00:00,12.50,巷口豆浆铺,餐饮/早餐,好行\n"
    "2025/13/05,20.00,三江面馆,餐饮/午餐,月份不对\n"
    "2025-03-02 12:10:00,一百元,三江面馆,餐饮/午餐,金额不对\n"
    "2025-03-03 19:00:00,86.00,鱼米之乡酒家,餐饮/晚餐,好行\n"
)
