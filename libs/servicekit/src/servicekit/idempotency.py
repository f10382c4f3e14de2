"""Idempotency-Key: the same POST sent twice is done once and answered twice.

A request that is under way holds its key. What it writes and its answer are committed together:
where its process was killed before, the next request with the key takes over and finds nothing
done; where it was killed after, the kept answer is given.
"""

import contextlib
import functools
import hashlib
import json
import os
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask import Response, g, make_response, request
from sqlalchemy import (
    Column,
    Connection,
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
from servicekit.sqlite import one_transaction, write_transaction

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
        # The claims of this process's own requests that have not come to an end.
        self._under_way: set[str] = set()

    @contextlib.contextmanager
    def claim(self) -> Iterator[str]:
        """What a request says of itself while it has no answer: its process, and a number."""
        claim = json.dumps([*_this_process(), uuid.uuid4().hex])
        self._under_way.add(claim)
        try:
            yield claim
        finally:
            self._under_way.discard(claim)

    def begin(self, key: RequestKey, fingerprint: str, claim: str) -> StoredAnswer | None:
        """The stored answer, or None where this request is the first and may go on.

        Raises:
            Problem: idempotency-mismatch for another body; conflict while the first is under way.
        """
        now = self._clock().timestamp()
        with write_transaction(self._engine) as connection:
            connection.execute(delete(self._table).where(self._outdated(now)))
            held = {"headers": claim, "created_at": now}
            values = {**_key_values(key), "fingerprint": fingerprint, **held}
            statement = insert(self._table).values(values).on_conflict_do_nothing()
            if connection.execute(statement).rowcount == 1:
                return None
            query = select(self._table).where(self._is(key))
            row = connection.execute(query).mappings().one()
            same = row["fingerprint"] == fingerprint
            if same and row["status"] is None and self._is_gone(row["headers"]):
                connection.execute(update(self._table).where(self._is(key)).values(**held))
                return None
        if not same:
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

    def _is_gone(self, claim: str | None) -> bool:
        """Whether the request that made the claim is known to have ended without an answer."""
        own_run, own_space, own_pid, own_began = _this_process()
        match json.loads(claim or "null"):
            case [str(run), str(space), int(pid), str(began), str()] if run and own_run:
                if (run, space, pid, began) == (own_run, own_space, own_pid, own_began):
                    return claim not in self._under_way
                # A process of another container cannot be seen from here; its claim ages out.
                return run != own_run or (space == own_space and _began(pid) != began)
            case _:
                return False

    def _outdated(self, now: float) -> Any:
        columns = self._table.c
        abandoned = and_(columns.status.is_(None), columns.created_at < now - ABANDONED_AFTER_S)
        return (columns.created_at < now - KEEP_S) | abandoned

    def one_transaction(self) -> contextlib.AbstractContextManager[None]:
        """Let what a request does meanwhile, and the keeping of its answer, be one transaction."""
        return one_transaction(self._engine)

    def finish(self, key: RequestKey, answer: StoredAnswer) -> None:
        """Keep the answer for later repetitions."""
        with write_transaction(self._engine) as connection:
            self.finish_within(connection, key, answer)

    def finish_within(self, connection: Connection, key: RequestKey, answer: StoredAnswer) -> None:
        """Keep the answer as part of the caller's transaction."""
        values = {
            "status": answer.status,
            "body": answer.body,
            "headers": json.dumps(dict(answer.headers)),
        }
        connection.execute(update(self._table).where(self._is(key)).values(**values))

    def forget(self, key: RequestKey) -> None:
        """Let the key be used again: the request failed and changed nothing."""
        with write_transaction(self._engine) as connection:
            connection.execute(delete(self._table).where(self._is(key)))

    def _is(self, key: RequestKey) -> Any:
        return and_(*(self._table.c[name] == value for name, value in _key_values(key).items()))


def _key_values(key: RequestKey) -> dict[str, str]:
    return {"owner_id": key.owner_id, "route": key.route, "key": key.key}


def _this_process() -> tuple[str, str, int, str]:
    """The machine's run, the process's own space of ids, its id and when it began; Linux only."""
    pid = os.getpid()
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
        run = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "", "", pid, ""
    return run, space, pid, _began(pid)


def _began(pid: int) -> str:
    """When a process began, in ticks since the machine's start; empty where it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *rest = text.rpartition(")")[2].split()
    return "" if state in "ZX" else rest[18]


def keep_answer(connection: Connection, response: Response) -> None:
    """Keep this answer to the request under way in the transaction that does its work.

    For views that commit by themselves (idempotent with whole=False). Without an Idempotency-Key
    this does nothing.
    """
    pending: tuple[IdempotencyStore, RequestKey] | None = g.get("idempotent_request")
    if pending is not None:
        store, key = pending
        store.finish_within(connection, key, _stored(response))


def idempotent(
    get_store: Callable[[], IdempotencyStore], *, whole: bool = True
) -> Callable[[View], View]:
    """Honour Idempotency-Key on a creating route; stands directly below signed_in.

    Only successful answers are kept: after an error the same key may be tried again. All that the
    view writes on the store's engine is one transaction with its answer; with whole=False the view
    commits by itself, and calls keep_answer where it does.
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
            return _answer_once(get_store(), key, lambda: view(*args, **kwargs), whole=whole)

        return once  # type: ignore[return-value] # same signature by functools.wraps

    return decorate


def _answer_once(
    store: IdempotencyStore, key: RequestKey, act: Callable[[], Any], *, whole: bool
) -> Response:
    with store.claim() as claim:
        stored = store.begin(key, _fingerprint(), claim)
        if stored is not None:
            response = Response(stored.body, status=stored.status, headers=dict(stored.headers))
            response.headers["Idempotency-Replayed"] = "true"
            return response
        g.idempotent_request = (store, key)
        try:
            with store.one_transaction() if whole else contextlib.nullcontext():
                response = make_response(act())
                is_kept = response.status_code < _FIRST_ERROR_STATUS and not response.is_streamed
                if is_kept and whole:
                    store.finish(key, _stored(response))
        except BaseException:
            store.forget(key)
            raise
        if not is_kept:
            store.forget(key)
        elif not whole:
            # What the view did stands by now: a failure here must not let the key go.
            store.finish(key, _stored(response))
        return response


def _stored(response: Response) -> StoredAnswer:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return StoredAnswer(response.status_code, response.get_data(), headers)


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
