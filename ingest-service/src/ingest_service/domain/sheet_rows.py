"""Rows of cells as the XML of a sheet (ECMA-376 part 1, 18.3.1.73), a block of columns at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

MAX_CELL_CHARS = 32_767
_EXACT_CHARS = 15
"""A sheet keeps 16 digits: a shorter decimal comes back as it is written."""
_JOINT = "\x1f"
# What must not stand in the XML as it is: markup, control characters, what looks like their
# escape, white space at either end.
_SPECIAL = re.compile(
    rf"[<>&\x00-\x08\x0b-\x1e\ufffe\uffff]|_x[0-9a-fA-F]{{4}}_|(?:^|{_JOINT})\s|\s(?:{_JOINT}|$)"
)
_DECIMALS = re.compile(rf"(?:-?\d+(?:\.\d+)?)?(?:{_JOINT}(?:-?\d+(?:\.\d+)?)?)*")
_LOOKS_ESCAPED = re.compile(r"_x[0-9a-fA-F]{4}_")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_OUTER_SPACE = re.compile(r"^\s|\s$")

Write = Callable[[str, Any], str]


class RowWriter:
    """Writes rows of one layout.

    Args:
        numbers: For each column whether its cells are decimals.
        time_style: The index of the format of cells that are times (floats).
    """

    def __init__(self, numbers: Sequence[bool], *, time_style: int) -> None:
        self._numbers = numbers
        self._letters = [_letters(index) for index in range(len(numbers))]
        self._time_style = time_style

    def xml(self, columns: Sequence[Sequence[Any]], *, first_row: int) -> str:
        """The rows, of which the first has that number (from 1); empty cells are left out."""
        count = len(columns[0])
        numbers = [str(number) for number in range(first_row, first_row + count)]
        parts = [[f'<row r="{number}">' for number in numbers]]
        for index, cells in enumerate(columns):
            if any(cells):
                parts.append(self._column(index, numbers, cells))
        parts.append(["</row>"] * count)
        return "".join(map("".join, zip(*parts, strict=True)))

    def _column(self, index: int, numbers: Sequence[str], cells: Sequence[Any]) -> list[str]:
        letters = self._letters[index]
        kinds = set(map(type, cells))
        if kinds == {float}:
            style = self._time_style
            return [
                f'<c r="{letters}{number}" s="{style}"><v>{cell:.16G}</v></c>'
                for number, cell in zip(numbers, cells, strict=True)
            ]
        if kinds == {str}:
            joined = _JOINT.join(cells)
            if self._numbers[index] and _are_short_decimals(cells, joined):
                return [
                    f'<c r="{letters}{number}"><v>{cell}</v></c>' if cell else ""
                    for number, cell in zip(numbers, cells, strict=True)
                ]
            if not self._numbers[index] and _are_plain(cells, joined):
                return [
                    f'<c r="{letters}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
                    if cell
                    else ""
                    for number, cell in zip(numbers, cells, strict=True)
                ]
        return [
            self._cell(index, letters + number, cell)
            for number, cell in zip(numbers, cells, strict=True)
        ]

    def _cell(self, index: int, place: str, cell: Any) -> str:
        if cell is None or cell == "":
            return ""
        if isinstance(cell, float):
            return f'<c r="{place}" s="{self._time_style}"><v>{cell:.16G}</v></c>'
        if self._numbers[index] and _is_exact(cell):
            return f'<c r="{place}"><v>{float(cell):.16G}</v></c>'
        return _text(place, cell[:MAX_CELL_CHARS])


def _are_short_decimals(cells: Sequence[str], joined: str) -> bool:
    longest = max(map(len, cells))
    return longest <= _EXACT_CHARS and _DECIMALS.fullmatch(joined) is not None


def _are_plain(cells: Sequence[str], joined: str) -> bool:
    return (
        _SPECIAL.search(joined) is None
        and joined.count(_JOINT) == len(cells) - 1
        and max(map(len, cells)) <= MAX_CELL_CHARS
    )


def _is_exact(text: str) -> bool:
    """Whether a sheet, which keeps 16 digits, gives the number back as it is written."""
    value = float(text)
    return float(f"{value:.16G}") == value


def _text(place: str, cell: str) -> str:
    escaped = _LOOKS_ESCAPED.sub(lambda match: f"_x005F{match[0]}", cell)
    escaped = _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", escaped)
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    space = ' xml:space="preserve"' if _OUTER_SPACE.search(escaped) else ""
    return f'<c r="{place}" t="inlineStr"><is><t{space}>{escaped}</t></is></c>'


def _letters(index: int) -> str:
    """A, B, ... Z, AA, ..."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
