"""What was forecast and kept, item by item, for lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from forecast_service.domain.answers import ForecastItem


@dataclass(frozen=True, slots=True)
class KeptItem:
    """One item of a kept answer; scope is total or a category's id."""

    id: int
    answer_id: int
    item: ForecastItem
    period: str
    scope: str
    method: str
    currency: str
    model_version: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class KeptPage:
    """Items of the newest answers first, each answer in order of days; more follow or not."""

    items: Sequence[KeptItem]
    has_more: bool


@dataclass(frozen=True, slots=True)
class KeptPosition:
    """The last item of the page before: its answer and itself."""

    answer_id: int
    id: int
