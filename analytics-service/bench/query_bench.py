"""How long each chart takes in-process over one user's rows, and how long their first pull.

python analytics-service/bench/query_bench.py --rows 1000000

Prints one readable line per chart and filter, then everything as JSON. The rows are made from a
seed: ten years, 60 categories, 400 merchants, 120 places, 40,000 different notes.
"""

import argparse
import json
import math
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from analytics_service.app import Consumer, create_app, create_consumer
from analytics_service.config import MIGRATIONS_DIR, Config
from analytics_service.domain.feed import CategoryChange, ExpenseChange, FeedPage
from analytics_service.usecases.feed import PAGE_ROWS
from servicekit.logs import configure_logs
from servicekit.sqlite import migrate
from servicekit.testing import TokenMint

OK = 200
FIRST_DAY = 16_071  # 2014-01-01
DAYS = 3_653
CHARTS = {
    "overview": {},
    "trend": {"granularity": "day"},
    "trend?month": {"granularity": "month", "compare": "year", "from": "2023-01-01"},
    "trend?split": {"granularity": "month", "split": "category"},
    "category-share": {"level": "2"},
    "rank": {"by": "merchant"},
    "rank?category": {"by": "category"},
    "rank?place": {"by": "place"},
    "rank?expense": {"by": "expense"},
    "amount-hist": {"scale": "log"},
    "time-radar": {"by": "hour"},
    "time-radar?weekday": {"by": "weekday"},
    "anomalies": {"scope": "day"},
    "anomalies?transaction": {"scope": "transaction"},
}
FILTERS: Mapping[str, Mapping[str, str]] = {
    "none": {},
    "dates": {"from": "2021-03-10", "to": "2022-03-10"},
    "month": {"from": "2022-03-01", "to": "2022-04-01"},
    "category": {"category_id": "1"},
    "amount": {"min_amount": "30", "max_amount": "300"},
    "merchant": {"merchant": "商户7"},
    "text": {"q": "备注12"},
}


class MadeUpFeed:
    """One user's rows as pages of the feed."""

    def __init__(self, rows: int) -> None:
        self._rows = rows

    def page(self, *, after: int, limit: int) -> FeedPage:
        """The rows that follow; the categories come with the first page."""
        last = min(after + limit, self._rows)
        return FeedPage(
            epoch="bench",
            after=after,
            next=last,
            has_more=last < self._rows,
            expenses=[_row(number, self._rows) for number in range(after + 1, last + 1)],
            categories=_categories() if after == 0 else [],
        )


def _categories() -> list[CategoryChange]:
    roots = [_category(number, None) for number in range(1, 13)]
    return roots + [_category(number, 1 + number % 12) for number in range(13, 61)]


def _category(number: int, parent_id: int | None) -> CategoryChange:
    return CategoryChange(
        id=number,
        user_id=1,
        deleted=False,
        name=f"分类{number}",
        code=None,
        parent_id=parent_id,
    )


def _row(number: int, rows: int) -> ExpenseChange:
    chance = random.Random(number)
    merchant = int(400 * chance.random() ** 2)
    is_whole, is_refunded, is_income = (chance.random() < part for part in (0.5, 0.01, 0.04))
    day = FIRST_DAY + number * DAYS // (rows + 1)
    hour = chance.choice((7, 8, 12, 12, 13, 18, 19, 20, 22))
    amount = round(math.exp(chance.gauss(3.4, 1.1)) * 100)
    return ExpenseChange(
        id=number,
        user_id=1,
        deleted=False,
        seq=number,
        time=day * 86_400 + (hour - 8) * 3_600 + chance.randrange(3_600),
        local_day=day,
        local_hour=hour,
        amount_minor=amount // 100 * 100 if is_whole else amount,
        refunded_minor=amount // 3 if is_refunded else 0,
        currency="CNY",
        direction="income" if is_income else "expense",
        category_id=13 + merchant % 48,
        merchant=f"商户{merchant}",
        place=f"地点{chance.randrange(120)}",
        lat=None,
        lon=None,
        note=f"备注{chance.randrange(40_000)}",
        source="alipay",
        account="零钱",
        import_id=1 + number // 100_000,
        created_at=1_700_000_000 + number // 100_000,
    )


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one call: by the clock on the wall, and of processor time."""

    p50_ms: float
    p95_ms: float
    cpu_ms: float


def time_calls(run: Callable[[], object], times: int) -> Timing:
    """The timing of a call after a first one that does not count."""
    run()
    wall, cpu = [], []
    for _ in range(times):
        started, started_cpu = time.perf_counter(), time.process_time()
        run()
        cpu.append((time.process_time() - started_cpu) * 1000)
        wall.append((time.perf_counter() - started) * 1000)
    wall.sort()
    return Timing(
        p50_ms=round(statistics.median(wall), 1),
        p95_ms=round(wall[math.ceil(0.95 * len(wall)) - 1], 1),
        cpu_ms=round(statistics.median(cpu), 1),
    )


def main() -> None:
    """Pull, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--folder", type=Path, help="keep the database here and use it again")
    options = parser.parse_args()
    configure_logs(service="bench", level="WARNING")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        print(json.dumps(measure(folder, rows=options.rows, times=options.times)))


def measure(folder: Path, *, rows: int, times: int) -> dict[str, object]:
    """Everything that was measured."""
    config = Config(data_dir=folder, auth_url="", ingest_url="", client_secret="")
    migrate(database_path=config.database_path, migrations_dir=MIGRATIONS_DIR)
    consumer = create_consumer(config, feed=MadeUpFeed(rows))
    stored = store(consumer, rows)
    megabytes = config.database_path.stat().st_size / 1e6
    print(f"stored {rows} rows: {stored}, {megabytes:.0f} MB")
    single = time_calls(lambda: _touch_one(consumer, rows), 5)
    print(f"one changed row: {single}")
    mint = TokenMint()
    client = create_app(config, jwks=mint.jwks).test_client()
    found = []
    for filter_name, narrowed in FILTERS.items():
        for chart, query in CHARTS.items():

            def run(chart: str = chart, query: Mapping[str, str] = query) -> int:
                answer = client.get(
                    f"/analytics/{chart.partition('?')[0]}",
                    query_string={**query, **narrowed},  # noqa: B023 - called at once
                    headers=mint.headers(),
                )
                assert answer.status_code == OK, answer.text  # noqa: S101
                return len(answer.data)

            timing = time_calls(run, times)
            size = run()
            found.append(
                {"endpoint": chart, "filter": filter_name, **asdict(timing), "bytes": size}
            )
            print(f"{filter_name:9} {chart:22} {timing} {size} B", flush=True)
    return {"rows": rows, "stored": stored, "one_row": asdict(single), "queries": found}


def store(consumer: Consumer, rows: int) -> dict[str, float]:
    """Seconds for the first pull's way into the database, making the rows not counted."""
    wall, cpu = 0.0, 0.0
    while (state := consumer.writer.feed_state()).seq < rows or state.epoch != "bench":
        page = consumer.feed.page(after=state.seq, limit=PAGE_ROWS)
        started, started_cpu = time.perf_counter(), time.process_time()
        if state.epoch != page.epoch:
            consumer.writer.restart(page.epoch, replacing=state.epoch)
        else:
            consumer.writer.apply(page, now=0)
        wall += time.perf_counter() - started
        cpu += time.process_time() - started_cpu
    return {"wall_s": round(wall, 1), "cpu_s": round(cpu, 1)}


_changes = iter(range(1, 1_000_000))


def _touch_one(consumer: Consumer, rows: int) -> None:
    writer = consumer.writer
    state = writer.feed_state()
    row = _row(rows // 2, rows)._replace(amount_minor=5_000 + next(_changes))
    page = FeedPage(
        epoch=state.epoch,
        after=state.seq,
        next=state.seq + 1,
        has_more=False,
        expenses=[row],
        categories=[],
    )
    assert writer.apply(page, now=0)  # noqa: S101


if __name__ == "__main__":
    main()
