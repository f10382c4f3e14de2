"""What is usual, how it divides, and why a sum has changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_service.domain.categories import Tally
from analytics_service.domain.insight_sums import divide, effects, noise_of, usual_of

amounts = st.integers(-10_000_000, 10_000_000)


@pytest.mark.parametrize(
    ("values", "usual"),
    [([], 0), ([700], 700), ([100, 900, 300], 300), ([100, 205, 200, 900], 202)],
)
def test_usual_is_the_middle(values: list[int], usual: int) -> None:
    assert usual_of(values) == usual


def test_noise_is_the_scaled_median_deviation() -> None:
    # median 300; deviations 200, 0, 100, 600, 0: their median is 100
    assert noise_of([100, 300, 200, 900, 300]) == pytest.approx(148.26)
    assert noise_of([]) == 0


def test_a_whole_divides_by_weight_to_the_cent() -> None:
    assert divide(100, {1: 1, 2: 1, 3: 1}) == {1: 34, 2: 33, 3: 33}
    assert divide(1000, {1: 300, 2: -50, 3: 100}) == {1: 750, 2: 0, 3: 250}
    assert divide(1000, {1: 0, 2: -5}) == {1: 0, 2: 0}


@given(whole=amounts, weights=st.dictionaries(st.integers(0, 40), amounts, max_size=20))
def test_parts_of_a_whole_sum_to_it(whole: int, weights: dict[int, int]) -> None:
    parts = divide(whole, weights)
    assert parts.keys() == weights.keys()
    has_weight = any(weight > 0 for weight in weights.values())
    assert sum(parts.values()) == (whole if has_weight else 0)


def test_a_change_divides_into_frequency_and_price() -> None:
    # 6 visits at 20.00 became 9 visits at 22.00: 78.00 more.
    # Frequency (9 - 6) * (20 + 22) / 2 = 63.00; price (22 - 20) * (6 + 9) / 2 = 15.00.
    assert effects(Tally(9, 19_800), 6, 12_000) == (6_300, 1_500)
    assert effects(Tally(0, 0), 6, 12_000) == (-12_000, 0)


@given(
    count=st.integers(0, 500),
    amount=st.integers(0, 5_000_000),
    usual_count=st.one_of(st.just(0.0), st.floats(0.01, 500)),
    usual=st.integers(0, 5_000_000),
)
def test_effects_sum_to_the_change(count: int, amount: int, usual_count: float, usual: int) -> None:
    frequency, price = effects(Tally(count, amount), usual_count, usual)
    assert frequency + price == amount - usual
