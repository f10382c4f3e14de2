import io
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from conftest import Api
from factories import FeedCategory, FeedRow, arrow_page, daily_rows, json_page, renumbered
from fakes import FakeIngest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from forecast_service.clients.feed import ArrowPages, read_json
from forecast_service.domain.feed import FeedPage, Purchase
from forecast_service.store.queries import day_of
from forecast_service.store.read_model import SqlReadModel, SqlReadModelStore
from forecast_service.store.tables import daily_totals, metadata, purchases
from forecast_service.usecases import follow_feed
from servicekit.sqlite import open_engine, read_transaction, write_transaction

Pull = Callable[[], None]


def read_page(content: bytes) -> FeedPage:
    return ArrowPages(io.BytesIO(content), after=0).next(1_000_000)


def totals(engine: Engine) -> dict[tuple[int, date, int], int]:
    with read_transaction(engine) as connection:
        rows = connection.execute(select(daily_totals)).all()
    return {(row.user_id, day_of(row.local_day), row.category_id): row.net_minor for row in rows}


def test_only_expenses_with_something_left_count(
    engine: Engine, ingest: FakeIngest, pull: Pull
) -> None:
    day = date(2024, 5, 1)
    ingest.rows = [
        FeedRow(seq=1, id=1, local_date=day, amount_minor=1000),
        FeedRow(seq=2, id=2, local_date=day, amount_minor=500, refunded_minor=200),
        FeedRow(seq=3, id=3, local_date=day, amount_minor=700, refunded_minor=700),
        FeedRow(seq=4, id=4, local_date=day, direction="income"),
        FeedRow(seq=5, id=5, local_date=day, direction="transfer"),
        FeedRow(seq=6, id=6, local_date=day, direction="refund"),
        FeedRow(seq=7, id=7, local_date=day, direction="neutral"),
        FeedRow(seq=8, id=8, local_date=day, deleted=True),
        FeedRow(seq=9, id=9, local_date=day, amount_minor=40, category_id=None),
    ]

    pull()

    assert totals(engine) == {(1, day, 11): 1300, (1, day, 0): 40}


def test_a_page_in_json_says_the_same_as_one_in_arrow() -> None:
    rows = [
        FeedRow(seq=1, id=1, merchant="兰州拉面", refunded_minor=200),
        FeedRow(seq=2, id=2, deleted=True, user_id=2),
        FeedRow(seq=4, id=3, category_id=None),
    ]
    categories = [FeedCategory(seq=3, id=11, code="food"), FeedCategory(seq=5, id=12, parent_id=11)]
    head = {"epoch": "e", "next_seq": 5, "has_more": True}

    in_json = read_json(json_page(rows, categories, **head))  # type: ignore[arg-type]

    assert in_json == read_page(arrow_page(rows, categories, **head))  # type: ignore[arg-type]
    assert [purchase.net_minor for purchase in in_json.purchases] == [800, 1000]
    assert in_json.last_seqs == {1: 5, 2: 2}


def test_a_long_answer_is_read_page_by_page(
    engine: Engine, ingest: FakeIngest, pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest.rows = daily_rows(days=25)
    ingest.categories = [FeedCategory(seq=26, id=11)]
    ingest.batch_rows = 3
    monkeypatch.setattr(follow_feed, "PAGE_ROWS", 7)

    pull()

    assert len(totals(engine)) == 25
    assert SqlReadModelStore(engine).cursor().seq == 26
    assert ingest.asked == [0]


def test_few_changes_come_in_json(engine: Engine, ingest: FakeIngest, pull: Pull) -> None:
    ingest.rows = daily_rows(days=3)
    ingest.in_json = True

    pull()

    assert len(totals(engine)) == 3


def test_later_changes_replace_earlier_ones(engine: Engine, ingest: FakeIngest, pull: Pull) -> None:
    day = date(2024, 5, 1)
    first = FeedRow(seq=1, id=1, local_date=day, amount_minor=1000)
    second = FeedRow(seq=2, id=2, local_date=day, amount_minor=300)
    third = FeedRow(seq=3, id=3, local_date=day, amount_minor=50, category_id=12)
    ingest.rows = [first, second, third]
    pull()
    ingest.rows = [
        renumbered(first, seq=4, refunded_minor=400),
        renumbered(second, seq=5, deleted=True),
        renumbered(third, seq=6, category_id=13),
    ]

    pull()

    assert totals(engine) == {(1, day, 11): 600, (1, day, 13): 50}
    assert SqlReadModelStore(engine).cursor().seq == 6


def test_pages_are_followed_to_the_end(engine: Engine, ingest: FakeIngest, pull: Pull) -> None:
    ingest.rows = daily_rows(days=25)
    ingest.page_limit = 10

    pull()

    assert len(totals(engine)) == 25
    assert ingest.asked == [0, 10, 20]


def test_a_changed_epoch_rebuilds_from_the_start(
    engine: Engine, ingest: FakeIngest, pull: Pull, api: Api
) -> None:
    ingest.rows = daily_rows(days=60)
    pull()
    before = api.get("/forecast/predict").get_json()
    ingest.epoch = "b2"
    ingest.rows = [renumbered(row, seq=row.seq, amount_minor=100) for row in daily_rows(days=60)]

    pull()

    assert ingest.asked[-2:] == [60, 0]
    assert set(totals(engine).values()) == {100}
    after = api.get("/forecast/predict").get_json()
    assert after["as_of_seq"] == before["as_of_seq"]
    assert after["total"] != before["total"]


def test_a_failed_page_leaves_rows_and_cursor_as_they_were(
    engine: Engine, ingest: FakeIngest, pull: Pull
) -> None:
    ingest.rows = daily_rows(days=5)
    pull()
    store = SqlReadModelStore(engine)
    page = FeedPage("a1", 99, False, [1], [], [], {1: 99})

    with suppress(RuntimeError), store.updating() as model:
        model.apply(page)
        raise RuntimeError

    assert store.cursor().seq == 5
    assert len(totals(engine)) == 5


def test_tombstones_of_categories_remove_them(api: Api, ingest: FakeIngest, pull: Pull) -> None:
    ingest.rows = daily_rows(days=60)
    ingest.categories = [FeedCategory(seq=101, id=11)]
    pull()
    assert api.get("/forecast/predict", scope="11").status_code == 200
    ingest.categories = [FeedCategory(seq=102, id=11, deleted=True)]

    pull()

    assert api.get("/forecast/predict", scope="11").status_code == 404


def test_min_seq_waits_for_what_was_just_imported(api: Api, ingest: FakeIngest, pull: Pull) -> None:
    ingest.rows = daily_rows(days=60)
    consumer = threading.Timer(0.1, pull)
    consumer.start()

    answer = api.get("/forecast/predict", min_seq=60)

    consumer.join()
    assert answer.status_code == 200, "it was answered before the rows had come"


def test_an_empty_feed_is_read(ingest: FakeIngest, pull: Pull, engine: Engine) -> None:
    pull()

    assert SqlReadModelStore(engine).cursor().epoch in {"", ingest.epoch}


def test_a_page_without_rows_reads_as_empty() -> None:
    page = read_page(arrow_page([], [], epoch="e", next_seq=3, has_more=False))

    assert (page.changed_ids, page.purchases, page.last_seqs) == ([], [], {})


CHANGES = st.lists(
    st.tuples(
        st.integers(1, 6),  # expense
        st.booleans(),  # still counts
        st.integers(1, 3),  # day
        st.integers(1, 2),  # category
        st.integers(1, 1000),  # amount
    ),
    max_size=25,
)


@settings(max_examples=40)
@given(pages=st.lists(CHANGES, max_size=4))
def test_daily_totals_always_equal_the_sums_of_what_counts(
    pages: list[list[tuple[int, bool, int, int, int]]],
) -> None:
    folder = tempfile.TemporaryDirectory()
    engine = open_engine(Path(folder.name) / "model.sqlite3")
    metadata.create_all(engine)
    kept: dict[int, Purchase] = {}
    for number, changes in enumerate(pages, start=1):
        latest = {change[0]: change for change in changes}
        rows = [
            Purchase(expense, 1, "CNY", category, day, "", amount)
            for expense, counts, day, category, amount in latest.values()
            if counts
        ]
        for expense in latest:
            kept.pop(expense, None)
        kept |= {row.id: row for row in rows}
        with write_transaction(engine) as connection:
            page = FeedPage("e", number, False, list(latest), rows, [], {1: number})
            SqlReadModel(connection).apply(page)

    with read_transaction(engine) as connection:
        summed = connection.execute(
            select(
                purchases.c.local_day, purchases.c.category_id, func.sum(purchases.c.net_minor)
            ).group_by(purchases.c.local_day, purchases.c.category_id)
        ).all()
        rolled = connection.execute(
            select(daily_totals.c.local_day, daily_totals.c.category_id, daily_totals.c.net_minor)
        ).all()
    engine.dispose()
    folder.cleanup()
    expected: dict[tuple[int, int | None], int] = {}
    for row in kept.values():
        key = (row.local_day, row.category_id)
        expected[key] = expected.get(key, 0) + row.net_minor
    assert {(day, category): net for day, category, net in rolled} == expected
    assert sorted(map(tuple, rolled)) == sorted(map(tuple, summed))
