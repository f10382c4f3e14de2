from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import Ask
from factories import category, expense
from fakes import Ledger
from flask.testing import FlaskClient

from analytics_service.clients.fitting import ForestGrowing
from analytics_service.config import Config
from analytics_service.consumer import Consumer
from analytics_service.domain.errors import FitFailed
from analytics_service.store.anomalies import SqliteJudgements
from analytics_service.store.engine import open_read_model
from analytics_service.usecases.judging import judge
from servicekit.contracts import assert_matches_contract
from servicekit.testing import TokenMint

FIRST = date(2023, 9, 1)
SPIKE_DAY = FIRST + timedelta(days=150)
SPIKE, TWICE, DEARER, NEW = 9_001, 9_002, 9_003, 9_004


class Forest:
    """Isolates what costs most."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False

    def scores(self, points: Sequence[Sequence[float]]) -> Sequence[float]:
        self.asked += 1
        if self.broken:
            raise FitFailed("broken")
        return [point[0] for point in points]


@pytest.fixture
def forest() -> Forest:
    return Forest()


def live(ledger: Ledger, *, user_id: int = 1, first_id: int = 1, days: int = 200) -> None:
    """A lunch of 18 to 32 yuan on every day but Sundays."""
    for offset in range(days):
        day = FIRST + timedelta(days=offset)
        if day.weekday() < 6:
            amount = 1_800 + offset * 397 % 1_400
            ledger.put(
                expense(
                    id=first_id + offset,
                    user_id=user_id,
                    day=day,
                    amount_minor=amount,
                    category_id=1,
                    merchant=f"面馆{offset % 3}",
                )
            )


def stand_out(ledger: Ledger) -> None:
    """A dear dinner, a lunch charged twice, a dearer subscription and a first flight."""
    ledger.put(
        expense(id=SPIKE, day=SPIKE_DAY, amount_minor=88_800, category_id=1, merchant="酒楼")
    )
    twin = ledger.expenses[102]
    ledger.put(twin._replace(id=TWICE, time=twin.time + 40))
    for at, amount in enumerate((1_500, 1_500, 1_500, 1_500, 1_800)):
        ledger.put(
            expense(
                id=DEARER - 400 * (amount == 1_500) - 10 * at * (amount == 1_500),
                day=FIRST + timedelta(days=30 * at),
                amount_minor=amount,
                category_id=2,
                merchant="视频会员",
            )
        )
    ledger.put(
        expense(
            id=NEW,
            day=FIRST + timedelta(days=170),
            amount_minor=9_000,
            category_id=3,
            merchant="航空公司",
        )
    )


@pytest.fixture
def told(ledger: Ledger, pull: Callable[[], None]) -> None:
    ledger.put_category(category(id=1), category(id=2, name="订阅", code=None), category(id=3))
    live(ledger)
    stand_out(ledger)
    pull()


def by_id(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in body["items"]}


@pytest.mark.usefixtures("told")
def test_purchases_stand_out_for_the_reason_that_they_have(ask: Ask) -> None:
    body = ask("anomalies", scope="transaction")

    assert_matches_contract(body, "analytics/anomalies")
    found = by_id(body)
    reasons = {key: item["reason"]["code"] for key, item in found.items()}
    assert reasons == {
        f"tx-{SPIKE}": "amount-above-usual",
        f"tx-{TWICE}": "charged-twice",
        f"tx-{DEARER}": "price-rise",
        f"tx-{NEW}": "first-in-category",
    }
    spike = found[f"tx-{SPIKE}"]
    assert (spike["level"], spike["amount"], spike["expense_id"]) == ("critical", 888.0, str(SPIKE))
    assert spike["expected"]["lower"] < 25 < spike["expected"]["upper"] < spike["amount"]
    assert spike["reason"]["params"]["category_name"] == "餐饮"
    rise = found[f"tx-{DEARER}"]["reason"]["params"]
    assert (rise["previous"], rise["share"], rise["interval"]) == (15.0, 0.2, "monthly")
    assert found[f"tx-{TWICE}"]["reason"]["params"]["first_expense_id"] == "102"
    assert body["as_of_seq"] == ask("overview")["as_of_seq"]


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("method", ["fused", "robust", "3sigma"])
def test_the_dear_day_stands_out_by_every_method(ask: Ask, method: str) -> None:
    body = ask("anomalies", scope="day", method=method)

    assert_matches_contract(body, "analytics/anomalies")
    spike = by_id(body)[f"day-{SPIKE_DAY}"]
    assert (spike["level"], spike["expense_id"]) == ("critical", None)
    assert spike["expected"]["upper"] < spike["amount"]
    assert spike["filter"]["from"] == str(SPIKE_DAY)


@pytest.mark.usefixtures("told")
def test_the_overview_counts_what_the_lists_show(ask: Ask) -> None:
    for query in ({}, {"category_id": "3"}, {"from": str(SPIKE_DAY)}, {"direction": "income"}):
        lists = [
            ask("anomalies", scope=scope, level="warning", **query)["count"]
            for scope in ("day", "transaction")
        ]
        assert ask("overview", **query)["anomalies"] == sum(lists)


@pytest.mark.usefixtures("told")
def test_filters_on_rows_narrow_purchases_and_the_days_of_their_largest(ask: Ask) -> None:
    assert set(by_id(ask("anomalies", scope="transaction", merchant="酒楼"))) == {f"tx-{SPIKE}"}
    assert f"day-{SPIKE_DAY}" in by_id(ask("anomalies", scope="day", merchant="酒楼"))
    assert by_id(ask("anomalies", scope="day", merchant="视频会员")) == {}


def test_little_history_is_met_with_silence(
    ledger: Ledger, pull: Callable[[], None], ask: Ask
) -> None:
    live(ledger, days=29)
    ledger.put(expense(id=SPIKE, day=FIRST + timedelta(days=29), amount_minor=9_000_000))
    pull()

    for scope in ("day", "transaction"):
        body = ask("anomalies", scope=scope)
        assert (body["items"], body["enough_history"]) == ([], False)
        assert body["needed"] == {"days": 56, "spending_days": 20, "purchases": 30}
    assert ask("overview")["anomalies"] == 0


Say = Callable[..., int]


@pytest.fixture
def say(client: FlaskClient, mint: TokenMint) -> Say:
    """The status of a verdict of user 1, or of its taking back where it is None."""

    def run(anomaly: str, verdict: str | None, *, owner: str = "1", **more: str) -> int:
        path, headers = f"/analytics/anomalies/{anomaly}/feedback", mint.headers(owner_id=owner)
        if verdict is None:
            return client.delete(path, headers=headers).status_code
        return client.post(path, json={"verdict": verdict, **more}, headers=headers).status_code

    return run


@pytest.mark.usefixtures("told")
def test_normal_silences_the_payee_for_good_and_can_be_taken_back(
    ask: Ask, say: Say, ledger: Ledger, pull: Callable[[], None]
) -> None:
    assert say(f"tx-{SPIKE}", "normal") == 204
    ledger.put(
        expense(id=9_100, day=date(2024, 3, 1), amount_minor=95_000, category_id=1, merchant="酒楼")
    )
    pull()

    silenced = {f"tx-{SPIKE}", "tx-9100"}
    assert not silenced & set(by_id(ask("anomalies", scope="transaction")))
    found = by_id(ask("anomalies", scope="transaction", shown="silenced"))
    assert {key: item["feedback"] for key, item in found.items()} == {
        f"tx-{SPIKE}": "normal",
        "tx-9100": None,
    }
    assert say(f"tx-{SPIKE}", None) == 204
    assert silenced <= set(by_id(ask("anomalies", scope="transaction")))
    assert say(f"tx-{SPIKE}", None) == 404


@pytest.mark.usefixtures("told")
def test_normal_silences_no_other_kind_of_reason(ask: Ask, say: Say, ledger: Ledger) -> None:
    assert say(f"tx-{TWICE}", "normal") == 204

    assert set(by_id(ask("anomalies", scope="transaction"))) == {
        f"tx-{key}" for key in (SPIKE, DEARER, NEW)
    }


@pytest.mark.usefixtures("told")
def test_precision_is_the_share_of_confirmed_alarms(ask: Ask, say: Say) -> None:
    assert ask("anomalies")["feedback"] == {"normal": 0, "confirmed": 0, "precision": None}
    for anomaly in (f"tx-{SPIKE}", f"day-{SPIKE_DAY}", f"tx-{NEW}"):
        assert say(anomaly, "confirmed") == 204
    assert say(f"tx-{TWICE}", "normal") == 204
    assert say(f"tx-{NEW}", "normal") == 204  # on second thoughts

    assert ask("anomalies")["feedback"] == {"normal": 2, "confirmed": 2, "precision": 0.5}
    assert by_id(ask("anomalies"))[f"day-{SPIKE_DAY}"]["feedback"] == "confirmed"


@pytest.mark.usefixtures("told")
def test_verdicts_outlive_a_rebuild_and_a_new_epoch(
    ask: Ask, say: Say, ledger: Ledger, consumer: Consumer, pull: Callable[[], None]
) -> None:
    say(f"tx-{SPIKE}", "normal")
    before = ask("anomalies", scope="transaction")

    consumer.rebuild()
    assert ask("anomalies", scope="transaction")["items"] == []
    pull()
    assert ask("anomalies", scope="transaction")["items"] == before["items"]
    ledger.restore("e2")
    pull()
    assert ask("anomalies", scope="transaction")["items"] == before["items"]
    assert ask("anomalies")["feedback"]["normal"] == 1


@pytest.mark.usefixtures("told")
def test_verdicts_are_the_owners_alone(ask: Ask, say: Say) -> None:
    assert say(f"tx-{SPIKE}", "normal", owner="2") == 404
    assert say(f"tx-{SPIKE}", "normal") == 204
    assert say(f"tx-{SPIKE}", None, owner="2") == 404
    assert ask("anomalies", owner="2")["feedback"]["normal"] == 0


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("anomaly", "verdict", "status"),
    [
        ("tx-1", "normal", 404),
        ("day-2023-09-02", "normal", 404),
        ("nonsense", "normal", 404),
        (f"tx-{SPIKE}", "perhaps", 422),
    ],
)
def test_other_verdicts_are_refused(say: Say, anomaly: str, verdict: str, status: int) -> None:
    assert say(anomaly, verdict) == status


@pytest.mark.usefixtures("told")
def test_a_verdict_makes_the_old_answers_stale(
    client: FlaskClient, mint: TokenMint, say: Say
) -> None:
    for path in ("/analytics/anomalies?scope=transaction", "/analytics/overview"):
        say(f"tx-{SPIKE}", "confirmed")
        tag = client.get(path, headers=mint.headers()).headers["ETag"]
        again = {**mint.headers(), "If-None-Match": tag}
        assert client.get(path, headers=again).status_code == 304
        say(f"tx-{SPIKE}", "normal")
        assert client.get(path, headers=again).status_code == 200


@pytest.mark.usefixtures("told")
def test_anomalies_say_up_to_which_change_they_know(
    ask: Ask, ledger: Ledger, consumer: Consumer
) -> None:
    known = ask("anomalies")["as_of_seq"]
    ledger.put(expense(id=9_200, day=date(2024, 3, 1), amount_minor=77_700, category_id=1))
    while consumer.pull():
        pass

    waiting = ask("anomalies", scope="transaction", min_seq=ledger.seq)
    assert (waiting["as_of_seq"], waiting["stale"]) == (known, True)
    assert ask("overview")["as_of_seq"] == ledger.seq
    consumer.judge()
    judged = ask("anomalies", scope="transaction", min_seq=ledger.seq)
    assert (judged["as_of_seq"], judged["stale"]) == (ledger.seq, False)
    assert "tx-9200" in by_id(judged)


@pytest.mark.usefixtures("told")
def test_only_who_has_moved_is_judged_again(
    config: Config, ledger: Ledger, consumer: Consumer
) -> None:
    store = SqliteJudgements(open_read_model(config.database_path))
    live(ledger, user_id=2, first_id=20_000)
    while consumer.pull():
        pass

    assert [due.owner_id for due in store.due()[1]] == [2]


@pytest.mark.usefixtures("told")
def test_what_moves_while_it_is_judged_stays_due(
    config: Config, ledger: Ledger, consumer: Consumer
) -> None:
    store = SqliteJudgements(open_read_model(config.database_path))
    ledger.put(expense(id=9_300, day=date(2024, 3, 1)))
    while consumer.pull():
        pass
    _, (due,) = store.due()
    with store.facts(due) as facts:
        judgement = judge(facts)
    ledger.put(expense(id=9_301, day=date(2024, 3, 1)))
    while consumer.pull():
        pass

    store.keep(due, judgement)

    assert [item.seq for item in store.due()[1]] == [ledger.seq]


@pytest.mark.usefixtures("told")
def test_what_was_judged_in_an_earlier_epoch_is_not_kept(
    config: Config, ledger: Ledger, consumer: Consumer, ask: Ask
) -> None:
    store = SqliteJudgements(open_read_model(config.database_path))
    ledger.put(expense(id=9_300, day=date(2024, 3, 1)))
    while consumer.pull():
        pass
    position, (due,) = store.due()
    with store.facts(due) as facts:
        judgement = judge(facts)
    consumer.rebuild()

    store.keep(due, judgement)
    store.settle(position)

    body = ask("anomalies", scope="transaction")
    assert (body["items"], body["as_of_seq"]) == ([], 0)


@pytest.mark.usefixtures("told")
def test_a_forest_is_grown_once_and_again_when_rows_have_come(
    ask: Ask, ledger: Ledger, consumer: Consumer, forest: Forest
) -> None:
    judging = replace(consumer, grower=forest)
    judging.fit()
    judging.fit()
    assert forest.asked == 2  # over the days, and over the purchases

    days = by_id(ask("anomalies", scope="day", method="isolation-forest"))
    assert days[f"day-{SPIKE_DAY}"]["reason"]["code"] == "day-isolated"
    purchases = ask("anomalies", scope="transaction", method="isolation-forest")
    assert_matches_contract(purchases, "analytics/anomalies")
    assert by_id(purchases)[f"tx-{SPIKE}"]["level"] == "critical"

    live(ledger, first_id=30_000, days=20)
    while judging.pull():
        pass
    judging.judge()
    forest.broken = True
    with pytest.raises(FitFailed):
        judging.fit()
    forest.broken = False
    judging.fit()
    assert forest.asked == 5


@pytest.mark.integration
def test_scikit_learn_isolates_the_point_that_lies_apart() -> None:
    points = [[float(at % 7), float(at % 5)] for at in range(60)] + [[90.0, 90.0]]

    scores = ForestGrowing().scores(points)

    assert max(range(len(scores)), key=scores.__getitem__) == 60
