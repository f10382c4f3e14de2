"""What the use cases need from the outside."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from analytics_service.domain.anomalies import AmountNorm, Charge, RepeatedCharge
from analytics_service.domain.calendar import DayRange
from analytics_service.domain.categories import CategoryTree, Tally
from analytics_service.domain.feed import FeedPage, Following
from analytics_service.domain.figures import FeedState, ImportMark, LargestExpense
from analytics_service.domain.filters import Filter
from analytics_service.domain.grid import Extent
from analytics_service.domain.heat import City
from analytics_service.domain.levels import FittedLevels, LevelModel, Pair
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
        """The figures of each named merchant, by label."""
        ...

    def by_place(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each named place, by label."""
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

    def amount_norms(self, where: Filter) -> Mapping[int, AmountNorm]:
        """The norm of each category's purchases, of all of them under ALL_CATEGORIES."""
        ...

    def charges_above(self, where: Filter, bounds: Mapping[int, int]) -> list[Charge]:
        """The rows whose amount is at least the bound of their category."""
        ...

    def repeated_charges(self, where: Filter, limit: int) -> list[RepeatedCharge]:
        """The latest rows that repeat a charge of the same payee within a minute before."""
        ...


class ReadModel(Protocol):
    """The figures as they are read."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """A consistent view for the length of a with block."""
        ...

    def feed_state(self) -> FeedState:
        """How far the read model has come, cheap enough to be asked often."""
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
