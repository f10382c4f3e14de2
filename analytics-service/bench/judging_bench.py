"""Seconds that the worker takes to judge one user: all his rows, and again after a few more.

    python analytics-service/bench/judging_bench.py --rows 1000000

Loads a demo household's rows into a read model of its own and judges them; then again after each
of five small increments, of 1 and of 100 new rows. Prints JSON {rows, load_s, judge_all_s,
after_1_s, after_100_s, fit_s, found, peak_mb, load}: the seconds after increments are medians,
fit_s grows the forests and finds the spending levels, found counts what stands out by scope and
method, load is that of the machine at the start.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy"))

import numpy as np
import pyarrow as pa
from sqlalchemy import func, select

from analytics_service.config import MIGRATIONS_DIR, Config
from analytics_service.consumer import Consumer, create_consumer
from analytics_service.domain.calendar import day_number
from analytics_service.domain.feed import ExpenseChange, FeedPage
from analytics_service.store.engine import open_read_model
from analytics_service.store.tables import anomalies
from demo.household import generate
from servicekit.sqlite import migrate, read_transaction

END = date(2025, 1, 1)
PAGE_ROWS = 20_000
SECONDS_PER_DAY = 86_400
TIMES = 5
SEED = 7


class DemoFeed:
    """The change feed of one user: a table of rows, and then single ones."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self._later: list[ExpenseChange] = []

    def add(self, rows: int) -> int:
        """The last seq after so many more lunches."""
        first = int(self._table.num_rows) + len(self._later) + 1
        self._later += [_lunch(number) for number in range(first, first + rows)]
        return first + rows - 1

    def page(self, *, after: int, limit: int) -> FeedPage:
        """The changes that follow a seq; seqs are ids."""
        first, last = self._table.num_rows, self._table.num_rows + len(self._later)
        if after < first:
            rows: Sequence[ExpenseChange] = ()
            table = self._table.slice(after, min(limit, PAGE_ROWS))
            upto = after + table.num_rows
            waiting = first - after
        else:
            rows, table, upto, waiting = self._later[after - first :], None, last, 0
        return FeedPage(
            epoch="demo",
            after=after,
            next=upto,
            has_more=upto < last,
            expenses=rows,
            categories=(),
            table=table,
            waiting=waiting,
        )


def _lunch(number: int) -> ExpenseChange:
    noon = day_number(END) * SECONDS_PER_DAY + 12 * 3600
    return ExpenseChange(
        id=number, user_id=1, deleted=False, seq=number, time=noon + number % 3600,
        local_day=day_number(END), local_hour=12, amount_minor=2_000 + number % 900,
        refunded_minor=0, currency="CNY", direction="expense", category_id=1, merchant="三江面馆",
        place="", lat=None, lon=None, city="", note="", source="alipay", account="",
        import_id=None, created_at=noon,
    )  # fmt: skip


def demo_table(rows: int, years: float) -> Any:
    """The household's rows in the feed's own columns."""
    frame = generate(rows=rows, years=years, end=END, seed=SEED)
    count = len(frame)
    seconds = frame["time"].to_numpy().astype("datetime64[s]").astype(np.int64)
    zeros = np.zeros(count, dtype=np.int64)
    text = {name: frame[name].fillna("").tolist() for name in ("merchant", "place", "note")}
    columns = {
        "id": np.arange(1, count + 1),
        "user_id": zeros + 1,
        "deleted": np.zeros(count, dtype=bool),
        "time": seconds,
        "local_date": pa.array((seconds // SECONDS_PER_DAY).astype(np.int32)).cast(pa.date32()),
        "local_hour": (seconds % SECONDS_PER_DAY // 3600).astype(np.int8),
        "amount_minor": frame["amount_minor"].to_numpy(np.int64),
        "refunded_minor": zeros,
        "currency": frame["currency"].tolist(),
        "direction": frame["direction"].tolist(),
        "category_id": frame["category"].astype("category").cat.codes.to_numpy(np.int64) + 1,
        "lat": pa.nulls(count, pa.float64()),
        "lon": pa.nulls(count, pa.float64()),
        "city": [""] * count,
        "source": frame["source"].tolist(),
        "account": [""] * count,
        "import_id": pa.nulls(count, pa.int64()),
        "created_at": seconds,
        **text,
    }
    return pa.table(columns)


def timed_judgement(consumer: Consumer) -> float:
    """The seconds of one judgement."""
    started = time.perf_counter()
    consumer.judge()
    return round(time.perf_counter() - started, 3)


def after(consumer: Consumer, feed: DemoFeed, rows: int) -> float:
    """The median seconds of a judgement after so many new rows."""
    taken = []
    for _ in range(TIMES):
        feed.add(rows)
        while consumer.pull():
            pass
        taken.append(timed_judgement(consumer))
    return statistics.median(taken)


def found_in(config: Config) -> dict[str, int]:
    """How many stand out by scope and method."""
    a = anomalies.c
    with read_transaction(open_read_model(config.database_path)) as connection:
        rows = connection.execute(
            select(a.scope, a.method, func.count()).group_by(a.scope, a.method)
        )
        return {f"{scope} {method}": count for scope, method, count in rows}


def measure(folder: Path, rows: int, years: float) -> dict[str, object]:
    """The figures of one user with so many rows."""
    feed = DemoFeed(demo_table(rows, years))
    nowhere = "http://127.0.0.1:9"
    secret = str(SEED)  # of no service: nothing is asked of a neighbour
    config = Config(folder, auth_url=nowhere, ingest_url=nowhere, client_secret=secret)
    migrate(database_path=config.database_path, migrations_dir=MIGRATIONS_DIR)
    consumer = create_consumer(config, clock=lambda: datetime.now(UTC), feed=feed)
    started = time.perf_counter()
    while consumer.pull():
        pass
    loaded = round(time.perf_counter() - started, 1)
    whole = timed_judgement(consumer)
    one, hundred = after(consumer, feed, 1), after(consumer, feed, 100)
    started = time.perf_counter()
    consumer.fit()
    return {
        "rows": rows,
        "load_s": loaded,
        "judge_all_s": whole,
        "after_1_s": one,
        "after_100_s": hundred,
        "fit_s": round(time.perf_counter() - started, 1),
        "found": found_in(config),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--years", type=float, default=10)
    options = parser.parse_args()
    load = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.rows, options.years)
    print(json.dumps({**figures, "load": load}))


if __name__ == "__main__":
    main()
