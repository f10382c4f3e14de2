"""OFX and QFX: SGML (version 1) and XML (version 2), read alike, as banks mix the two.

Element ends are optional, so a start tag with text is a value and any other start an aggregate.
One entry for every STMTTRN; what investment accounts buy and sell is told apart, never spending.
An entry's row is its number in the file: many banks write the whole file on one line.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO

from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.charset import decoded_blocks, document_encoding
from ingest_service.domain.reading.made_up import Entry, account_label, made_up_table
from ingest_service.domain.reading.tables import Table

COLUMNS = (
    "ofx:posted", "ofx:amount", "ofx:type", "ofx:name", "ofx:memo", "ofx:currency", "ofx:account",
    "ofx:account_kind", "ofx:to_account", "ofx:fitid", "ofx:check", "ofx:sic", "ofx:pending",
)  # fmt: skip
_BEGINS = re.compile(
    # Atomic and possessive: many comments, or a tag without an end, part in one way only.
    r"\A[\s\ufeff\x00]*+(?:OFXHEADER\s*:|(?:<\?xml[^>]*\?>\s*)?(?>(?><!--.*?-->)\s*)*+(?:<\?OFX|<OFX\b))",
    re.IGNORECASE | re.DOTALL,
)
_CHARSET = re.compile(r"(?:CHARSET\s*:\s*|<\?xml[^>]*encoding=[\"'])([\w-]+)", re.IGNORECASE)
_PIECE = re.compile(
    r"<!\[CDATA\[(?P<cdata>.*?)\]\]>|<(?P<end>/?)(?P<tag>[A-Za-z][\w.:-]*+)[^<>]*+>|(?P<text>[^<]+)|<",
    re.DOTALL,
)
_MAX_PIECE = 1 << 20
_MAX_VALUE = 4_096
_INVESTED = re.compile(
    r"(?:BUY|SELL)(?:DEBT|MF|OPT|OTHER|STOCK)|INCOME|REINVEST|TRANSFER|INVEXPENSE"
)
_APART = {"BANKACCTTO", "CCACCTTO", "ORIGCURRENCY"}
_ACCOUNTS = {"BANKACCTFROM": "", "CCACCTFROM": "CREDITCARD", "INVACCTFROM": "INVESTMENT"}


@dataclass(slots=True)
class _Reader:
    """What has been read of the statement and of the entry that is open."""

    currency: str = ""
    account: str = ""
    kind: str = ""
    inside: list[str] = field(default_factory=list)
    entry: dict[str, str] | None = None
    invested: bool = False

    def begin(self, tag: str) -> None:
        """An aggregate or a value begins."""
        if tag in {"STMTRS", "CCSTMTRS", "INVSTMTRS"}:
            self.currency = self.account = self.kind = ""
        elif tag in _ACCOUNTS:
            self.kind = _ACCOUNTS[tag]
        elif tag in {"STMTTRN", "STMTTRNP"}:
            self.entry, self.invested = {"PENDING": "Y" if tag == "STMTTRNP" else ""}, False
        elif self.entry is None and "INVTRANLIST" in self.inside and _INVESTED.fullmatch(tag):
            self.entry, self.invested = {}, True
        self.inside.append(tag)
        del self.inside[:-16]

    def value(self, tag: str, text: str) -> None:
        """The text of an element."""
        place = self.inside[-2] if len(self.inside) > 1 else ""
        if self.entry is not None:
            known = f"{place}.{tag}" if place in _APART else tag
            self.entry.setdefault(known, text)
        elif tag == "CURDEF":
            self.currency = text
        elif tag == "ACCTID":
            self.account = text
        elif tag == "ACCTTYPE":
            self.kind = self.kind or text

    def end(self, tag: str) -> list[str] | None:
        """The cells of the entry that ends here, if one does."""
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass
        entry = self.entry
        closes = tag in {"STMTTRN", "STMTTRNP", "BANKTRANLIST"} and not self.invested
        if entry is None or not (closes or (self.invested and _INVESTED.fullmatch(tag))):
            return None
        self.entry = None
        return self._cells(entry)

    def _cells(self, entry: dict[str, str]) -> list[str]:
        stated = entry.get("CURRENCY") or entry.get("CURSYM", "")
        to_account = entry.get("BANKACCTTO.ACCTID") or entry.get("CCACCTTO.ACCTID", "")
        return [
            entry.get("DTPOSTED") or entry.get("DTTRADE", ""),
            "" if self.invested else entry.get("TRNAMT", ""),
            "INVESTMENT" if self.invested else entry.get("TRNTYPE", ""),
            entry.get("NAME", ""), entry.get("MEMO", ""), stated or self.currency,
            account_label(self.kind, self.account), self.kind, account_label("", to_account),
            entry.get("FITID", ""), entry.get("CHECKNUM", ""), entry.get("SIC", ""),
            entry.get("PENDING", ""),
        ]  # fmt: skip


class Ofx:
    """The OFX document."""

    id = "ofx"

    def recognises(self, head: bytes) -> bool:
        """By the header or by the first element."""
        return _BEGINS.match(_head_text(head)) is not None

    def open(self, stream: BinaryIO) -> Iterator[Table]:
        """One table for all statements of the file. Raises StatementError."""
        stated = _CHARSET.search(_head_text(stream.read(4_096)))
        encoding = document_encoding(stream, _codec(stated[1] if stated else ""))
        yield made_up_table(COLUMNS, partial(_entries, stream, encoding))


def _head_text(head: bytes) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return head.decode("utf-16" if wide else "utf-8", errors="replace")


def _codec(charset: str) -> str:
    return f"cp{charset}" if charset.isdigit() else charset.replace("8859-", "iso8859-").lower()


def _entries(stream: BinaryIO, encoding: str) -> Iterator[Entry]:
    reader = _Reader()
    yield from enumerate(_read(reader, _pieces(decoded_blocks(stream, encoding))), start=1)


def _read(reader: _Reader, pieces: Iterator[re.Match[str]]) -> Iterator[list[str]]:
    """The cells of every entry; a value is the text between its tag and the next."""
    tag, texts = "", list[str]()
    for piece in pieces:
        if piece["tag"] is None:
            texts.append(piece["cdata"] or html.unescape(piece["text"] or ""))
            continue
        text = "".join(texts).strip()
        texts.clear()
        if tag and text:
            # Some banks escape twice: &amp;lt;
            reader.value(tag, html.unescape(text)[:_MAX_VALUE])
            _leave_value(reader, tag)
        tag = "" if piece["end"] else piece["tag"].upper()
        if tag:
            if tag in {"STMTTRN", "STMTTRNP"} and (left := reader.end("STMTTRN")):
                yield left
            reader.begin(tag)
        elif cells := reader.end(piece["tag"].upper()):
            yield cells


def _leave_value(reader: _Reader, tag: str) -> None:
    """A value has no children, whether or not its end tag follows."""
    if reader.inside and reader.inside[-1] == tag:
        reader.inside.pop()


def _pieces(blocks: Iterator[str]) -> Iterator[re.Match[str]]:
    """Tags, texts and CDATA sections; what a block cuts off waits for the next.

    Raises:
        StatementError: line-too-long, where one piece is beyond all measure.
    """
    rest = ""
    for block in blocks:
        rest += block
        cut = rest.rfind("<")
        opened = rest.find("<![CDATA[", rest.rfind("]]>") + 1)
        if opened >= 0:
            cut = opened
        if cut < 0:
            if len(rest) > _MAX_PIECE:
                raise StatementError("line-too-long", row=1)
            continue
        yield from _PIECE.finditer(rest, 0, cut)
        rest = rest[cut:]
        if len(rest) > _MAX_PIECE:
            raise StatementError("line-too-long", row=1)
    yield from _PIECE.finditer(rest)


DOCUMENT = Ofx()
