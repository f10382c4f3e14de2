"""The files of the folder, where they come from, and what each should become."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import bank2ynab
import expectations as e
import headerless
import ledgers
import oxford

_BESIDE = {".json", ".yml", ".yaml", ".beancount", ".ledger", ".conf"}
"""What stands beside statements and says what is expected of them."""
_NETTING = {"alipay", "wechat"}
"""Whose ledgers leave out what nets to nothing."""


@dataclass
class Case:
    """A file, and what it should become; without an expectation it must only be answered."""

    path: Path
    name: str
    group: str
    expected: e.Expected | None = None
    time_zone: str = "UTC"
    answer: bank2ynab.Answer | None = None
    """What a user tells of the columns, where the import asks."""
    keep: Callable[[list[Any]], list[Any]] | None = None
    """What of ours the expectation speaks of."""


def cases(data: Path) -> Iterator[Case]:
    """All files of statements/ and malformed/ and Oxford's tables, in a fixed order."""
    statements = data / "statements"
    for path in sorted(path for path in statements.rglob("*") if path.is_file()):
        name = str(path.relative_to(statements))
        case = Case(path, name, name.partition("/")[0])
        if path.suffix not in _BESIDE:
            _expect(case)
        yield case
    malformed = data / "malformed"
    for path in sorted(path for path in malformed.rglob("*") if path.is_file()):
        yield Case(path, f"malformed/{path.relative_to(malformed)}", "malformed")
    for path in sorted((data / "transactions").glob("oxford_*/*.csv")):
        name, truth = f"oxford/{path.name}", oxford.expected(path)
        yield Case(path, name, "oxford", truth, "Europe/London", answer=oxford.accept)


def _expect(case: Case) -> None:
    path = case.path
    if case.group == "ezbookkeeping":
        if path.parent.name == "xlsx":
            case.expected = e.WORKBOOKS.get(path.name, e.NO_STATEMENT)
            return
        beside = path.with_name(path.name + ".expect.json")
        case.expected = e.from_ezbookkeeping(beside) if beside.exists() else None
        if path.parent.name == "custom":
            case.answer = partial(headerless.mapping, path.name)
    elif case.group == "double-entry-generator":
        case.expected, case.time_zone = ledgers.expected(path.parent), "Asia/Shanghai"
        nets = path.parent.name in _NETTING
        rules = ledgers.leaves_out(path.parent)
        case.keep = partial(_as_ledger, rules=rules, expected=case.expected, nets=nets)
    elif case.group in {"mt940", "camt"}:
        beside = path.with_suffix(".yml" if case.group == "mt940" else ".json")
        read = e.from_mt940 if case.group == "mt940" else e.from_camt
        case.expected = read(beside) if beside.exists() else None
    elif case.group == "bank2ynab":
        case.expected, case.answer = bank2ynab.expected(path), bank2ynab.answer(path)
    elif path.suffix.lower() in {".ofx", ".qfx", ".qif"}:
        broken = path.name in {"date_missing.ofx", "decimal_error.ofx"}
        tags = e.from_qif_lines if path.suffix.lower() == ".qif" else e.from_ofx_tags
        case.expected = e.Expected(error="named errors") if broken else tags(path)


def _as_ledger(
    items: list[Any], *, rules: Sequence[ledgers.Rule], expected: e.Expected | None, nets: bool
) -> list[Any]:
    """What a ledger made of the same rows speaks of."""
    told = ledgers.kept(items, rules, expected)
    return ledgers.without_nil(told) if nets else told
