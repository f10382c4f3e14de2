"""Random lives of a ledger: whatever happens, every chart equals a plain recomputation."""

import math
import tempfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import reference
from conftest import Clock
from factories import category, expense
from fakes import Ledger, LongAnswers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import Reference, spent

from analytics_service.app import create_app
from analytics_service.config import MIGRATIONS_DIR, Config
from analytics_service.consumer import create_consumer
from analytics_service.usecases.feed import pull_once
from servicekit.sqlite import migrate
from servicekit.testing import TokenMint

MINT = TokenMint()
EXAMPLES = 80
FIRST = date(2023, 12, 20)

days = st.one_of(st.sampled_from([30, 31]), st.integers(0, 100)).map(
    lambda n: FIRST + timedelta(days=n)
)
amounts = st.sampled_from([0, 1, 999, 1000, 1000, 1000, 2850, 10_000, 5_000_000])
owners = st.sampled_from([1, 1, 1, 2])
new_rows = st.fixed_dictionaries(
    {
        "day": days,
        "hour": st.sampled_from([0, 12, 12, 12, 23]),
        "user_id": owners,
        "amount_minor": amounts,
        "currency": st.sampled_from(["CNY", "CNY", "CNY", "JPY"]),
        "direction": st.sampled_from(["expense"] * 5 + ["income", "transfer", "refund"]),
        "category_id": st.sampled_from([None, 1, 2, 3, 4, 9]),
        "merchant": st.sampled_from(["", "星巴克", "Starbucks", "美团_外卖", "100%果汁"]),
        "place": st.sampled_from(["", "上海", "北京"]),
        "lat": st.sampled_from([None, 31.2304, 31.2399, 31.24, 39.9, 0.29, -33.8688, 90.0]),
        "lon": st.sampled_from([None, 121.4737, 121.47, 121.48, 116.4, -0.57, 180.0]),
        "city": st.sampled_from(["", "CN-310100", "CN-110100", "FR-2988507"]),
        "source": st.sampled_from(["alipay", "wechat"]),
        "note": st.sampled_from(["", "早餐 latte", "LATTE"]),
        "import_id": st.sampled_from([None, 1, 2]),
        "created_at": st.sampled_from([1711936986, 1711936987]),
    }
)
steps = st.one_of(
    st.tuples(st.just("insert"), st.lists(new_rows, min_size=1, max_size=25)),
    st.tuples(st.just("update"), st.tuples(st.integers(0, 4), new_rows)),
    st.tuples(st.just("delete"), st.integers(0, 4)),
    st.tuples(st.just("refund"), st.tuples(st.integers(0, 4), st.integers(0, 1500))),
    st.tuples(
        st.just("category"),
        st.tuples(st.integers(1, 4), st.sampled_from([None, 1, 2, 3]), st.booleans()),
    ),
    st.tuples(st.just("epoch"), st.none()),
)
CHOICES: dict[str, st.SearchStrategy[str]] = {
    "from": days.map(str),
    "to": days.map(lambda day: str(day + timedelta(days=60))),
    "category_id": st.sampled_from(["1", "2", "3", "9", "none"]),
    "subtree": st.sampled_from(["true", "false"]),
    "direction": st.sampled_from(["income", "refund"]),
    "gross": st.just("true"),
    "min_amount": st.sampled_from(["0", "10.00", "9.99"]),
    "max_amount": st.sampled_from(["10", "9.99", "50000"]),
    "merchant": st.sampled_from(["星巴克", "美团_外卖"]),
    "place": st.just("上海"),
    "source": st.sampled_from(["alipay", "wechat"]),
    "account": st.sampled_from(["招商银行(1234)", "现金"]),
    "bbox": st.sampled_from(["121,31,122,32", "121.47,31.2304,121.48,31.24", "-180,-90,180,90"]),
    "city": st.sampled_from(["CN-310100", "FR-2988507", "none", "any"]),
    "located": st.sampled_from(["true", "false"]),
    "q": st.sampled_from(["latte", "果汁", "_", "100%", "STAR"]),
}
# Few at a time: all together would leave no rows to compare.
filters = (
    st.lists(st.sampled_from(sorted(CHOICES)), max_size=3, unique=True)
    .flatmap(lambda names: st.fixed_dictionaries({name: CHOICES[name] for name in names}))
    .filter(lambda query: query.get("from", "") <= query.get("to", "9"))
)


def live_by_habit(ledger: Ledger, clock: list[int]) -> None:
    """What every life begins with: enough of the usual for the unusual to stand out."""
    usual = [
        {
            "amount_minor": 950 + number % 7 * 20,
            "merchant": "星巴克",
            "day": FIRST,
            "category_id": 1,
        }
        for number in range(30)
    ]
    subscription = [
        {"amount_minor": amount, "merchant": "视频会员", "day": FIRST + timedelta(days=at * 30)}
        for at, amount in enumerate((1500, 1500, 1500, 1800))
    ]
    for offset, row in enumerate(usual):
        row["day"] = FIRST + timedelta(days=offset * 2)
    for row in (*usual, *subscription):
        clock[0] += 1
        ledger.put(expense(id=clock[0], **row))


def change(ledger: Ledger, kind: str, detail: Any, clock: list[int]) -> None:
    """Do one step of a ledger's life."""
    live = sorted(row.id for row in ledger.live())
    if kind == "insert":
        for row in detail:
            clock[0] += 1
            seconds = clock[0] * 23 % 90
            made = expense(id=clock[0], **row)
            ledger.put(made._replace(time=made.time - 61 + seconds * (row["hour"] != 0)))
    elif kind == "category":
        category_id, parent, gone = detail
        if gone and category_id in ledger.categories:
            ledger.delete_category(category_id)
        elif parent is None or parent < category_id:  # ingest refuses cycles
            ledger.put_category(category(id=category_id, parent_id=parent, name=f"类{category_id}"))
    elif kind == "epoch":
        ledger.restore(f"{ledger.epoch}x")
    elif live and kind in {"update", "delete", "refund"}:
        index = detail if kind == "delete" else detail[0]
        old = ledger.expenses[live[index % len(live)]]
        if kind == "delete":
            ledger.delete(old.id)
        elif kind == "refund":
            ledger.put(old._replace(refunded_minor=min(detail[1], old.amount_minor)))
        else:
            ledger.put(expense(id=old.id, **{**detail[1], "user_id": old.user_id}))


class World:
    """A ledger, the service that follows it, and the reference."""

    def __init__(self, folder: str, *, in_long_answers: bool) -> None:
        config = Config(
            data_dir=Path(folder),
            auth_url="http://127.0.0.1:9",
            ingest_url="http://127.0.0.1:9",
            client_secret="secret",
        )
        migrate(database_path=config.database_path, migrations_dir=MIGRATIONS_DIR)
        self.ledger = Ledger()
        self.feed = LongAnswers(self.ledger) if in_long_answers else self.ledger
        self.consumer = create_consumer(config, clock=Clock(), feed=self.feed)
        self.client = create_app(config, clock=Clock(), jwks=MINT.jwks).test_client()

    def pull(self, rows: int) -> bool:
        return pull_once(self.feed, self.consumer.writer, now=0, page_rows=rows, load_rows=1)

    def ask(self, chart: str, query: Mapping[str, str], **more: str) -> dict[str, Any]:
        answer = self.client.get(
            f"/analytics/{chart}",
            query_string={**query, **more},
            headers=MINT.headers(owner_id="1"),
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.get_json()
        return body


def minor(amount: float) -> int:
    assert math.isclose(amount * 100, round(amount * 100), abs_tol=1e-6)
    return round(amount * 100)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    life=st.lists(st.tuples(steps, st.integers(0, 3)), min_size=4, max_size=18),
    query=filters,
    in_long_answers=st.booleans(),
)
def test_every_chart_equals_a_recomputation_whatever_happened(
    life: list[tuple[tuple[str, Any], int]], query: dict[str, str], *, in_long_answers: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world, clock = World(folder, in_long_answers=in_long_answers), [0]
        live_by_habit(world.ledger, clock)
        for (kind, detail), pulls in life:
            change(world.ledger, kind, detail, clock)
            for _ in range(pulls):
                world.pull(20)
                world.consumer.judge()
        while world.pull(20):
            pass
        world.consumer.judge()
        check_all(world, {})
        if query:
            check_all(world, query)


def check_all(world: World, query: dict[str, str]) -> None:
    """Hold every chart of the query against the reference."""
    gross = query.get("gross") == "true"
    asked = {"direction": "expense", "currency": "CNY", **query}
    asked.pop("gross", None)
    if asked.get("subtree") == "true":
        asked.pop("subtree")
    truth = Reference(world.ledger, 1)
    rows = truth.rows_of(asked)
    check_trend(world, query, asked, truth, gross=gross)
    check_shares(world, query, truth, rows, gross=gross)
    check_ranks(world, query, rows, truth, gross=gross)
    check_distributions(world, query, rows, truth, gross=gross)
    check_flows(world, query, rows, truth, gross=gross)
    check_levels(world, query, rows, truth, gross=gross)
    check_maps(world, query, rows, truth, gross=gross)
    check_overview(world, query, asked, truth, gross=gross)
    check_charges(world, query, rows, truth)
    check_days(world, query, truth)
    check_count(world, query)
    check_insights(world, query, truth, gross=gross)


def check_insights(world: World, query: dict[str, str], truth: Reference, *, gross: bool) -> None:
    """Every sentence and every part of it has its rows, and the parts add up to the cent."""
    body = world.ask("insights", query, limit="20")
    for item in body["items"]:
        parts = item["parts"]
        check_items([item] if item["filter"] else [], truth, gross=gross)
        check_items([part for part in parts if part["filter"]], truth, gross=gross)
        for key in ("amount", "usual", "change", "count"):
            told = [part[key] for part in parts if part[key] is not None]
            if told and item[key] is not None:
                assert sum(map(minor, told)) == minor(item[key]), (key, item)


def check_items(items: list[dict[str, Any]], truth: Reference, *, gross: bool) -> None:
    """Every item's filter yields exactly its rows."""
    for item in items:
        found = truth.rows_of(item["filter"])
        amount = item["amount"] if "amount" in item else item["total"]
        assert (len(found), spent(found, gross=gross)) == (item["count"], minor(amount)), item


def check_trend(
    world: World, query: dict[str, str], asked: dict[str, str], truth: Reference, *, gross: bool
) -> None:
    rows = truth.rows_of(asked)
    for granularity in ("day", "week", "month", "year"):
        body = world.ask("trend", query, granularity=granularity, split="category")
        expected = reference.trend(rows, asked, granularity, gross=gross)
        found = {i["period"]: (i["count"], minor(i["amount"])) for i in body["items"]}
        assert found == expected
        assert list(found) == list(expected)
        check_items(body["items"] + body["series"], truth, gross=gross)
        columns = zip(*(series["amounts"] for series in body["series"]), strict=True)
        summed = [sum(map(minor, column)) for column in columns]
        assert not body["series"] or summed == [amount for _, amount in expected.values()]


def check_shares(
    world: World, query: dict[str, str], truth: Reference, rows: list[Any], *, gross: bool
) -> None:
    for level in (1, 2):
        body = world.ask("category-share", query, level=str(level))
        expected = reference.groups(
            rows, lambda row, depth=level: truth.path(row.category_id)[:depth][-1], gross=gross
        )
        found = {
            item["category_id"] and int(item["category_id"]): (item["count"], minor(item["amount"]))
            for item in body["items"]
        }
        assert found == expected
        if spent(rows, gross=gross) > 0:
            assert math.isclose(sum(item["share"] for item in body["items"]), 1, abs_tol=1e-9)
        check_items(body["items"], truth, gross=gross)


def check_ranks(
    world: World, query: dict[str, str], rows: list[Any], truth: Reference, *, gross: bool
) -> None:
    for by in ("merchant", "place"):
        for metric in ("amount", "count"):
            body = world.ask("rank", query, by=by, metric=metric, limit="3")
            named = [row for row in rows if getattr(row, by)]
            expected = reference.groups(named, lambda row, key=by: getattr(row, key), gross=gross)
            order = (0, 1) if metric == "count" else (1, 0)
            best = sorted(expected.items(), key=lambda i: (-i[1][order[0]], -i[1][order[1]], i[0]))[
                :3
            ]
            found = [(i["name"], (i["count"], minor(i["amount"]))) for i in body["items"]]
            assert found == best
            check_items(body["items"], truth, gross=gross)
    body = world.ask("rank", query, by="expense", limit="5")
    amounts = sorted((spent([row], gross=gross) for row in rows), reverse=True)
    assert [minor(item["amount"]) for item in body["items"]] == amounts[:5]
    check_items(body["items"], truth, gross=gross)
    check_items(world.ask("rank", query, by="category", level="2")["items"], truth, gross=gross)


def check_distributions(
    world: World, query: dict[str, str], rows: list[Any], truth: Reference, *, gross: bool
) -> None:
    for scale, bins in (("linear", "auto"), ("log", "auto"), ("linear", "4"), ("log", "1")):
        body = world.ask("amount-hist", query, scale=scale, bins=bins)
        check_items(body["items"], truth, gross=gross)
        assert sum(item["count"] for item in body["items"]) == len(rows)
    keys = {
        "hour": lambda row: row.local_hour,
        "weekday": lambda row: reference.day_of(row).weekday(),
        "month": lambda row: reference.day_of(row).month,
    }
    for by, size in (("hour", 24), ("weekday", 7), ("month", 12)):
        body = world.ask("time-radar", query, by=by)
        assert len(body["items"]) == size
        check_items(body["items"], truth, gross=gross)
        found = {
            int(item["key"]): (item["count"], minor(item["amount"]))
            for item in body["items"]
            if item["count"]
        }
        assert found == reference.groups(rows, keys[by], gross=gross)


def check_flows(
    world: World, query: dict[str, str], rows: list[Any], truth: Reference, *, gross: bool
) -> None:
    whole = (len(rows), spent(rows, gross=gross))
    for depth in ("1", "2", "3"):
        body = world.ask("behavior-tree", query, depth=depth)
        assert (body["count"], minor(body["total"])) == whole
        check_node(body["root"], truth, gross=gross)
    body = world.ask("behavior-tree", query, form="sankey")
    assert (body["count"], minor(body["total"])) == whole
    check_items([node for node in body["nodes"] if node["filter"]], truth, gross=gross)
    check_items([link for link in body["links"] if link["filter"]], truth, gross=gross)
    for node in body["nodes"]:
        for end in ("source", "target"):
            links = [link for link in body["links"] if link[end] == node["id"]]
            assert not links or (node["count"], minor(node["amount"])) == (
                sum(link["count"] for link in links),
                sum(minor(link["amount"]) for link in links),
            )


def check_levels(
    world: World, query: dict[str, str], rows: list[Any], truth: Reference, *, gross: bool
) -> None:
    for by in ("merchant", "category"):
        body = world.ask("level-scatter", query, by=by)
        check_items(body["items"], truth, gross=gross)
        named = [row for row in rows if by == "category" or row.merchant]
        key = (lambda row: row.merchant) if by == "merchant" else (lambda row: row.category_id)
        expected = reference.groups(named, key, gross=gross)
        found = {
            item["key"] if by == "merchant" else item["key"] and int(item["key"]): (
                item["count"],
                minor(item["amount"]),
            )
            for item in body["items"]
        }
        assert found == {name: tally for name, tally in expected.items() if tally[1] > 0}
        assert sum(group["size"] for group in body["clusters"]) == len(body["items"])


def check_maps(
    world: World, query: dict[str, str], rows: list[Any], truth: Reference, *, gross: bool
) -> None:
    maps = [world.ask("heatmap", query, precision=p) for p in ("auto", "-1", "0", "2", "3", "4")]
    located = [row for row in rows if row.lat is not None and row.lon is not None]
    placed = [row for row in rows if row.city]
    cities = world.ask("heatmap", query, by="city")
    for body, known in [(one, located) for one in maps] + [(cities, placed)]:
        assert (body["count"], minor(body["total"])) == (len(rows), spent(rows, gross=gross))
        check_items(body["items"], truth, gross=gross)
        tallies = [body["located"], body["unlocated"]]
        check_items([part for part in tallies if part["filter"] is not None], truth, gross=gross)
        assert all(part["count"] == 0 for part in tallies if part["filter"] is None)
        whole = (len(known), spent(known, gross=gross))
        assert (body["located"]["count"], minor(body["located"]["amount"])) == whole
        assert sum(item["count"] for item in body["items"]) == len(known)
        assert len({item["key"] for item in body["items"]}) == len(body["items"])
    expected = reference.groups(placed, lambda row: row.city, gross=gross)
    assert {
        item["key"]: (item["count"], minor(item["amount"])) for item in cities["items"]
    } == expected


def check_node(node: dict[str, Any], truth: Reference, *, gross: bool) -> None:
    """A node's filter yields its rows, and its children add up to it."""
    check_items([node] if node["filter"] is not None else [], truth, gross=gross)
    children = node["children"]
    if children:
        assert sum(child["count"] for child in children) == node["count"]
        assert sum(minor(child["amount"]) for child in children) == minor(node["amount"])
    for child in children:
        check_node(child, truth, gross=gross)


def check_overview(
    world: World, query: dict[str, str], asked: dict[str, str], truth: Reference, *, gross: bool
) -> None:
    body = world.ask("overview", query)
    rows = truth.rows_of(asked)
    assert (body["count"], minor(body["total"])) == (len(rows), spent(rows, gross=gross))
    for key in ("top_category", "top_merchant"):
        check_items([body[key]] if body[key] else [], truth, gross=gross)
    if body["previous"]:
        then = {**asked, "from": body["previous"]["from"], "to": body["previous"]["to"]}
        before = truth.rows_of(then)
        previous = body["previous"]
        assert (previous["count"], minor(previous["total"])) == (
            len(before),
            spent(before, gross=gross),
        )
    others = reference.groups(
        truth.rows_of(
            {k: v for k, v in asked.items() if k not in {"currency", "min_amount", "max_amount"}}
        ),
        lambda row: row.currency,
        gross=gross,
    )
    others.pop("CNY", None)
    assert body["other_currencies"] == {code: count for code, (count, _) in others.items()}
    imported = [row for row in truth.rows if row.import_id is not None]
    if imported:
        last = max(imported, key=lambda row: (row.created_at, row.import_id))
        assert body["last_import"]["import_id"] == str(last.import_id)
        assert body["last_import"]["rows"] == sum(
            row.import_id == last.import_id for row in imported
        )
    else:
        assert body["last_import"] is None


def check_charges(world: World, query: dict[str, str], rows: list[Any], truth: Reference) -> None:
    body = world.ask("anomalies", query, scope="transaction")
    found = {int(item["expense_id"]): item["score"] for item in body["items"]}
    asked = {row.id for row in rows}
    expected = reference.unusual_charges(truth.rows, "CNY") if expense_asked(query) else {}
    expected = {id_: score for id_, score in expected.items() if id_ in asked}
    assert found.keys() == expected.keys()
    assert all(math.isclose(found[id_], expected[id_], abs_tol=1e-3) for id_ in found)
    assert body["count"] == len(found)
    for item in body["items"]:
        assert [str(row.id) for row in truth.rows_of(item["filter"])] == [item["expense_id"]]


def check_days(world: World, query: dict[str, str], truth: Reference) -> None:
    """The rows of each day's filter are its amount, whatever else is asked."""
    for method in ("fused", "robust", "3sigma"):
        for item in world.ask("anomalies", query, scope="day", method=method)["items"]:
            assert spent(truth.rows_of(item["filter"]), gross=False) == minor(item["amount"])


def check_count(world: World, query: dict[str, str]) -> None:
    """The overview counts what the lists show from warning on."""
    lists = [
        world.ask("anomalies", query, scope=scope, level="warning")
        for scope in ("day", "transaction")
    ]
    assert world.ask("overview", query)["anomalies"] == sum(body["count"] for body in lists)


def expense_asked(query: dict[str, str]) -> bool:
    return query.get("direction", "expense") == "expense"
