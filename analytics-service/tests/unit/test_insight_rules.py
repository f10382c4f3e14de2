"""Which insights a month gives, and that their parts add up to the cent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_service.domain.calendar import DayRange, day_number
from analytics_service.domain.categories import Tally
from analytics_service.domain.figures import LargestExpense
from analytics_service.domain.insight_rules import tell
from analytics_service.domain.insights import MAX_OF_A_FAMILY, Evidence, Insight, Month, told_month

FOOD, RENT, TRAVEL = 1, 2, 3
DINER, LANDLORD, AIRLINE, CAFE = 11, 12, 13, 14


def days(first: str, last: str) -> DayRange:
    return DayRange(day_number(date.fromisoformat(first)), day_number(date.fromisoformat(last)))


MARCH = Month(
    span=days("2024-03-01", "2024-04-01"),
    length=31,
    before=(
        days("2023-12-01", "2024-01-01"),
        days("2024-01-01", "2024-02-01"),
        days("2024-02-01", "2024-03-01"),
    ),
)


def months(*pairs: tuple[int, int]) -> tuple[Tally, tuple[Tally, ...]]:
    """The months before in order, the month itself last."""
    tallies = [Tally(*pair) for pair in pairs]
    return tallies[-1], tuple(tallies[:-1])


def evidence(**given: object) -> Evidence:
    """A quiet March: rent, and 20 meals for 1,000.00, as in each of three months before."""
    base: dict[str, object] = {
        "month": MARCH,
        "categories": {FOOD: months(*[(20, 100_000)] * 4), RENT: months(*[(1, 300_000)] * 4)},
        "merchants": {(FOOD, DINER): Tally(20, 100_000), (RENT, LANDLORD): Tally(1, 300_000)},
        "merchants_before": {
            (FOOD, DINER): Tally(60, 300_000),
            (RENT, LANDLORD): Tally(3, 900_000),
        },
        "weekdays": {0: months(*[(21, 400_000)] * 4)},
        "hours": {12: Tally(21, 400_000)},
        "hours_before": {12: Tally(63, 1_200_000)},
        "monthly": [{LANDLORD: 300_000}] * 3,
        "largest": [LargestExpense(9, MARCH.span.start, "", RENT, 300_000, LANDLORD)],
        "refunds": {},
        "refunds_before": {},
        "refunds_by_month": (0, 0, 0),
    }
    return Evidence(**{**base, **given})  # type: ignore[arg-type]


def told(facts: Evidence) -> dict[str, Insight]:
    return {item.code: item for item in tell(facts, limit=20)}


def changes(item: Insight) -> Mapping[tuple[str, int | str], int | None]:
    return {(part.kind, part.key): part.change_minor for part in item.parts}


def test_a_month_like_the_others_gives_nothing() -> None:
    assert told(evidence()) == {}


def test_a_category_above_its_usual_is_explained_by_its_merchants() -> None:
    facts = evidence(
        categories={
            FOOD: months((20, 90_000), (21, 110_000), (20, 100_000), (24, 160_000)),
            RENT: months(*[(1, 300_000)] * 4),
        },
        merchants={
            (FOOD, DINER): Tally(20, 100_000),
            (FOOD, CAFE): Tally(4, 60_000),
            (RENT, LANDLORD): Tally(1, 300_000),
        },
    )
    item = told(facts)["category-above-usual"]
    assert (item.usual_minor, item.change_minor) == (100_000, 60_000)
    assert changes(item) == {("merchant", CAFE): 60_000, ("merchant", DINER): 0}
    assert item.lead is not None
    assert item.lead.key == CAFE
    # At stake are 600.00 of the 4,000.00 that the month usually costs.
    assert item.importance == pytest.approx(0.15)


def test_a_change_within_the_usual_swings_is_no_news() -> None:
    swinging = months((20, 60_000), (20, 100_000), (20, 140_000), (20, 150_000))
    assert "category-above-usual" not in told(
        evidence(categories={FOOD: swinging, RENT: months(*[(1, 300_000)] * 4)})
    )


def test_a_category_that_never_failed_and_is_gone_is_quiet() -> None:
    facts = evidence(
        categories={
            FOOD: months(*[(20, 100_000)] * 4),
            TRAVEL: months((2, 50_000), (1, 45_000), (2, 50_000), (0, 0)),
        },
        merchants_before={(FOOD, DINER): Tally(60, 300_000), (TRAVEL, AIRLINE): Tally(5, 145_000)},
    )
    item = told(facts)["category-quiet"]
    assert (item.category_id, item.change_minor) == (TRAVEL, -50_000)
    assert changes(item) == {("merchant", AIRLINE): -50_000}


def test_a_new_merchant_of_weight_is_told_unless_its_category_tells_it() -> None:
    merchants = {(FOOD, CAFE): Tally(20, 100_000), (RENT, LANDLORD): Tally(1, 300_000)}
    item = told(evidence(merchants=merchants))["merchant-new"]
    assert (item.label, item.tally, item.usual_minor) == (CAFE, Tally(20, 100_000), 0)
    assert changes(item) == {("category", FOOD): 100_000}


def test_more_visits_and_higher_prices_are_told_apart() -> None:
    facts = evidence(
        merchants={(FOOD, DINER): Tally(30, 150_000), (FOOD, CAFE): Tally(10, 60_000)},
        merchants_before={(FOOD, DINER): Tally(60, 300_000), (FOOD, CAFE): Tally(30, 90_000)},
    )
    found = told(facts)
    # 20 at 50.00 became 30 at 50.00; 10 at 30.00 became 10 at 60.00.
    assert changes(found["merchant-more-often"]) == {
        ("effect", "frequency"): 50_000,
        ("effect", "price"): 0,
    }
    assert changes(found["merchant-dearer"]) == {
        ("effect", "frequency"): 0,
        ("effect", "price"): 30_000,
    }


def test_subscriptions_are_summed_and_a_rise_is_told() -> None:
    facts = evidence(
        merchants={
            (FOOD, DINER): Tally(20, 100_000),
            (RENT, LANDLORD): Tally(1, 330_000),
            (TRAVEL, AIRLINE): Tally(1, 3_000),
        },
        monthly=[{LANDLORD: 300_000, AIRLINE: 3_000, CAFE: 900 * n} for n in (1, 2, 3)],
    )
    item = told(facts)["subscriptions-up"]
    assert (item.tally, item.change_minor) == (Tally(2, 333_000), 30_000)
    assert changes(item) == {("merchant", LANDLORD): 30_000, ("merchant", AIRLINE): 0}
    assert item.numbers["merchants"] == 2


def test_a_purchase_is_large_by_its_share_unless_it_is_one_of_the_usual() -> None:
    flight = LargestExpense(10, MARCH.span.start, "", TRAVEL, 80_000, AIRLINE)
    rent = LargestExpense(9, MARCH.span.start, "", RENT, 300_000, LANDLORD)
    item = told(evidence(largest=[rent, flight]))["largest-purchase"]
    assert item.expense == flight
    assert item.numbers["share"] == pytest.approx(0.2)
    assert [part.tally for part in item.parts] == [Tally(1, 80_000), Tally(20, 320_000)]


def test_weekends_are_told_by_money_and_by_purchases() -> None:
    before = ((15, 300_000),) * 3, ((6, 100_000),) * 3
    moved = {0: months(*before[0], (9, 200_000)), 5: months(*before[1], (12, 200_000))}
    item = told(evidence(weekdays=moved))["weekend-more"]
    assert (item.numbers["share"], item.numbers["usual_share"]) == (0.5, 0.25)
    rent_on_a_saturday = {0: months(*before[0], (15, 200_000)), 5: months(*before[1], (6, 200_000))}
    assert "weekend-more" not in told(evidence(weekdays=rent_on_a_saturday))


def test_nights_are_told_only_where_rows_have_a_time() -> None:
    late = {12: Tally(10, 200_000), 23: Tally(11, 200_000)}
    assert told(evidence(hours=late))["night-more"].numbers["share"] == pytest.approx(0.5)
    undated = {0: Tally(15, 300_000), 23: Tally(6, 100_000)}
    assert "night-more" not in told(evidence(hours=undated))


def test_many_refunds_are_told() -> None:
    facts = evidence(
        refunds={CAFE: Tally(2, 30_000), 0: Tally(1, 5_000)}, refunds_by_month=(0, 2_000, 1_000)
    )
    item = told(facts)["refunds-above-usual"]
    assert (item.direction, item.tally, item.usual_minor) == ("refund", Tally(3, 35_000), 1_000)
    assert sum(part.change_minor or 0 for part in item.parts) == 34_000


def test_little_history_is_met_with_silence() -> None:
    young = replace(MARCH, before=MARCH.before[:2])
    spike = {FOOD: months((20, 100_000), (20, 100_000), (30, 900_000))}
    assert told(evidence(month=young, categories=spike, largest=[])) == {}
    few = {FOOD: months(*[(20, 100_000)] * 3, (9, 900_000))}
    assert told(evidence(categories=few)) == {}


def test_a_month_that_has_begun_is_held_against_the_same_days() -> None:
    history = days("2023-06-20", "2024-03-11")
    month = told_month(history, None, None)
    assert month is not None
    assert (month.span, month.is_over) == (days("2024-03-01", "2024-03-11"), False)
    assert len(month.before) == 6
    assert month.before[-1] == days("2024-02-01", "2024-02-11")


def test_a_month_of_few_days_gives_way_to_the_one_before() -> None:
    month = told_month(days("2023-12-25", "2024-03-04"), None, None)
    assert month is not None
    assert (month.span, month.is_over) == (days("2024-02-01", "2024-03-01"), True)
    # December is known from its 25th only, so that January alone comes before.
    assert month.before == (days("2024-01-01", "2024-02-01"),)


def test_a_range_ends_the_month_that_is_told() -> None:
    history = days("2023-01-01", "2024-06-01")
    month = told_month(history, None, day_number(date(2024, 3, 1)))
    assert month is not None
    assert month.span == days("2024-02-01", "2024-03-01")
    assert told_month(history, history.end, None) is None


amounts = st.integers(0, 300_000)
tallies = st.builds(Tally, st.integers(1, 30), amounts)
labels = st.sampled_from([0, DINER, LANDLORD, AIRLINE, CAFE, 15, 16, 17])
pairs = st.dictionaries(st.tuples(st.integers(0, 4), labels), tallies, max_size=16)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    """Whatever merchants a month and those before it have; all else follows from them."""
    now, before = draw(pairs), draw(pairs)
    past = {key: draw(st.lists(tallies, min_size=3, max_size=3)) for key in range(5)}
    folded = {
        key: sum((t for (other, _), t in now.items() if other == key), Tally()) for key in range(5)
    }
    refunds = draw(st.dictionaries(labels, tallies, max_size=4))
    split = draw(st.integers(0, 6))
    whole = sum(folded.values(), Tally())
    return evidence(
        categories={key: (folded[key], tuple(past[key])) for key in range(5)},
        merchants=now,
        merchants_before=before,
        weekdays={
            split: (whole, tuple(sum((past[k][i] for k in past), Tally()) for i in range(3)))
        },
        hours={draw(st.integers(0, 23)): whole},
        hours_before=draw(st.dictionaries(st.integers(0, 23), tallies, max_size=5)),
        monthly=draw(st.lists(st.dictionaries(labels, amounts, max_size=6), max_size=4)),
        largest=[],
        refunds=refunds,
        refunds_before=draw(st.dictionaries(labels, tallies, max_size=4)),
        refunds_by_month=tuple(draw(st.lists(amounts, min_size=3, max_size=3))),
    )


@given(facts=evidences(), limit=st.integers(1, 12))
def test_parts_add_up_and_the_weightiest_come_first(facts: Evidence, limit: int) -> None:
    found = tell(facts, limit=limit)
    assert len(found) <= limit
    weights = [item.importance for item in found]
    assert weights == sorted(weights, reverse=True)
    assert all(0 <= weight <= 1 for weight in weights)
    families = [item.family for item in found]
    assert all(families.count(family) <= MAX_OF_A_FAMILY for family in families)
    for item in found:
        assert item.parts
        changed = [part.change_minor for part in item.parts if part.change_minor is not None]
        assert item.change_minor is None or sum(changed) == item.change_minor, item
        figures = [part.tally for part in item.parts if part.tally is not None]
        assert not figures or sum(figures, Tally()) == item.tally, item
        usual = [part.usual_minor for part in item.parts if part.usual_minor is not None]
        assert not usual or sum(usual) == item.usual_minor, item
