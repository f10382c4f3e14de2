"""The day on which a forecast begins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from forecast_service.domain.errors import NotEnoughHistory, OriginOutOfRange

FRESH_DAYS = 35
MAX_LEAD_DAYS = 366


def local_today(now: datetime, time_zone: str) -> date:
    """The calendar day that `now` (aware) falls on in the user's time zone."""
    return now.astimezone(ZoneInfo(time_zone)).date()


def default_origin(*, today: date, last_purchase: date) -> date:
    """Today where the last purchase is younger than 35 days, else the day after it."""
    if (today - last_purchase).days < FRESH_DAYS:
        return today
    return last_purchase + timedelta(days=1)


def checked_origin(origin: date, *, first_purchase: date, last_purchase: date) -> date:
    """The origin itself, when there is something to learn from and it is not too far away.

    Raises:
        NotEnoughHistory: the first purchase is not before the origin.
        OriginOutOfRange: the last purchase lies more than a year before the origin.
    """
    if origin <= first_purchase:
        raise NotEnoughHistory(f"There is no purchase before {origin.isoformat()}.")
    if (origin - last_purchase).days > MAX_LEAD_DAYS:
        raise OriginOutOfRange(
            f"origin lies more than {MAX_LEAD_DAYS} days after the last purchase "
            f"({last_purchase.isoformat()}); import newer statements or ask for an earlier origin."
        )
    return origin
