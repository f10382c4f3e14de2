"""What the worker judges, and what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics_service.domain.anomalies import Anomaly


@dataclass(frozen=True, slots=True)
class Due:
    """A user's rows in a currency that have moved, at last with the change `seq` of an epoch."""

    owner_id: int
    currency: str
    seq: int
    epoch: str


@dataclass(frozen=True, slots=True)
class Position:
    """The last change that the facts know of, in the feed's epoch."""

    seq: int
    epoch: str


@dataclass(frozen=True, slots=True)
class JudgedState:
    """How much history a judgement rests on, and whether that is enough for days and purchases."""

    history_days: int
    charges: int
    has_days: bool
    has_charges: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found by (scope, method); methods that are not named keep what they have."""

    state: JudgedState
    found: Mapping[tuple[str, str], Sequence[Anomaly]]


@dataclass(frozen=True, slots=True)
class RankedCharge:
    """A purchase as a forest sees it; amounts in minor units."""

    id: int
    day: int
    hour: int
    category_id: int
    amount_minor: int
