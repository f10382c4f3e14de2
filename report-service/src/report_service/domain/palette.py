"""The colours of the light theme, as the whole product uses them; print is always light."""

TEXT = "#1a1f27"
TEXT_2 = "#4d5663"
TEXT_3 = "#646d7a"
DIVIDER = "#dde1e6"
SUNKEN = "#eef0f3"
SURFACE = "#ffffff"
ACCENT = "#0d6484"
COMPARISON = "#868d98"
RISE = "#b42318"
FALL = "#0b7470"
CATEGORICAL = (
    "#0d6484", "#9d5a15", "#7e4ed7", "#5c9d6d", "#951655", "#b38b03", "#5a91fa", "#7d372d",
)  # fmt: skip
OTHER = "#868d98"
BAND_80_OPACITY = 0.28
BAND_95_OPACITY = 0.14


def colours_by_id(ids: list[str]) -> dict[str, str]:
    """A colour for each of at most eight ids: the same id keeps its colour between reports.

    An id takes the slot of its number; where two meet, the later takes the next free one.
    """
    taken: dict[int, str] = {}
    for key in sorted(ids, key=_number)[: len(CATEGORICAL)]:
        slot = _number(key)[0] % len(CATEGORICAL)
        while slot in taken:
            slot = (slot + 1) % len(CATEGORICAL)
        taken[slot] = key
    return {key: CATEGORICAL[slot] for slot, key in taken.items()}


def _number(key: str) -> tuple[int, str]:
    return (int(key), key) if key.isdigit() else (sum(key.encode()), key)
