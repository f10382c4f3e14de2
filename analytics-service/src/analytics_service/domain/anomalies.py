"""What stands out: the words that days and purchases share, and what users say about it.

`unusual_days` and `unusual_charges` hold the rules; the worker applies them after the feed, and the
answers read what it kept. Both are quiet, rather than wrong, where there is little history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analytics_service.domain.calendar import day_number, day_of
from analytics_service.domain.errors import AnomalyNotFound, MethodNotAvailable

LEVELS = ("info", "warning", "critical")
DAY, TRANSACTION = "day", "transaction"
SCOPES = (DAY, TRANSACTION)
FUSED, ROBUST, SIGMA, FOREST = "fused", "robust", "3sigma", "isolation-forest"
METHODS: Mapping[str, tuple[str, ...]] = {
    DAY: (FUSED, ROBUST, SIGMA, FOREST),
    TRANSACTION: (ROBUST, SIGMA, FOREST),
}
"""By scope, the default first."""
VERDICTS = ("normal", "confirmed")
SHOWN = ("open", "silenced")
MAX_DIGITS = 18

JUDGED_DIRECTION = "expense"
"""What purchases usually cost is learnt from expenses, so nothing else is judged."""
MIN_DAYS = 56
MIN_SPENDING_DAYS = 20
MIN_CHARGES = 30
"""With fewer days, days of spending or purchases nobody's habits are known."""
DAY_P_VALUES = {"info": 1 / 28, "warning": 1 / 60, "critical": 1 / 120}
CHARGE_SCORES = {"info": 3.0, "warning": 4.0, "critical": 6.0}
SIGMAS = {"info": 3.0, "warning": 4.0, "critical": 5.0}
THRESHOLDS: Mapping[tuple[str, str], Mapping[str, float]] = {
    (DAY, FUSED): DAY_P_VALUES,
    (DAY, ROBUST): DAY_P_VALUES,
    (DAY, SIGMA): SIGMAS,
    (DAY, FOREST): DAY_P_VALUES,
    (TRANSACTION, ROBUST): CHARGE_SCORES,
    (TRANSACTION, SIGMA): SIGMAS,
    (TRANSACTION, FOREST): DAY_P_VALUES,
}
"""From where on each level begins: p-values at most, scores and sigmas at least.

The forest's purchases are counted by the day too: as many as one in 28 days are at least info.
"""

KINDS = {
    "charged-twice": "repeat",
    "price-rise": "rise",
    "day-above-usual": "day",
    "run-above-usual": "day",
    "day-by-sigma": "day",
    "day-isolated": "day",
}
"""What a verdict takes together; all other reasons are of the kind `amount`."""

Param = float | int | str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something stands out: a code that clients have words for, and its figures.

    Params whose names end in `_minor` are amounts; answers name them without the ending.
    """

    code: str
    params: Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A day or a purchase that stands out; amounts in minor units.

    `expense_id` is the purchase, or the largest purchase of the day (0 where the day has none).
    `days` is 1, or the length of the run that ends with the day. `pattern` names what a verdict
    of 'normal' silences.
    """

    scope: str
    day: int
    expense_id: int
    amount_minor: int
    lower_minor: int
    upper_minor: int
    score: float
    level: str
    reason: Reason
    pattern: str
    days: int = 1
    category_id: int | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class FeedbackCount:
    """How often a user found an alarm right, and how often he called it normal."""

    normal: int
    confirmed: int

    @property
    def precision(self) -> float | None:
        """The share of judged alarms that were right; None where none was judged."""
        judged = self.normal + self.confirmed
        return round(self.confirmed / judged, 4) if judged else None


@dataclass(frozen=True, slots=True)
class AnomalyQuery:
    """Which anomalies are asked for, beside the filter of the rows."""

    scope: str
    method: str
    level: str
    shown: str = "open"


@dataclass(frozen=True, slots=True)
class Anomalies:
    """What stands out, the latest first; `count` in all, of which items hold at most so many."""

    query: AnomalyQuery
    items: Sequence[Anomaly]
    count: int
    history_days: int
    enough_history: bool
    feedback: FeedbackCount


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a user says about an anomaly, given in epoch seconds."""

    anomaly_id: str
    verdict: str
    pattern: str
    given_at: int


def method_of(scope: str, method: str | None) -> str:
    """The method's name, the scope's default where none is given.

    Raises:
        MethodNotAvailable: there is no such method for days, or for purchases.
    """
    known = METHODS[scope]
    if method is not None and method not in known:
        raise MethodNotAvailable(f"available for scope {scope}: {', '.join(known)}")
    return method or known[0]


def levels_from(level: str) -> tuple[str, ...]:
    """The given level and those above it."""
    return LEVELS[LEVELS.index(level) :]


def level_of_p(p_value: float) -> str | None:
    """The level that a p-value reaches."""
    reached = [level for level in LEVELS if p_value <= DAY_P_VALUES[level]]
    return reached[-1] if reached else None


def level_of_score(score: float, thresholds: Mapping[str, float]) -> str | None:
    """The level that a score reaches."""
    reached = [level for level in LEVELS if score >= thresholds[level]]
    return reached[-1] if reached else None


def pattern_of(code: str, *, merchant: str, category_id: int) -> str:
    """What a verdict silences: reasons of a kind at the same payee, else in the same category.

    Days are told apart by the category of their largest purchase alone.
    """
    kind = KINDS.get(code, "amount")
    if kind == "day":
        return f"{kind}|c|{category_id}"
    return f"{kind}|m|{merchant}" if merchant else f"{kind}|c|{category_id}"


def times(amount: float, usual: float) -> float | None:
    """How many times the usual an amount is; None where nothing is usual."""
    return round(amount / usual, 1) if usual > 0 else None


def anomaly_id(scope: str, day: int, expense_id: int) -> str:
    """The id on the wire, the same after every judgement: day-2024-03-05, tx-9120."""
    return f"day-{day_of(day).isoformat()}" if scope == DAY else f"tx-{expense_id}"


def anomaly_key(text: str) -> tuple[str, int]:
    """The scope, and the day's number or the purchase's id, of an id on the wire.

    Raises:
        AnomalyNotFound: no anomaly has such an id.
    """
    kind, _, rest = text.partition("-")
    try:
        if kind == "day":
            return DAY, day_number(date.fromisoformat(rest))
        if kind == "tx" and rest.isascii() and rest.isdigit() and len(rest) <= MAX_DIGITS:
            return TRANSACTION, int(rest)
    except ValueError as error:
        raise AnomalyNotFound("there is no such anomaly") from error
    raise AnomalyNotFound("there is no such anomaly")
