"""What the charts answer, in integer minor units; the wire form is the presenter's business."""

from dataclasses import dataclass

from analytics_service.domain.calendar import DayRange, Period
from analytics_service.domain.categories import Category, Tally


@dataclass(frozen=True, slots=True)
class FeedState:
    """How far the read model has come along the change feed."""

    epoch: str
    seq: int
    pulled_at: int | None
    behind: bool

    def stale(self, *, now: int, after_s: int) -> bool:
        """Whether newer purchases may exist that these figures do not know of."""
        return self.behind or self.pulled_at is None or now - self.pulled_at > after_s


@dataclass(frozen=True, slots=True)
class PeriodFigure:
    """One period of a trend."""

    period: Period
    tally: Tally


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same trend over an earlier range."""

    compare: str
    span: DayRange
    items: list[PeriodFigure]
    total: Tally


@dataclass(frozen=True, slots=True)
class CategoryFigure:
    """What fell to a category; `exact` where its own rows alone count, not its subtree."""

    category: Category
    tally: Tally
    share: float
    exact: bool = False


@dataclass(frozen=True, slots=True)
class CategorySeries:
    """One category's part in each period of a trend."""

    figure: CategoryFigure
    tallies: list[Tally]


@dataclass(frozen=True, slots=True)
class Trend:
    """Spending by period, without gaps."""

    granularity: str
    total: Tally
    items: list[PeriodFigure]
    comparison: Comparison | None
    series: list[CategorySeries] | None


@dataclass(frozen=True, slots=True)
class CategoryShare:
    """How a total divides among categories."""

    level: int
    total: Tally
    items: list[CategoryFigure]


@dataclass(frozen=True, slots=True)
class RankItem:
    """One place on a ranking list."""

    key: str
    name: str
    tally: Tally
    share: float
    category: CategoryFigure | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The largest merchants, categories, places or purchases."""

    by: str
    metric: str
    total: Tally
    items: list[RankItem]


@dataclass(frozen=True, slots=True)
class LargestExpense:
    """A single purchase, as a ranking shows it."""

    id: int
    day: int
    merchant: str
    category_id: int
    amount_minor: int
    label: int = 0


@dataclass(frozen=True, slots=True)
class ImportMark:
    """The latest import of which rows are still there; `created_at` in epoch seconds."""

    import_id: int
    created_at: int
    rows: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures at the head of the dashboard."""

    span: DayRange | None
    total: Tally
    previous_span: DayRange | None
    previous: Tally | None
    change_ratio: float | None
    top_category: CategoryFigure | None
    top_merchant: RankItem | None
    anomalies: int
    last_import: ImportMark | None


@dataclass(frozen=True, slots=True)
class HistogramBin:
    """The rows with lower <= amount < upper, in minor units."""

    lower_minor: int
    upper_minor: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class AmountQuantiles:
    """Where the amounts of single rows lie, in minor units."""

    points: dict[str, int]
    mean_minor: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many rows have which amount."""

    scale: str
    total: Tally
    items: list[HistogramBin]
    quantiles: AmountQuantiles | None


@dataclass(frozen=True, slots=True)
class RadarItem:
    """An hour, weekday or month; `occurrences` is how often it lies in the range."""

    key: int
    tally: Tally
    occurrences: int


@dataclass(frozen=True, slots=True)
class Radar:
    """Spending by hour of day, weekday or month of year."""

    by: str
    total: Tally
    items: list[RadarItem]
