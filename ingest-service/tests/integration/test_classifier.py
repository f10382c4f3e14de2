from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from factories import table_csv
from fakes import Client, Clock

from ingest_service.config import Config
from ingest_service.domain.export_table import is_own_header
from servicekit.contracts import assert_matches_contract
from servicekit.sqlite import open_engine, write_transaction

COFFEE, UNKNOWN = "Old Harbor Espresso Bar", "Zzyx Qwv"


def statement(*payees: str, day: int = 5) -> bytes:
    """An export of a bank that names no categories."""
    rows = [
        [f"2024-03-{day:02d} 1{number % 10}:30:00", f"{10 + number}.50", payee, "expense"]
        for number, payee in enumerate(payees)
    ]
    return table_csv([["time", "amount", "merchant", "direction"], *rows])


def code_of(client: Client, category_id: str) -> str:
    return next(i["code"] for i in client.json("/categories")["items"] if i["id"] == category_id)


def by_merchant(client: Client) -> dict[str, Any]:
    return {row["merchant"]: row for row in client.expenses()}


def test_where_no_rule_decides_the_model_proposes_and_says_how_sure_it_is(client: Client) -> None:
    client.import_file(statement(COFFEE, UNKNOWN, "瑞幸咖啡"))
    rows = by_merchant(client)
    assert_matches_contract(rows[COFFEE], "ingest/expense")
    assert rows[COFFEE]["category_source"] == "model"
    assert code_of(client, rows[COFFEE]["category_id"]) == "food.drinks"
    assert 0.8 <= rows[COFFEE]["category_confidence"] <= 1
    assert rows[UNKNOWN]["category_source"] == "default"
    assert rows[UNKNOWN]["category_confidence"] is None
    assert rows["瑞幸咖啡"]["category_source"] == "rule"
    assert rows["瑞幸咖啡"]["category_confidence"] is None
    guessed = client.expenses(category_source="model")
    assert [row["merchant"] for row in guessed] == [COFFEE]


def test_a_rule_beats_the_model(client: Client) -> None:
    target = client.json("/categories")["items"][-1]["id"]
    rule = {"field": "merchant", "contains": "Harbor", "category_id": target}
    assert client.call("POST", "/rules", json=rule).status_code == 201
    client.import_file(statement(COFFEE))
    row = by_merchant(client)[COFFEE]
    assert (row["category_source"], row["category_id"]) == ("rule", target)
    assert row["category_confidence"] is None


def test_a_removed_category_is_never_proposed(client: Client) -> None:
    tree = {item["code"]: item["id"] for item in client.json("/categories")["items"]}
    assert client.call("DELETE", f"/categories/{tree['food.drinks']}").status_code == 204
    client.import_file(statement(COFFEE))
    row = by_merchant(client)[COFFEE]
    assert row["category_id"] != tree["food.drinks"]
    assert code_of(client, row["category_id"]).startswith("food")


def test_a_restaurant_that_the_model_knows_is_a_meal_by_the_hour(client: Client) -> None:
    client.import_file(statement("Luigis Trattoria Ristorante"))
    row = by_merchant(client)["Luigis Trattoria Ristorante"]
    assert (row["category_source"], code_of(client, row["category_id"])) == ("model", "food.lunch")


def own_category(client: Client, name: str) -> str:
    made = client.call("POST", "/categories", json={"name": name})
    assert made.status_code == 201
    return str(made.get_json()["id"])


def correct(client: Client, category_id: str, *merchants: str) -> None:
    rows = by_merchant(client)
    for merchant in merchants:
        changes = {"category_id": category_id}
        path = f"/expenses/{rows[merchant]['id']}"
        assert client.call("PATCH", path, json=changes).status_code == 200


def learn(client: Client, clock: Clock) -> None:
    clock.now += dt.timedelta(minutes=1)
    client.work()


def classify(client: Client, *, dry_run: bool) -> Any:
    asked = client.call("POST", "/rules/classify", json={"dry_run": dry_run})
    assert asked.status_code == 202
    client.work()
    done = client.json(asked.get_json()["location"])
    assert_matches_contract(done, "ingest/classification")
    assert done["status"] == "succeeded"
    return done


SHOPS = ("Qwvex Zunft", "Qwvex Zunft Nord", "Xylq Handel")


def test_the_next_import_follows_the_corrections(client: Client, clock: Clock) -> None:
    own = own_category(client, "Workshop")
    client.import_file(statement(*SHOPS, UNKNOWN))
    correct(client, own, *SHOPS)
    learn(client, clock)
    client.import_file(statement("QWVEX ZUNFT 4922", UNKNOWN, day=6), force="true")
    row = by_merchant(client)["QWVEX ZUNFT 4922"]
    assert (row["category_id"], row["category_source"]) == (own, "model")
    assert row["category_confidence"] == 0.95
    assert by_merchant(client)[UNKNOWN]["category_source"] == "default"
    # What the shipped model knows is not forgotten.
    client.import_file(statement(COFFEE, day=7))
    assert code_of(client, by_merchant(client)[COFFEE]["category_id"]) == "food.drinks"


def test_a_payee_that_was_moved_again_follows_the_last_word(client: Client, clock: Clock) -> None:
    first, second = own_category(client, "First"), own_category(client, "Second")
    client.import_file(statement(*SHOPS))
    correct(client, first, *SHOPS)
    learn(client, clock)
    correct(client, second, *SHOPS)
    clock.now += dt.timedelta(minutes=1)
    client.import_file(statement(UNKNOWN, day=6))
    correct(client, second, UNKNOWN)
    extra = [f"{SHOPS[0]} {number}" for number in range(3)]
    client.import_file(statement(*extra, day=8))
    correct(client, second, *extra)
    learn(client, clock)
    client.import_file(statement(f"{SHOPS[0]} 99", day=9))
    assert by_merchant(client)[f"{SHOPS[0]} 99"]["category_id"] == second


def test_two_corrections_are_not_learnt_yet(client: Client, clock: Clock) -> None:
    own = own_category(client, "Workshop")
    client.import_file(statement(*SHOPS[:2]))
    correct(client, own, *SHOPS[:2])
    learn(client, clock)
    client.import_file(statement(f"{SHOPS[0]} 7", day=6))
    assert by_merchant(client)[f"{SHOPS[0]} 7"]["category_source"] == "default"


def test_many_rows_corrected_at_once_are_learnt(client: Client, clock: Clock) -> None:
    client.import_file(statement(*SHOPS))
    own = own_category(client, "Workshop")
    order = {
        "ids": [row["id"] for row in client.expenses()],
        "changes": {"category_id": own},
    }
    assert client.call("POST", "/expenses/bulk", json=order).get_json()["changed"] == 3
    learn(client, clock)
    client.import_file(statement("Xylq Handel 2", day=6))
    assert by_merchant(client)["Xylq Handel 2"]["category_id"] == own


def test_a_learnt_category_that_is_removed_or_merged_is_never_proposed(
    client: Client, clock: Clock
) -> None:
    gone, heir = own_category(client, "Gone"), own_category(client, "Heir")
    client.import_file(statement(*SHOPS))
    correct(client, gone, *SHOPS)
    learn(client, clock)
    merged = client.call("POST", f"/categories/{gone}/merge", json={"into_id": heir})
    assert merged.status_code == 200
    # Before the model is made anew it is silent, afterwards it names the heir.
    client.import_file(statement(f"{SHOPS[0]} 1", day=6))
    assert by_merchant(client)[f"{SHOPS[0]} 1"]["category_source"] == "default"
    learn(client, clock)
    client.import_file(statement(f"{SHOPS[0]} 2", day=7))
    row = by_merchant(client)[f"{SHOPS[0]} 2"]
    assert (row["category_id"], row["category_source"]) == (heir, "model")


def test_the_model_is_let_loose_on_what_is_open_after_a_count(client: Client, clock: Clock) -> None:
    own = own_category(client, "Workshop")
    client.import_file(statement(*SHOPS, *(f"{SHOPS[0]} {number}" for number in range(4)), COFFEE))
    correct(client, own, *SHOPS)
    learn(client, clock)
    before = client.expenses()
    counted = classify(client, dry_run=True)
    assert (counted["open_rows"], counted["decided"]) == (5, 4)
    assert client.expenses() == before
    done = classify(client, dry_run=False)
    assert (done["open_rows"], done["decided"]) == (5, 4)
    rows = by_merchant(client)
    assert {rows[f"{SHOPS[0]} {n}"]["category_id"] for n in range(4)} == {own}
    assert {rows[name]["category_source"] for name in SHOPS} == {"user"}
    assert classify(client, dry_run=False)["decided"] == 0
    told = client.changes(after=counted["last_seq"])
    assert len(told["columns"]["id"]) == 4


def test_classification_leaves_rules_persons_and_transfers_alone(client: Client) -> None:
    rows = [
        ["2024-03-05 12:30:00", "10.00", "Luigis Trattoria Ristorante", "expense"],
        ["2024-03-05 13:30:00", "10.00", "瑞幸咖啡", "expense"],
        ["2024-03-05 14:30:00", "10.00", COFFEE, "transfer"],
    ]
    client.import_file(table_csv([["time", "amount", "merchant", "direction"], *rows]))
    assert classify(client, dry_run=False)["decided"] == 0


def test_a_classification_is_its_owner_s(client: Client) -> None:
    asked = client.call("POST", "/rules/classify", json={}).get_json()
    other = client.as_user("2")
    assert other.get(asked["location"]).status_code == 404
    assert client.get("/rules/classify/999").status_code == 404


def test_what_is_too_unsure_to_be_applied_is_suggested(client: Client) -> None:
    unsure = "Old Town Harbor Rentals Espresso"
    client.import_file(statement(unsure, UNKNOWN, COFFEE))
    rows = by_merchant(client)
    assert rows[unsure]["category_source"] == "default"
    order = {"ids": [row["id"] for row in rows.values()]}
    answer = client.call("POST", "/expenses/suggestions", json=order)
    assert answer.status_code == 200
    assert_matches_contract(answer.get_json(), "ingest/suggestions")
    (only,) = answer.get_json()["items"]
    assert only["expense_id"] == rows[unsure]["id"]
    assert 0.3 <= only["confidence"] < 0.8
    foreign = client.as_user("2").call("POST", "/expenses/suggestions", json=order)
    assert foreign.status_code == 404


def test_a_damaged_model_is_made_anew(client: Client, clock: Clock, config: Config) -> None:
    own = own_category(client, "Workshop")
    client.import_file(statement(*SHOPS))
    correct(client, own, *SHOPS)
    learn(client, clock)
    engine = open_engine(config.database_path)
    with write_transaction(engine) as connection:
        connection.exec_driver_sql("UPDATE category_models SET weights = x'00'")
    client.import_file(statement(f"{SHOPS[0]} 1", day=6))
    assert by_merchant(client)[f"{SHOPS[0]} 1"]["category_source"] == "default"
    learn(client, clock)
    client.import_file(statement(f"{SHOPS[0]} 2", day=7))
    assert by_merchant(client)[f"{SHOPS[0]} 2"]["category_id"] == own
    engine.dispose()


def test_an_export_says_who_set_each_category_and_how_sure_the_model_was(client: Client) -> None:
    client.import_file(statement(COFFEE, UNKNOWN, "瑞幸咖啡"))
    confidence = by_merchant(client)[COFFEE]["category_confidence"]
    cells = [line.split(",") for line in exported(client, "zh-CN")]
    at = cells[0].index("分类来自")
    assert cells[0][at : at + 2] == ["分类来自", "分类把握"]
    assert {row[5]: row[at : at + 2] for row in cells[1:]} == {
        COFFEE: ["自动判断", str(confidence)],
        UNKNOWN: ["默认", ""],
        "瑞幸咖啡": ["规则", ""],
    }
    told = [json.loads(line) for line in exported(client, "en", file_format="ndjson")]
    assert {row["merchant"]: row["category_confidence"] for row in told}[COFFEE] == confidence


@pytest.mark.parametrize("last", ["pending", "category_confidence"])
def test_an_export_of_before_is_still_recognised_as_one(client: Client, last: str) -> None:
    client.import_file(statement(COFFEE))
    lines = [line.split(",") for line in exported(client, "en")]
    older = [",".join(cells[: lines[0].index(last) + 1]) for cells in lines]
    fresh = client.as_user("2")
    record = fresh.import_file("\n".join(older).encode())
    assert (record["profile"], record["rows_success"]) == ("platform", 1)
    assert is_own_header(older[0].split(","))


def exported(client: Client, lang: str, *, file_format: str = "csv") -> list[str]:
    answer = client.get(f"/data/export?format={file_format}&lang={lang}")
    return answer.get_data().decode("utf-8-sig").splitlines()
