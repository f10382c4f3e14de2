"""Mappings as they come and go on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from ingest_service.api.representations import Body
from ingest_service.api.schemas_mapping import MappingSchema
from ingest_service.domain.errors import FieldProblem, InvalidInputError
from ingest_service.domain.mapping.model import ROLES, ColumnMapping


def mapping_from(body: Mapping[str, Any]) -> ColumnMapping:
    """The mapping in a checked body."""
    columns = {role: at for role, at in body["columns"].items() if at is not None}
    return ColumnMapping(
        columns=columns,
        notes=tuple(at for at in body["notes"] if at is not None),
        date_order=body["date_order"],
        decimal=body["decimal"],
        sign=body["sign"] if "amount" in columns else "two_columns",
        words={word.strip().lower(): direction for word, direction in body["words"].items()},
        category_id=int(body["category_id"]) if body["category_id"] else None,
        currency=body["currency"],
        source=body["source"],
        header_row=body["header_row"],
        first_row=body["first_row"],
        footer_rows=body["footer_rows"],
    )


def mapping_in_form(text: str) -> ColumnMapping:
    """The mapping that an upload's form holds as JSON.

    Raises:
        InvalidInputError: it is no JSON, or not of the shape.
    """
    try:
        return mapping_from(MappingSchema().load(json.loads(text)))
    except (json.JSONDecodeError, RecursionError) as error:
        raise _not_valid([FieldProblem("invalid-json", "Not JSON.", "/mapping")]) from error
    except ValidationError as error:
        raise _not_valid(list(_problems(error.normalized_messages(), "/mapping"))) from error


def _not_valid(problems: list[FieldProblem]) -> InvalidInputError:
    return InvalidInputError("The mapping is not valid.", problems)


def _problems(told: object, pointer: str) -> list[FieldProblem]:
    """The messages of a schema, each with where it belongs."""
    if isinstance(told, Mapping):
        inner = [
            _problems(value, pointer if name == "_schema" else f"{pointer}/{name}")
            for name, value in told.items()
        ]
        return [problem for problems in inner for problem in problems]
    details = told if isinstance(told, list) else [told]
    return [FieldProblem("invalid", str(detail), pointer) for detail in details]


def mapping_body(mapping: ColumnMapping) -> Body:
    """A mapping."""
    return {
        "columns": {role: mapping.columns.get(role) for role in ROLES},
        "notes": list(mapping.notes),
        "date_order": mapping.date_order,
        "decimal": mapping.decimal,
        "sign": mapping.sign,
        "words": dict(mapping.words),
        "category_id": None if mapping.category_id is None else str(mapping.category_id),
        "currency": mapping.currency,
        "source": mapping.source,
        "header_row": mapping.header_row,
        "first_row": mapping.first_row,
        "footer_rows": mapping.footer_rows,
    }
