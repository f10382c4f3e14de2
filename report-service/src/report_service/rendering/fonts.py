"""The Chinese typeface that reports are set in: found once, read once, embedded in every file."""

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

FAMILY = "Noto Sans SC"
_WEIGHTS = {"400Regular": "NotoSansSC_400Regular.ttf", "700Bold": "NotoSansSC_700Bold.ttf"}


class FontsMissing(Exception):  # noqa: N818 - reads as the state it reports
    """The font folder does not hold the typeface."""


@dataclass(frozen=True, slots=True)
class Typeface:
    """The two font files of Noto Sans SC."""

    regular: Path
    bold: Path

    def properties(self, *, size: float, bold: bool = False) -> "FontProperties":
        """The font of a text in a chart; size in points."""
        from matplotlib.font_manager import FontProperties

        return FontProperties(fname=str(self.bold if bold else self.regular), size=size)

    def printable(self, text: str) -> str:
        """The text without the characters that the typeface cannot draw (emoji, controls)."""
        known = _characters(self.regular)
        kept = "".join(c for c in text if c == "\n" or ord(c) in known)
        return kept or ("" if not text else "·")


def find_typeface(font_dir: Path) -> Typeface:
    """The typeface in a folder, flat or as the npm package lays it out.

    Raises:
        FontsMissing: A file is not there.
    """
    found = []
    for weight, name in _WEIGHTS.items():
        places = (font_dir / name, font_dir / weight / name)
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise FontsMissing(
                f"FONT_DIR={font_dir} does not hold {name}. Install the front end's packages "
                "(npm ci in frontend/) or point FONT_DIR to the folder noto-sans-sc."
            )
        found.append(path)
    return Typeface(regular=found[0], bold=found[1])


_reading = threading.Lock()


def _characters(path: Path) -> frozenset[int]:
    with _reading:
        return _read_characters(path)


@lru_cache(maxsize=4)
def _read_characters(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
