"""One series at one origin: bills split off, the rest forecast, both put together again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from forecast_service.domain.blocks import Block, BlockForecast, Estimate, blend
from forecast_service.domain.climatology import climatology
from forecast_service.domain.linear import linear
from forecast_service.domain.methods import Basis
from forecast_service.domain.prior import population_prior
from forecast_service.domain.recurring import Bill, PaymentHistory, find_bills, paid_by_day
from forecast_service.domain.schedule import schedule_of
from forecast_service.domain.series import BLOCK_DAYS, DailySeries, Window

MethodBlock = Callable[[Window], Block]

_OWN_METHODS: Mapping[Basis, MethodBlock] = {
    Basis.CLIMATOLOGY: climatology,
    Basis.LINEAR: linear,
    Basis.AVERAGE: climatology,
    Basis.PRIOR: population_prior,
}


@dataclass(frozen=True, slots=True)
class Ledger:
    """A subject's spending as far as it is known; the series is in major units."""

    series: DailySeries
    payments: PaymentHistory
    minor_per_major: int


@dataclass(frozen=True, slots=True)
class Situation:
    """What was known just before `origin`: the whole window, the running bills, the rest.

    Nothing from the origin on enters, so that back-tests are honest.
    """

    origin: date
    whole: Window
    bills: tuple[Bill, ...]
    remainder: Window


def situation_at(ledger: Ledger, origin: date) -> Situation:
    """The situation just before `origin`."""
    bills = find_bills(ledger.payments, origin=origin)
    paid = {day: minor / ledger.minor_per_major for day, minor in paid_by_day(bills).items()}
    return Situation(
        origin=origin,
        whole=ledger.series.window(origin),
        bills=bills,
        remainder=ledger.series.minus(paid).window(origin),
    )


def block_starts(origin: date, *, days: int) -> tuple[date, ...]:
    """The first days of the 28-day blocks that cover `days` days from the origin on."""
    count = ceil(days / BLOCK_DAYS)
    return tuple(origin + timedelta(days=BLOCK_DAYS * index) for index in range(count))


class Outlook:
    """The forecast of one situation, read span by span.

    Args:
        situation: What was known.
        basis: The method; AVERAGE looks at the whole window and splits off no bills, because
            28 times the mean day has the bills in it already.
        days: How far it has to reach.
        model_blocks: The network's blocks, one for each 28 days, where the basis asks for it.
        minor_per_major: 100 for CNY.
    """

    def __init__(
        self,
        situation: Situation,
        *,
        basis: Basis,
        days: int,
        minor_per_major: int,
        model_blocks: Sequence[Block] = (),
    ) -> None:
        bills = () if basis is Basis.AVERAGE else situation.bills
        window = situation.whole if basis is Basis.AVERAGE else situation.remainder
        count = ceil(days / BLOCK_DAYS)
        blocks = _blocks(basis, window=window, model_blocks=model_blocks, count=count)
        self._rest = BlockForecast(blocks, stale_blocks=window.stale_days / BLOCK_DAYS)
        self._origin = situation.origin
        self._schedule = schedule_of(
            bills, origin=situation.origin, days=days, minor_per_major=minor_per_major
        )

    def between(self, start: date, end: date) -> Estimate:
        """The estimate for the days [start, end)."""
        low, high = (start - self._origin).days, (end - self._origin).days
        rest = self._rest.day(low) if high - low == 1 else self._rest.span(low, high)
        return self._schedule.joined(rest, start=low, end=high)


def _blocks(
    basis: Basis, *, window: Window, model_blocks: Sequence[Block], count: int
) -> Sequence[Block]:
    if basis is Basis.TENSORFLOW:
        return model_blocks
    if basis is Basis.AUTO:
        own = climatology(window)
        return [blend([block, own]) for block in model_blocks]
    return [_OWN_METHODS[basis](window)] * count
