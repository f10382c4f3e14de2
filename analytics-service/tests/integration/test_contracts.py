from collections.abc import Callable
from datetime import date

import pytest
from conftest import Ask
from factories import category, expense
from fakes import Ledger

from servicekit.contracts import assert_matches_contract


@pytest.fixture
def filled(ledger: Ledger, pull: Callable[[], None]) -> None:
    ledger.put_category(
        category(id=1), category(id=2, name="早餐", code="food.breakfast", parent_id=1)
    )
    for day in range(1, 30):
        ledger.put(
            expense(id=day, day=date(2024, 3, day), category_id=1 + day % 2, city="CN-310100")
        )
        ledger.put(expense(id=100 + day, day=date(2024, 2, day), category_id=2))
    ledger.put(expense(id=300, amount_minor=990_000, category_id=2, day=date(2024, 3, 29)))
    ledger.put(expense(id=301, currency="JPY", amount_minor=1200))
    pull()


@pytest.mark.parametrize(
    ("chart", "contract", "query"),
    [
        ("overview", "overview", {}),
        ("overview", "overview", {"from": "2024-03-01", "to": "2024-04-01"}),
        ("trend", "trend", {}),
        ("trend", "trend", {"from": "2024-03-01", "compare": "previous", "split": "category"}),
        ("trend", "trend", {"granularity": "month", "compare": "year"}),
        ("category-share", "category_share", {}),
        ("category-share", "category_share", {"level": "2"}),
        ("rank", "rank", {}),
        ("rank", "rank", {"by": "category", "level": 2}),
        ("rank", "rank", {"by": "place", "metric": "count"}),
        ("rank", "rank", {"by": "expense"}),
        ("amount-hist", "amount_hist", {}),
        ("amount-hist", "amount_hist", {"scale": "log", "bins": 7}),
        ("time-radar", "time_radar", {"by": "hour"}),
        ("behavior-tree", "behavior_tree", {}),
        ("behavior-tree", "behavior_tree", {"depth": "1"}),
        ("behavior-tree", "behavior_sankey", {"form": "sankey"}),
        ("level-scatter", "level_scatter", {}),
        ("level-scatter", "level_scatter", {"by": "category", "clusters": "3"}),
        ("heatmap", "heatmap", {}),
        ("heatmap", "heatmap", {"precision": "-1", "bbox": "100,20,125,40"}),
        ("heatmap", "heatmap", {"by": "city"}),
        ("insights", "insights", {"limit": "20"}),
        ("anomalies", "anomalies", {"scope": "day"}),
        ("anomalies", "anomalies", {"scope": "transaction"}),
    ],
)
def test_answers_have_the_agreed_shape(
    filled: None, ask: Ask, chart: str, contract: str, query: dict[str, object]
) -> None:
    body = ask(chart, **query)

    assert_matches_contract({"from": None, "to": None, **body}, f"analytics/{contract}")
    assert body["other_currencies"] == {"JPY": 1}


@pytest.mark.parametrize(
    "chart",
    ["overview", "trend", "category-share", "rank", "amount-hist", "time-radar", "heatmap"],
)
def test_a_user_without_rows_gets_empty_charts(filled: None, ask: Ask, chart: str) -> None:
    body = ask(chart, owner="77")

    assert (body["total"], body["count"]) == (0, 0)
    assert_matches_contract(body, f"analytics/{chart.replace('-', '_')}") if chart not in {
        "trend",
        "amount-hist",
    } else None
