"""What the query bench asks: each chart as its query, and the same question for DuckDB in SQL.

The SQL runs over a table x with one row per purchase: day DATE, hour, currency, direction,
category_id, root_id, amount (gross), net, merchant, place, note, source, account, lat, lon. It
answers what the chart shows in as few statements as its author would write; {where} narrows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its endpoint, its query, and DuckDB's statements; none where SQL has no word."""

    name: str
    endpoint: str
    query: Mapping[str, str] = field(default_factory=dict)
    statements: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A filter: as the gateway is asked and as SQL says it. kind: none, range or free."""

    name: str
    kind: str
    query: Mapping[str, str]
    sql: str


_GROUPED = (
    "SELECT {keys}, count(*) AS n, sum(net) AS s FROM x WHERE {{where}} GROUP BY {keys} {more}"
)


def _grouped(keys: str, *, more: str = "") -> str:
    return _GROUPED.format(keys=keys, more=more)


_TOP = "ORDER BY s DESC LIMIT 20"
_MONTH = "date_trunc('month', day)"
_LOG_BINS = (
    "SELECT floor(log10(amount / 100.0) * 8) AS bin, count(*), sum(net) FROM x"
    " WHERE {where} AND amount > 0 GROUP BY bin ORDER BY bin"
)
_CELLS = "ORDER BY s DESC LIMIT 5000"
_CITY_CELLS = (
    "SELECT floor(lat * 100), floor(lon * 100), count(*), sum(net) AS s FROM x WHERE {where}"
    " AND lat >= 31 AND lat < 32 AND lon >= 121 AND lon < 122 GROUP BY ALL ORDER BY s DESC"
)
_QUANTILES = "SELECT quantile_disc(amount, [0.1, 0.25, 0.5, 0.75, 0.9, 0.99]) FROM x WHERE {where}"
CHARTS = (
    Chart(
        "overview",
        "overview",
        {},
        (
            "SELECT count(*), sum(net), min(day), max(day) FROM x WHERE {where}",
            _grouped("root_id", more="ORDER BY s DESC LIMIT 1"),
            _grouped("merchant", more="ORDER BY s DESC LIMIT 1"),
        ),
    ),
    Chart("trend day", "trend", {"granularity": "day"}, (_grouped("day", more="ORDER BY day"),)),
    Chart(
        "trend month, with the year before",
        "trend",
        {"granularity": "month", "compare": "year"},
        (_grouped(_MONTH),) * 2,
    ),
    Chart(
        "trend month by category",
        "trend",
        {"granularity": "month", "split": "category"},
        (_grouped(f"{_MONTH}, root_id"),),
    ),
    Chart("category-share", "category-share", {"level": "2"}, (_grouped("category_id"),)),
    Chart("rank merchant", "rank", {"by": "merchant"}, (_grouped("merchant", more=_TOP),)),
    Chart("rank category", "rank", {"by": "category"}, (_grouped("root_id", more=_TOP),)),
    Chart("rank place", "rank", {"by": "place"}, (_grouped("place", more=_TOP),)),
    Chart(
        "rank expense",
        "rank",
        {"by": "expense"},
        ("SELECT day, merchant, net FROM x WHERE {where} ORDER BY net DESC, day DESC LIMIT 20",),
    ),
    Chart("amount-hist", "amount-hist", {"scale": "log"}, (_LOG_BINS, _QUANTILES)),
    Chart(
        "heatmap coordinate",
        "heatmap",
        {"by": "coordinate"},
        (
            _grouped("floor(lat * 10), floor(lon * 10)", more=_CELLS),
            "SELECT count(*), sum(net) FROM x WHERE {where} AND lat IS NULL",
        ),
    ),
    Chart(
        "heatmap in a city",
        "heatmap",
        {"by": "coordinate", "bbox": "121,31,122,32"},
        (_CITY_CELLS,),
    ),
    Chart("heatmap city", "heatmap", {"by": "city"}, (_grouped("place", more=_TOP),)),
    Chart("time-radar hour", "time-radar", {"by": "hour"}, (_grouped("hour"),)),
    Chart("time-radar weekday", "time-radar", {"by": "weekday"}, (_grouped("dayofweek(day)"),)),
    Chart(
        "behavior-tree",
        "behavior-tree",
        {},
        (_grouped("root_id, category_id, merchant", more="ORDER BY s DESC LIMIT 200"),),
    ),
    Chart(
        "behavior-tree sankey",
        "behavior-tree",
        {"form": "sankey"},
        (
            _grouped("source, root_id", more="ORDER BY s DESC LIMIT 40"),
            _grouped("root_id, merchant", more="ORDER BY s DESC LIMIT 40"),
        ),
    ),
    Chart("level-scatter", "level-scatter", {"by": "merchant"}, (_grouped("merchant"),)),
    Chart("anomalies day", "anomalies", {"scope": "day"}),
    Chart("anomalies transaction", "anomalies", {"scope": "transaction"}),
    Chart("insights", "insights"),
)


def narrowings(food_id: int) -> Sequence[Narrowing]:
    """No filter, by dates, by category, by amount and by text."""
    dates = {"from": "2021-03-10", "to": "2022-03-10"}
    return (
        Narrowing("none", "none", {}, "true"),
        Narrowing("dates", "range", dates, "day >= '2021-03-10' AND day < '2022-03-10'"),
        Narrowing("category", "range", {"category_id": str(food_id)}, f"root_id = {food_id}"),
        Narrowing(
            "amount",
            "free",
            {"min_amount": "30", "max_amount": "300"},
            "amount BETWEEN 3000 AND 30000",
        ),
        Narrowing(
            "text",
            "free",
            {"q": "豆浆"},
            "(merchant LIKE '%豆浆%' OR note LIKE '%豆浆%' OR place LIKE '%豆浆%'"
            " OR account LIKE '%豆浆%')",
        ),
    )
