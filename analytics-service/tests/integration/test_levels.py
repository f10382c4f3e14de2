import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import Ask, Clock
from factories import category, expense
from fakes import Ledger
from flask.testing import FlaskClient

from analytics_service.config import Config
from analytics_service.consumer import Consumer, create_consumer
from analytics_service.domain.errors import FitFailed
from analytics_service.domain.levels import FittedLevels, LevelModel, Pair
from analytics_service.worker import Beside, FeedLoop
from servicekit.testing import TokenMint

MODEL = LevelModel(
    centres=((1.0, -1.0), (-1.0, 1.0)), shift=(0.0, 8.0), scale=(1.0, 2.0), silhouette=0.7
)


class Fitter:
    """Gives the same groups for all points, and remembers how many there were."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.broken = False

    def fit(self, points: Sequence[Pair]) -> FittedLevels:
        self.calls.append(len(points))
        if self.broken:
            raise FitFailed("broken")
        return FittedLevels(models={2: MODEL}, chosen=2)


@pytest.fixture
def fitter() -> Fitter:
    return Fitter()


def at_once(work: Callable[[], None]) -> bool:
    work()
    return True


class NoForest:
    """Isolates nothing."""

    def scores(self, points: Sequence[Sequence[float]]) -> Sequence[float]:
        return [0.0 for _ in points]


@pytest.fixture
def loop(
    config: Config, clock: Clock, ledger: Ledger, fitter: Fitter, tmp_path: Path
) -> Callable[[], None]:
    """Turns of the worker until nothing is waiting."""
    consumer: Consumer = create_consumer(
        config, clock=clock, feed=ledger, fitter=fitter, grower=NoForest()
    )
    feed = FeedLoop(
        consumer,
        heartbeat_path=tmp_path / "beat",
        wait=lambda _: True,
        beside=lambda: at_once,
        load=lambda: None,
    )

    def run() -> None:
        while feed.turn():
            pass

    return run


def fill(ledger: Ledger, *, merchants: int, first: int = 1) -> None:
    ledger.put_category(category(id=1))
    for number in range(first, first + merchants):
        for visit in range(1 + number % 3):
            ledger.put(
                expense(
                    id=number * 10 + visit,
                    day=date(2024, 1, 1) + timedelta(days=number + visit * 5),
                    merchant=f"店 {number}",
                    category_id=1,
                    amount_minor=500 * number * number,
                )
            )


def test_groups_are_found_once_and_again_when_many_rows_have_come(
    ledger: Ledger, loop: Callable[[], None], fitter: Fitter, ask: Ask
) -> None:
    fill(ledger, merchants=20)
    loop()
    loop()
    assert fitter.calls == [20]  # one category alone makes no groups

    ledger.put(expense(id=9_000, merchant="新店"))
    loop()
    assert fitter.calls == [20]

    fill(ledger, merchants=10, first=30)
    loop()
    assert fitter.calls == [20, 31]
    body = ask("level-scatter")
    assert (body["silhouette"], body["left_out"]) == (0.7, 0)
    assert {item["cluster"] for item in body["items"]} == {0, 1}
    assert [group["label"] for group in body["clusters"]] == ["monthly-small", "rare-large"]


def test_without_groups_all_points_are_one(
    ledger: Ledger, loop: Callable[[], None], fitter: Fitter, ask: Ask
) -> None:
    fill(ledger, merchants=3)
    loop()

    body = ask("level-scatter")

    assert fitter.calls == []
    assert [(group["label"], group["size"]) for group in body["clusters"]] == [("all", 3)]
    assert body["silhouette"] is None


def test_a_failing_fit_keeps_the_feed_and_the_old_groups(
    ledger: Ledger, loop: Callable[[], None], fitter: Fitter, ask: Ask
) -> None:
    fill(ledger, merchants=20)
    loop()
    fitter.broken = True

    fill(ledger, merchants=10, first=30)
    loop()

    body = ask("level-scatter")
    assert len(body["items"]) == 30
    assert body["silhouette"] == 0.7


def test_new_groups_make_the_old_answer_stale_though_no_row_has_moved(
    client: FlaskClient, mint: TokenMint, ledger: Ledger, consumer: Consumer, fitter: Fitter
) -> None:
    fill(ledger, merchants=20)
    while consumer.pull():
        pass
    before = client.get("/analytics/level-scatter", headers=mint.headers())

    replace(consumer, fitter=fitter, grower=NoForest()).fit()

    again = {"If-None-Match": before.headers["ETag"]}
    after = client.get("/analytics/level-scatter", headers={**mint.headers(), **again})
    assert after.status_code == 200
    assert after.get_json()["silhouette"] == 0.7


def test_a_rebuild_finds_everything_again_though_no_row_has_moved(
    ledger: Ledger, loop: Callable[[], None], consumer: Consumer, fitter: Fitter, ask: Ask
) -> None:
    fill(ledger, merchants=20)
    loop()
    loop()
    consumer.rebuild()

    loop()

    assert fitter.calls == [20, 20]
    assert ask("anomalies")["as_of_seq"] == ledger.seq


def test_another_users_groups_are_not_seen(
    ledger: Ledger, loop: Callable[[], None], ask: Ask
) -> None:
    fill(ledger, merchants=20)
    ledger.put(expense(id=5, user_id=2, merchant="别家"))
    loop()

    body = ask("level-scatter", owner="2")

    assert ([item["name"] for item in body["items"]], body["silhouette"]) == (["别家"], None)


def test_work_beside_the_feed_is_one_at_a_time() -> None:
    begun, end = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert end.wait(10)

    beside = Beside()
    assert beside(work)
    assert begun.wait(10)
    assert not beside(work)
    end.set()
    assert beside._thread is not None
    beside._thread.join(10)
    assert beside(end.set)
