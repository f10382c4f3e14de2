"""Insights over HTTP: from the rows of a ledger to sentences with their rows."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import Ask
from factories import category, expense
from fakes import Ledger

from servicekit.contracts import assert_matches_contract


@pytest.fixture
def march(ledger: Ledger, pull: Callable[[], None]) -> None:
    """Three dull months with a rent each; in March three dear dinners at one place, at night."""
    ledger.put_category(category(id=1), category(id=2, name="居住", code="housing"))
    first = date(2023, 12, 1)
    for number in range(121):
        day = first + timedelta(days=number)
        ledger.put(
            expense(id=number, day=day, category_id=1, amount_minor=3000, place="", merchant="面馆")
        )
        if day.day == 3:
            ledger.put(
                expense(
                    id=500 + number, day=day, category_id=2, amount_minor=300_000, merchant="房东"
                )
            )
            ledger.put(
                expense(
                    id=600 + number, day=day, category_id=2, amount_minor=9_900, merchant="宽带"
                )
            )
    for number, day in enumerate((8, 16, 23)):
        ledger.put(
            expense(
                id=900 + number, day=date(2024, 3, day), category_id=1, amount_minor=40_000,
                hour=23, merchant="鱼米酒家",
            )
        )  # fmt: skip
    pull()


def by_code(body: dict[str, Any]) -> dict[str, Any]:
    return {item["code"]: item for item in body["items"]}


def test_a_month_is_told_in_order_of_weight(march: None, ask: Ask) -> None:
    body = ask("insights", limit="20", to="2024-04-01")
    assert_matches_contract(body, "analytics/insights")
    assert body["period"] == {
        "from": "2024-03-01", "to": "2024-03-31", "month": "2024-03", "complete": False,
    }  # fmt: skip
    assert body["months"] == 3
    food = by_code(body)["category-above-usual"]
    assert (food["amount"], food["usual"], food["change"]) == (2100.0, 900.0, 1200.0)
    assert food["params"]["lead"] == {
        "kind": "merchant", "key": "鱼米酒家", "name": "鱼米酒家", "code": None,
        "count": 3, "amount": 1200.0, "change": 1200.0, "share": 1.0,
    }  # fmt: skip
    assert food["parts"][0]["filter"] == {
        "direction": "expense", "category_id": "1", "merchant": "鱼米酒家",
        "from": "2024-03-01", "to": "2024-03-31",
    }  # fmt: skip
    assert "merchant-new" not in by_code(body)  # the category's sentence names it
    weights = [item["importance"] for item in body["items"]]
    assert weights == sorted(weights, reverse=True)
    same = by_code(body)["subscriptions-same"]
    assert (same["amount"], same["params"]["merchants"], same["filter"]) == (3099.0, 2, None)


def test_the_range_chooses_the_month_and_filters_narrow_it(march: None, ask: Ask) -> None:
    quiet = ask("insights", to="2024-03-01")
    assert quiet["period"]["month"] == "2024-02"
    assert quiet["months"] == 2  # too few to compare with
    assert quiet["usual"] is None
    housing = ask("insights", category_id="2")
    assert (housing["count"], housing["items"]) == (2, [])
    assert ask("insights", direction="income")["items"] == []
    assert ask("insights", owner="77")["period"] is None


def test_wrong_queries_are_refused(client: Any, mint: Any) -> None:
    for query in ("limit=0", "limit=21", "from=2024-03-02&to=2024-03-01", "colour=red"):
        answer = client.get(f"/analytics/insights?{query}", headers=mint.headers(owner_id="1"))
        assert answer.status_code == 422, query
