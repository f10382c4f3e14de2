"""Statements of every format, cut off at many points."""

from __future__ import annotations

from collections.abc import Iterator

import factories as f

from corpus.documents import CAMT, MT940, OFX, QIF
from corpus.model import BadFile, csv_text, good_rows, of_bytes, zipped
from corpus.workbooks import workbook

_NOON = "2024-03-05 12:21:00"


def _whole() -> dict[str, tuple[bytes, int]]:
    """Every statement by name, and at how many points it is cut."""
    rows = [f.Row(number=str(number), order=f"M{number}") for number in range(20)]
    text = csv_text(good_rows())
    return {
        "alipay.csv": (f.alipay_2023(rows), 20),
        "wechat.csv": (f.wechat_csv(rows), 8),
        "utf8.csv": (text.encode(), 12),
        "utf16.csv": (text.encode("utf-16"), 9),
        "utf16be.csv": (b"\xfe\xff" + text.encode("utf-16-be"), 5),
        "table.xlsx": (workbook(good_rows()), 16),
        "table.zip": (zipped([("table.csv", text.encode())]), 10),
        "statement.ofx": (OFX.encode(), 8),
        "statement.qif": (QIF.encode(), 5),
        "statement.sta": (MT940.encode(), 7),
        "camt053.xml": (CAMT.encode(), 9),
    }


def files() -> Iterator[BadFile]:
    """Cuts, evenly spread and a byte off them, so that they fall within characters too."""
    for name, (data, cuts) in _whole().items():
        for cut in range(1, cuts + 1):
            kept = len(data) * cut // (cuts + 1) + cut % 2
            stem, _, suffix = name.rpartition(".")
            yield of_bytes(f"cut-{stem}-{cut:02}.{suffix}", data[:kept])
