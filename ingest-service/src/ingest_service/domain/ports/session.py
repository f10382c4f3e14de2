"""The database, and what one transaction of it gives."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from ingest_service.domain.ports.categories import Categories, CategoryModels, OpenRows, Rules
from ingest_service.domain.ports.expenses import Deletions, Expenses
from ingest_service.domain.ports.imports import Imports, Mappings
from ingest_service.domain.ports.links import Links
from ingest_service.domain.ports.places import Cities
from ingest_service.domain.ports.staging import Staging


class Session(Protocol):
    """One transaction."""

    @property
    def cities(self) -> Cities:
        """Cities."""
        ...

    @property
    def open_rows(self) -> OpenRows:
        """Rows whose category nobody has decided."""
        ...

    @property
    def models(self) -> CategoryModels:
        """Category models."""
        ...

    @property
    def expenses(self) -> Expenses:
        """Rows."""
        ...

    @property
    def categories(self) -> Categories:
        """Trees."""
        ...

    @property
    def rules(self) -> Rules:
        """Rules."""
        ...

    @property
    def imports(self) -> Imports:
        """Uploads."""
        ...

    @property
    def deletions(self) -> Deletions:
        """Deletions of many rows."""
        ...

    @property
    def links(self) -> Links:
        """Links between rows."""
        ...

    @property
    def mappings(self) -> Mappings:
        """Remembered mappings."""
        ...

    def within(self, act: Callable[[Any], None], /) -> None:
        """Let act write on the connection of this transaction."""
        ...


class Database(Protocol):
    """Where sessions come from."""

    def read(self) -> AbstractContextManager[Session]:
        """A session that sees one unchanging state."""
        ...

    def write(self) -> AbstractContextManager[Session]:
        """A session that commits at its end."""
        ...

    def staging(self) -> AbstractContextManager[Staging]:
        """An empty staging area."""
        ...

    def link_key(self) -> str:
        """The secret that signs download links."""
        ...
