"""Texts as sets of hashed character n-grams: the same numbers with and without NumPy.

A text is lower-cased after NFKC; everything that is no letter parts words. Features are the
n-grams within words, of 1 to 3 characters where a Chinese (or other unspaced) character takes
part and of 3 to 5 otherwise, and the whole text as one, less its long numbers. hashed() does a
million texts for the worker; hashed_one() does one text without loading NumPy.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FEATURE_BITS = 16
_MASK = (1 << FEATURE_BITS) - 1
_PRIME = 0x01000193
_SEED = 0x811C9DC5
_WORD = 0xFFFFFFFF
_UNSPACED = 0x2E80
"""From here on Unicode has the scripts that are written without spaces."""
_MOST_UNSPACED, _FEWEST_SPACED, _LONGEST = 3, 3, 5
_SPACE, _END = 0x20, 0x00
_TABLE_SIZE = 0x10000
_LONG_NUMBER = re.compile(r"[0-9]{6,}")
MAX_CHARS = 200
"""What stands behind is left out: a payee's name is at the beginning."""


def folded(text: str) -> str:
    """The text as the features see it, before digits and signs become spaces."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARS]).lower().replace("\x00", " ")
    return _LONG_NUMBER.sub("0", plain).strip()


def _all_folded(texts: Sequence[str]) -> list[str]:
    """folded() of many texts at once: nothing that it does looks across an end of text."""
    if not texts:
        return []
    joined = "\x00".join(texts)
    if joined.count("\x00") != len(texts) - 1 or max(map(len, texts)) > MAX_CHARS:
        return [folded(text) for text in texts]
    plain = _LONG_NUMBER.sub("0", unicodedata.normalize("NFKC", joined).lower())
    return [text.strip() for text in plain.split("\x00")]


@cache
def _classes() -> list[int]:
    """What each code point of the basic plane counts as: itself or a space."""
    return [code if chr(code).isalpha() else _SPACE for code in range(_TABLE_SIZE)]


def hashed_one(text: str) -> list[int]:
    """The features of one text, as often as they stand in it; none for an empty text."""
    whole = folded(text)
    if not whole:
        return []
    table = _classes()
    codes = [table[ord(char)] if ord(char) < _TABLE_SIZE else ord(char) for char in whole]
    found = list(_grams([_SPACE, *codes, _SPACE]))
    found.append(_whole(whole))
    return found


def _grams(codes: Sequence[int]) -> Iterator[int]:
    for start in range(len(codes)):
        value, unspaced = _SEED, False
        for length, code in enumerate(codes[start : start + _LONGEST], start=1):
            value = ((value ^ code) * _PRIME) & _WORD
            unspaced = unspaced or code >= _UNSPACED
            if _SPACE in codes[start + 1 : start + length - 1]:
                break
            if length <= _MOST_UNSPACED if unspaced else length >= _FEWEST_SPACED:
                yield _mixed(value)


def _mixed(value: int) -> int:
    """The upper bits brought down; FNV leaves the last character in the lower ones."""
    value ^= value >> 15
    value = (value * 0x2C1B3C6D) & _WORD
    return (value ^ (value >> 13)) & _MASK


def _whole(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) & _MASK


def hashed(texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """The features of many texts, in the order in which hashed_one() gives them.

    Returns:
        (starts, features): the features of text i are features[starts[i]:starts[i + 1]].
    """
    import numpy as np

    whole = _all_folded(texts)
    codes = _code_points(whole)
    grams = np.zeros((len(codes), _LONGEST), dtype=np.int32)
    takes = np.zeros((len(codes), _LONGEST), dtype=bool)
    _fill(codes, grams, takes)
    ends = np.flatnonzero(codes == _END)
    grams[ends, 0] = [_whole(text) for text in whole]
    takes[ends, 0] = [bool(text) for text in whole]
    starts = np.zeros(len(whole) + 1, dtype=np.int64)
    starts[1:] = np.cumsum(takes.sum(axis=1))[ends]
    return starts, grams[takes]


def _code_points(whole: Sequence[str]) -> npt.NDArray[np.uint32]:
    """The classes of all characters, each text between two spaces and followed by an end."""
    import numpy as np

    joined = "".join(f" {text} \x00" for text in whole)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = np.array(_classes(), dtype=np.uint32)
    table[_END] = _END
    return np.where(codes < _TABLE_SIZE, table[np.minimum(codes, _TABLE_SIZE - 1)], codes)


def _fill(codes: npt.NDArray[np.uint32], grams: Any, takes: Any) -> None:
    """The n-gram that begins at each character by its length, and whether it is a feature."""
    import numpy as np

    size = len(codes)
    value = np.full(size, _SEED, dtype=np.uint32)
    unspaced = np.zeros(size, dtype=bool)
    is_open = np.ones(size, dtype=bool)
    for length in range(1, min(_LONGEST, size) + 1):
        count = size - length + 1
        last = codes[length - 1 :]
        value = (value[:count] ^ last) * np.uint32(_PRIME)
        unspaced = unspaced[:count] | (last >= _UNSPACED)
        is_open = is_open[:count] & (last != _END)
        if length > 2:  # noqa: PLR2004 - only from three on there is a character within
            is_open &= codes[length - 2 : -1] != _SPACE
        if length < _FEWEST_SPACED:
            taken = is_open & unspaced
        else:
            taken = is_open if length <= _MOST_UNSPACED else is_open & ~unspaced
        grams[:count, length - 1] = _vector_mixed(value)
        takes[:count, length - 1] = taken


def _vector_mixed(value: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    import numpy as np

    value = value ^ (value >> np.uint32(15))
    value = value * np.uint32(0x2C1B3C6D)
    return (value ^ (value >> np.uint32(13))) & np.uint32(_MASK)
