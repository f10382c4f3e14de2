"""Links between rows as the platform's own table tells them: names of rows, and ties to others.

A row is named by what imports know it by, so that its name is the same in every export and in
every account: its fingerprint in hexadecimal digits and its number among equal rows. Where the
cells of the row no longer give that fingerprint (its owner changed its merchant, say), a check over
what they give follows: whoever changes the row in the file makes another row of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, unquote
from zlib import crc32

from ingest_service.domain.export_table import is_chinese
from ingest_service.domain.fingerprints import FINGERPRINT_BYTES
from ingest_service.domain.links import REASONS

KIND_WORDS = {"refund": "退款", "same_payment": "同一笔", "own_transfer": "自己转账"}
STATUS_WORDS = {
    "linked": "自动",
    "proposed": "待确认",
    "confirmed": "已确认",
    "rejected": "已拆分",
}
_ENGLISH_STATUSES = {
    "linked": "automatic",
    "proposed": "proposed",
    "confirmed": "confirmed",
    "rejected": "split",
}
_KIND_BY_WORD = {word: key for key, word in KIND_WORDS.items()} | {key: key for key in KIND_WORDS}
_STATUS_BY_WORD = {
    word: key for words in (STATUS_WORDS, _ENGLISH_STATUSES) for key, word in words.items()
}
_TO, _FROM = "→", "←"
_BETWEEN = "; "
_NAME = re.compile(rf"([0-9a-f]{{{2 * FINGERPRINT_BYTES}}})-([0-9]{{1,9}})(?:-([0-9a-f]{{8}}))?")
_TIE = re.compile(rf"(\w+)\s*([{_TO}{_FROM}])\s*([0-9a-f]+-[0-9]+)\s+(\w+)(?:\s*\[([^\[\]]*)\])?")
_SCORE = re.compile(r"[01]\.[0-9]{2}")
# What params of reasons are, so that no file brings others.
_NUMBERS, _TEXTS = frozenset({"seconds", "days"}), frozenset({"number", "tail", "platform"})
_MOST_DIGITS, _MOST_CHARS = 9, 200


class RowName(NamedTuple):
    """By what a row is known."""

    fingerprint: bytes
    occurrence: int


@dataclass(frozen=True, slots=True)
class ToldReason:
    """Why a link was made, and how sure that was."""

    code: str
    score: float
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ToldTie:
    """A link as one of its rows tells it; is_from: that row is the one that the link begins at.

    reason: None where the table does not say, as exports of before did not.
    """

    kind: str
    status: str
    is_from: bool
    other: RowName
    reason: ToldReason | None = None


def name_text(name: RowName, told: bytes) -> str:
    """The name as it stands in the table, beside cells that give the fingerprint told."""
    plain = f"{name.fingerprint.hex()}-{name.occurrence}"
    return plain if name.fingerprint == told else f"{plain}-{crc32(told):08x}"


def name_of(text: str) -> RowName | None:
    """The name that a cell or a link tells; None where it is none."""
    match = _NAME.fullmatch(text.strip())
    return None if match is None else RowName(bytes.fromhex(match[1]), int(match[2]))


def is_name_of(text: str, told: bytes) -> bool:
    """Whether the row is still the one that was exported under this name.

    Args:
        text: what name_text() gave, or anything else.
        told: the fingerprint that its cells give now.
    """
    match = _NAME.fullmatch(text.strip())
    if match is None:
        return False
    return match[1] == told.hex() if match[3] is None else match[3] == f"{crc32(told):08x}"


def is_edited(text: str) -> bool:
    """Whether a name says that the row's owner changed what it was known by."""
    match = _NAME.fullmatch(text.strip())
    return match is not None and match[3] is not None


def ties_text(outgoing: Sequence[Any] | None, incoming: Sequence[Any] | None, lang: str) -> str:
    """The cell of links: KIND→NAME STATUS [REASON], where the row begins it, or KIND←NAME ...

    Args:
        outgoing: the links that begin at the row, each as kind, status, name, code of the reason,
            score, params of the reason.
        incoming: those that end there.
        lang: of the words.
    """
    told = [
        _tie_text(tie, arrow, lang)
        for ties, arrow in ((outgoing, _TO), (incoming, _FROM))
        for tie in ties or ()
    ]
    return _BETWEEN.join(told)


def ties_of(text: str) -> Iterator[ToldTie]:
    """The links that a cell tells; other words in it count for nothing."""
    for kind, arrow, other, status, why in _TIE.findall(text):
        name = name_of(other)
        if kind in _KIND_BY_WORD and status in _STATUS_BY_WORD and name is not None:
            known = _KIND_BY_WORD[kind], _STATUS_BY_WORD[status]
            yield ToldTie(*known, arrow == _TO, name, _reason_of(why))


def _tie_text(tie: Sequence[Any], arrow: str, lang: str) -> str:
    kind, status, name, code, score, params = tie
    why = _reason_text(code, score, params or {})
    if is_chinese(lang):
        return f"{KIND_WORDS[kind]}{arrow}{name} {STATUS_WORDS[status]}{why}"
    return f"{kind}{arrow}{name} {_ENGLISH_STATUSES[status]}{why}"


def _reason_text(code: str | None, score: float, params: Mapping[str, object]) -> str:
    if code not in REASONS:
        return ""
    told = (f" {name}:{quote(str(value), safe='')}" for name, value in sorted(params.items()))
    return f" [{code} {score:.2f}{''.join(told)}]"


def _reason_of(text: str) -> ToldReason | None:
    """What the brackets behind a link tell; None where they tell none that is known."""
    code, score, *told = text.split() if text.count(" ") else ("", "")
    if code not in REASONS or not _SCORE.fullmatch(score):
        return None
    params: dict[str, object] = {}
    for name, _, value in (pair.partition(":") for pair in told):
        if name in _NUMBERS and value.isascii() and value.isdigit():
            params[name] = int(value[:_MOST_DIGITS])
        elif name in _TEXTS:
            params[name] = unquote(value)[:_MOST_CHARS]
    return ToldReason(code, min(float(score), 1.0), params)
