import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event

from analytics_service.config import Config
from analytics_service.domain.anomalies import AnomalyQuery
from analytics_service.domain.filters import Filter
from analytics_service.domain.grid import Box
from analytics_service.store.anomaly_facts import SqliteJudgedFacts
from analytics_service.store.engine import open_read_model
from analytics_service.store.snapshot import SqliteSnapshot
from analytics_service.store.tables import metadata
from servicekit.sqlite import read_transaction

SPENT = Filter(owner_id=1, currency="CNY")
DATED = Filter(owner_id=1, currency="CNY", start=19_000, end=19_400)
YEARS = Filter(owner_id=1, currency="CNY", start=18_000, end=20_000)
LONG_OF_CATEGORY = Filter(owner_id=1, currency="CNY", start=18_000, category_id=3)
OF_CATEGORY = Filter(owner_id=1, currency="CNY", category_id=3)
WORDY = Filter(owner_id=1, currency="CNY", q="咖啡")
IN_A_BOX = Filter(owner_id=1, currency="CNY", box=Box(121, 31, 122, 32))
LOCATED = Filter(owner_id=1, currency="CNY", located=True, category_id=3, start=19_000)
UNLOCATED = Filter(owner_id=1, currency="CNY", located=False)
IN_A_CITY = Filter(owner_id=1, currency="CNY", city="CN-310100")
OF_MERCHANT = Filter(owner_id=1, currency="CNY", merchant="星巴克")


@pytest.fixture
def connection(config: Config) -> Iterator[Connection]:
    engine = open_read_model(config.database_path)
    with read_transaction(engine) as opened:
        yield opened
    engine.dispose()


def plans(connection: Connection, read: str, *arguments: Any) -> str:
    """The query plans of what a read of the snapshot asks SQLite."""
    return plans_of(connection, lambda: getattr(SqliteSnapshot(connection), read)(*arguments))


def plans_of(connection: Connection, run: Callable[[], Any]) -> str:
    """The query plans of what a call asks SQLite."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    found = run()
    list(found) if hasattr(found, "__iter__") else None
    event.remove(connection, "before_cursor_execute", note)
    lines: list[str] = []
    for statement, parameters in asked:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        lines += [row[3] for row in rows]
    return "\n".join(lines)


# Alembic cannot compare an index by an expression; its query plan is tested below.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_the_migrated_schema_is_that_of_the_tables(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True})

    assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize(
    ("read", "where", "way"),
    [
        ("total", SPENT, "SEARCH daily USING PRIMARY KEY"),
        ("by_day", DATED, "SEARCH daily USING PRIMARY KEY"),
        ("by_category", SPENT, "SEARCH monthly_category USING PRIMARY KEY"),
        ("by_merchant", SPENT, "SEARCH monthly_merchant USING PRIMARY KEY"),
        ("by_place", SPENT, "SEARCH monthly_place USING PRIMARY KEY"),
        ("by_hour", SPENT, "SEARCH monthly_hour USING PRIMARY KEY"),
        ("by_amount", SPENT, "SEARCH amounts USING PRIMARY KEY"),
        ("by_merchant", DATED, "expense_facts USING PRIMARY KEY (user_id=? AND local_day>?"),
        ("by_merchant", WORDY, "SEARCH expense_facts USING COVERING INDEX facts_by_kind"),
        ("by_category", WORDY, "SEARCH expense_facts USING COVERING INDEX facts_by_kind"),
        ("by_city", SPENT, "SEARCH monthly_city USING PRIMARY KEY"),
        ("extent", SPENT, "SEARCH areas USING PRIMARY KEY"),
        ("total", IN_A_BOX, "SEARCH expense_facts USING COVERING INDEX facts_by_area"),
        ("total", LOCATED, "SEARCH expense_facts USING COVERING INDEX facts_by_area"),
        ("by_day", IN_A_BOX, "SEARCH expense_facts USING COVERING INDEX facts_by_area"),
        ("by_category", IN_A_BOX, "SEARCH expense_facts USING COVERING INDEX facts_by_area"),
        ("by_merchant", IN_A_BOX, "SEARCH expense_facts USING COVERING INDEX facts_by_area"),
        ("by_hour", IN_A_BOX, "SEARCH expense_facts USING PRIMARY KEY (user_id=?)"),
        ("by_amount", OF_CATEGORY, "SEARCH category_amounts USING PRIMARY KEY"),
        ("by_amount", YEARS, "SEARCH expense_facts USING COVERING INDEX facts_by_amount"),
        (
            "by_amount",
            LONG_OF_CATEGORY,
            "SEARCH expense_facts USING COVERING INDEX facts_by_amount",
        ),
        ("by_amount", DATED, "expense_facts USING PRIMARY KEY (user_id=? AND local_day>?"),
        ("by_day", WORDY, "SEARCH expense_facts USING COVERING INDEX facts_by_category_day"),
        ("by_merchant", IN_A_CITY, "SEARCH expense_facts USING COVERING INDEX facts_by_kind"),
        ("by_day", UNLOCATED, "SEARCH expense_facts USING PRIMARY KEY (user_id=?)"),
        ("by_day", OF_MERCHANT, "SEARCH expense_facts USING INDEX facts_by_charge"),
    ],
)
def test_each_query_takes_the_way_that_was_made_for_it(
    connection: Connection, read: str, where: Filter, way: str
) -> None:
    plan = plans(connection, read, where)

    assert way in plan, plan
    assert "SCAN expense_facts" not in plan


@pytest.mark.parametrize(
    ("where", "decimals", "way"),
    [
        (SPENT, 2, "SEARCH areas USING PRIMARY KEY"),
        (SPENT, -1, "SEARCH areas USING PRIMARY KEY"),
        (DATED, 1, "SEARCH monthly_area USING PRIMARY KEY"),
        (DATED, 3, "SEARCH expense_facts USING PRIMARY KEY (user_id=? AND local_day>?"),
        (IN_A_BOX, 2, "SEARCH areas USING PRIMARY KEY"),
        (IN_A_BOX, 3, "SEARCH expense_facts USING COVERING INDEX facts_by_area"),
        (OF_CATEGORY, 2, "SEARCH category_areas USING PRIMARY KEY"),
        (WORDY, 2, "SEARCH expense_facts USING COVERING INDEX facts_by_area"),
        (WORDY, 4, "SEARCH expense_facts USING COVERING INDEX facts_by_area"),
        (OF_MERCHANT, 2, "SEARCH expense_facts USING INDEX facts_by_charge"),
    ],
)
def test_cells_come_from_rollups_or_their_own_index(
    connection: Connection, where: Filter, decimals: int, way: str
) -> None:
    def by_cell() -> object:
        return SqliteSnapshot(connection).by_cell(where, decimals, limit=10)

    plan = plans_of(connection, by_cell)

    assert way in plan, plan
    assert "SCAN expense_facts" not in plan


def test_rankings_of_purchases_read_the_top_of_an_index(connection: Connection) -> None:
    assert "USING INDEX facts_by_net" in plans(connection, "largest", SPENT, 10)
    year = replace(SPENT, start=19_000, end=19_365)
    assert "USING INDEX facts_by_net" in plans(connection, "largest", year, 10)


def test_the_largest_with_a_word_are_looked_for_in_an_index(connection: Connection) -> None:
    plan = plans(connection, "largest", WORDY, 10)

    assert re.search("USING COVERING INDEX facts_by_(kind|category_day)", plan), plan


def test_the_largest_of_a_month_are_looked_for_among_its_own_days(connection: Connection) -> None:
    month = replace(SPENT, start=19_000, end=19_031)
    days = "USING PRIMARY KEY (user_id=? AND local_day>? AND local_day<?)"

    assert days in plans(connection, "largest", month, 10)


def judged_plan(connection: Connection, read: str, *arguments: Any) -> str:
    facts = SqliteJudgedFacts(connection, 1, "CNY")
    return plans_of(connection, lambda: getattr(facts, read)(*arguments))


@pytest.mark.parametrize(
    ("read", "arguments", "way"),
    [
        ("daily", (), "SEARCH daily USING PRIMARY KEY"),
        ("charges_above", ({1: 100, 2: 200},), "COVERING INDEX facts_by_category_amount"),
        ("charges_from", (100,), "COVERING INDEX facts_by_amount"),
        ("repeats", (), "USING COVERING INDEX facts_by_charge"),
        ("largest", (19_000, 7), "USING PRIMARY KEY (user_id=? AND local_day>? AND local_day<?)"),
        ("latest", (10,), "USING PRIMARY KEY (user_id=?)"),
    ],
)
def test_what_is_judged_is_found_without_reading_all_rows(
    connection: Connection, read: str, arguments: tuple[Any, ...], way: str
) -> None:
    plan = judged_plan(connection, read, *arguments)

    assert way in plan, plan
    assert not re.search(r"SCAN (expense_facts|e|earlier)\b", plan), plan


def test_lists_of_anomalies_are_read_from_their_key(connection: Connection) -> None:
    query = AnomalyQuery("transaction", "robust", "info")
    reader = SqliteSnapshot(connection)

    plan = plans_of(connection, lambda: reader.anomalies(SPENT, query, limit=10))

    way = "SEARCH anomalies USING PRIMARY KEY (user_id=? AND currency=? AND scope=? AND method=?)"
    assert way in plan, plan
    assert "SCAN expense_facts" not in plan


def test_the_web_process_loads_no_heavy_library() -> None:
    code = (
        "import sys, analytics_service.app; "
        "heavy = {'pandas', 'pyarrow', 'numpy', 'sklearn', 'matplotlib', 'tensorflow'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("program", ["worker", "load"])
def test_the_worker_and_its_children_begin_without_what_they_do_not_need(program: str) -> None:
    code = (
        f"import sys, analytics_service.{program}; "
        "heavy = {'flask', 'marshmallow', 'pandas', 'pyarrow', 'numpy', 'sklearn', 'alembic'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
