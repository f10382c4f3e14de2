"""Every figure of every chart names a filter, and that filter yields exactly its rows.

Through the gateway, from a statement to the rows that a filter lists: counts agree, and sums to the
cent, net of refunds and before them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from conftest import new_user
from platform_client import PlatformClient
from statements import household, statement

Query = dict[str, str]
FOREIGN_AND_UNFILED = (
    "time,amount,currency,merchant,direction,category,place,account\n"
    "2025-05-03 12:00:00,1200,JPY,Station Noodles,expense,餐饮,Kyoto,\n"
    "2025-05-04 12:00:00,19.99,CNY,Nameless Stall,expense,,Ferry Street,Purse\n"
    "2025-05-04 12:05:00,0.01,CNY,Nameless Stall,expense,餐饮,Ferry Street,Purse\n"
)
CHARTS: tuple[tuple[str, Query], ...] = (
    ("overview", {}),
    ("trend", {"granularity": "day", "from": "2025-04-20", "to": "2025-05-20"}),
    ("trend", {"granularity": "week", "from": "2025-01-01", "to": "2025-06-01"}),
    ("trend", {"granularity": "month", "split": "category"}),
    ("trend", {"granularity": "year", "compare": "year", "from": "2025-01-01", "to": "2026-01-01"}),
    ("category-share", {"level": "1"}),
    ("category-share", {"level": "2"}),
    ("amount-hist", {"scale": "log"}),
    ("amount-hist", {"scale": "linear", "bins": "12"}),
    ("time-radar", {"by": "hour"}),
    ("time-radar", {"by": "weekday"}),
    ("time-radar", {"by": "month"}),
    ("behavior-tree", {"form": "tree", "depth": "3"}),
    ("behavior-tree", {"form": "sankey"}),
    ("level-scatter", {"by": "merchant"}),
    ("level-scatter", {"by": "category"}),
    ("rank", {"by": "merchant", "limit": "15"}),
    ("rank", {"by": "category", "level": "2", "metric": "count"}),
    ("rank", {"by": "place"}),
    ("rank", {"by": "expense", "limit": "15"}),
    ("heatmap", {}),
    ("heatmap", {"by": "city"}),
    ("insights", {"limit": "20", "to": "2025-12-01"}),
    ("anomalies", {"scope": "day"}),
    ("anomalies", {"scope": "transaction"}),
)
FILTERS: dict[str, Query] = {
    "nothing": {},
    "gross": {"gross": "true"},
    "dates and category": {"from": "2025-02-11", "to": "2025-11-20", "category_id": "FOOD"},
    "a category's own rows": {"category_id": "FOOD", "subtree": "false"},
    "amounts, words and gross": {
        "min_amount": "9.9", "max_amount": "300", "q": "店", "gross": "true",
    },
    "source and kind": {"source": "wechat", "direction": "income"},
    "account and place": {"account": "Purse", "place": "Ferry Street"},
    "refunds": {"direction": "refund"},
}  # fmt: skip


@dataclass
class Book:
    """A user's rows, as the list of transactions gives them."""

    client: PlatformClient
    food: str
    last_seq: int
    known: dict[tuple[tuple[str, str], ...], list[Any]] = field(default_factory=dict)

    def ask(self, path: str, query: Query) -> Any:
        answer = self.client.call("GET", path, params=query)
        assert answer.status_code == 200, f"{path} {query}: {answer.text}"
        return answer.json()

    def rows(self, query: Query) -> list[Any]:
        """All rows of a filter, page by page."""
        key = tuple(sorted(query.items()))
        if key not in self.known:
            found: list[Any] = []
            cursor: str | None = ""
            while cursor is not None:
                page = self.ask("/expenses", {**query, "limit": "500", "cursor": cursor or None})  # type: ignore[dict-item]
                found += page["items"]
                cursor = page["next_cursor"]
            self.known[key] = found
        return self.known[key]


@pytest.fixture(scope="module")
def book(base_url: str, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Two years of a household, with refunds, and a few rows that make trouble."""
    client = new_user(base_url)
    folder = tmp_path_factory.mktemp("drill")
    client.import_statement(
        statement(household(), folder, name="two-years.csv", statement_format="platform")
    )
    more = folder / "more.csv"
    more.write_text(FOREIGN_AND_UNFILED, encoding="utf-8")
    last_seq = client.import_statement(more)["last_seq"]
    categories = client.get("/categories")["items"]
    food = next(item["id"] for item in categories if item["code"] == "food")
    return Book(client, food, last_seq)


@cache
def cents(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def figures(node: Any) -> Iterator[Any]:
    """Every part of an answer that has figures and names a filter for them."""
    if isinstance(node, dict):
        if node.get("filter") is not None and ("amount" in node or "total" in node):
            yield node
        for value in node.values():
            yield from figures(value)
    elif isinstance(node, list):
        for value in node:
            yield from figures(value)


def test_every_chart_is_held_to_its_rows(client: PlatformClient) -> None:
    paths = client.get("/api-docs/analytics/openapi.json")["paths"]
    charts = {
        path.removeprefix("/analytics/")
        for path, verbs in paths.items()
        if path.startswith("/analytics/") and "get" in verbs and not path.endswith("/views")
    }
    assert charts == {chart for chart, _ in CHARTS}


@pytest.mark.parametrize("name", FILTERS)
def test_each_figure_names_exactly_its_rows(book: Book, name: str) -> None:
    asked = {key: book.food if value == "FOOD" else value for key, value in FILTERS[name].items()}
    checked, rows_seen = 0, 0
    for chart, query in CHARTS:
        answer = book.ask(f"/analytics/{chart}", {**asked, **query, "min_seq": str(book.last_seq)})
        for item in figures(answer):
            checked += 1
            found = book.rows(item["filter"])
            rows_seen += len(found)
            before = asked.get("gross") == "true" or item.get("expense_id") is not None
            told = cents(item["total"] if "total" in item else item["amount"])
            amounts = [
                Decimal(row["amount"]) - (0 if before else Decimal(row["refunded_amount"]))
                for row in found
            ]
            listed = (len(found), sum(amounts, Decimal(0)))
            assert listed == (item.get("count", len(found)), told), (chart, query, item)
            assert item.get("expense_id") is None or len(found) == 1, (chart, item)
    assert checked > 20
    assert rows_seen > 0
