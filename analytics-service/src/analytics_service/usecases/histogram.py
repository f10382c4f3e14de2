"""How large single purchases are."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import mul

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
    rows = snapshot.by_amount(where)
    if not rows:
        return Histogram(scale=scale, total=Tally(), items=[], quantiles=None)
    # Columns, so that no step below is Python's own for each of a hundred thousand amounts.
    amounts, counts, sums = zip(*rows, strict=True)
    quantiles = quantiles_of(amounts, counts)
    edges = bin_edges(quantiles, total=sum(counts), scale=scale, bins=bins)
    items = fill_bins(amounts, counts, sums, edges=edges)
    return Histogram(
        scale=scale, total=sum_of([item.tally for item in items]), items=items, quantiles=quantiles
    )


def quantiles_of(amounts: Sequence[int], counts: Sequence[int]) -> AmountQuantiles:
    """The quantiles (the smallest amount that reaches the share) of rising amounts by count.

    Raises:
        ValueError: there are no amounts.
    """
    if not amounts:
        raise ValueError("no amounts have no quantiles")
    passed = list(accumulate(counts))
    total = passed[-1]
    points = {"min": amounts[0], "max": amounts[-1]}
    for name, share in QUANTILES.items():
        points[name] = amounts[bisect_left(passed, max(1, math.ceil(share * total)))]
    return AmountQuantiles(points=points, mean_minor=sum(map(mul, amounts, counts)) / total)


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


def fill_bins(
    amounts: Sequence[int], counts: Sequence[int], sums: Sequence[int], *, edges: Sequence[int]
) -> list[HistogramBin]:
    """The figures between each two edges; the amounts rise from the first edge to the last."""
    at = [bisect_left(amounts, edge) for edge in edges]
    return [
        HistogramBin(
            lower_minor=edges[index],
            upper_minor=edges[index + 1],
            tally=Tally(sum(counts[first:last]), sum(sums[first:last])),
        )
        for index, (first, last) in enumerate(pairwise(at))
    ]
