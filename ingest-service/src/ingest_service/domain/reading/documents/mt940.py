"""MT940 (and MT942) bank statements: tagged lines, in the dialects that banks really send.

:61: is an entry, :86: tells about it. The text of :86: is free, or structured: ?20 and its like
(Germany, Austria, with ~ < > ^ in place of ? elsewhere), /NAME/.../REMI/ (Netherlands), or the
lines of :NS: (Hungary). Lines may be indented, wrapped anywhere, and end in any way.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO

from ingest_service.domain.reading.charset import document_encoding, numbered_lines
from ingest_service.domain.reading.made_up import Entry, account_label, made_up_table
from ingest_service.domain.reading.tables import Table

COLUMNS = (
    "mt940:date", "mt940:mark", "mt940:amount", "mt940:currency", "mt940:payee", "mt940:purpose",
    "mt940:posting", "mt940:account", "mt940:type", "mt940:reference", "mt940:end_to_end",
)  # fmt: skip
_MESSAGE = re.compile(r"^[ \t]*+:20:", re.MULTILINE)
_FOLLOWS = re.compile(r"^[ \t]*+:(?:25P?|28C?|60[FM]|34F|61):", re.MULTILINE)
_BARE_ENTRY = re.compile(r"^[ \t]*+:61:\d{6}", re.MULTILINE)
_TAG = re.compile(r"^[ \t]*:(\d\d[A-Z]?|NS):(.*)$")
_ENTRY = re.compile(
    r"(?P<date>\d{6})(?:\d{4}|[ ]{4})?(?P<mark>[RE]?[CD])[A-Z]?\s?(?P<amount>\d+(?:,\d*|(?=[A-Z])))"
    r"(?P<type>[A-Z][A-Z0-9 ]{3})?(?P<own>.*?)(?://(?P<bank>.*))?$"
)
_SIX_DIGITS = re.compile(r"[0-9]{6}")
_BALANCE = re.compile(r"[CD]?\d{0,6}([A-Z]{3})")
_STRUCTURED = re.compile(r"^\d{3}\s*([?~<>^@])(?=\d\d)|^([?~<>^@])\d\d")
_SEPA_WORD = re.compile(
    r"(?:^|(?<=\W)|(?<=\w))(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC)\+"
)
_SLASHED = re.compile(r"/([A-Z]{3,5})/")
_MAX_TEXT = 8_192
_NOTHING = {"NONREF", "NOTPROVIDED", "N/A", ""}


@dataclass(slots=True)
class _Statement:
    """What the lines so far say."""

    account: str = ""
    currency: str = ""
    line: int = 0
    entry: list[str] = field(default_factory=list)
    about: list[str] = field(default_factory=list)


class Mt940:
    """The MT940 document."""

    id = "mt940"

    def recognises(self, head: bytes) -> bool:
        """By the tags that every message has."""
        text = head[:16_384].decode("latin-1")
        message = _MESSAGE.search(text)
        if message is not None and _FOLLOWS.search(text, message.end()):
            return True
        return _BARE_ENTRY.search(text) is not None

    def open(self, stream: BinaryIO) -> Iterator[Table]:
        """One table for all messages of the file. Raises StatementError."""
        yield made_up_table(COLUMNS, partial(_entries, stream, document_encoding(stream)))


def _entries(stream: BinaryIO, encoding: str) -> Iterator[Entry]:
    state = _Statement()
    into: list[str] | None = None
    room = 0
    for number, line in _unwrapped(numbered_lines(stream, encoding)):
        match = _TAG.match(line)
        if match is None:
            if line.strip() in {"-", "-}"} or line.lstrip().startswith("-}"):
                into = None
            elif into is not None and room > 0:
                into.append(line.strip("\t\r"))
                room -= len(line) + 1
            continue
        tag, rest = match[1], match[2].rstrip("\r")
        if tag == "61" or tag in _ENDS:
            yield from _finish(state)
        into, room = _take(state, tag, rest, number), _MAX_TEXT
    yield from _finish(state)


def _unwrapped(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines; a colon alone belongs to the tag that follows it."""
    colon = ""
    for number, line in lines:
        if line.strip() == ":":
            colon = ":"
            continue
        yield number, colon + line
        colon = ""


_ENDS = {"20", "25", "25P", "60F", "60M", "62F", "62M", "64", "65", "90C", "90D"}


def _take(state: _Statement, tag: str, rest: str, line: int) -> list[str] | None:
    """Reads one tag; where more lines of it may follow, the list that takes them."""
    if tag == "61":
        state.line, state.entry, state.about = line, [rest], []
        return state.entry
    if tag in {"86", "NS"} and state.entry:
        state.about.append(rest)
        return state.about
    if tag in {"25", "25P"}:
        state.account = rest.strip()
        tail = re.search(r"\d([A-Z]{3})$", state.account)
        state.currency = tail[1] if tail else ""
        state.account = state.account.removesuffix(state.currency)
    elif tag in {"60F", "60M", "34F"} and (found := _BALANCE.match(rest.strip())):
        state.currency = found[1]
    return None


def _finish(state: _Statement) -> Iterator[Entry]:
    if state.entry:
        yield state.line, _cells(state)
    state.entry, state.about = [], []


def _cells(state: _Statement) -> list[str]:
    first, more = state.entry[0].strip(), " ".join(state.entry[1:]).strip()
    about = "\n".join(state.about)
    payee, purpose, posting, end_to_end = _about(about)
    match = _ENTRY.match(first)
    if match is None and more:  # wrapped within the entry itself
        match, more = _ENTRY.match(first + more), ""
    if match is None:
        date = _day(first[:6]) if _SIX_DIGITS.match(first) else first
        return [date, "", first[6:], state.currency, payee, purpose, "", "", "", "", ""]
    own, bank = (match["own"] or "").strip(), (match["bank"] or "").strip()
    reference = next((text for text in (bank, own) if text not in _NOTHING), "")
    purpose = purpose or ("" if own in _NOTHING else own)
    return [
        _day(match["date"]), match["mark"], match["amount"].replace(",", ".").rstrip("."),
        state.currency, payee, purpose, posting or more, account_label("", state.account),
        (match["type"] or "").strip(), reference, end_to_end,
    ]  # fmt: skip


def _day(text: str) -> str:
    """The day as year, month, day; 30 February, which banks' calendars have, is its last day."""
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:6])
    if month == 2 and day <= 30:  # noqa: PLR2004 - February
        day = min(day, monthrange(year, month)[1])
    return f"{year}{month:02}{day:02}"


def _about(text: str) -> tuple[str, str, str, str]:
    """The counterparty, the purpose, the bank's own word for it, and the end-to-end reference."""
    joined = text.replace("\n", "")
    structured = _STRUCTURED.match(joined)
    if structured:
        return _from_fields(joined, structured[1] or structured[2])
    if len(_SLASHED.findall(joined)) > 1:
        said = _slashed(joined)
        purpose = said.get("REMI", "").removeprefix("USTD//")
        return said.get("NAME", ""), purpose, said.get("TRTP", ""), _told(said.get("EREF", ""))
    return "", re.sub(r"\s+", " ", text).strip(), "", ""


def _from_fields(text: str, mark: str) -> tuple[str, str, str, str]:
    fields: dict[str, list[str]] = {}
    for part in text.split(mark)[1:]:
        if part[:2].isdigit():
            fields.setdefault(part[:2], []).append(part[2:])
    told = "".join(
        value
        for code in sorted(fields)
        if code.startswith("2") or "60" <= code <= "63"
        for value in fields[code]
    )
    words = _sepa(told)
    payee = "".join(value for code in ("32", "33") for value in fields.get(code, []))
    payee = re.sub(r"\s+", " ", payee).strip() or words.get("ABWA", "")
    purpose = words.get("SVWZ", "" if len(words) > 1 else words.get("", told))
    posting = "".join(fields.get("00", []))
    return (
        payee,
        re.sub(r"\s+", " ", purpose).strip(),
        posting.strip(),
        _told(words.get("EREF", "")),
    )


def _sepa(text: str) -> dict[str, str]:
    """SVWZ+..., EREF+... by their word; "" is what stands before the first."""
    parts = _SEPA_WORD.split(text)
    words = {"": parts[0].strip()}
    for word, value in zip(parts[1::2], parts[2::2], strict=True):
        words.setdefault(word, value.strip())
    return words


def _slashed(text: str) -> dict[str, str]:
    parts = _SLASHED.split(text)
    return {word: value.strip("/ ") for word, value in zip(parts[1::2], parts[2::2], strict=True)}


def _told(reference: str) -> str:
    return "" if reference.upper() in _NOTHING else reference


DOCUMENT = Mt940()
