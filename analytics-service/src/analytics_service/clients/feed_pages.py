"""Pages of the change feed in their two forms. pyarrow is loaded by the first Arrow stream."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import Any, Protocol, overload

from urllib3.exceptions import HTTPError

from analytics_service.domain.errors import FeedCorrupt, FeedUnavailable
from analytics_service.domain.feed import CategoryChange, CityChange, ExpenseChange, FeedPage

_TEXT_IDS = ("id", "user_id", "category_id", "import_id")
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_CITY_KEYS = ("code", "name", "name_en", "lat", "lon")
_CATEGORY_KEYS = ("id", "user_id", "deleted", "name", "code", "parent_id")
Columns = Mapping[str, Sequence[Any]]


class Readable(Protocol):
    """What pyarrow asks of a file."""

    def read(self, amount: int = ..., /) -> bytes:
        """Up to so many bytes."""
        ...


def read_json(body: bytes, *, after: int) -> FeedPage:
    """The page in an answer of JSON.

    Raises:
        FeedCorrupt: it does not have the agreed form.
    """
    try:
        told = json.loads(body)
        columns = dict(told["columns"])
        for name in _TEXT_IDS:
            columns[name] = [None if text is None else int(text) for text in columns[name]]
        days = columns.pop("local_date")
        columns["local_day"] = [
            date.fromisoformat(day).toordinal() - _EPOCH_ORDINAL for day in days
        ]
        return FeedPage(
            epoch=told["epoch"],
            after=after,
            next=int(told["next"]),
            has_more=bool(told["has_more"]),
            expenses=_expenses(columns),
            categories=_categories(told["categories"]),
            cities=_cities(told["cities"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise FeedCorrupt("a page of the change feed cannot be read") from error


class ArrowPages:
    """The pages in one Arrow IPC stream, each read when it is asked for.

    Attributes:
        after: the seq that the next page follows.
        is_over: whether the last page was given.

    Raises:
        FeedUnavailable: the stream breaks off.
        FeedCorrupt: it does not have the agreed form.
    """

    def __init__(
        self, stream: Readable, *, after: int, on_close: Callable[[], None] = lambda: None
    ) -> None:
        self.after = after
        self.is_over = False
        self.close = on_close
        self._waiting: Any = None
        with _translated():
            import pyarrow as pa

            self._reader = pa.ipc.open_stream(stream)
            about: Mapping[bytes, bytes] = self._reader.schema.metadata or {}
            self._schema = self._reader.schema.remove_metadata()
            self._epoch = about[b"epoch"].decode()
            self._last = int(about[b"next"])
            self._has_more = about[b"has_more"] == b"true"
            self._categories = _categories(json.loads(about[b"categories"]))
            self._cities = _cities(json.loads(about[b"cities"]))
            self._waiting = self._batch()

    def next(self, limit: int) -> FeedPage:
        """The next page: whole batches, as many as go into the limit, but at least one."""
        with _translated():
            expenses = ArrowExpenses(self._schema, self._batches(limit))
        self.is_over = self._waiting is None
        page = FeedPage(
            epoch=self._epoch,
            after=self.after,
            next=self._last if self.is_over else expenses.last_seq,
            has_more=self._has_more if self.is_over else True,
            expenses=expenses,
            categories=self._categories,
            cities=self._cities,
            table=expenses.table,
            waiting=self._last - self.after,
        )
        # All that the stream has came with its first page: a category is only ever newer.
        self._categories, self._cities = [], []
        self.after = page.next
        return page

    def _batches(self, limit: int) -> list[Any]:
        batches: list[Any] = []
        rows = 0
        while self._waiting is not None and (not batches or rows + self._waiting.num_rows <= limit):
            batches.append(self._waiting)
            rows += self._waiting.num_rows
            self._waiting = self._batch()
        return batches

    def _batch(self) -> Any:
        try:
            return self._reader.read_next_batch()
        except StopIteration:
            return None


class ArrowExpenses(Sequence[ExpenseChange]):
    """The expenses of Arrow batches, made one by one only when they are asked for.

    Attributes:
        table: the same as a pyarrow table in the feed's own columns.
    """

    def __init__(self, schema: Any, batches: Sequence[Any]) -> None:
        import pyarrow as pa

        missing = {_column_of(name) for name in ExpenseChange._fields} - set(schema.names)
        if missing:
            raise KeyError(*missing)
        self.table = pa.Table.from_batches(
            [batch.replace_schema_metadata() for batch in batches], schema
        )

    @property
    def last_seq(self) -> int:
        """The seq of the last of them."""
        return int(self.table["seq"][-1].as_py())

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __iter__(self) -> Iterator[ExpenseChange]:
        return iter(self._rows)

    @overload
    def __getitem__(self, at: int) -> ExpenseChange: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[ExpenseChange]: ...
    def __getitem__(self, at: int | slice) -> ExpenseChange | Sequence[ExpenseChange]:
        return self._rows[at]

    @cached_property
    def _rows(self) -> list[ExpenseChange]:
        import pyarrow as pa

        columns = {}
        for name in ExpenseChange._fields:
            column = self.table[_column_of(name)]
            if pa.types.is_date32(column.type):
                column = column.cast(pa.int32())  # days from 1970-01-01
            columns[name] = column.to_pylist()
        return _expenses(columns)


def _column_of(field: str) -> str:
    return "local_date" if field == "local_day" else field


@contextmanager
def _translated() -> Iterator[None]:
    """What goes wrong with a stream, in the words of the domain."""
    import pyarrow as pa

    try:
        yield
    except HTTPError as error:
        raise FeedUnavailable("the change feed broke off") from error
    except (pa.ArrowException, OSError, LookupError, ValueError, TypeError) as error:
        raise FeedCorrupt("a page of the change feed cannot be read") from error


def _expenses(columns: Columns) -> list[ExpenseChange]:
    given = (columns[name] for name in ExpenseChange._fields)
    return list(map(ExpenseChange._make, zip(*given, strict=True)))


def _categories(columns: Columns) -> list[CategoryChange]:
    return [
        CategoryChange(
            id=int(row_id),
            user_id=int(user_id),
            deleted=bool(deleted),
            name=name,
            code=code,
            parent_id=None if parent_id is None else int(parent_id),
        )
        for row_id, user_id, deleted, name, code, parent_id in zip(
            *(columns[key] for key in _CATEGORY_KEYS), strict=True
        )
    ]


def _cities(columns: Columns) -> list[CityChange]:
    return [CityChange(*row) for row in zip(*(columns[key] for key in _CITY_KEYS), strict=True)]
