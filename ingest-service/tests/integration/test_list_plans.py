"""How SQLite answers the list: by the index made for it, without reading or sorting every row."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import Client
from sqlalchemy import Engine, event

from ingest_service.config import Config
from servicekit.sqlite import open_engine

LIST = "ix_expenses_list_by_time"
SORTED = "USE TEMP B-TREE FOR ORDER BY"
IN_INDEX: list[dict[str, Any]] = [
    {}, {"from": "2024-03-01", "to": "2024-04-01"}, {"merchant": "兰州拉面"}, {"currency": "CNY"},
    {"min_amount": "10", "max_amount": "20"}, {"direction": "expense"}, {"category_id": "none"},
]  # fmt: skip
BY_TIME = [*IN_INDEX, {"q": "面"}, {"source": "alipay"}, {"pending": "true"}]


class Plans:
    """What SQLite would do for the statements on expenses that a request needs."""

    def __init__(self, client: Client, config: Config) -> None:
        self._client = client
        self._config = config

    def of(self, path: str, **query: Any) -> list[str]:
        ran: list[tuple[str, Any]] = []

        def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if "FROM expenses" in statement:
                ran.append((statement, parameters))

        event.listen(Engine, "before_cursor_execute", note)
        try:
            self._client.json(path, **query)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        assert ran
        engine = open_engine(self._config.database_path)
        with engine.connect() as connection:
            explained = [
                connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
                for statement, parameters in ran
            ]
        engine.dispose()
        return [str(line[3]) for lines in explained for line in lines]


@pytest.fixture
def plans(client: Client, config: Config) -> Plans:
    return Plans(client, config)


def searched(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(("SEARCH expenses ", "SCAN expenses "))]


@pytest.mark.parametrize("sort", ["-time", "time"])
def test_a_page_in_order_of_time_walks_the_index_and_sorts_nothing(plans: Plans, sort: str) -> None:
    for given in BY_TIME:
        lines = plans.of("/expenses", sort=sort, **given)
        assert searched(lines), given
        for line in searched(lines):
            assert line.startswith(f"SEARCH expenses USING INDEX {LIST} (user_id=?"), given
        assert SORTED not in lines, given


def test_a_deep_page_is_sought_and_not_counted_up_to(plans: Plans, client: Client) -> None:
    for _ in range(2):
        client.call("POST", "/expenses", json={"amount": "1"})
    cursor = client.json("/expenses", limit=1)["next_cursor"]
    lines = plans.of("/expenses", limit=1, cursor=cursor)
    assert searched(lines) == [f"SEARCH expenses USING INDEX {LIST} (user_id=? AND time<?)"]
    assert SORTED not in lines


def test_a_category_with_its_subtree_is_found_in_the_same_index(
    plans: Plans, client: Client
) -> None:
    food = next(c["id"] for c in client.json("/categories")["items"] if c["code"] == "food")
    lines = plans.of("/expenses", category_id=food)
    assert searched(lines) == [f"SEARCH expenses USING INDEX {LIST} (user_id=?)"]
    assert SORTED not in lines


@pytest.mark.parametrize("path", ["/expenses/count", "/expenses/positions"])
def test_counting_reads_the_index_alone(plans: Plans, path: str) -> None:
    for given in IN_INDEX:
        lines = plans.of(path, **given)
        assert searched(lines), given
        for line in searched(lines):
            assert line.startswith(f"SEARCH expenses USING COVERING INDEX {LIST} (user_id=?"), given


def test_the_pages_of_a_list_are_found_by_seeking(plans: Plans) -> None:
    lines = plans.of("/expenses/positions", every=50)
    assert f"SEARCH expenses USING COVERING INDEX {LIST} (user_id=? AND time<?)" in lines
    assert SORTED not in lines
