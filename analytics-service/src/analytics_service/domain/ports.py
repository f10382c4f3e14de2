"""What the use cases need from the outside."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from analytics_service.domain.anomalies import Anomaly, AnomalyQuery, FeedbackCount, Verdict
from analytics_service.domain.calendar import DayRange
from analytics_service.domain.categories import CategoryTree, Tally
from analytics_service.domain.feed import FeedPage, Following
from analytics_service.domain.figures import FeedState, ImportMark, LargestExpense
from analytics_service.domain.filters import Filter
from analytics_service.domain.grid import Extent
from analytics_service.domain.heat import City
from analytics_service.domain.judging import (
    Due,
    JudgedState,
    Judgement,
    Position,
    RankedCharge,
)
from analytics_service.domain.levels import FittedLevels, LevelModel, Pair
from analytics_service.domain.regular import Payment
from analytics_service.domain.unusual_charges import (
    Charge,
    ChargeNorms,
    PlainNorm,
    RepeatedCharge,
)
from analytics_service.domain.views import View, ViewChange


class Snapshot(Protocol):
    """One consistent view of the read model."""

    def feed_state(self) -> FeedState:
        """How far this view has come along the feed."""
        ...

    def categories(self, owner_id: int) -> CategoryTree:
        """The categories of a user."""
        ...

    def total(self, where: Filter) -> Tally:
        """The number and sum of the rows."""
        ...

    def span(self, where: Filter) -> DayRange | None:
        """From the first to the last day that has rows, nothing where there are none."""
        ...

    def by_day(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each day that has rows, in order of days."""
        ...

    def by_day_and_category(
        self, where: Filter, *, by_month: bool = False
    ) -> Iterator[tuple[int, int, int, int]]:
        """(category, day, count, sum) of each day; by month a whole month may stand on its 1st."""
        ...

    def by_category(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each category that has rows."""
        ...

    def by_merchant(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each merchant, by label, NO_LABEL for rows without a name."""
        ...

    def by_place(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each place, by label, NO_LABEL for rows without one."""
        ...

    def by_city(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each city, by the label of its code; 0 where none is known."""
        ...

    def cities(self, codes: Sequence[str]) -> Mapping[str, City]:
        """What is known of cities, by their codes."""
        ...

    def extent(self, where: Filter) -> Extent | None:
        """Where all rows of the owner's currency and direction lie; None where nowhere."""
        ...

    def by_cell(
        self, where: Filter, decimals: int, *, limit: int
    ) -> Mapping[tuple[int, int], Tally]:
        """The figures of each cell (row, column) of a size; more than the limit: not all."""
        ...

    def label_texts(self, label_ids: list[int]) -> Mapping[int, str]:
        """The texts of labels."""
        ...

    def by_hour(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each local hour that has rows."""
        ...

    def by_category_and_merchant(self, where: Filter) -> Mapping[tuple[int, int], Tally]:
        """The figures of each category and merchant label, NO_LABEL for unnamed merchants."""
        ...

    def by_category_and_source(self, where: Filter) -> Mapping[tuple[int, int], Tally]:
        """The figures of each category and source label."""
        ...

    def charged_once(self, where: Filter) -> Iterator[tuple[int, int, int]]:
        """(first day of the month, merchant label, sum) of merchants with one row in a month.

        Only whole months are looked at; filters on single rows find none.
        """
        ...

    def by_amount(self, where: Filter) -> Sequence[tuple[int, int, int]]:
        """(amount in minor units, count, sum) of the rows of each amount, in order of amounts."""
        ...

    def level_model(self, where: Filter, *, by: str, clusters: int | None) -> LevelModel | None:
        """The owner's groups of that number, or of the best one; None where none were found."""
        ...

    def level_rows(self, where: Filter) -> int:
        """Over how many rows the owner's groups were found; 0 where they were not."""
        ...

    def largest(self, where: Filter, limit: int) -> list[LargestExpense]:
        """The rows with the largest amounts, the largest first."""
        ...

    def other_currencies(self, where: Filter) -> Mapping[str, int]:
        """The rows by currency that a filter leaves out for their currency alone."""
        ...

    def has_other_currencies(self, where: Filter) -> bool:
        """Whether the user has any row of another currency than the asked one."""
        ...

    def last_import(self, owner_id: int) -> ImportMark | None:
        """The user's latest import that still has rows."""
        ...

    def anomalies(
        self, where: Filter, query: AnomalyQuery, *, limit: int
    ) -> tuple[list[Anomaly], int]:
        """What stands out, the latest first, at most `limit` of it; and how much there is in all.

        A day belongs to a filter on rows where its largest purchase does.
        """
        ...

    def judged_state(self, where: Filter) -> JudgedState:
        """How much history the judgement of the owner's days and purchases rests on."""
        ...

    def feedback(self, owner_id: int) -> FeedbackCount:
        """How often the owner found an alarm right, and how often he called it normal."""
        ...

    def judged_seq(self) -> int:
        """The last change that the anomalies know of."""
        ...

    def anomaly_stamp(self, owner_id: int) -> str:
        """The state of what the anomalies rest on beside the rows."""
        ...


class ReadModel(Protocol):
    """The figures as they are read."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """A consistent view for the length of a with block."""
        ...

    def feed_state(self) -> FeedState:
        """How far the read model has come, cheap enough to be asked often."""
        ...

    def judged_seq(self) -> int:
        """The last change that the anomalies know of, cheap enough to be asked often."""
        ...


class ReadModelWriter(Protocol):
    """The read model as the feed's consumer writes it."""

    def feed_state(self) -> FeedState:
        """How far the read model has come."""
        ...

    def apply(self, page: FeedPage, *, now: int) -> bool:
        """Whether the page was stored; not where another consumer has moved the cursor."""
        ...

    def load(self, page: FeedPage, following: Following, *, now: int) -> FeedPage | None:
        """The last page of those that were stored in one go, None where none of them can be.

        Raises:
            FeedUnavailable, FeedCorrupt: as `following` raises them; nothing was stored.
        """
        ...

    def restart(self, epoch: str, *, replacing: str) -> None:
        """Forget everything and begin the feed's new epoch at 0."""
        ...

    def complete_indexes(self) -> bool:
        """Whether something that makes answers faster was made up for; ask until there is none."""
        ...

    def note_pull(self, *, now: int, behind: bool) -> None:
        """Remember that the feed was read just now."""
        ...


class Views(Protocol):
    """The saved views; every call names the owner."""

    def all_of(self, owner_id: int) -> Sequence[View]:
        """The owner's views in order of their names."""
        ...

    def add(self, owner_id: int, view: ViewChange, *, now: int) -> View:
        """The new view. Raises ViewNameTaken, TooManyViews."""
        ...

    def change(self, owner_id: int, view_id: int, change: ViewChange, *, now: int) -> View:
        """The view after the change. Raises ViewNotFound, ViewNameTaken."""
        ...

    def delete(self, owner_id: int, view_id: int) -> None:
        """Remove a view. Raises ViewNotFound."""
        ...


class LevelStore(Protocol):
    """The groups of spending levels as the worker keeps them."""

    def due(self) -> Sequence[tuple[int, str, int]]:
        """(owner, currency, rows) of those whose groups are to be found anew."""
        ...

    def keep(
        self, owner_id: int, currency: str, found: dict[str, FittedLevels], *, rows: int
    ) -> None:
        """Replace the groups of an owner, found over that many rows."""
        ...


class LevelFitter(Protocol):
    """Finds groups of points (purchases a month, average), both above 0."""

    def fit(self, points: Sequence[Pair]) -> FittedLevels:
        """A model for each number of groups, and the best number. Raises FitFailed."""
        ...


class ChangeFeed(Protocol):
    """The neighbour's change feed."""

    def page(self, *, after: int, limit: int) -> FeedPage:
        """The changes that follow a seq.

        Raises:
            FeedUnavailable: the neighbour cannot be reached or refuses.
            FeedCorrupt: the answer does not have the agreed form.
        """
        ...


class JudgedFacts(Protocol):
    """One user's expenses in one currency, as the rules for anomalies ask about them."""

    def daily(self) -> Mapping[int, int]:
        """What each day with rows cost, net of refunds."""
        ...

    def norms(self) -> ChargeNorms | None:
        """What purchases usually cost; None where there are none."""
        ...

    def plain_norm(self) -> PlainNorm:
        """Count, mean and standard deviation of all amounts above 0."""
        ...

    def payments(self) -> Mapping[int, Sequence[Payment]]:
        """The payments to each payee that is paid seldom enough to be a bill, by label."""
        ...

    def charges_above(self, bounds: Mapping[int, int]) -> list[Charge]:
        """The purchases whose amount is at least the bound of their category."""
        ...

    def charges_from(self, bound_minor: int) -> list[Charge]:
        """The purchases whose amount is at least a bound."""
        ...

    def first_in_categories(self) -> list[Charge]:
        """The first purchase of each category, once the history has begun."""
        ...

    def charges(self, ids: Sequence[int]) -> list[Charge]:
        """The purchases of these ids that still cost something, in order of ids."""
        ...

    def repeats(self) -> list[RepeatedCharge]:
        """Charges that follow an equal one of the same payee, which was not charged often."""
        ...

    def largest(self, day: int, days: int) -> tuple[int, int]:
        """(id, category) of the largest purchase of some days up to one; (0, 0) without one."""
        ...

    def latest(self, limit: int) -> list[RankedCharge]:
        """The latest purchases, in order of days."""
        ...


class JudgementStore(Protocol):
    """Whose spending is to be judged, what it is judged by, and what was found."""

    def due(self) -> tuple[Position, Sequence[Due]]:
        """The last change that the facts know of, and whose rows have moved since a judgement."""
        ...

    def facts(self, due: Due) -> AbstractContextManager[JudgedFacts]:
        """One consistent view of a user's expenses."""
        ...

    def keep(self, due: Due, judgement: Judgement) -> None:
        """Replace what was found for a user; what moved while he was judged stays due."""
        ...

    def forests_due(self, *, share: float, minimum: int) -> Sequence[tuple[Due, int]]:
        """Whose forest is to be grown anew, with the rows: that share of them came or went."""
        ...

    def keep_forest(self, due: Due, judgement: Judgement, *, rows: int) -> None:
        """Replace what a forest found for a user, grown over that many rows."""
        ...

    def settle(self, position: Position) -> None:
        """Note that everything up to a change is judged, unless the feed has begun anew."""
        ...


class ForestGrower(Protocol):
    """Isolates what is unlike the rest."""

    def scores(self, points: Sequence[Sequence[float]]) -> Sequence[float]:
        """How early each point is isolated, higher is earlier. Raises FitFailed."""
        ...


class Feedback(Protocol):
    """What users say about anomalies; every call names the owner."""

    def pattern(self, owner_id: int, scope: str, item: int, method: str | None) -> str:
        """What a verdict on an anomaly silences. Raises AnomalyNotFound."""
        ...

    def give(self, owner_id: int, verdict: Verdict) -> None:
        """Keep a verdict in place of an earlier one on the same anomaly."""
        ...

    def take_back(self, owner_id: int, anomaly_id: str) -> None:
        """Forget a verdict. Raises AnomalyNotFound."""
        ...
