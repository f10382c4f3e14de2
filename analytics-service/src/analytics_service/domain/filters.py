"""What a caller may narrow a chart by."""

from dataclasses import dataclass, replace

from analytics_service.domain.grid import Box

NO_CITY, ANY_CITY = "none", "any"
"""Stand for rows of no known city, and for those of some."""
DIRECTIONS = ("expense", "income", "refund")
"""The directions a chart can show; transfers between own accounts never count."""


@dataclass(frozen=True, slots=True)
class Filter:
    """The rows that a chart speaks of; days are counted from 1970-01-01, `end` is exclusive.

    `city` is a city's code, or NO_CITY or ANY_CITY; `located`: whether the row has coordinates.
    """

    owner_id: int
    currency: str
    direction: str = "expense"
    gross: bool = False
    start: int | None = None
    end: int | None = None
    category_id: int | None = None
    subtree: bool = True
    min_minor: int | None = None
    max_minor: int | None = None
    merchant: str | None = None
    place: str | None = None
    q: str | None = None
    source: str | None = None
    account: str | None = None
    box: Box | None = None
    city: str | None = None
    located: bool | None = None

    @property
    def names_words(self) -> bool:
        """Whether words narrow the rows, those of the city included."""
        free = (self.merchant, self.place, self.q, self.source, self.account, self.city)
        return any(value is not None for value in free)

    @property
    def names_rows(self) -> bool:
        """Whether words or a place narrow the rows."""
        return self.names_words or self.box is not None or self.located is not None

    @property
    def looks_at_rows(self) -> bool:
        """Whether only single rows can answer: rollups know no amounts of rows and no words."""
        return self.names_rows or self.min_minor is not None or self.max_minor is not None

    @property
    def is_of_areas(self) -> bool:
        """Whether sums by area can answer: nothing of a row is asked but a box of whole areas."""
        if self.box is None:
            return not self.looks_at_rows
        return self.box.is_of_areas and not replace(self, box=None).looks_at_rows
