"""double-entry-generator's ledgers: what a statement should become under the rules beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from expectations import IN, OUT, Directions, Expected, Row, cents, moving

_POSTING = re.compile(r"^\s+([A-Z]\w*:\S+)\s+(-?[\d.]+) ([A-Z]{3})\b", re.MULTILINE)
_OF_THE_PAYMENT = ("peer", "item", "type", "txType", "category")
_OF_THE_ACCOUNT = ("method",)
Rule = dict[str, tuple[str, ...]]
"""The words of each field of a rule, of which one has to be there."""


def expected(folder: Path) -> Expected | None:
    """The transactions of the ledger beside a statement: main amount, day and direction.

    A posting to a commission account beside the main one is an expense of its own.
    """
    ledger = next(folder.glob("*.beancount"), None)
    if ledger is None:
        return None
    rows = []
    for block in ledger.read_text(encoding="utf-8").split("\n\n"):
        head = re.match(r"^(\d{4}-\d\d-\d\d) \* ", block.strip())
        postings = [(m[1], m[2]) for m in _POSTING.finditer(block)]
        if not head or not postings:
            continue
        main = [posting for posting in postings if "Commission" not in posting[0]]
        meta = dict(re.findall(r'^\s+(\w+): "(.*)"$', block, re.MULTILINE))
        biggest = max(cents(amount) for _, amount in main)
        rows.append(Row(biggest, head[1], _directions(meta, main)))
        rows += [
            Row(cents(amount), head[1], frozenset({"expense"}))
            for account, amount in postings
            if "Commission" in account and "Expenses" in account
        ]
    return Expected(rows=moving(rows), says_rows=True)


def _directions(meta: dict[str, str], postings: list[tuple[str, str]]) -> Directions | None:
    """What the statement's own 收/支 and status say; else what the accounts do.

    What an expense account takes has left, what an income account gives has come; a move between
    accounts can be either.
    """
    said, status = meta.get("type", ""), meta.get("status", "")
    if status == "退款成功":
        return frozenset({"refund"})
    if said in {"支出", "收入"}:
        flow = OUT if said == "支出" else IN
        return frozenset({"expense" if said == "支出" else "income"}) if status else flow
    for account, amount in postings:
        if account.startswith("Expenses"):
            return IN if amount.startswith("-") else OUT
        if account.startswith("Income"):
            return IN
    return frozenset({"transfer"}) if said else None


def leaves_out(folder: Path) -> list[Rule]:
    """The rules of the configuration that leave payments out of the ledger."""
    rules = []
    for path in sorted(folder.glob("*.yaml")):
        for text in re.split(r"^\s*- ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            told = dict(re.findall(r'^\s*(\w+): *"?([^"#\n]*?)"? *(?:#.*)?$', text, re.MULTILINE))
            if told.get("ignore") == "true":
                fields = (*_OF_THE_PAYMENT, *_OF_THE_ACCOUNT)
                rules.append({n: tuple(told[n].split(",")) for n in fields if n in told})
    return rules


def kept(items: Sequence[Any], rules: Sequence[Rule], expected: Expected | None) -> list[Any]:
    """The expenses that no such rule leaves out, and those that the ledger has all the same.

    A rule names a field of the statement; ours may keep its words in another one.
    """
    missing = Counter((row.moment, row.cents) for row in expected.rows) if expected else Counter()
    told = [item for item in items if not any(_holds(rule, item) for rule in rules)]
    missing.subtract(_key(item) for item in told)
    for item in items:
        if item not in told and missing[_key(item)] > 0:
            missing[_key(item)] -= 1
            told.append(item)
    return told


def _key(item: Any) -> tuple[str | None, int | None]:
    return item["local_date"], cents(item["amount"])


def _holds(rule: Rule, item: Any) -> bool:
    payment = f"{item['merchant']} {item['note']}"
    return all(
        any(word in (item["account"] if name in _OF_THE_ACCOUNT else payment) for word in words)
        for name, words in rule.items()
    )


def without_nil(items: Sequence[Any]) -> list[Any]:
    """Without what nets to nothing: closed orders, and spendings that came back whole."""
    spent = [item for item in items if item["direction"] == "expense"]
    gone = {item["id"] for item in spent if item["refunded_amount"] == item["amount"]}
    return [
        item
        for item in items
        if item["id"] not in gone
        and not gone & {link["expense_id"] for link in item["links"]}
        and item["direction"] != "neutral"
    ]
