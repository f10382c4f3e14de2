"""Links between rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ingest_service.domain.link_records import LinkFilter, LinkRecord, NewLink


class Links(Protocol):
    """The links of all users."""

    def get(self, user_id: int, link_id: int) -> LinkRecord:
        """The link with both rows. Raises LinkNotFoundError."""
        ...

    def page(
        self, user_id: int, where: LinkFilter, *, before_id: int | None, limit: int
    ) -> tuple[Sequence[LinkRecord], int | None]:
        """Links, newest first, and the id before which the next page begins."""
        ...

    def add(self, user_id: int, new: NewLink, *, now: int) -> int:
        """The id of a link that a person made, not in force yet."""
        ...

    def decide(self, link: LinkRecord, status: str) -> None:
        """Put the link into force, or take it back and remember that it was refused."""
        ...

    def is_free(self, link: LinkRecord) -> bool:
        """Whether no other link in force has taken one of the rows."""
        ...
