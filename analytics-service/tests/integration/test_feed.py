import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import Ask, Clock
from factories import category, expense
from fakes import Ledger, arrow_stream, feed_app, json_page, serving
from flask import Flask
from sqlalchemy.exc import OperationalError

from analytics_service import cli
from analytics_service.clients.feed_pages import ArrowPages, read_json
from analytics_service.config import Config
from analytics_service.consumer import Consumer, create_consumer
from analytics_service.domain.errors import FeedCorrupt, FeedUnavailable
from analytics_service.usecases.feed import pull_once
from analytics_service.worker import FeedLoop
from servicekit.contracts import assert_matches_contract

pytestmark = pytest.mark.integration


@pytest.fixture
def neighbour(ledger: Ledger) -> Iterator[tuple[Flask, str]]:
    app = feed_app(ledger)
    with serving(app) as address:
        yield app, address


@pytest.fixture
def remote(config: Config, clock: Clock, neighbour: tuple[Flask, str]) -> Consumer:
    """A consumer that reads the feed over HTTP, with a token from auth."""
    there = replace(config, auth_url=neighbour[1], ingest_url=neighbour[1])
    return create_consumer(there, clock=clock)


@pytest.fixture
def environment(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of this test's service."""
    monkeypatch.setenv("DATA_DIR", str(config.data_dir))
    for name in ("AUTH_URL", "INGEST_URL", "SERVICE_CLIENT_SECRET"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


def no_load() -> None:
    raise AssertionError("nothing is to be loaded")


def drain(consumer: Consumer) -> None:
    while consumer.pull():
        pass


def test_changes_arrive_over_http_in_arrow(remote: Consumer, ledger: Ledger, ask: Ask) -> None:
    ledger.put_category(category(id=3))
    ledger.put(expense(id=1, category_id=3, refunded_minor=850), expense(id=2, lat=None, lon=None))

    drain(remote)

    body = ask("category-share")
    assert [(item["name"], item["amount"]) for item in body["items"]] == [
        ("", 28.5),
        ("餐饮", 20.0),
    ]
    assert (body["as_of_seq"], body["stale"]) == (3, False)


def test_changes_arrive_in_json_as_in_arrow(
    remote: Consumer, ledger: Ledger, neighbour: tuple[Flask, str], ask: Ask
) -> None:
    ledger.put_category(category(id=3))
    ledger.put(expense(id=1, category_id=3, refunded_minor=850), expense(id=2, lat=None, lon=None))
    page = ledger.page(after=0, limit=10)
    assert_matches_contract(json_page(page), "ingest/changes")
    neighbour[0].config["json"] = True

    drain(remote)

    assert read_json(json.dumps(json_page(page)).encode(), after=0) == page
    assert (ask("overview")["count"], neighbour[0].config["streams"]) == (2, 0)


def test_a_long_answer_is_read_page_by_page(
    remote: Consumer, ledger: Ledger, neighbour: tuple[Flask, str]
) -> None:
    ledger.put_category(category(id=3))
    ledger.put(*(expense(id=number, category_id=3) for number in range(1, 12)))
    neighbour[0].config["batch_rows"] = 2
    pages, after = [], 0

    while not pages or pages[-1].has_more:
        pages.append(remote.feed.page(after=after, limit=4))
        after = pages[-1].next

    assert [len(page.expenses) for page in pages] == [4, 4, 3]
    assert [len(page.categories) for page in pages] == [1, 0, 0]
    assert [page.next for page in pages] == [5, 9, 12]
    assert neighbour[0].config["streams"] == 1


def test_an_answer_that_breaks_off_is_asked_for_again(
    remote: Consumer, ledger: Ledger, neighbour: tuple[Flask, str], ask: Ask
) -> None:
    ledger.put(*(expense(id=number) for number in range(1, 40)))
    neighbour[0].config.update(batch_rows=10, breaks_off=True)

    with pytest.raises(FeedUnavailable):
        drain(remote)

    neighbour[0].config["breaks_off"] = False
    drain(remote)
    assert ask("overview")["count"] == 39


def test_a_deleted_expense_leaves_the_charts(remote: Consumer, ledger: Ledger, ask: Ask) -> None:
    ledger.put(expense(id=1), expense(id=2))
    drain(remote)
    ledger.delete(1)

    drain(remote)

    assert ask("overview")["count"] == 1


def test_a_new_epoch_rebuilds_from_nothing(remote: Consumer, ledger: Ledger, ask: Ask) -> None:
    ledger.put(expense(id=1), expense(id=2), expense(id=3))
    drain(remote)
    ledger.delete(3)  # never seen: the backup was taken before
    ledger.restore("restored")

    drain(remote)

    body = ask("overview")
    assert (body["count"], body["as_of_seq"]) == (2, 2)


def test_a_page_read_twice_counts_once(consumer: Consumer, ledger: Ledger, ask: Ask) -> None:
    ledger.put(expense(id=1))
    drain(consumer)
    page = ledger.page(after=0, limit=10)

    assert not consumer.writer.apply(page, now=0)
    assert ask("overview")["count"] == 1


def test_pages_of_any_size_come_to_the_same(consumer: Consumer, ledger: Ledger, ask: Ask) -> None:
    ledger.put_category(category(id=1), category(id=2, parent_id=1))
    ledger.put(*(expense(id=number, category_id=number % 3) for number in range(1, 12)))

    while pull_once(ledger, consumer.writer, now=0, page_rows=3):
        pass

    assert ask("overview")["count"] == 11


def test_answers_go_on_as_stale_while_ingest_is_down(
    remote: Consumer, ledger: Ledger, neighbour: tuple[Flask, str], clock: Clock, ask: Ask
) -> None:
    ledger.put(expense(id=1))
    drain(remote)
    assert ask("overview")["stale"] is False
    neighbour[0].config["down"] = True
    clock.now += timedelta(seconds=60)

    with pytest.raises(FeedUnavailable):
        remote.pull()

    body = ask("overview")
    assert (body["stale"], body["count"], body["as_of_seq"]) == (True, 1, 1)
    neighbour[0].config["down"] = False
    drain(remote)
    assert ask("overview")["stale"] is False


def test_answers_are_stale_until_the_whole_feed_was_read(
    consumer: Consumer, ledger: Ledger, ask: Ask
) -> None:
    ledger.put(expense(id=1), expense(id=2))
    assert ask("overview")["stale"] is True
    consumer.pull()

    pull_once(ledger, consumer.writer, now=int(consumer.clock().timestamp()), page_rows=1)

    assert ask("overview")["stale"] is True
    drain(consumer)
    assert ask("overview")["stale"] is False


def test_the_loop_survives_trouble_and_pulls_again(
    remote: Consumer, ledger: Ledger, neighbour: tuple[Flask, str], config: Config, ask: Ask
) -> None:
    ledger.put(expense(id=1))
    neighbour[0].config["down"] = True
    loop = FeedLoop(
        remote,
        heartbeat_path=config.heartbeat_path,
        wait=lambda _: True,
        beside=lambda: lambda _: True,
        load=no_load,
    )

    assert loop.turn() is False
    neighbour[0].config["down"] = False
    while loop.turn():
        pass

    assert ask("overview")["count"] == 1
    assert config.heartbeat_path.exists()


def test_a_judgement_that_met_a_busy_database_is_tried_again(
    consumer: Consumer, ledger: Ledger, config: Config, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    ledger.put(expense(id=1))
    loop = FeedLoop(
        consumer,
        heartbeat_path=config.heartbeat_path,
        wait=lambda _: True,
        beside=lambda: lambda work: (work(), True)[1],
        load=no_load,
    )
    judge = Consumer.judge
    tries: list[Consumer] = []

    def busy_at_first(self: Consumer) -> None:
        tries.append(self)
        if len(tries) == 1:
            raise OperationalError("BEGIN IMMEDIATE", None, Exception("database is locked"))
        judge(self)

    monkeypatch.setattr(Consumer, "judge", busy_at_first)
    while loop.turn():
        pass
    loop.turn()
    loop.turn()

    assert len(tries) == 2
    assert ask("anomalies")["as_of_seq"] == ledger.seq


def test_the_cli_rebuild_reads_the_feed_anew(
    environment: None,
    consumer: Consumer,
    ledger: Ledger,
    ask: Ask,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ledger.put(expense(id=1))
    drain(consumer)

    assert cli.main(["migrate"]) == 0
    assert cli.main(["rebuild"]) == 0
    assert ask("overview")["count"] == 0
    drain(consumer)

    assert ask("overview")["count"] == 1
    assert cli.main(["status"]) == 0
    assert "epoch=e1 seq=1" in capsys.readouterr().out


@pytest.mark.parametrize("broken", [b"", b"not arrow", b"\xff" * 64])
def test_what_is_not_a_page_is_refused(broken: bytes) -> None:
    with pytest.raises(FeedCorrupt):
        ArrowPages(io.BytesIO(broken), after=0)
    with pytest.raises(FeedCorrupt):
        read_json(broken, after=0)


def test_a_truncated_page_is_refused(ledger: Ledger) -> None:
    ledger.put(expense(id=1))
    stream = arrow_stream(ledger.page(after=0, limit=5))

    with pytest.raises(FeedCorrupt):
        ArrowPages(io.BytesIO(stream[: len(stream) // 2]), after=0)


def test_the_last_import_is_the_latest_with_rows_left(
    pull: Callable[[], None], ledger: Ledger, ask: Ask
) -> None:
    ledger.put(
        expense(id=1, import_id=5, created_at=100),
        expense(id=2, import_id=6, created_at=200),
        expense(id=3, import_id=None, created_at=300),
    )
    pull()
    assert ask("overview")["last_import"]["import_id"] == "6"
    ledger.delete(2)

    pull()

    assert ask("overview")["last_import"] == {
        "import_id": "5",
        "created_at": "1970-01-01T00:01:40Z",
        "rows": 1,
    }
