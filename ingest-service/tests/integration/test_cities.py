"""From a row's place to its city: at import, by hand, for old rows, in the feed and in filters."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest
from fakes import Client, Clock
from sqlalchemy import Engine, text

from ingest_service.config import Config
from ingest_service.store.database import SqliteDatabase
from ingest_service.store.tables import jobs
from ingest_service.training.places import Places, open_places
from ingest_service.usecases.locating import locate_rows
from servicekit.jobs import JobQueue
from servicekit.testing import TokenMint

SHANGHAI, HANGZHOU, BEIJING, PARIS = "CN-310100", "CN-330100", "CN-110100", "FR-2988507"
HEADER = "时间,金额,商户,纬度,经度,地点,单号\n"
ROWS = [
    "2024-03-01 12:00:00,10,甲,31.2304,121.4737,上海市黄浦区,1",
    "2024-03-02 12:00:00,20,乙,,,杭州西湖,2",
    "2024-03-03 12:00:00,30,丙,48.8566,2.3522,,3",
    "2024-03-04 12:00:00,40,丁,,,家,4",
    "2024-03-05 12:00:00,50,戊,,,,5",
]


def table(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows)).encode()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return open_places(tmp_path_factory.mktemp("gazetteer"))


@pytest.fixture
def database(config: Config, engine: Engine, clock: Clock) -> SqliteDatabase:
    queue = JobQueue(engine, jobs, clock)
    return SqliteDatabase(engine, queue, temporary_dir=config.temporary_dir)


def cities_of(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        query = "SELECT city FROM expenses WHERE deleted = 0 ORDER BY time"
        return list(connection.execute(text(query)).scalars())


def feed(client: Client, mint: TokenMint, *, after: int = 0) -> dict[str, Any]:
    response = client.app.test_client().get(
        "/internal/changes",
        query_string={"after": after, "limit": 5000},
        headers=mint.headers("ingest-reader", "service", ["changes:read"]),
    )
    assert response.status_code == 200, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    return body


def test_an_import_fixes_the_city_of_each_row(client: Client, engine: Engine) -> None:
    client.import_file(table(*ROWS))
    assert cities_of(engine) == [SHANGHAI, HANGZHOU, PARIS, "", ""]


def test_the_feed_tells_rows_and_cities_in_both_forms(client: Client, mint: TokenMint) -> None:
    client.import_file(table(*ROWS))
    told = feed(client, mint)
    assert told["columns"]["city"] == [SHANGHAI, HANGZHOU, PARIS, "", ""]
    names = dict(zip(told["cities"]["code"], told["cities"]["name"], strict=True))
    assert names == {SHANGHAI: "上海", HANGZHOU: "杭州", PARIS: "巴黎"}
    response = client.app.test_client().get(
        "/internal/changes",
        query_string={"after": 0, "limit": 5000},
        headers={
            **mint.headers("ingest-reader", "service", ["changes:read"]),
            "Accept": "application/vnd.apache.arrow.stream",
        },
    )
    arrow = pa.ipc.open_stream(io.BytesIO(response.get_data())).read_all()
    assert arrow["city"].to_pylist() == told["columns"]["city"]


def test_a_city_is_told_once(client: Client, mint: TokenMint) -> None:
    client.import_file(table(ROWS[0]))
    seq = feed(client, mint)["next"]
    client.import_file(table(*ROWS), "second.csv")
    assert sorted(feed(client, mint, after=seq)["cities"]["code"]) == [HANGZHOU, PARIS]


@pytest.fixture
def entered(client: Client) -> str:
    body = {"amount": "12.50", "location": {"text": "杭州西湖"}}
    response = client.call("POST", "/expenses", json=body)
    assert response.status_code == 201
    return str(response.get_json()["id"])


def test_a_row_by_hand_is_located_in_the_background(
    entered: str, client: Client, engine: Engine, database: SqliteDatabase, places: Places
) -> None:
    assert cities_of(engine) == [None]
    assert locate_rows(database, lambda: places) == 1
    assert cities_of(engine) == [HANGZHOU]
    assert locate_rows(database, lambda: places) == 0
    client.call("PATCH", f"/expenses/{entered}", json={"location": {"lat": 39.9, "lon": 116.4}})
    assert cities_of(engine) == [None]
    locate_rows(database, lambda: places)
    assert cities_of(engine) == [BEIJING]


def test_a_located_row_is_news_and_an_unknown_place_is_none(
    entered: str, client: Client, mint: TokenMint, database: SqliteDatabase, places: Places
) -> None:
    seq = feed(client, mint)["next"]
    locate_rows(database, lambda: places)
    told = feed(client, mint, after=seq)
    assert (told["columns"]["id"], told["columns"]["city"]) == ([entered], [HANGZHOU])
    client.call("PATCH", f"/expenses/{entered}", json={"location": {"text": "家"}})
    seq = feed(client, mint)["next"]
    locate_rows(database, lambda: places)
    assert feed(client, mint, after=seq)["columns"]["id"] == []


def test_rows_that_were_there_before_are_located(
    client: Client, engine: Engine, database: SqliteDatabase, places: Places
) -> None:
    client.import_file(table(*ROWS))
    with engine.begin() as connection:
        connection.execute(text("UPDATE expenses SET city = NULL"))
        connection.execute(text("DELETE FROM cities"))
    assert locate_rows(database, lambda: places, limit=2) == 2
    assert locate_rows(database, lambda: places, limit=2) == 2
    assert cities_of(engine) == [SHANGHAI, HANGZHOU, PARIS, "", None]


def test_the_search_for_such_rows_reads_its_own_index(engine: Engine) -> None:
    from ingest_service.store.cities import UNPLACED

    with engine.connect() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {UNPLACED}"), {"limit": 9}).all()
    assert [row[3] for row in plan] == ["SCAN expenses USING INDEX ix_expenses_unplaced"]


def test_a_later_statement_that_knows_the_place_sets_the_city(
    client: Client, engine: Engine, database: SqliteDatabase, places: Places
) -> None:
    client.import_file(table("2024-03-01 12:00:00,10,甲,,,,1"))
    client.import_file(table(ROWS[0]), "second.csv")
    locate_rows(database, lambda: places)
    assert cities_of(engine) == [SHANGHAI]


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ({"city": SHANGHAI}, ["10.00"]),
        ({"city": "none"}, ["40.00", "50.00"]),
        ({"city": "any"}, ["10.00", "20.00", "30.00"]),
        ({"located": "true"}, ["10.00", "30.00"]),
        ({"located": "false"}, ["20.00", "40.00", "50.00"]),
        ({"bbox": "121.47,31.23,121.48,31.24"}, ["10.00"]),
        ({"bbox": "-180,-90,180,90"}, ["10.00", "30.00"]),
        ({"bbox": "121.4737,31.2304,121.5,31.3"}, ["10.00"]),
        ({"bbox": "121.4,31.2,121.4737,31.3"}, []),
        ({"bbox": "0,40,10,50", "city": PARIS}, ["30.00"]),
    ],
)
def test_rows_are_filtered_by_place(
    client: Client, query: dict[str, str], amounts: list[str]
) -> None:
    client.import_file(table(*ROWS))
    assert sorted(item["amount"] for item in client.expenses(**query)) == amounts
    assert client.json("/expenses/count", **query)["count"] == len(amounts)


def test_a_box_that_is_none_is_refused(client: Client) -> None:
    response = client.get("/expenses", query_string={"bbox": "10,0,5,5"})
    assert response.status_code == 422
    assert "west,south,east,north" in response.get_data(as_text=True)
