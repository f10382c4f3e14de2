"""Many rows at once leave the same read model as the same rows page by page."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from factories import category, expense
from fakes import Ledger, LongAnswers
from sqlalchemy import Engine, select

from analytics_service.config import MIGRATIONS_DIR
from analytics_service.domain.amounts import amount_bin
from analytics_service.domain.errors import FeedUnavailable
from analytics_service.domain.feed import FeedPage
from analytics_service.store import bulk, bulk_labels, bulk_sums
from analytics_service.store import tables as t
from analytics_service.store.engine import open_read_model
from analytics_service.store.writer import SqliteReadModelWriter
from analytics_service.usecases.feed import pull_once
from servicekit.sqlite import migrate, read_transaction

pytestmark = pytest.mark.integration
Model = tuple[Engine, SqliteReadModelWriter]


@pytest.fixture
def model(tmp_path: Path) -> Callable[[str], Model]:
    """Makes empty read models."""

    def make(name: str) -> Model:
        path = tmp_path / f"{name}.sqlite3"
        migrate(database_path=path, migrations_dir=MIGRATIONS_DIR)
        engine = open_read_model(path)
        return engine, SqliteReadModelWriter(engine)

    return make


def fill(ledger: Ledger, first: int, last: int, *, user_ids: Sequence[int] = (1,)) -> None:
    rng = random.Random(first)
    for number in range(first, last):
        ledger.put(
            expense(
                id=number,
                user_id=rng.choice(user_ids),
                day=date(2024, 1, 1) + timedelta(days=number // 9),
                amount_minor=rng.choice([0, 100, 2850, 99_999, 10**13]),
                direction=rng.choice(["expense", "expense", "income"]),
                currency=rng.choice(["CNY", "CNY", "JPY"]),
                category_id=rng.choice([None, 1, 2]),
                merchant=rng.choice(["", "甲", "乙"]),
                note=f"第{number}笔",
                import_id=rng.choice([None, 7]),
                lat=rng.choice([None, 31.5, 0.29, -33.8688]),
                lon=rng.choice([121.4737, 0.57, -70.6693]),
                city=rng.choice(["", "CN-310100", "FR-2988507"]),
            )
        )


def pull_all(feed: Any, writer: SqliteReadModelWriter, *, load_rows: int = 10**9) -> None:
    while pull_once(feed, writer, now=0, page_rows=20, load_rows=load_rows):
        pass


def told(engine: Engine) -> dict[str, Any]:
    """All that the read model says, with words for labels."""
    with read_transaction(engine) as connection:
        words = {row.id: row.text for row in connection.execute(select(t.labels))} | {0: ""}
        tables = {}
        for table in t.metadata.sorted_tables:
            names = [column.name for column in table.columns]
            rows = [dict(zip(names, row, strict=True)) for row in connection.execute(select(table))]
            if table is t.labels:
                tables[table.name] = sorted((row["user_id"], row["text"]) for row in rows)
                continue
            labelled = [name for name in names if name in LABELS]
            for row in rows:
                row.update({name: words[row[name]] for name in labelled})
            tables[table.name] = sorted(map(repr, rows))
    return tables


def indexes(engine: Engine) -> dict[str, Any]:
    """What every index of the facts is made of."""
    with read_transaction(engine) as connection:
        named = connection.exec_driver_sql("PRAGMA index_list(expense_facts)").all()
        return {
            name: (unique, connection.exec_driver_sql(f"PRAGMA index_xinfo({name})").all())
            for _, name, unique, *_ in named
        }


LABELS = {"merchant_id", "place_id", "note_id", "source_id", "account_id", "city_id"}


def test_a_load_equals_page_by_page(model: Callable[[str], Model]) -> None:
    ledger = Ledger()
    ledger.put_category(category(id=1), category(id=2, parent_id=1))
    fill(ledger, 1, 90, user_ids=(1, 2))
    ledger.delete(5)
    (slow, by_page), (fast, in_bulk) = model("slow"), model("fast")

    pull_all(ledger, by_page)
    pull_all(LongAnswers(ledger), in_bulk, load_rows=1)

    assert told(fast) == told(slow)
    assert indexes(fast) == indexes(slow)


def test_sums_that_go_into_their_tables_on_the_way_equal_page_by_page(
    model: Callable[[str], Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "SLICE_ROWS", 6)
    monkeypatch.setattr(bulk_sums, "MOST_LOOSE", 4)
    monkeypatch.setattr(bulk_sums, "MOST_KEPT", 3)
    ledger = Ledger()
    fill(ledger, 1, 90, user_ids=(1, 2))
    (slow, by_page), (fast, in_bulk) = model("slow"), model("fast")

    pull_all(ledger, by_page)
    pull_all(LongAnswers(ledger), in_bulk, load_rows=1)

    assert told(fast) == told(slow)


@pytest.mark.parametrize("share", [0.0, 1e9])
def test_a_load_beside_older_rows_equals_page_by_page(
    model: Callable[[str], Model], monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(bulk, "REBUILD_SHARE", share)
    monkeypatch.setattr(bulk_labels, "MAX_KNOWN", 10)
    ledger = Ledger()
    fill(ledger, 1, 40)
    (slow, by_page), (fast, in_bulk) = model("slow"), model("fast")
    pull_all(ledger, by_page)
    pull_all(ledger, in_bulk)
    fill(ledger, 40, 100, user_ids=(1, 2))
    feed = LongAnswers(ledger)
    first = feed.page(after=39, limit=20)

    last = in_bulk.load(first, lambda after: feed.page(after=after, limit=20), now=0)

    pull_all(ledger, by_page)
    assert last is not None
    assert last.next == ledger.seq
    assert told(fast) == told(slow)


@pytest.mark.parametrize("share", [0.0, 1e9])
def test_a_load_of_changed_rows_equals_page_by_page(
    model: Callable[[str], Model], monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(bulk, "REBUILD_SHARE", share)
    ledger = Ledger()
    fill(ledger, 1, 90, user_ids=(1, 2))
    (slow, by_page), (fast, in_bulk) = model("slow"), model("fast")
    pull_all(ledger, by_page)
    pull_all(ledger, in_bulk)
    change_some(ledger)
    fill(ledger, 90, 120, user_ids=(1, 2))
    feed = LongAnswers(ledger)

    last = in_bulk.load(feed.page(after=89, limit=20), following(feed), now=0)

    assert last is not None
    assert last.next == ledger.seq
    pull_all(feed, in_bulk)
    pull_all(ledger, by_page)
    assert told(fast) == told(slow)
    assert indexes(fast) == indexes(slow)


def change_some(ledger: Ledger) -> None:
    """Move rows in all that facts and rollups know of them, and let a whole category go."""
    for number in range(1, 60):
        row = ledger.expenses[number]
        if row.category_id == 2:
            ledger.put(row._replace(category_id=1, note="umgebucht"))
        elif number % 7 == 0:
            ledger.delete(number)
        elif number % 5 == 0:
            later = row._replace(local_day=row.local_day + 40, time=row.time + 40 * 86_400)
            ledger.put(later._replace(amount_minor=row.amount_minor + 1, merchant="丙"))
    for number in range(60, 90):
        if ledger.expenses[number].category_id == 2:
            ledger.put(ledger.expenses[number]._replace(category_id=None, lat=None, lon=None))


def following(feed: LongAnswers) -> Callable[[int], FeedPage]:
    return lambda after: feed.page(after=after, limit=20)


def test_a_row_that_changes_while_it_is_loaded_stands_once(model: Callable[[str], Model]) -> None:
    ledger = Ledger()
    fill(ledger, 1, 60)
    (slow, by_page), (fast, in_bulk) = model("slow"), model("fast")
    pull_all(ledger, by_page)
    pull_once(LongAnswers(ledger), in_bulk, now=0)  # a new epoch

    def and_then_changed(after: int) -> FeedPage:
        ledger.put(ledger.expenses[3]._replace(amount_minor=5))
        ledger.delete(4)
        return LongAnswers(ledger).page(after=after, limit=20)

    first = LongAnswers(ledger).page(after=0, limit=20)
    last = in_bulk.load(replace(first, has_more=True), and_then_changed, now=0)

    assert last is not None
    pull_all(LongAnswers(ledger), in_bulk)
    pull_all(ledger, by_page)
    # A load judges all of its owners by its end, pages each by their last own change.
    differing = {name for name, rows in told(fast).items() if rows != told(slow)[name]}
    assert differing <= {"anomaly_due"}


def test_a_load_that_breaks_off_leaves_nothing(model: Callable[[str], Model]) -> None:
    ledger = Ledger()
    fill(ledger, 1, 60)
    engine, writer = model("one")
    pull_all(ledger, writer)
    before = told(engine)
    fill(ledger, 60, 120)
    first = LongAnswers(ledger).page(after=59, limit=20)

    def broken(after: int) -> FeedPage:
        raise FeedUnavailable(str(after))

    with pytest.raises(FeedUnavailable):
        writer.load(first, broken, now=0)

    assert told(engine) == before


def test_a_page_that_does_not_follow_the_cursor_is_not_loaded(
    model: Callable[[str], Model],
) -> None:
    ledger = Ledger()
    fill(ledger, 1, 60)
    engine, writer = model("one")
    page = LongAnswers(ledger).page(after=0, limit=20)

    assert writer.load(replace(page, epoch="another"), no_more, now=0) is None
    assert writer.load(replace(page, table=None), no_more, now=0) is None
    assert told(engine)["expense_facts"] == []


def no_more(after: int) -> FeedPage:
    raise AssertionError(after)


def test_bins_are_those_of_single_amounts() -> None:
    import numpy as np

    amounts = [0, 1, 2, 3, 99, 100, 2850, 10**7, 10**14, *range(1000, 1200)]

    assert bulk._bins(np.array(amounts)).tolist() == list(map(amount_bin, amounts))


def test_what_a_load_leaves_out_is_made_once_nothing_is_waiting(
    model: Callable[[str], Model],
) -> None:
    ledger = Ledger()
    fill(ledger, 1, 30)
    engine, writer = model("fast")
    feed = LongAnswers(ledger)
    pull_once(feed, writer, now=0, page_rows=20, load_rows=1)  # a new epoch
    pull_once(feed, writer, now=0, page_rows=20, load_rows=1)
    loaded = indexes(engine).keys()
    fill(ledger, 30, 60)

    pull_once(feed, writer, now=0, page_rows=20, load_rows=1)
    again = indexes(engine).keys()
    pull_all(feed, writer)

    assert not loaded & t.LATE_INDEXES
    assert again == loaded
    assert indexes(engine).keys() >= t.LATE_INDEXES


def test_changes_of_loaded_rows_find_them_before_the_indexes_are_made(
    model: Callable[[str], Model],
) -> None:
    ledger = Ledger()
    fill(ledger, 1, 30)
    (slow, by_page), (fast, in_bulk) = model("slow"), model("fast")
    feed = LongAnswers(ledger)
    pull_once(feed, in_bulk, now=0, load_rows=1)  # a new epoch
    pull_once(feed, in_bulk, now=0, load_rows=1)
    pull_all(ledger, by_page)
    ledger.put(ledger.expenses[3]._replace(amount_minor=1))
    ledger.delete(4)

    assert not pull_once(feed, in_bulk, now=0, with_indexes=False)
    assert indexes(fast).keys() & t.LATE_INDEXES == {t.BY_ID}
    pull_all(feed, in_bulk)
    pull_all(ledger, by_page)

    assert told(fast) == told(slow)
    assert indexes(fast) == indexes(slow)
