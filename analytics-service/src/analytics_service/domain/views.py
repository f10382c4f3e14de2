"""Filters that a user has named, to come back to."""

from collections.abc import Mapping
from dataclasses import dataclass

MAX_VIEWS = 100
"""More serve nobody: they are shown as one list."""


@dataclass(frozen=True, slots=True)
class View:
    """A named query of a page's address; instants in epoch seconds."""

    id: int
    name: str
    page: str
    query: Mapping[str, str]
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class ViewChange:
    """What of a view is to be another; None leaves it."""

    name: str | None = None
    page: str | None = None
    query: Mapping[str, str] | None = None
