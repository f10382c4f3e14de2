"""The files of the folder, where they come from, and what each should become."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bank2ynab
import expectations as e

_BESIDE = {".json", ".yml", ".yaml", ".beancount", ".ledger", ".conf"}
"""What stands beside statements and says what is expected of them."""


@dataclass
class Case:
    """A file, and what it should become; without an expectation it must only be answered."""

    path: Path
    name: str
    group: str
    expected: e.Expected | None = None
    time_zone: str = "UTC"
    without_nil: bool = False


def cases(data: Path) -> Iterator[Case]:
    """All files of statements/ and malformed/ in a fixed order."""
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


def _expect(case: Case) -> None:
    path = case.path
    if case.group == "ezbookkeeping":
        if path.parent.name == "xlsx":
            case.expected = e.WORKBOOKS.get(path.name, e.NO_STATEMENT)
            return
        beside = path.with_name(path.name + ".expect.json")
        case.expected = e.from_ezbookkeeping(beside) if beside.exists() else None
    elif case.group == "double-entry-generator":
        ledger = next(path.parent.glob("*.beancount"), None)
        case.expected = e.from_ledger(ledger) if ledger else None
        case.time_zone, case.without_nil = "Asia/Shanghai", True
    elif case.group in {"mt940", "camt"}:
        beside = path.with_suffix(".yml" if case.group == "mt940" else ".json")
        read = e.from_mt940 if case.group == "mt940" else e.from_camt
        case.expected = read(beside) if beside.exists() else None
    elif case.group == "bank2ynab":
        case.expected = bank2ynab.expected(path)
    elif path.suffix.lower() in {".ofx", ".qfx", ".qif"}:
        broken = path.name in {"date_missing.ofx", "decimal_error.ofx"}
        tags = e.from_qif_lines if path.suffix.lower() == ".qif" else e.from_ofx_tags
        case.expected = e.Expected(error="named errors") if broken else tags(path)
