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


# The place of each default category: the five that cost most households most have a colour of
# their own, the others share three. docs/colours.md says why; the pages hold the same table.
_PLACE_BY_CODE = {
    "housing": 0, "food": 1, "shopping": 2, "groceries": 3, "transport": 6,
    "social": 4, "health": 4, "communication": 4,
    "entertainment": 5, "finance": 5, "travel": 7, "education": 7,
    "income": 3, "transfer": 8, "other": 8,
}  # fmt: skip


def category_place(category_id: str | None, code: str | None) -> int:
    """The palette place of a category, 8 for the neutral one; it depends on nothing else.

    A default category takes its code's place, its children the same; an own one takes the rest
    of its number by eight, so that eight made one after another differ.
    """
    root = (code or "").partition(".")[0]
    if root in _PLACE_BY_CODE:
        return _PLACE_BY_CODE[root]
    if category_id is None or not category_id.isdigit():
        return len(CATEGORICAL)
    return int(category_id) % len(CATEGORICAL)


def category_colour(category_id: str | None, code: str | None) -> str:
    """The colour of a category; the same in every report and page."""
    return (*CATEGORICAL, OTHER)[category_place(category_id, code)]
