"""What a caller may narrow a chart by."""

from dataclasses import dataclass

DIRECTIONS = ("expense", "income", "refund")
"""The directions a chart can show; transfers between own accounts never count."""


@dataclass(frozen=True, slots=True)
class Filter:
    """The rows that a chart speaks of; days are counted from 1970-01-01, `end` is exclusive."""

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

    @property
    def names_rows(self) -> bool:
        """Whether words narrow the rows."""
        free = (self.merchant, self.place, self.q, self.source, self.account)
        return any(value is not None for value in free)

    @property
    def looks_at_rows(self) -> bool:
        """Whether only single rows can answer: rollups know no amounts of rows and no words."""
        return self.names_rows or self.min_minor is not None or self.max_minor is not None
