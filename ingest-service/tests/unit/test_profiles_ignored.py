from __future__ import annotations

import io

import factories as f
import pandas as pd
import pytest

from ingest_service.domain.messages import codes
from ingest_service.domain.normalise import Reading
from ingest_service.domain.profiles import base, recognise
from ingest_service.domain.profiles import columns as c
from ingest_service.domain.statement import Chunk, StatementOptions, read_statement
from servicekit.money import exponent

OPTIONS = StatementOptions(Reading("Asia/Shanghai", "CNY", exponent), None, "zh-CN")
TABLE = [["when", "how much"], ["2024-03-05", "12.50"], ["2024-03-06", "1"], ["total", "13.50"]]


class Toy:
    """A profile that ignores its total, and knows a card and a currency from above the table."""

    id = "toy"
    name = "toy"
    formats: tuple[str, ...] = ("csv",)

    def recognise(self, sample: base.Sample) -> base.Recognition | None:
        header = base.find_header(sample, [frozenset({"when"}), frozenset({"howmuch"})])
        if header is None:
            return None
        return base.Recognition(1.0, header, "one", {"currency": "HKD", "account": "卡(1234)"})

    def parse(self, frame: pd.DataFrame, recognition: base.Recognition) -> pd.DataFrame:  # noqa: ARG002 - the protocol's
        when = frame["when"]
        drafted = c.draft(
            frame.index, time_text=when, amount_text=frame["howmuch"], direction="expense"
        )
        total = c.choose([(when == "total", "summary-row")], default="", index=frame.index)
        return drafted.assign(ignore_reason=total, pending=when == "2024-03-06")

    def ends_at(self, cells: list[str]) -> bool:  # noqa: ARG002 - the protocol's
        return False


def read(data: bytes, monkeypatch: pytest.MonkeyPatch) -> Chunk:
    monkeypatch.setattr(
        "ingest_service.domain.statement.recognise",
        lambda sample, **_: recognise(sample, among=[Toy()]),
    )
    (chunk,) = read_statement(io.BytesIO(data), OPTIONS)
    return chunk


def test_a_row_that_is_no_transaction_is_counted_once_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chunk = read(f.table_csv(TABLE), monkeypatch)
    assert [(e.kind, e.row, e.code) for e in chunk.errors] == [("ignored", 4, "summary-row")]
    assert chunk.errors[0].detail == "这一行是合计，不是交易。"
    assert (chunk.size, chunk.rows["pending"].tolist()) == (3, [False, True])


def test_a_row_without_time_and_amount_is_ignored_as_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    chunk = read(f.table_csv([[*TABLE[0], "x"], *TABLE[1:3], ["", "", "words"]]), monkeypatch)
    assert [(e.kind, e.row, e.code) for e in chunk.errors] == [("ignored", 4, "blank-row")]


def test_currency_and_account_above_the_table_hold_for_its_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = read(f.table_csv(TABLE), monkeypatch).rows
    assert rows["currency"].tolist() == ["HKD", "HKD"]
    assert rows["account"].tolist() == ["卡(1234)", "卡(1234)"]


def test_every_reason_has_a_sentence() -> None:
    assert codes() >= base.IGNORE_REASONS
