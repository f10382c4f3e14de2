"""What insights are, what they are told from, and which of them are told (docs/insights.md)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analytics_service.domain.calendar import (
    DayRange,
    day_of,
    month_index,
    month_start,
)
from analytics_service.domain.categories import Tally
from analytics_service.domain.figures import LargestExpense

BASE_MONTHS = 6
"""How many months before are looked at; usual is what they have in the middle."""
MIN_MONTHS = 3
"""With fewer months before nothing is compared."""
MIN_ROWS = 10
"""With fewer rows in the month nothing is told."""
MIN_DAYS = 7
"""A month that has only begun is passed over for the one before it."""
FEW = 3
"""With fewer to tell of a month that goes on, the one before it is told as well."""
MAX_PARTS = 5
MAX_OF_A_FAMILY = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of what an insight tells: its rows, what they usually come to, and the difference.

    Effects have no rows of their own, purchases nothing that is usual. By kind the key is a
    category, a label, a weekday, an hour or an expense; `rest` stands for what is not shown.
    """

    kind: str
    key: int | str = 0
    tally: Tally | None = None
    usual_minor: int | None = None
    change_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Insight:
    """One sentence: a code that clients have words for, and figures with what makes them up.

    `stake_minor` is how much money it is about; `family` keeps a list from saying one thing often.
    """

    code: str
    family: str
    tally: Tally
    stake_minor: float
    parts: tuple[Part, ...]
    usual_minor: int | None = None
    category_id: int | None = None
    label: int | None = None
    direction: str = "expense"
    expense: LargestExpense | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    importance: float = 0.0
    span: DayRange | None = None

    @property
    def change_minor(self) -> int | None:
        """How much more than usual it is."""
        return None if self.usual_minor is None else self.tally.amount_minor - self.usual_minor

    @property
    def lead(self) -> Part | None:
        """The named part that makes up at least half of the change, in its direction."""
        change = self.change_minor
        named = [part for part in self.parts if part.kind not in {"rest", "effect"}]
        if not change or not named:
            return None
        best = max(named, key=lambda part: (part.change_minor or 0) * (1 if change > 0 else -1))
        share = (best.change_minor or 0) / change
        return best if share >= 0.5 else None  # noqa: PLR2004 - more than all others together


@dataclass(frozen=True, slots=True)
class Month:
    """The month that is told, as far as it has gone, and the same days of those before it."""

    span: DayRange
    length: int
    before: tuple[DayRange, ...]

    @property
    def is_over(self) -> bool:
        """Whether the whole month is told."""
        return self.span.days == self.length

    @property
    def elapsed(self) -> float:
        """What part of the month has gone."""
        return self.span.days / self.length


@dataclass(frozen=True, slots=True)
class Evidence:
    """The figures that insights are told from.

    `categories` has the month's figures of each and those of the same days of each month before;
    `merchants`, `hours` have those before of the whole months together. `monthly` has the single
    charge of each merchant that was charged once in a month, by month, the latest month last.
    """

    month: Month
    categories: Mapping[int, tuple[Tally, tuple[Tally, ...]]]
    merchants: Mapping[tuple[int, int], Tally]
    merchants_before: Mapping[tuple[int, int], Tally]
    weekdays: Mapping[int, tuple[Tally, tuple[Tally, ...]]]
    hours: Mapping[int, Tally]
    hours_before: Mapping[int, Tally]
    monthly: Sequence[Mapping[int, int]]
    largest: Sequence[LargestExpense]
    refunds: Mapping[int, Tally]
    refunds_before: Mapping[int, Tally]
    refunds_by_month: tuple[int, ...]

    @property
    def now(self) -> Tally:
        """The whole of the month."""
        return _sum(tally for tally, _ in self.categories.values())

    @property
    def totals(self) -> list[int]:
        """The same days of each month before."""
        months = len(self.month.before)
        series = [before for _, before in self.categories.values()]
        return [sum(before[index].amount_minor for before in series) for index in range(months)]


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total += tally
    return total


def told_month(history: DayRange, start: int | None, end: int | None) -> Month | None:
    """The last month of a range of which enough is known, nothing where there is none.

    Args:
        history: from the first to the last day that has rows.
        start: the first day of the range, None where it is open.
        end: the day after its last, None where it is open.
    """
    last = min(history.end, history.end if end is None else end)
    first = max(history.start, history.start if start is None else start)
    if last <= first:
        return None
    index = month_index(day_of(last - 1))
    if last - month_start(index) < MIN_DAYS and month_start(index) > first:
        last = month_start(index)
        index -= 1
    begin = month_start(index)
    length = month_start(index + 1) - begin
    days = last - begin
    before = tuple(
        DayRange(month_start(past), min(month_start(past) + days, month_start(past + 1)))
        if days < length
        else DayRange(month_start(past), month_start(past + 1))
        for past in range(index - BASE_MONTHS, index)
        if month_start(past) >= history.start - 2
    )
    return Month(span=DayRange(begin, last), length=length, before=before)


def ranked(found: Iterable[Insight], *, usual_minor: int, limit: int) -> list[Insight]:
    """The insights worth telling, the weightiest first.

    Importance is the money at stake by what the month usually costs, at most 1. Of one family at
    most MAX_OF_A_FAMILY are told, and no merchant twice.
    """
    whole = max(usual_minor, 1)
    weighed = sorted(
        ((min(abs(item.stake_minor) / whole, 1.0), item) for item in found),
        key=lambda pair: (-pair[0], pair[1].code, pair[1].category_id or 0, pair[1].label or 0),
    )
    told: list[Insight] = []
    families: dict[str, int] = {}
    merchants: set[int] = set()
    for importance, item in weighed:
        lead = item.lead
        named = item.label or (int(lead.key) if lead and lead.kind == "merchant" else None)
        is_told = item.label is not None and named in merchants
        if is_told or families.get(item.family, 0) >= MAX_OF_A_FAMILY:
            continue
        families[item.family] = families.get(item.family, 0) + 1
        merchants |= set() if named is None else {named}
        told.append(replace(item, importance=round(importance, 6)))
    return told[:limit]
