"""How large single purchases are."""

import math
from collections.abc import Sequence

from analytics_service.domain.categories import Tally
from analytics_service.domain.figures import AmountQuantiles, Histogram, HistogramBin
from analytics_service.domain.filters import Filter
from analytics_service.domain.ports import Snapshot
from analytics_service.usecases.charts import sum_of

QUANTILES = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "p99": 0.99}
MIN_BINS = 5
MAX_BINS = 60


def amount_histogram(
    snapshot: Snapshot, where: Filter, *, scale: str, bins: int | None = None
) -> Histogram:
    """The rows by amount before refunds; the bins' sums are net of refunds as the filter says.

    Without a number of bins Freedman and Diaconis' rule gives it (Z. Wahrscheinlichkeitstheorie
    57, 1981), on logarithms where the scale is logarithmic. On the linear scale the last bin
    reaches from the 99th percentile, widened by one bin, to the largest amount: a single rent
    must not squeeze all lunches into one bin.
    """
    amounts = snapshot.by_amount(where)
    counts = [(amount, count) for amount, count, _ in amounts]
    quantiles = quantiles_of(counts)
    if quantiles is None:
        return Histogram(scale=scale, total=Tally(), items=[], quantiles=None)
    edges = bin_edges(quantiles, total=sum(n for _, n in counts), scale=scale, bins=bins)
    items = fill_bins(amounts, edges)
    return Histogram(
        scale=scale, total=sum_of([item.tally for item in items]), items=items, quantiles=quantiles
    )


def quantiles_of(counts: Sequence[tuple[int, int]]) -> AmountQuantiles | None:
    """The quantiles (the smallest amount that reaches the share) of (amount, how many) in order."""
    total = sum(count for _, count in counts)
    if total == 0:
        return None
    points = {"min": counts[0][0], "max": counts[-1][0]}
    wanted = [(name, max(1, math.ceil(share * total))) for name, share in QUANTILES.items()]
    passed = 0
    for amount, count in counts:
        passed += count
        while wanted and passed >= wanted[0][1]:
            points[wanted.pop(0)[0]] = amount
    mean = sum(amount * count for amount, count in counts) / total
    return AmountQuantiles(points=points, mean_minor=mean)


def bin_edges(quantiles: AmountQuantiles, *, total: int, scale: str, bins: int | None) -> list[int]:
    """Rising edges in minor units, from the smallest amount to one above the largest."""
    at = quantiles.points
    low, high = at["min"], at["max"] + 1
    if scale == "log":
        start = math.log(max(low, 1))
        width = math.log(max(high, 2)) - start
        spread = math.log(max(at["p75"], 1)) - math.log(max(at["p25"], 1))
        number = bins or _freedman_diaconis(width, spread, total)
        inner = [round(math.exp(start + width * i / number)) for i in range(1, number)]
    else:
        top = at["p99"] + 1
        number = bins or _freedman_diaconis(top - low, at["p75"] - at["p25"], total)
        parts = number - 1 if top < high else number
        inner = [low + round((top - low) * i / parts) for i in range(1, parts + 1)]
    return sorted({low, high, *(edge for edge in inner if low < edge < high)})


def _freedman_diaconis(width: float, spread: float, total: int) -> int:
    step = 2 * spread / total ** (1 / 3)
    number = math.ceil(width / step) if step > 0 else MIN_BINS
    return min(max(number, MIN_BINS), MAX_BINS)


def fill_bins(amounts: Sequence[tuple[int, int, int]], edges: Sequence[int]) -> list[HistogramBin]:
    """The figures between each two edges; amounts are (amount, count, sum) in order."""
    counts, sums = [0] * (len(edges) - 1), [0] * (len(edges) - 1)
    index = 0
    for amount, count, total in amounts:
        while amount >= edges[index + 1]:
            index += 1
        counts[index] += count
        sums[index] += total
    return [
        HistogramBin(
            lower_minor=edges[i], upper_minor=edges[i + 1], tally=Tally(counts[i], sums[i])
        )
        for i in range(len(counts))
    ]
