from datetime import date

import pytest

from forecast_service.domain.blocks import Estimate
from forecast_service.domain.recurring import Bill, Payment, PaymentHistory, find_bills
from forecast_service.domain.schedule import schedule_of

REST = Estimate(predicted=100.0, lower_80=60.0, upper_80=150.0, lower_95=40.0, upper_95=200.0)


def bills_of(payments: list[Payment], *, origin: date) -> tuple[Bill, ...]:
    return find_bills(PaymentHistory(payments), origin=origin)


def rent(*days_and_amounts: tuple[date, int]) -> list[Payment]:
    return [Payment("房东", None, day, amount) for day, amount in days_and_amounts]


def test_a_firm_bill_shifts_the_band_of_its_day_and_no_other() -> None:
    months = [(date(2024, month, 5), 300_000) for month in range(1, 6)]
    bills = bills_of(rent(*months), origin=date(2024, 6, 1))
    schedule = schedule_of(bills, origin=date(2024, 6, 1), days=28, minor_per_major=100)

    due = schedule.joined(REST, start=4, end=5)
    before = schedule.joined(REST, start=3, end=4)

    assert due == Estimate(3100.0, 3060.0, 3150.0, 3040.0, 3200.0)
    assert before == REST


def test_a_bill_paid_on_different_days_is_spread_over_them() -> None:
    # Due on the 5th; paid on the 5th, 5th, 7th, 5th: three chances in four for the day itself.
    days = [date(2024, 1, 5), date(2024, 2, 5), date(2024, 3, 7), date(2024, 4, 5)]
    bills = bills_of(rent(*((day, 20_000) for day in days)), origin=date(2024, 5, 1))
    schedule = schedule_of(bills, origin=date(2024, 5, 1), days=28, minor_per_major=100)

    on_the_day = schedule.joined(REST, start=4, end=5)
    two_later = schedule.joined(REST, start=6, end=7)
    month = schedule.joined(REST, start=0, end=28)

    assert on_the_day.predicted == pytest.approx(100 + 0.75 * 200)
    assert two_later.predicted == pytest.approx(100 + 0.25 * 200)
    variance = 0.75 * 0.25 * 200**2
    assert on_the_day.upper_80 - on_the_day.predicted == pytest.approx(
        (50**2 + 1.28155157**2 * variance) ** 0.5
    )
    assert month == Estimate(300.0, 260.0, 350.0, 240.0, 400.0)


def test_a_varying_amount_widens_the_band() -> None:
    amounts = [20_000, 24_000, 20_000, 28_000]
    bills = bills_of(
        rent(*((date(2024, month, 5), amount) for month, amount in enumerate(amounts, start=1))),
        origin=date(2024, 5, 1),
    )
    schedule = schedule_of(bills, origin=date(2024, 5, 1), days=28, minor_per_major=100)

    month = schedule.joined(REST, start=0, end=28)

    assert month.predicted == pytest.approx(340.0)
    assert month.upper_80 - month.predicted > REST.upper_80 - REST.predicted
    assert month.predicted - month.lower_95 > REST.predicted - REST.lower_95
