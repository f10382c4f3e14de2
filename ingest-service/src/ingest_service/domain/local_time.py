"""Instants and the owner's calendar, for single rows; imports use domain/times.py."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingest_service.domain.errors import FieldProblem, InvalidInputError

MIN_TIME = 86_400
MAX_TIME = 4_102_444_799  # 2099-12-31T23:59:59Z
_DAY_S = 86_400
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class LocalFields:
    """An instant (epoch seconds) and where it stands on the owner's calendar."""

    time: int
    local_day: int
    local_hour: int
    local_weekday: int


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        InvalidInputError: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        problem = FieldProblem("unknown-time-zone", f"No such time zone: {name}", "/time_zone")
        raise InvalidInputError("The time zone is not known.", [problem]) from error


def local_fields(moment: dt.datetime, zone_name: str) -> LocalFields:
    """The fields of a moment; one without an offset is meant in the zone."""
    here = zone(zone_name)
    local = moment.replace(tzinfo=here) if moment.tzinfo is None else moment.astimezone(here)
    return LocalFields(
        time=int(local.timestamp()),
        local_day=day_number(local.date()),
        local_hour=local.hour,
        local_weekday=local.weekday(),
    )


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(number: int) -> dt.date:
    """The date of a day number."""
    return _EPOCH + dt.timedelta(days=number)
