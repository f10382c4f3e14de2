from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_service.domain.due_days import Roll
from forecast_service.domain.periods import add_months
from forecast_service.domain.recurring import (
    Bill,
    Interval,
    Payment,
    PaymentHistory,
    find_bills,
    paid_by_day,
)


def bills_of(payments: list[Payment], *, origin: date) -> tuple[Bill, ...]:
    return find_bills(PaymentHistory(payments), origin=origin)


def paid(*days: date, amount_minor: int = 3000, payee: str = "房东") -> list[Payment]:
    return [Payment(payee, 31, day, amount_minor) for day in days]


def only(bills: tuple[Bill, ...]) -> Bill:
    assert len(bills) == 1
    return bills[0]


RENT = paid(date(2024, 1, 5), date(2024, 2, 5), date(2024, 3, 5), date(2024, 4, 5))


def test_rent_on_the_fifth_by_hand() -> None:
    bill = only(bills_of(RENT, origin=date(2024, 4, 20)))

    assert bill.interval is Interval.MONTHLY
    assert bill.due_day is not None
    assert (bill.due_day.day_of_month, bill.due_day.roll) == (5, Roll.NONE)
    assert bill.due_before(date(2024, 7, 6)) == [
        date(2024, 5, 5),
        date(2024, 6, 5),
        date(2024, 7, 5),
    ]
    assert bill.amount_minor == 3000
    assert bill.price_change is None


def test_a_bill_already_paid_this_month_is_due_next_month() -> None:
    early = [*RENT, *paid(date(2024, 5, 3))]

    assert next(only(bills_of(early, origin=date(2024, 5, 4))).next_dates()) == date(2024, 6, 5)


def test_an_overdue_bill_is_expected_at_once_and_then_counts_as_skipped() -> None:
    soon = only(bills_of(RENT, origin=date(2024, 5, 9)))
    late = only(bills_of(RENT, origin=date(2024, 5, 12)))

    assert soon.due_before(date(2024, 6, 6)) == [date(2024, 5, 9), date(2024, 6, 5)]
    assert next(late.next_dates()) == date(2024, 6, 5)


def test_a_weekend_rolls_forward_to_monday() -> None:
    # The 6th of January, April and July 2024 is a Saturday.
    days = [date(2024, 1, 8), date(2024, 2, 6), date(2024, 3, 6), date(2024, 4, 8)]
    days += [date(2024, 5, 6)]
    bill = only(bills_of(paid(*days), origin=date(2024, 6, 20)))

    assert bill.due_day is not None
    assert (bill.due_day.day_of_month, bill.due_day.roll) == (6, Roll.WEEKEND)
    assert bill.due_before(date(2024, 8, 1)) == [date(2024, 7, 8)]


def test_rent_on_the_first_waits_for_the_end_of_golden_week() -> None:
    # October 1st to 7th and May 1st to 5th are holidays in China; January 1st is one too.
    days = [date(2023, 9, 1), date(2023, 10, 7), date(2023, 11, 1), date(2023, 12, 1)]
    days += [date(2024, 1, 2), date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1)]
    bill = only(bills_of(paid(*days), origin=date(2024, 4, 6)))

    assert bill.due_day is not None
    assert (bill.due_day.day_of_month, bill.due_day.roll) == (1, Roll.WORKDAY)
    assert set(bill.due_day.misses_days) == {0}
    assert bill.due_before(date(2024, 6, 4)) == [date(2024, 5, 6), date(2024, 6, 3)]


def test_the_last_of_the_month_is_followed_through_short_months() -> None:
    days = [date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)]
    bill = only(bills_of(paid(*days), origin=date(2024, 4, 2)))

    assert bill.due_before(date(2024, 6, 1)) == [date(2024, 4, 30), date(2024, 5, 31)]


@pytest.mark.parametrize(
    ("gap_days", "count", "interval"),
    [(7, 5, Interval.WEEKLY), (91, 3, Interval.QUARTERLY), (365, 3, Interval.YEARLY)],
)
def test_other_intervals_are_found(gap_days: int, count: int, interval: Interval) -> None:
    days = [date(2022, 1, 10) + timedelta(days=gap_days * index) for index in range(count)]
    bill = only(bills_of(paid(*days), origin=days[-1] + timedelta(days=2)))

    assert bill.interval is interval
    distance = (next(bill.next_dates()) - days[-1]).days
    assert abs(distance - gap_days) <= 3


@pytest.mark.parametrize(
    "payments",
    [
        RENT[:2],
        paid(*(date(2024, 1, 1) + timedelta(days=7 * index) for index in range(4))),
        paid(date(2024, 1, 5), date(2024, 1, 15), date(2024, 3, 5)),
        [Payment("", 31, row.day, 3000) for row in RENT],
        [Payment("超市", 31, row.day, 1000 * (index + 1)) for index, row in enumerate(RENT)],
        [Payment("房东", index, row.day, 3000) for index, row in enumerate(RENT)],
    ],
    ids=["two", "four weekly", "gaps 10 and 50", "no payee", "amounts vary", "other categories"],
)
def test_what_is_no_bill(payments: list[Payment]) -> None:
    assert bills_of(payments, origin=date(2024, 4, 10)) == ()


def test_a_bill_that_stopped_is_forgotten() -> None:
    assert bills_of(RENT, origin=date(2024, 6, 20)) == ()


def test_payments_from_the_origin_on_are_not_looked_at() -> None:
    later = [*RENT, *paid(date(2024, 5, 5), amount_minor=9999)]

    assert bills_of(later, origin=date(2024, 4, 20)) == bills_of(RENT, origin=date(2024, 4, 20))


def test_a_dearer_bill_says_so_and_two_payments_of_a_day_are_one() -> None:
    dearer = [*RENT[:3], *paid(date(2024, 4, 5), amount_minor=1650)]
    dearer += paid(date(2024, 4, 5), amount_minor=1650)
    bill = only(bills_of(dearer, origin=date(2024, 4, 20)))

    assert bill.price_change == pytest.approx(0.1)
    assert paid_by_day([bill])[date(2024, 4, 5)] == 3300


@given(
    start=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    count=st.integers(3, 30),
    day_of_month=st.integers(1, 31),
    after=st.integers(1, 20),
    amount_minor=st.integers(1, 10**9),
)
def test_every_regular_monthly_bill_is_found_and_its_next_date_is_right(
    start: date, count: int, day_of_month: int, after: int, amount_minor: int
) -> None:
    first = start.replace(day=1)
    months = [add_months(first, index) for index in range(count + 1)]
    days = [add_months(month.replace(day=1), 1) - timedelta(days=1) for month in months]
    days = [end.replace(day=min(day_of_month, end.day)) for end in days]
    origin = days[-2] + timedelta(days=after)

    bill = only(bills_of(paid(*days[:-1], amount_minor=amount_minor), origin=origin))

    assert bill.amount_minor == amount_minor
    upcoming = bill.due_before(origin + timedelta(days=200))
    assert all(origin <= day for day in upcoming)
    assert all(26 <= (later - earlier).days <= 35 for earlier, later in pairwise(upcoming))
    # Short histories cannot tell the 29th to 31st apart where only short months were seen.
    assert abs((upcoming[0] - days[-1]).days) <= 3


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["甲", "乙", ""]),
            st.dates(date(2022, 1, 1), date(2024, 6, 1)),
            st.integers(0, 10**6),
        ),
        max_size=40,
    )
)
def test_whatever_the_ledger_bills_lie_ahead_and_never_take_more_than_was_paid(
    rows: list[tuple[str, date, int]],
) -> None:
    origin = date(2024, 5, 1)
    payments = [Payment(payee, None, day, amount) for payee, day, amount in rows]

    bills = bills_of(payments, origin=origin)

    for bill in bills:
        assert next(bill.next_dates()) >= origin
        assert bill.amount_minor > 0
    for day, taken in paid_by_day(bills).items():
        assert day < origin
        assert taken <= sum(p.amount_minor for p in payments if p.day == day)
