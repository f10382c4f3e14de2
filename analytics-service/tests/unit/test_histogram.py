import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_service.usecases.histogram import MAX_BINS, bin_edges, fill_bins, quantiles_of

counted = st.dictionaries(st.integers(0, 10**7), st.integers(1, 50), min_size=1, max_size=60).map(
    lambda found: sorted(found.items())
)


def test_quantiles_of_a_hand_worked_case() -> None:
    quantiles = quantiles_of([100, 200, 1000], [1, 8, 1])

    assert quantiles.points == {
        "min": 100, "p10": 100, "p25": 200, "p50": 200, "p75": 200, "p90": 200, "p99": 1000,
        "max": 1000,
    }  # fmt: skip
    assert quantiles.mean_minor == 270


@given(counts=counted)
def test_the_median_is_an_amount_that_was_paid(counts: list[tuple[int, int]]) -> None:
    quantiles = quantiles_of(*zip(*counts, strict=True))

    amounts = [amount for amount, count in counts for _ in range(count)]
    assert quantiles.points["p50"] == statistics.median_low(amounts)


@given(
    counts=counted,
    scale=st.sampled_from(["linear", "log"]),
    bins=st.one_of(st.none(), st.integers(1, 100)),
)
def test_bins_hold_every_row_once(
    counts: list[tuple[int, int]], scale: str, bins: int | None
) -> None:
    quantiles = quantiles_of(*zip(*counts, strict=True))
    total = sum(count for _, count in counts)

    edges = bin_edges(quantiles, total=total, scale=scale, bins=bins)
    columns = zip(*((amount, count, amount * count) for amount, count in counts), strict=True)
    filled = fill_bins(*columns, edges=edges)

    assert edges == sorted(set(edges))
    assert len(filled) <= (bins or MAX_BINS)
    assert sum(item.tally.count for item in filled) == total
    assert sum(item.tally.amount_minor for item in filled) == sum(a * n for a, n in counts)


def test_no_rows_have_no_quantiles() -> None:
    with pytest.raises(ValueError, match="no amounts"):
        quantiles_of([], [])
