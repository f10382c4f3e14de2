"""Real statements against the ledgers that they should become.

`--data FOLDER` holds statements/double-entry-generator/{alipay,wechat} and, where present,
statements/ezbookkeeping/{alipay,wechat}. Every file is imported into an empty service; rows, sums
by direction and days are held against the expected ledger. Prints a table; exits 1 on a difference.

How a ledger is read: every transaction carries the statement's own 收/支 (type) and status. 支出
counts as expense and 收入 as income. Of the rest, those whose status is 退款成功 are refunds and
the others transfers. A posting to a commission account beside the main one is an expense too.
The ledgers leave out what nets to nothing: a closed order, and a closed order with its refund.
Such rows are therefore taken out of our sums before the comparison, and counted in their own
column.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fakes import Client, Clock

from ingest_service.app import MIGRATIONS, create_app, create_worker
from ingest_service.config import Config
from servicekit.sqlite import migrate, open_engine
from servicekit.testing import TokenMint

_TYPES = {"支出": "expense", "收入": "income"}
_POSTING = re.compile(r"^\s+(\w+:\S+)\s+(-?[\d.]+) CNY$")


@dataclass
class Sums:
    """What a statement amounts to."""

    rows: int = 0
    minor: Counter[str] = field(default_factory=Counter)
    days: set[str] = field(default_factory=set)

    def add(self, direction: str, minor: int, day: str) -> None:
        self.minor[direction] += minor
        self.days.add(day)

    def text(self) -> str:
        parts = [f"{name} {value / 100:.2f}" for name, value in sorted(self.minor.items())]
        return ", ".join(parts) or "-"

    def span(self) -> str:
        return f"{min(self.days)}..{max(self.days)}" if self.days else "-"


def read_ledger(path: Path) -> Sums:
    """The sums of an expected beancount ledger."""
    sums = Sums()
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        head = re.match(r"^(\d{4}-\d\d-\d\d) \* ", block.strip())
        if not head:
            continue
        meta = dict(re.findall(r'^\s+(\w+): "(.*)"$', block, re.MULTILINE))
        postings = [match for line in block.splitlines() if (match := _POSTING.match(line))]
        direction = _TYPES.get(meta["type"])
        if direction is None:
            direction = "refund" if meta["status"] == "退款成功" else "transfer"
        main = [m for m in postings if "Commission" not in m[1]]
        sums.rows += 1
        sums.add(direction, abs(_minor(main[0][2])), head[1])
        for match in postings:
            if "Commission" in match[1]:
                sums.add("expense", _minor(match[2]), head[1])
    return sums


def _minor(text: str) -> int:
    return int(Decimal(text) * 100)


def read_ours(items: list[Any]) -> tuple[Sums, int]:
    """Our sums without what nets to nothing, and how many rows that took out."""
    sums, left_out = Sums(), 0
    spent = {item["id"]: item for item in items if item["direction"] == "expense"}
    gone = {
        key for key, item in spent.items() if item["refunded_amount"] == item["amount"]
    }  # a whole refund
    for item in items:
        tied = {link["expense_id"] for link in item["links"]}
        if item["id"] in gone or tied & gone or item["direction"] == "neutral":
            left_out += 1
            continue
        sums.add(item["direction"], _minor(item["amount"]), item["local_date"])
    sums.rows = len(items) - left_out
    return sums, left_out


class Service:
    """An ingest service on a folder of its own; every statement goes to a user of its own."""

    def __init__(self, folder: Path) -> None:
        config = Config(data_dir=folder, auth_url="http://auth.invalid")
        migrate(database_path=config.database_path, migrations_dir=MIGRATIONS)
        self._engine = open_engine(config.database_path)
        mint, clock = TokenMint(), Clock(dt.datetime(2024, 6, 1, tzinfo=dt.UTC))
        app = create_app(config, clock=clock, jwks=mint.jwks, engine=self._engine)
        worker = create_worker(config, clock=clock, engine=self._engine)
        self._client = Client(app, worker, mint)
        self._users = 0

    def take(self, path: Path) -> tuple[Any, list[Any]]:
        self._users += 1
        client = self._client.as_user(str(self._users))
        record = client.import_file(path.read_bytes(), path.name)
        return record, client.expenses()


def check_ledgers(service: Service, folder: Path) -> list[list[str]]:
    """One line for every statement that has a ledger."""
    lines = []
    for app in ("alipay", "wechat"):
        expected = read_ledger(next((folder / app).glob("*.beancount")))
        for path in sorted((folder / app).glob("*-records.*")):
            record, items = service.take(path)
            fees = sum(item["note"] == "手续费" for item in items)
            ours, left_out = read_ours(items)
            ours.rows -= fees
            agrees = (ours.rows, ours.minor, ours.days) == (
                expected.rows, expected.minor, expected.days,
            ) and record["rows_failed"] == 0  # fmt: skip
            told = "/".join(
                str(record[f"rows_{name}"])
                for name in ("total", "success", "duplicate", "ignored", "failed")
            )
            lines.append(
                [path.name, told, str(left_out), str(fees), str(ours.rows), ours.text(),
                 ours.span(), str(expected.rows), expected.text(), expected.span(),
                 "agrees" if agrees else "DIFFERS"]
            )  # fmt: skip
    return lines


def show_ezbookkeeping(service: Service, folder: Path) -> list[list[str]]:
    """One line for every input of ezbookkeeping's tests, to be looked over."""
    lines = []
    for app in ("alipay", "wechat"):
        for path in sorted((folder / app).glob("*.csv")):
            record, items = service.take(path)
            ours = Counter(item["direction"] for item in items)
            error = record["error"]["code"] if record["error"] else ""
            counts = "/".join(str(record[f"rows_{n}"]) for n in ("total", "success", "failed"))
            name = f"{app} {path.stem.split('ParseImportedData_')[-1]}"
            lines.append([name, record["status"], counts, error, str(dict(ours))])
    return lines


def _table(head: list[str], lines: list[list[str]]) -> None:
    rules = ["---"] * len(head)
    text = "\n".join("| " + " | ".join(line) + " |" for line in [head, rules, *lines])
    sys.stdout.write(text + "\n\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    statements = parser.parse_args().data / "statements"
    with tempfile.TemporaryDirectory() as name:
        service = Service(Path(name))
        lines = check_ledgers(service, statements / "double-entry-generator")
        _table(
            ["file", "total/success/duplicate/ignored/failed", "net to nothing", "fees",
             "rows", "sums", "days", "rows expected", "sums expected", "days expected", "verdict"],
            lines,
        )  # fmt: skip
        if (statements / "ezbookkeeping").is_dir():
            _table(
                ["input", "status", "total/success/failed", "error", "directions"],
                show_ezbookkeeping(service, statements / "ezbookkeeping"),
            )
    sys.exit(any(line[-1] != "agrees" for line in lines))


if __name__ == "__main__":
    main()
