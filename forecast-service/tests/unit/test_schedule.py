from datetime import date

import numpy as np
import pytest

from forecast_service.domain.blocks import Estimate
from forecast_service.domain.recurring import Payment, find_bills
from forecast_service.domain.schedule import schedule_of

REST = Estimate(predicted=100.0, lower_80=60.0, upper_80=150.0, lower_95=40.0, upper_95=200.0)


def rent(*days_and_amounts: tuple[date, int]) -> list[Payment]:
    return [Payment("房东", None, day, amount) for day, amount in days_and_amounts]


def test_a_firm_bill_shifts_the_band_of_its_day_and_no_other() -> None:
    months = [(date(2024, month, 5), 300_000) for month in range(1, 6)]
    bills = find_bills(rent(*months), origin=date(2024, 6, 1))
    schedule = schedule_of(bills, origin=date(2024, 6, 1), days=28, minor_per_major=100)

    due = schedule.joined(REST, start=4, end=5)
    before = schedule.joined(REST, start=3, end=4)

    assert due == Estimate(3100.0, 3060.0, 3150.0, 3040.0, 3200.0)
    assert before == REST


def test_a_varying_bill_widens_the_band_and_a_moving_one_may_stay_away_that_day() -> None:
    days = [date(2024, 1, 3), date(2024, 2, 7), date(2024, 3, 5), date(2024, 4, 8)]
    amounts = [20_000, 24_000, 20_000, 28_000]
    bills = find_bills(rent(*zip(days, amounts, strict=True)), origin=date(2024, 5, 1))
    schedule = schedule_of(bills, origin=date(2024, 5, 1), days=28, minor_per_major=100)
    due = int(np.argmax(schedule.amounts))

    day = schedule.joined(REST, start=due, end=due + 1)
    month = schedule.joined(REST, start=0, end=28)

    assert day.predicted == month.predicted == pytest.approx(340.0)
    assert month.upper_80 - month.predicted > REST.upper_80 - REST.predicted
    assert day.lower_80 < 100.0 < month.lower_80
