"""A small ledger with a change feed, in memory and over HTTP, as the ingest service has."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from analytics_service.clients.feed_pages import ArrowPages
from analytics_service.domain.feed import CategoryChange, CityChange, ExpenseChange, FeedPage
from servicekit.contracts import contract_example

ARROW = "application/vnd.apache.arrow.stream"
ARROW_TYPES: dict[str, Any] = {
    "seq": pa.int64(),
    "id": pa.int64(),
    "user_id": pa.int64(),
    "deleted": pa.bool_(),
    "time": pa.int64(),
    "local_date": pa.date32(),
    "local_hour": pa.int8(),
    "local_weekday": pa.int8(),
    "amount_minor": pa.int64(),
    "refunded_minor": pa.int64(),
    "currency": pa.string(),
    "direction": pa.string(),
    "category_id": pa.int64(),
    "merchant": pa.string(),
    "place": pa.string(),
    "lat": pa.float64(),
    "lon": pa.float64(),
    "city": pa.string(),
    "note": pa.string(),
    "source": pa.string(),
    "account": pa.string(),
    "import_id": pa.int64(),
    "created_at": pa.int64(),
}


CITIES = {
    "CN-310100": ("上海", "Shanghai", 31.2304, 121.4737),
    "CN-110100": ("北京", "Beijing", 39.9042, 116.4074),
    "FR-2988507": ("巴黎", "Paris", 48.8534, 2.3488),
}


def city(code: str) -> CityChange:
    """A city as the feed tells it."""
    return CityChange(code, *CITIES[code])


@dataclass
class Ledger:
    """Keeps the state of every expense and category, and under which seq it was last changed."""

    epoch: str = "e1"
    seq: int = 0
    expenses: dict[int, ExpenseChange] = field(default_factory=dict)
    categories: dict[int, tuple[int, CategoryChange]] = field(default_factory=dict)
    cities: dict[str, int] = field(default_factory=dict)

    def put(self, *changes: ExpenseChange) -> None:
        for change in changes:
            self.seq += 1
            if change.city:
                self.cities.setdefault(change.city, self.seq)
            self.expenses[change.id] = change._replace(seq=self.seq)

    def put_category(self, *changes: CategoryChange) -> None:
        for change in changes:
            self.seq += 1
            self.categories[change.id] = (self.seq, change)

    def delete(self, expense_id: int) -> None:
        self.put(self.expenses[expense_id]._replace(deleted=True))

    def delete_category(self, category_id: int) -> None:
        self.put_category(replace(self.categories[category_id][1], deleted=True))

    def restore(self, epoch: str) -> None:
        """A restored backup: the same live rows, numbered anew under a new epoch."""
        live = [row for row in self.expenses.values() if not row.deleted]
        categories = [row for _, row in self.categories.values() if not row.deleted]
        self.epoch, self.seq, self.expenses, self.categories = epoch, 0, {}, {}
        self.cities = {}
        self.put_category(*categories)
        self.put(*live)

    def live(self) -> list[ExpenseChange]:
        return [row for row in self.expenses.values() if not row.deleted]

    def live_categories(self) -> list[CategoryChange]:
        return [row for _, row in self.categories.values() if not row.deleted]

    def page(self, *, after: int, limit: int) -> FeedPage:
        rows: list[tuple[int, ExpenseChange | CategoryChange]] = [
            (row.seq, row) for row in self.expenses.values()
        ]
        rows += self.categories.values()
        waiting = sorted((item for item in rows if item[0] > after), key=lambda item: item[0])
        chosen = waiting[:limit]
        has_more = len(waiting) > limit
        end = chosen[-1][0] if has_more else max(self.seq, after)
        return FeedPage(
            epoch=self.epoch,
            after=after,
            next=end,
            has_more=has_more,
            expenses=[row for _, row in chosen if isinstance(row, ExpenseChange)],
            categories=[row for _, row in chosen if isinstance(row, CategoryChange)],
            cities=[city(code) for code, seq in self.cities.items() if after < seq <= end],
        )


@dataclass
class LongAnswers:
    """A ledger whose changes come in one long Arrow answer, read on page by page."""

    ledger: Ledger
    batch_rows: int = 7
    _pages: ArrowPages | None = None

    def page(self, *, after: int, limit: int) -> FeedPage:
        if self._pages is None or self._pages.is_over or self._pages.after != after:
            whole = self.ledger.page(after=after, limit=1_000_000)
            stream = arrow_stream(whole, batch_rows=self.batch_rows)
            self._pages = ArrowPages(io.BytesIO(stream), after=after)
        return self._pages.next(limit)


def breaking(stream: bytes) -> Iterator[bytes]:
    """A stream whose sender fails when most of it is sent."""
    yield stream[: len(stream) * 2 // 3]
    raise ConnectionAbortedError


def json_page(page: FeedPage) -> dict[str, Any]:
    """The page in the agreed JSON form."""
    columns = {
        name: [_json_cell(row, name) for row in page.expenses]
        for name in contract_example("ingest/changes")["columns"]
    }
    return {
        "epoch": page.epoch,
        "after": page.after,
        "next": page.next,
        "has_more": page.has_more,
        "columns": columns,
        "categories": _category_columns(page),
        "cities": _city_columns(page),
    }


def arrow_stream(page: FeedPage, *, batch_rows: int | None = None) -> bytes:
    """The page in the agreed Arrow form."""
    columns = {
        name: pa.array([_cell(row, name) for row in page.expenses], type=kind)
        for name, kind in ARROW_TYPES.items()
    }
    about = {
        "epoch": page.epoch,
        "next": str(page.next),
        "has_more": "true" if page.has_more else "false",
        "categories": json.dumps(_category_columns(page)),
        "cities": json.dumps(_city_columns(page)),
    }
    table = pa.table(columns).replace_schema_metadata(about)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=batch_rows)
    return bytes(sink.getvalue())


def _category_columns(page: FeedPage) -> dict[str, list[Any]]:
    keys = ("id", "user_id", "deleted", "name", "code", "parent_id")
    text = {"id", "user_id", "parent_id"}
    categories = {
        key: [
            str(value) if key in text and value is not None else value
            for value in (getattr(row, key) for row in page.categories)
        ]
        for key in keys
    }
    categories["seq"] = [page.next for _ in page.categories]
    return categories


def _city_columns(page: FeedPage) -> dict[str, list[Any]]:
    keys = ("code", "name", "name_en", "lat", "lon")
    columns: dict[str, list[Any]] = {
        key: [getattr(row, key) for row in page.cities] for key in keys
    }
    return {"seq": [page.next for _ in page.cities], **columns}


def _json_cell(row: ExpenseChange, name: str) -> object:
    value = _cell(row, name)
    if name == "local_date":
        return value.isoformat()  # type: ignore[attr-defined] # a date
    if value is not None and name in {"id", "user_id", "category_id", "import_id"}:
        return str(value)
    return value


def _cell(row: ExpenseChange, name: str) -> object:
    if name == "local_date":
        return pa.scalar(row.local_day, pa.int32()).cast(pa.date32()).as_py()
    if name == "local_weekday":
        return (row.local_day + 3) % 7
    return getattr(row, name)


def feed_app(ledger: Ledger) -> Flask:
    """Ingest's and auth's parts of the feed, as small as they can be."""
    app = Flask("feed")
    app.config.update(
        down=False, json=False, streams=0, batch_rows=None, breaks_off=False, json_rows=5_000
    )

    @app.post("/auth/token")
    def token() -> Response:
        assert request.form["client_id"] == "analytics"
        assert request.form["scope"] == "changes:read"
        return jsonify(access_token="service-token", token_type="Bearer", expires_in=300)

    @app.get("/internal/changes")
    def changes() -> Response:
        if app.config["down"]:
            return Response(status=503)
        if request.headers.get("Authorization") != "Bearer service-token":
            return Response(status=401)
        accepted = request.headers["Accept"]
        assert accepted in {f"{ARROW}, application/json;q=0.5", "application/json"}
        after, limit = int(request.args["after"]), int(request.args["limit"])
        if app.config["json"] or accepted == "application/json":
            limit = min(limit, app.config["json_rows"])
            return jsonify(json_page(ledger.page(after=after, limit=limit)))
        app.config["streams"] += 1
        page = ledger.page(after=after, limit=limit)
        stream = arrow_stream(page, batch_rows=app.config["batch_rows"])
        if app.config["breaks_off"]:
            return Response(breaking(stream), mimetype=ARROW)
        return Response(stream, mimetype=ARROW)

    return app


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address at which the app answers over loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
