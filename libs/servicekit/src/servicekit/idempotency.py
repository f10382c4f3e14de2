"""Idempotency-Key: the same POST sent twice is done once and answered twice."""

import functools
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Response, make_response, request
from sqlalchemy import (
    Column,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from servicekit.identity import current_identity
from servicekit.jobs import Clock
from servicekit.problems import Problem, standard_problem
from servicekit.sqlite import write_transaction

View = TypeVar("View", bound=Callable[..., Any])

KEEP_S = 24 * 3600.0
ABANDONED_AFTER_S = 60.0
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("Content-Type", "Location")
_CHUNK_BYTES = 1 << 16
_FIRST_ERROR_STATUS = 400


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered the first time."""

    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Whose request, to which route, under which key."""

    owner_id: str
    route: str
    key: str


def idempotency_table(metadata: MetaData, name: str = "idempotency_keys") -> Table:
    """The table of keys, for the service's own metadata and migration."""
    return Table(
        name,
        metadata,
        Column("owner_id", String, primary_key=True),
        Column("route", String, primary_key=True),
        Column("key", String, primary_key=True),
        Column("fingerprint", String, nullable=False),
        Column("status", Integer),
        Column("body", LargeBinary),
        Column("headers", Text),
        Column("created_at", Float, nullable=False),
        # Serves the deletion of keys that have aged.
        Index(f"ix_{name}_created_at", "created_at"),
    )


class IdempotencyStore:
    """The keys of one service's database."""

    def __init__(self, engine: Engine, table: Table, clock: Clock) -> None:
        self._engine = engine
        self._table = table
        self._clock = clock

    def begin(self, key: RequestKey, fingerprint: str) -> StoredAnswer | None:
        """The stored answer, or None where this request is the first and may go on.

        Raises:
            Problem: idempotency-mismatch for another body; conflict while the first is under way.
        """
        now = self._clock().timestamp()
        with write_transaction(self._engine) as connection:
            connection.execute(delete(self._table).where(self._outdated(now)))
            values = {**_key_values(key), "fingerprint": fingerprint, "created_at": now}
            statement = insert(self._table).values(values).on_conflict_do_nothing()
            if connection.execute(statement).rowcount == 1:
                return None
            query = select(self._table).where(self._is(key))
            row = connection.execute(query).mappings().one()
        if row["fingerprint"] != fingerprint:
            raise Problem(
                422,
                "idempotency-mismatch",
                "This key was used for another request",
                "The Idempotency-Key was sent before with another body.",
            )
        if row["status"] is None:
            raise standard_problem(
                409,
                detail="A request with this Idempotency-Key is under way.",
                headers={"Retry-After": "1"},
            )
        return StoredAnswer(row["status"], row["body"], json.loads(row["headers"]))

    def _outdated(self, now: float) -> Any:
        columns = self._table.c
        abandoned = and_(columns.status.is_(None), columns.created_at < now - ABANDONED_AFTER_S)
        return (columns.created_at < now - KEEP_S) | abandoned

    def finish(self, key: RequestKey, answer: StoredAnswer) -> None:
        """Keep the answer for later repetitions."""
        values = {
            "status": answer.status,
            "body": answer.body,
            "headers": json.dumps(dict(answer.headers)),
        }
        with write_transaction(self._engine) as connection:
            connection.execute(update(self._table).where(self._is(key)).values(**values))

    def forget(self, key: RequestKey) -> None:
        """Let the key be used again: the request failed and changed nothing."""
        with write_transaction(self._engine) as connection:
            connection.execute(delete(self._table).where(self._is(key)))

    def _is(self, key: RequestKey) -> Any:
        return and_(*(self._table.c[name] == value for name, value in _key_values(key).items()))


def _key_values(key: RequestKey) -> dict[str, str]:
    return {"owner_id": key.owner_id, "route": key.route, "key": key.key}


def idempotent(get_store: Callable[[], IdempotencyStore]) -> Callable[[View], View]:
    """Honour Idempotency-Key on a creating route; stands directly below signed_in.

    Only successful answers are kept: after an error the same key may be tried again.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def once(*args: Any, **kwargs: Any) -> Any:
            text = request.headers.get("Idempotency-Key")
            if text is None:
                return view(*args, **kwargs)
            if not _KEY.fullmatch(text):
                raise standard_problem(400, detail="The Idempotency-Key is not valid.")
            route = f"{request.method} {request.path}"
            key = RequestKey(current_identity().owner_id, route, text)
            return _answer_once(get_store(), key, lambda: view(*args, **kwargs))

        return once  # type: ignore[return-value] # same signature by functools.wraps

    return decorate


def _answer_once(store: IdempotencyStore, key: RequestKey, act: Callable[[], Any]) -> Response:
    stored = store.begin(key, _fingerprint())
    if stored is not None:
        response = Response(stored.body, status=stored.status, headers=dict(stored.headers))
        response.headers["Idempotency-Replayed"] = "true"
        return response
    try:
        response = make_response(act())
    except BaseException:
        store.forget(key)
        raise
    if response.status_code >= _FIRST_ERROR_STATUS or response.is_streamed:
        store.forget(key)
        return response
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    store.finish(key, StoredAnswer(response.status_code, response.get_data(), headers))
    return response


def _fingerprint() -> str:
    digest = hashlib.sha256(request.query_string)
    if request.mimetype == "multipart/form-data":
        # Boundaries differ between sendings of one form; its fields and files do not.
        for name, value in sorted(request.form.items(multi=True)):
            digest.update(f"\0{name}\0{value}".encode())
        for name, upload in sorted(request.files.items(multi=True), key=lambda item: item[0]):
            digest.update(f"\0{name}\0{upload.filename}\0".encode())
            while chunk := upload.stream.read(_CHUNK_BYTES):
                digest.update(chunk)
            upload.stream.seek(0)
    else:
        digest.update(b"\0" + request.get_data())
    return digest.hexdigest()
