"""CAMT.052, .053 and .054 in all versions: ISO 20022 XML, read by local names, entry by entry.

A batch entry becomes one record for each of its transactions where their amounts add up to it,
else one record. An entry's row is its number in the file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.made_up import Entry, account_label, made_up_table
from ingest_service.domain.reading.tables import Table

COLUMNS = (
    "camt:date", "camt:mark", "camt:amount", "camt:currency", "camt:payee", "camt:purpose",
    "camt:account", "camt:status", "camt:reversal", "camt:reference", "camt:end_to_end",
    "camt:code",
)  # fmt: skip
_BEGINS = re.compile(
    r"\A[\s\ufeff]*<(?:\?xml|!--|(?:\w+:)?Document\b).*?"
    r"<(?:\w+:)?(?:BkToCstmrStmt|BkToCstmrAcctRpt|BkToCstmrDbtCdtNtfctn)(?:V\d+)?\b",
    re.DOTALL,
)
_STATEMENTS = {"Stmt", "Rpt", "Ntfctn"}
_MAX_BYTES_PER_ENTRY = 16 << 20
# A batch of 8,000 transactions; elements of four bytes each take thirty times that in memory.
_MAX_ELEMENTS_PER_ENTRY = 500_000
# The parser begins a long token anew with every block that it is given.
_BLOCK_BYTES = 1 << 18
_MAX_DEPTH = 64
_NOTHING = {"NOTPROVIDED", "NONREF", ""}


class _Bounded(io.RawIOBase):
    """The stream, which refuses to give more than so many bytes to one entry."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.left = _MAX_BYTES_PER_ENTRY

    def read(self, size: int = -1) -> bytes:
        """Some bytes, and more than asked for. Raises StatementError when an entry has no end."""
        block = self._stream.read(max(size, _BLOCK_BYTES))
        self.left -= len(block)
        if self.left < 0:
            raise StatementError("document-unreadable", format="CAMT")
        return block


@dataclass(slots=True)
class _Place:
    """Where the parser stands."""

    open: list[Element] = field(default_factory=list)
    account: str = ""
    currency: str = ""


class Camt:
    """The CAMT document."""

    id = "camt"

    def recognises(self, head: bytes) -> bool:
        """By the message that the document holds."""
        wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = head.decode("utf-16" if wide else "utf-8", errors="replace")
        return _BEGINS.match(text) is not None

    def open(self, stream: BinaryIO) -> Iterator[Table]:
        """One table for all statements of the file. Raises StatementError."""
        yield made_up_table(COLUMNS, partial(_entries, stream))


def _entries(stream: BinaryIO) -> Iterator[Entry]:
    """All records of the document.

    Raises:
        StatementError: document-unreadable: broken, cut off, or with entities.
    """
    stream.seek(0)
    number = 0
    try:
        for cells in _records(_Bounded(stream)):
            number += 1
            yield number, cells
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise StatementError("document-unreadable", format="CAMT") from error


def _records(source: _Bounded) -> Iterator[list[str]]:
    place = _Place()
    elements = 0
    for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            place.open.append(element)
            elements += 1
            if len(place.open) > _MAX_DEPTH or elements > _MAX_ELEMENTS_PER_ENTRY:
                raise StatementError("document-unreadable", format="CAMT")
            if _name(element) in _STATEMENTS:
                place.account = place.currency = ""
            continue
        place.open.pop()
        parent = _name(place.open[-1]) if place.open else ""
        if parent not in _STATEMENTS:
            continue
        if _name(element) == "Acct":
            place.account, place.currency = _account(element), _text(element, "Ccy")
        elif _name(element) == "Ntry":
            yield from _of_entry(element, place)
            elements = 0
        place.open[-1].clear()
        source.left = _MAX_BYTES_PER_ENTRY


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: Element, *names: str) -> list[Element]:
    """The elements at the end of the path of local names."""
    found = [element]
    for name in names:
        found = [child for parent in found for child in parent if _name(child) == name]
    return found


def _text(element: Element, *names: str) -> str:
    """The text of the first element at the end of the path; "" where there is none."""
    for found in _children(element, *names):
        if found.text and found.text.strip():
            return found.text.strip()
    return ""


def _account(account: Element) -> str:
    number = _text(account, "Id", "IBAN") or _text(account, "Id", "Othr", "Id")
    return account_label(_text(account, "Nm"), number)


def _of_entry(entry: Element, place: _Place) -> Iterator[list[str]]:
    """One record, or one for each transaction of a batch that adds up."""
    details = _children(entry, "NtryDtls", "TxDtls")
    amounts = _amounts(entry, details) if len(details) > 1 else None
    if amounts is None:
        only = details[0] if len(details) == 1 else None
        # The entry's own mark: a transaction below it may tell the other side's.
        yield _cells(entry, only, place, _Booked(_text(entry, "CdtDbtInd"), _text(entry, "Amt")))
        return
    for detail, amount in zip(details, amounts, strict=True):
        mark = _text(detail, "CdtDbtInd") or _text(entry, "CdtDbtInd")
        yield _cells(entry, detail, place, _Booked(mark, amount))


_DETAIL_AMOUNTS = (
    ("Amt",), ("AmtDtls", "InstdAmt", "Amt"), ("AmtDtls", "TxAmt", "Amt"),
)  # fmt: skip


def _amounts(entry: Element, details: list[Element]) -> list[str] | None:
    """The amounts of a batch's transactions where they add up to the entry, else None."""
    whole = _text(entry, "Amt")
    mark = _text(entry, "CdtDbtInd")
    for path in _DETAIL_AMOUNTS:
        texts = [_text(detail, *path) for detail in details]
        try:
            sums = sum(
                Decimal(text) * (-1 if _text(detail, "CdtDbtInd") not in {"", mark} else 1)
                for detail, text in zip(details, texts, strict=True)
            )
            if sums == Decimal(whole):
                return texts
        except InvalidOperation:
            continue
    return None


@dataclass(frozen=True, slots=True)
class _Booked:
    """Which way how much money went."""

    mark: str
    amount: str


def _cells(entry: Element, detail: Element | None, place: _Place, booked: _Booked) -> list[str]:
    about = detail if detail is not None else entry
    amounts = _children(entry, "Amt")
    currency = (amounts[0].get("Ccy", "") if amounts else "") or place.currency
    reference = (
        _text(about, "Refs", "AcctSvcrRef")
        or _text(entry, "AcctSvcrRef")
        or _text(entry, "NtryRef")
    )
    code = next(iter(_children(entry, "BkTxCd")), entry)
    return [
        _date(entry), booked.mark, booked.amount, currency, _payee(about, booked.mark),
        _purpose(entry, about),
        place.account, _text(entry, "Sts", "Cd") or _text(entry, "Sts"),
        _text(entry, "RvslInd").lower(), _told(reference),
        _told(_text(about, "Refs", "EndToEndId")),
        _text(code, "Domn", "Fmly", "SubFmlyCd") or _text(code, "Prtry", "Cd"),
    ]  # fmt: skip


def _date(entry: Element) -> str:
    for name in ("BookgDt", "ValDt"):
        found = _text(entry, name, "DtTm") or _text(entry, name, "Dt")
        if found:
            # XML allows a zone behind a bare day, which says nothing about the clock.
            return re.sub(r"^(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)$", r"\1", found)
    return ""


def _payee(about: Element, mark: str) -> str:
    """The other side: who was paid, or who paid."""
    sides = ("Cdtr", "UltmtCdtr") if mark == "DBIT" else ("Dbtr", "UltmtDbtr")
    for side in sides:
        for path in ((side, "Nm"), (side, "Pty", "Nm"), (side, "Agt", "FinInstnId", "Nm")):
            if found := _text(about, "RltdPties", *path):
                return found
    return ""


def _purpose(entry: Element, about: Element) -> str:
    told = [part.text.strip() for part in _children(about, "RmtInf", "Ustrd") if part.text]
    more = _text(about, "AddtlTxInf"), _text(entry, "AddtlNtryInf")
    reference = _text(about, "RmtInf", "Strd", "CdtrRefInf", "Ref")
    return " ".join((" ".join(told) or more[0] or reference or more[1]).split())


def _told(reference: str) -> str:
    return "" if reference in _NOTHING else reference


DOCUMENT = Camt()
