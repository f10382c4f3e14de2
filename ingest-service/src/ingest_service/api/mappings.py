"""/data/imports/ID/preview and /mapping, /data/mappings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.views import MethodView

from ingest_service.api.context import idempotency_store, owner, parts
from ingest_service.api.mapping_form import mapping_body, mapping_from
from ingest_service.api.representations import Body, accepted_body, instant
from ingest_service.api.schemas_imports import AcceptedSchema
from ingest_service.api.schemas_mapping import (
    MappingOrder,
    PreviewOrder,
    PreviewSchema,
    RememberedMappingsSchema,
)
from ingest_service.domain.mapping.model import ColumnMapping, mapping_of
from ingest_service.domain.mapping.preview import ShownRow
from ingest_service.domain.messages import sentence
from ingest_service.domain.models import RememberedMapping
from ingest_service.domain.profiles.base import IGNORE_REASONS
from ingest_service.usecases import mappings as usecases
from servicekit.idempotency import idempotent
from servicekit.identity import current_identity, signed_in
from servicekit.money import exponent
from servicekit.web import Blueprint

blp = Blueprint("mappings", "mappings", description="What the columns of unknown tables mean")


@blp.route("/data/imports/<int:import_id>/preview")
class ImportPreview(MethodView):
    """The first rows of an import that waits for its mapping."""

    @signed_in()
    @blp.response(200, PreviewSchema)
    def get(self, import_id: int) -> Body:
        """The first 20 rows as the guessed mapping would store them."""
        return _preview(import_id, None)

    @signed_in()
    @blp.arguments(PreviewOrder)
    @blp.response(200, PreviewSchema)
    def post(self, body: Mapping[str, Any], import_id: int) -> Body:
        """The first 20 rows as another mapping would store them; nothing is kept of it."""
        return _preview(import_id, mapping_from(body["mapping"]))


@blp.route("/data/imports/<int:import_id>/mapping")
class ImportMapping(MethodView):
    """The answer to what the columns mean."""

    @signed_in()
    @idempotent(idempotency_store)
    @blp.arguments(MappingOrder)
    @blp.response(202, AcceptedSchema)
    def post(self, body: Mapping[str, Any], import_id: int) -> Body:
        """Queue the import with this mapping; remembered, later files go on without asking."""
        status = usecases.apply_mapping(
            parts().database,
            _asker(),
            import_id,
            mapping_from(body["mapping"]),
            remember=body["remember"],
            now=parts().now(),
        )
        return accepted_body(status)


@blp.route("/data/mappings")
class MappingList(MethodView):
    """What the caller said of tables before."""

    @signed_in()
    @blp.response(200, RememberedMappingsSchema)
    def get(self) -> Body:
        """The remembered mappings, the last used first."""
        kept = usecases.list_mappings(parts().database, owner())
        return {"items": [_remembered_body(one) for one in kept], "next_cursor": None}


@blp.route("/data/mappings/<int:mapping_id>")
class MappingItem(MethodView):
    """One remembered mapping."""

    @signed_in()
    @blp.response(204)
    def delete(self, mapping_id: int) -> None:
        """Forget it: tables with this header are asked about again."""
        usecases.forget_mapping(parts().database, owner(), mapping_id)


def _asker() -> usecases.Asker:
    return usecases.Asker(owner(), current_identity().locale, exponent)


def _preview(import_id: int, mapping: ColumnMapping | None) -> Body:
    found = usecases.preview_import(parts().database, _asker(), import_id, mapping)
    used = found.shown.place.mapping
    return {
        "columns": [
            {
                "index": column.index,
                "name": column.name,
                "samples": list(column.samples),
                "words": dict(column.words),
            }
            for column in found.shown.columns
        ],
        "header_row": used.header_row or 0,
        "mapping": mapping_body(used),
        "confidence": found.sheet.confidence,
        "doubts": list(found.sheet.doubts),
        "rows": [_row_body(row, found.category) for row in found.shown.rows],
    }


def _row_body(row: ShownRow, category: str | None) -> Body:
    read = row.read
    return {
        "row": row.row,
        "time": None if row.time is None else instant(row.time),
        "amount": row.amount,
        "currency": row.currency,
        "direction": read.direction or None,
        "category": read.category or category,
        "merchant": read.merchant,
        "note": read.note,
        "raw": {"time": read.time_raw, "amount": read.amount_raw},
        "error": _error_body(row) if row.code else None,
    }


def _error_body(row: ShownRow) -> Body:
    detail = sentence(row.code, locale=current_identity().locale, params={"value": row.value})
    kind = "ignored" if row.code in IGNORE_REASONS else "error"
    return {"code": row.code, "field": row.field, "detail": detail, "kind": kind}


def _remembered_body(kept: RememberedMapping) -> Body:
    mapping = mapping_of(kept.mapping)
    return {
        "id": str(kept.id),
        "header": list(mapping.header),
        "mapping": mapping_body(mapping),
        "created_at": instant(kept.created_at),
        "used_at": instant(kept.used_at),
    }
