"""Where many changes wait, a child process loads them; the worker itself reads small pages."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from conftest import Ask, Clock
from factories import expense
from fakes import Ledger, feed_app, serving
from flask import Flask

from analytics_service.clients.ingest import SmallPages
from analytics_service.clients.loading import LoadProcess
from analytics_service.config import Config
from analytics_service.consumer import create_consumer, small_pages
from analytics_service.domain.errors import FeedUnavailable, LoadFailed, ManyWaiting
from analytics_service.worker import FeedLoop
from servicekit.outbound import ServiceClient

pytestmark = pytest.mark.integration
ROWS = 7


@pytest.fixture
def neighbour(ledger: Ledger) -> Iterator[tuple[Flask, str]]:
    app = feed_app(ledger)
    app.config["json_rows"] = 2
    with serving(app) as address:
        yield app, address


@pytest.fixture
def there(config: Config, neighbour: tuple[Flask, str], monkeypatch: pytest.MonkeyPatch) -> Config:
    """The settings of a service beside the neighbour, for this process and for its children."""
    _, address = neighbour
    monkeypatch.setenv("DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("AUTH_URL", address)
    monkeypatch.setenv("INGEST_URL", address)
    monkeypatch.setenv("SERVICE_CLIENT_SECRET", config.client_secret)
    return replace(config, auth_url=address, ingest_url=address)


@pytest.fixture
def rows(ledger: Ledger) -> None:
    ledger.put(*(expense(id=number) for number in range(1, ROWS + 1)))


def pages(there: Config, *, many: int) -> SmallPages:
    client = ServiceClient(there.ingest_url, name="ingest", retries=0)
    return SmallPages(client, lambda _scopes: "service-token", many=many)


def never(_seconds: float) -> bool:
    return False


@pytest.mark.usefixtures("rows")
def test_few_changes_are_read_page_by_page(there: Config, clock: Clock, ask: Ask) -> None:
    consumer = create_consumer(there, clock=clock, feed=pages(there, many=ROWS))

    while consumer.pull():
        pass

    assert ask("overview")["count"] == ROWS


@pytest.mark.usefixtures("rows")
def test_a_page_of_many_changes_is_not_given(there: Config) -> None:
    feed = pages(there, many=ROWS - 1)

    with pytest.raises(ManyWaiting):
        feed.page(after=0, limit=20)
    assert len(feed.page(after=1, limit=20).expenses) == 2


@pytest.mark.usefixtures("rows")
def test_small_pages_tell_that_the_feed_is_away(
    there: Config, neighbour: tuple[Flask, str]
) -> None:
    neighbour[0].config["down"] = True

    with pytest.raises(FeedUnavailable):
        small_pages(there).page(after=0, limit=20)


@pytest.mark.usefixtures("rows")
def test_the_worker_leaves_many_changes_to_a_child(
    there: Config, clock: Clock, ask: Ask, neighbour: tuple[Flask, str]
) -> None:
    loop = FeedLoop(
        create_consumer(there, clock=clock, feed=pages(there, many=3)),
        heartbeat_path=there.heartbeat_path,
        wait=lambda _: True,
        beside=lambda: lambda _: True,
        load=LoadProcess(never),
    )

    while loop.turn():
        pass

    assert ask("overview")["count"] == ROWS
    assert neighbour[0].config["streams"] > 0


@pytest.mark.usefixtures("there")
def test_a_child_that_fails_says_so(neighbour: tuple[Flask, str]) -> None:
    neighbour[0].config["down"] = True

    with pytest.raises(LoadFailed):
        LoadProcess(never)()


@pytest.mark.usefixtures("rows")
def test_loading_that_fails_is_tried_again_after_growing_pauses(
    there: Config, clock: Clock
) -> None:
    pauses: list[float] = []
    failures = iter([True] * 8 + [False])

    def load() -> None:
        if next(failures):
            raise LoadFailed("no")
        while consumer.pull():
            pass

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        return len(pauses) > 9

    consumer = create_consumer(there, clock=clock, feed=pages(there, many=ROWS))
    loop = FeedLoop(
        create_consumer(there, clock=clock, feed=pages(there, many=3)),
        heartbeat_path=there.heartbeat_path,
        wait=wait,
        beside=lambda: lambda _: True,
        load=load,
    )
    loop.run()

    assert pauses[:8] == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0, 15.0]
    assert pauses[8:] == [0.0, 0.5]


@pytest.mark.usefixtures("there", "rows")
def test_a_worker_that_is_to_stop_ends_the_child(ask: Ask) -> None:
    LoadProcess(lambda _seconds: True)()

    assert ask("overview")["count"] == 0
