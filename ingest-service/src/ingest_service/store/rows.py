"""Rows of tables to values of the domain, and the number of the next change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, RowMapping, text

from ingest_service.domain.models import (
    Category,
    Condition,
    Expense,
    ImportCounts,
    ImportRecord,
    Link,
    RowError,
    Rule,
)


def take_seq(connection: Connection, count: int = 1) -> int:
    """The first of count new change numbers; the caller holds the write lock."""
    statement = text("UPDATE change_counter SET value = value + :n WHERE id = 1 RETURNING value")
    last = int(connection.execute(statement, {"n": count}).scalar_one())
    return last - count + 1


def last_seq(connection: Connection) -> int:
    """The number of the latest change."""
    return int(connection.execute(text("SELECT value FROM change_counter")).scalar_one())


def inserted_id(connection: Connection, statement: Insert) -> int:
    """The id of the one row that the statement inserts."""
    key = connection.execute(statement).inserted_primary_key
    if key is None:
        raise RuntimeError("the statement inserted no row")
    return int(key[0])


def expense_of(row: RowMapping, links: tuple[Link, ...] = ()) -> Expense:
    """The expense in a row."""
    return Expense(
        id=row["id"],
        user_id=row["user_id"],
        time=row["time"],
        local_day=row["local_day"],
        local_hour=row["local_hour"],
        local_weekday=row["local_weekday"],
        amount_minor=row["amount_minor"],
        refunded_minor=row["refunded_minor"],
        stated_refund_minor=row["stated_refund_minor"],
        currency=row["currency"],
        direction=row["direction"],
        category_id=row["category_id"],
        category_source=row["category_source"],
        merchant=row["merchant"],
        place=row["place"],
        lat=row["lat"],
        lon=row["lon"],
        note=row["note"],
        source=row["source"],
        account=row["account"],
        external_id=row["external_id"],
        order_ref=row["order_ref"],
        closed=bool(row["closed"]),
        import_id=row["import_id"],
        seq=row["seq"],
        created_at=row["created_at"],
        links=links,
        pending=bool(row["pending"]),
        stated_direction=row["stated_direction"],
        category_confidence=row["category_confidence"],
    )


def category_of(row: RowMapping) -> Category:
    """The category in a row, without its place in the tree."""
    return Category(
        id=row["id"],
        user_id=row["user_id"],
        name=row["name"],
        code=row["code"],
        parent_id=row["parent_id"],
        seq=row["seq"],
    )


def rule_of(row: RowMapping) -> Rule:
    """The rule in a row."""
    return Rule(
        id=row["id"],
        user_id=row["user_id"],
        conditions=tuple(map(_condition, json.loads(row["conditions"]))),
        category_id=row["category_id"],
        position=row["position"],
        created_at=row["created_at"],
        name=row["name"],
        enabled=bool(row["enabled"]),
        origin=row["origin"],
    )


def _condition(told: Mapping[str, Any]) -> Condition:
    value = told["value"]
    return Condition(told["field"], told["op"], tuple(value) if isinstance(value, list) else value)


def conditions_text(conditions: Sequence[Condition]) -> str:
    """The conditions as they are stored."""
    told = [{"field": c.field, "op": c.op, "value": c.value} for c in conditions]
    return json.dumps(told, ensure_ascii=False)


def import_of(row: RowMapping) -> ImportRecord:
    """The import in a row."""
    return ImportRecord(
        id=row["id"],
        user_id=row["user_id"],
        filename=row["filename"],
        file_path=row["file_path"],
        sha256=row["sha256"],
        size_bytes=row["size_bytes"],
        requested_profile=row["requested_profile"],
        profile=row["profile"],
        time_zone=row["time_zone"],
        currency=row["currency"],
        locale=row["locale"],
        dry_run=bool(row["dry_run"]),
        status=row["status"],
        counts=ImportCounts(
            success=row["rows_success"],
            failed=row["rows_failed"],
            duplicate=row["rows_duplicate"],
            ignored=row["rows_ignored"],
        ),
        rows_total=row["rows_total"],
        last_seq=row["last_seq"],
        error_code=row["error_code"],
        error_detail=row["error_detail"],
        error_params=json.loads(row["error_params"] or "{}"),
        job_id=row["job_id"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
        rows_updated=row["rows_updated"],
        repair_of=row["repair_of"],
        header=row["header"],
        mapping=row["mapping"],
    )


def error_of(row: RowMapping) -> RowError:
    """The row error in a row."""
    return RowError(
        row=row["row"],
        code=row["code"],
        detail=row["detail"],
        raw=row["raw"],
        field=row["field"],
        sheet=row["sheet"],
        kind=row["kind"],
    )
