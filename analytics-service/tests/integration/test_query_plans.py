"""The plan of every statement that a chart asks: no table is read from end to end."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from conftest import Ask
from factories import expense
from fakes import Ledger
from sqlalchemy import Engine, event

from analytics_service.config import Config

CHARTS: dict[str, list[dict[str, str]]] = {
    "overview": [{}],
    "trend": [
        {"granularity": "day"},
        {"granularity": "month", "compare": "year"},
        {"granularity": "week", "compare": "previous", "split": "category"},
    ],
    "category-share": [{"level": "1"}, {"level": "2"}],
    "rank": [{"by": by} for by in ("merchant", "category", "place", "expense")],
    "amount-hist": [{"scale": "linear"}, {"scale": "log"}],
    "time-radar": [{"by": by} for by in ("hour", "weekday", "month")],
    "behavior-tree": [{"form": "tree"}, {"form": "sankey"}],
    "level-scatter": [{"by": "merchant"}, {"by": "category"}],
    "heatmap": [
        {},
        {"bbox": "121,31,122,32"},
        {"bbox": "121.4,31.2,121.5,31.3", "precision": "4"},
        {"by": "city"},
    ],
    "insights": [{}],
    "anomalies": [{"scope": "day"}, {"scope": "transaction"}],
}
FILTERS: dict[str, dict[str, str]] = {
    "none": {},
    "dates": {"from": "2024-01-10", "to": "2024-03-10"},
    "category": {"category_id": "1"},
    "amount": {"min_amount": "3", "max_amount": "300"},
    "merchant": {"merchant": "早餐店"},
    "place": {"place": "上海"},
    "text": {"q": "早"},
    "gross": {"gross": "true"},
    "everything": {
        "from": "2024-01-10", "to": "2024-03-10", "category_id": "1", "min_amount": "3",
        "merchant": "早餐店", "place": "上海", "q": "早", "direction": "income",
    },
}  # fmt: skip
READ = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)
NO_TABLE = (
    "SCAN CONSTANT ROW",
    "SCAN (subquery",
    "SCAN anon_",
    "SCAN json_each",
    "SCAN feed_cursor",
)
"""The feed's cursor is one row."""


@pytest.fixture
def some_rows(ledger: Ledger, pull: Callable[[], None]) -> None:
    ledger.put(*(expense(id=number, amount_minor=number * 100) for number in range(1, 40)))
    pull()


@pytest.fixture
def asked() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are asked, with their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


def scans(plan: list[str]) -> list[str]:
    """The steps that read a table from end to end; constants, subqueries and JSON are none."""
    return [step for step in plan if step.startswith("SCAN") and not step.startswith(NO_TABLE)]


@pytest.mark.parametrize("narrowed", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.usefixtures("some_rows")
def test_no_statement_of_a_chart_scans_a_table(
    chart: str,
    narrowed: dict[str, str],
    asked: list[tuple[str, Any]],
    ask: Ask,
    config: Config,
) -> None:
    asked.clear()

    for query in CHARTS[chart]:
        ask(chart, **{**query, **narrowed})

    reads = [(sql, values) for sql, values in asked if READ.match(sql)]
    assert reads
    with closing(sqlite3.connect(config.database_path)) as connection:
        for statement, values in reads:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert not scans(plan), (statement, plan)


@pytest.mark.parametrize("narrowed", [FILTERS["amount"], FILTERS["text"]], ids=["amount", "text"])
@pytest.mark.parametrize(
    "question",
    [
        ("overview", {}),
        ("category-share", {"level": "2"}),
        ("rank", {"by": "merchant"}),
        ("rank", {"by": "place"}),
        ("time-radar", {"by": "hour"}),
        ("heatmap", {"by": "city"}),
        ("behavior-tree", {"form": "tree"}),
        ("behavior-tree", {"form": "sankey"}),
        ("level-scatter", {"by": "merchant"}),
    ],
)
@pytest.mark.usefixtures("some_rows")
def test_single_rows_are_added_up_once_in_the_order_of_their_index(
    question: tuple[str, dict[str, str]],
    narrowed: dict[str, str],
    asked: list[tuple[str, Any]],
    ask: Ask,
    config: Config,
) -> None:
    chart, query = question
    asked.clear()

    ask(chart, **query, **narrowed)

    sums = [(sql, values) for sql, values in asked if "GROUP BY" in sql and "expense_facts" in sql]
    assert len(sums) == 1
    with closing(sqlite3.connect(config.database_path)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sums[0][0]}", sums[0][1]).fetchall()
    reads = [parent for _, parent, _, step in plan if "COVERING INDEX facts_by_kind" in step]
    assert len(reads) == 1
    beside = [step for _, parent, _, step in plan if parent == reads[0]]
    assert not any("TEMP B-TREE" in step for step in beside), plan


@pytest.mark.parametrize("narrowed", [FILTERS["amount"], {"q": "拉面"}], ids=["amount", "text"])
@pytest.mark.parametrize(
    "question",
    [
        ("trend", {"granularity": "day"}, "facts_by_category_day"),
        ("trend", {"granularity": "month", "split": "category"}, "facts_by_category_day"),
        ("time-radar", {"by": "weekday"}, "facts_by_category_day"),
        ("heatmap", {}, "facts_by_area"),
        ("heatmap", {"bbox": "121,31,122,32", "precision": "4"}, "facts_by_area"),
    ],
)
@pytest.mark.usefixtures("some_rows")
def test_days_and_places_of_single_rows_are_read_in_groups(
    question: tuple[str, dict[str, str], str],
    narrowed: dict[str, str],
    asked: list[tuple[str, Any]],
    ask: Ask,
    config: Config,
) -> None:
    chart, query, index = question
    asked.clear()

    ask(chart, **query, **narrowed)

    sums = [(sql, values) for sql, values in asked if "sum(" in sql and "expense_facts" in sql]
    assert len(sums) == 1
    with closing(sqlite3.connect(config.database_path)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sums[0][0]}", sums[0][1]).fetchall()
    reads = [parent for _, parent, _, step in plan if f"COVERING INDEX {index}" in step]
    assert len(reads) == 1, plan
    beside = [step for _, parent, _, step in plan if parent == reads[0]]
    assert not any("TEMP B-TREE" in step for step in beside), plan


def test_a_statement_without_an_index_would_be_found(config: Config) -> None:
    with closing(sqlite3.connect(config.database_path)) as connection:
        statement = "EXPLAIN QUERY PLAN SELECT count(*) FROM expense_facts WHERE time > 3"
        plan = [row[3] for row in connection.execute(statement)]

    assert scans(plan)
