"""What views share: the parts that app.py wired, and the caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from ingest_service.domain.category_model import CategoryModel
from ingest_service.domain.ports import Database, Feed, Uploads
from ingest_service.usecases.expenses import Author
from ingest_service.usecases.export import ExportFiles, Workbooks
from ingest_service.usecases.export_lists import NeighbourList
from servicekit.idempotency import IdempotencyStore
from servicekit.identity import current_identity
from servicekit.money import exponent


@dataclass(frozen=True, slots=True)
class Parts:
    """The wired parts of the web process."""

    database: Database
    uploads: Uploads
    feed: Feed
    idempotency: IdempotencyStore
    clock: Callable[[], datetime]
    max_upload_bytes: int
    exports: ExportFiles
    workbooks: Workbooks
    export_link_s: int
    lists: Mapping[str, NeighbourList]
    own_bearer: Callable[[str, int], str]
    shipped_model: Callable[[], CategoryModel]

    def now(self) -> int:
        """Epoch seconds."""
        return int(self.clock().timestamp())


def parts() -> Parts:
    """The parts of the current application."""
    return cast("Parts", current_app.extensions["ingest"])


def idempotency_store() -> IdempotencyStore:
    """Where answers to keyed requests are kept."""
    return parts().idempotency


def owner() -> int:
    """The id of the user whose data the token opens."""
    return int(current_identity().owner_id)


def author() -> Author:
    """The caller as one who enters data."""
    identity = current_identity()
    return Author(int(identity.owner_id), identity.time_zone, identity.currency, exponent)
