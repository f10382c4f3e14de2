"""An export that is imported by another user gives the same data, whatever the rows are."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from fakes import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, text

from ingest_service.domain.category_names import _quoted, names_of
from ingest_service.domain.local_time import local_fields
from ingest_service.store.categories import SqliteCategories
from ingest_service.store.rows import take_seq
from ingest_service.store.tables import expenses
from servicekit.sqlite import write_transaction

ZONE = "America/New_York"
FORMATS = [("csv", "zh-CN"), ("csv", "en"), ("xlsx", "zh-CN"), ("xlsx", "en"), ("ndjson", "en")]
OWNERS = itertools.count(100)
COMPARED = (
    "time", "local_day", "local_hour", "local_weekday", "amount_minor", "refunded_minor",
    "currency", "direction", "merchant", "place", "lat", "lon", "note", "source", "account",
    "external_id", "order_ref", "pending",
)  # fmt: skip

PAYLOADS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'=1", "''@x", "'早餐", '="0012"',
    "＝1+1", 'a,="b"', '"', '""', "a\tb\tc", "第一行\n第二行", "a\r\nb", "a;b;c;d|e|f", "_x0041_",
    "😀🍜", "\u200b零宽", "0012", "1e5", "TRUE", "2024-03-05", "#N/A", "{}", "\\", "/", "a" * 300,
]  # fmt: skip


def stored(text: str) -> str:
    """The text as imports and forms store it."""
    return text.replace("\x00", "").strip(" \t\r\n\u3000\ufeff\xa0")


LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
TEXTS = st.one_of(st.just(""), st.sampled_from(PAYLOADS), st.text(LETTERS, max_size=12)).map(stored)
COORDINATES = st.none() | st.tuples(
    st.floats(-90, 90, allow_nan=False), st.floats(-180, 180, allow_nan=False)
)
# Around both changes of the clock in 2024, and anywhere else.
TIMES = st.one_of(
    st.integers(1_730_610_000, 1_730_620_000),
    st.integers(1_710_050_000, 1_710_060_000),
    st.integers(86_400 * 2, 4_000_000_000),
)
NAMES = st.one_of(
    st.sampled_from(
        [
            "早餐",
            "Lunch",
            "food",
            "A|B",
            "C>D",
            'E"F',
            "G／H",
            "\\",
            "=1",
            "'x",
            "其他",
            "Other",
            "a b",
        ]
    ),
    st.text(
        st.characters(exclude_categories=["C", "Z"], exclude_characters="/"), min_size=1, max_size=6
    ),
).filter(lambda name: stored(name).strip() == name)
TREES = st.lists(st.lists(NAMES, min_size=1, max_size=4), max_size=4)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "time": TIMES,
            "amount_minor": st.integers(0, 10**14),
            "refund_share": st.sampled_from([0, 0, 1, 3, 10]),
            "currency": st.sampled_from(["CNY", "JPY", "KWD", "USD"]),
            "direction": st.sampled_from(["expense", "income", "transfer", "refund", "neutral"]),
            "merchant": TEXTS,
            "place": TEXTS,
            "note": TEXTS,
            "source": st.sampled_from(["alipay", "wechat", "manual", "cmb", "=x"]),
            "account": TEXTS,
            "numbered": st.booleans(),
            "order_ref": TEXTS,
            "where": COORDINATES,
            "pending": st.sampled_from([0, 0, 1]),
            "category": st.integers(0, 60),
        }
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


def store_rows(engine: Engine, owner: int, trees: Any, rows: Any) -> None:
    """What may stand in the table of a user, as imports, links and corrections leave it."""
    with write_transaction(engine) as connection:
        categories = SqliteCategories(connection)
        categories.plant_defaults(owner)
        for names in trees:
            parent: int | None = None
            for name in names:
                tree = categories.tree(owner)
                known = [n.id for n in tree if (n.parent_id, n.name) == (parent, name)]
                parent = (
                    known[0]
                    if known
                    else categories.add(owner, name=name, parent_id=parent, code=None)
                )
        ids = [node.id for node in categories.tree(owner)]
        for number, row in enumerate(rows):
            local = dt.datetime.fromtimestamp(row["time"], tz=dt.UTC)
            values = {
                name: row[name]
                for name in ("time", "amount_minor", "currency", "direction", "merchant", "place",
                             "note", "source", "account", "order_ref", "pending")
            }  # fmt: skip
            connection.execute(
                insert(expenses).values(
                    **values,
                    user_id=owner,
                    **local_fields_of(local),
                    refunded_minor=row["amount_minor"] * row["refund_share"] // 10,
                    external_id=f"{number}{row['merchant']}" if row["numbered"] else "",
                    lat=None if row["where"] is None else row["where"][0],
                    lon=None if row["where"] is None else row["where"][1],
                    category_id=ids[-1 - row["category"] % len(ids)],
                    category_source="user",
                    fingerprint=number.to_bytes(12, "big"),
                    seq=take_seq(connection),
                    created_at=1,
                )
            )


def local_fields_of(moment: dt.datetime) -> dict[str, int]:
    found = local_fields(moment, ZONE)
    return {
        "local_day": found.local_day,
        "local_hour": found.local_hour,
        "local_weekday": found.local_weekday,
    }


def told(engine: Engine, owner: int) -> list[dict[str, Any]]:
    """Every field that the table carries, row by row, with the names of the category's path."""
    with engine.connect() as connection:
        tree = {node.id: node for node in SqliteCategories(connection).tree(owner)}
        query = select(expenses).where(expenses.c.user_id == owner, expenses.c.deleted == 0)
        rows = connection.execute(query.order_by(expenses.c.time, expenses.c.id)).mappings().all()

    def names(id_: int | None) -> list[str]:
        return [] if id_ is None else [*names(tree[id_].parent_id), tree[id_].name]

    return [
        {name: row[name] for name in COMPARED} | {"category": names(row["category_id"])}
        for row in rows
    ]


def in_order(rows: list[dict[str, Any]]) -> list[Any]:
    return sorted(rows, key=repr)


@pytest.mark.parametrize("kind", FORMATS)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(trees=TREES, rows=ROWS)
def test_another_user_has_the_same_rows_after_importing_the_export(
    client: Client, engine: Engine, kind: tuple[str, str], trees: Any, rows: Any
) -> None:
    file_format, lang = kind
    here, there = str(next(OWNERS)), str(next(OWNERS))
    store_rows(engine, int(here), trees, rows)
    mine = client.as_user(here, zone=ZONE)
    answer = mine.get(f"/data/export?format={file_format}&lang={lang}")
    assert answer.status_code == 200
    data = answer.get_data()
    assert data == mine.get(f"/data/export?format={file_format}&lang={lang}").get_data()
    record = client.as_user(there, zone=ZONE).import_file(data, f"x.{file_format}")
    assert (record["profile"], record["rows_success"], record["rows_failed"]) == (
        "platform", len(rows), 0,
    ), record  # fmt: skip
    assert in_order(told(engine, int(there))) == in_order(told(engine, int(here)))
    with engine.connect() as connection:
        sources = "SELECT DISTINCT category_source FROM expenses WHERE user_id = :owner"
        assert connection.execute(text(sources), {"owner": int(there)}).scalars().all() == ["file"]


@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_a_quoted_path_is_read_back(names: list[str]) -> None:
    assert list(names_of("/" + "/".join(map(_quoted, names)))) == names
