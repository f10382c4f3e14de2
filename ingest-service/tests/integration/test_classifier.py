from __future__ import annotations

from typing import Any

from factories import table_csv
from fakes import Client

from servicekit.contracts import assert_matches_contract

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
