"""The sections of a report: each is a sentence that answers, a chart or table that proves it."""

from dataclasses import dataclass

from report_service.domain.charts import (
    ForecastLabels,
    category_colours,
    forecast_chart,
    peak_of,
    rank_chart,
    share_chart,
    trend_chart,
)
from report_service.domain.document import Column, DocumentSection, Figure, Paragraph, Row, Table
from report_service.domain.figures import (
    CategoryShare,
    Figures,
    Forecast,
    Granularity,
    MissingForecast,
    RankedItem,
    ReportCard,
    TrendPoint,
)
from report_service.domain.formats import Formats
from report_service.domain.palette import OTHER
from report_service.domain.words import Words


@dataclass(frozen=True, slots=True)
class Telling:
    """The figures with the words and formats in which they are told."""

    words: Words
    formats: Formats
    figures: Figures

    @property
    def is_empty(self) -> bool:
        """Whether nothing was spent in the period."""
        return self.figures.overview.count == 0

    def share_of_total(self, amount: float) -> str:
        """The amount as a percentage of the period's total."""
        total = self.figures.overview.total
        return self.formats.percent(amount / total if total else 0.0)

    def category_name(self, category_id: str | None) -> str | None:
        """The printed name of a category that appears among the shares."""
        for share in self.figures.categories:
            if category_id is not None and share.category_id == category_id:
                return self.words.category(share.name, share.code)
        return None

    def category_of(self, item: RankedItem) -> str:
        """The printed name of the top category of an expense, or the sign of absence."""
        top = (item.category_code or "").partition(".")[0]
        for share in self.figures.categories:
            if top and share.code == top:
                return self.words.category(share.name, share.code)
        return self.category_name(item.category_id) or self.words("absent")

    def number_columns(self) -> tuple[Column, ...]:
        """The columns that every table of shares ends with."""
        words = self.words
        return (
            Column(words("column.count"), 1.2, is_number=True),
            Column(words("column.amount"), 2.2, is_number=True),
            Column(words("column.share"), 1.3, is_number=True),
        )

    def number_cells(self, item: CategoryShare | RankedItem) -> tuple[str, str, str]:
        """Count, amount and share of an item."""
        formats = self.formats
        return (
            formats.count(item.count),
            formats.amount(item.amount),
            formats.percent(item.share),
        )


def trend_section(telling: Telling) -> DocumentSection | None:
    """Spending over time; None where nothing was spent."""
    trend, period = telling.figures.trend, telling.figures.period
    if trend is None or telling.is_empty:
        return None
    words, formats = telling.words, telling.formats
    inside = [p for p in trend.points if p.start >= period.first] or list(trend.points)
    if trend.granularity is not Granularity.DAY:
        inside = list(trend.points)
    peak = peak_of(inside, period)
    if peak is None:
        return None
    chart = trend_chart(trend, period, formats, caption=words("axis.amount", unit="{unit}"))
    alt = words("trend.alt", amount=formats.money(peak.amount))
    blocks: list[Figure | Paragraph] = [Figure(chart, alt)]
    if not all(chart.emphasised):
        blocks.append(Paragraph(words("trend.background")))
    answer = _peak_sentence(telling, trend.granularity, peak)
    return DocumentSection(words("trend.heading"), answer, tuple(blocks))


def _peak_sentence(telling: Telling, granularity: Granularity, peak: TrendPoint) -> str:
    words, formats = telling.words, telling.formats
    amount, share = formats.money(peak.amount), telling.share_of_total(peak.amount)
    if granularity is Granularity.DAY:
        return words("trend.day", day=formats.day(peak.start), amount=amount, share=share)
    if granularity is Granularity.MONTH:
        return words("trend.month", month=formats.month(peak.start), amount=amount, share=share)
    return words("trend.year", year=formats.year(peak.start), amount=amount, share=share)


def categories_section(telling: Telling) -> DocumentSection | None:
    """The categories with their shares; None where nothing was spent."""
    named = [_named(telling, share) for share in telling.figures.categories]
    if telling.is_empty or not any(share.amount > 0 for share in named):
        return None
    words, formats = telling.words, telling.formats
    chart = share_chart(
        named,
        formats,
        total_label=words("hero.label"),
        other_label=words("categories.other"),
    )
    alt = words("categories.alt", total=formats.money(telling.figures.overview.total))
    return DocumentSection(
        words("categories.heading"),
        _categories_sentence(telling, [share for share in named if share.amount > 0]),
        (Figure(chart, alt), _categories_table(telling, named)),
    )


def _named(telling: Telling, share: CategoryShare) -> CategoryShare:
    name = telling.words.category(share.name, share.code)
    return CategoryShare(
        share.category_id, name, share.code, share.amount, share.count, share.share
    )


def _categories_sentence(telling: Telling, shares: list[CategoryShare]) -> str:
    words, formats = telling.words, telling.formats
    if len(shares) == 1:
        return words("categories.one", name=shares[0].name)
    if len(shares) < 4:  # noqa: PLR2004 - the first three of three are everything
        both = formats.percent(shares[0].share + shares[1].share)
        return words("categories.two", first=shares[0].name, second=shares[1].name, share=both)
    three = formats.percent(sum(share.share for share in shares[:3]))
    first = formats.percent(shares[0].share)
    return words("categories.many", name=shares[0].name, first=first, three=three)


def _categories_table(telling: Telling, shares: list[CategoryShare]) -> Table:
    words, overview = telling.words, telling.figures.overview
    colours = category_colours(shares)
    rows = [
        Row(
            (share.name, *telling.number_cells(share)),
            swatch=colours.get(share.category_id, OTHER),
        )
        for share in shares
    ]
    formats = telling.formats
    whole = sum(share.share for share in shares)
    total = (formats.count(overview.count), formats.amount(overview.total), formats.percent(whole))
    rows.append(Row((words("categories.total"), *total), is_total=True))
    return Table(
        words("categories.table", currency=formats.currency),
        (Column(words("column.category"), 4), *telling.number_columns()),
        tuple(rows),
    )


def merchants_section(telling: Telling) -> DocumentSection | None:
    """The merchants with the most spending; None where nothing was spent."""
    if telling.is_empty:
        return None
    words, formats = telling.words, telling.formats
    merchants = [item for item in telling.figures.merchants if item.name and item.amount > 0]
    heading = words("merchants.heading")
    if not merchants:
        return DocumentSection(heading, words("merchants.none"))
    first = merchants[0]
    answer = words(
        "merchants.answer",
        name=first.name,
        amount=formats.money(first.amount),
        count=words.counted(first.count, "transaction"),
        share=formats.percent(first.share),
    )
    chart = rank_chart(merchants, formats)
    caption = words("merchants.caption", count=formats.count(len(chart.bars)))
    figure = Figure(chart, words("merchants.alt", amount=formats.money(first.amount)), caption)
    return DocumentSection(heading, answer, (figure, _merchants_table(telling, merchants)))


def _merchants_table(telling: Telling, merchants: list[RankedItem]) -> Table:
    words = telling.words
    columns = (
        Column(words("column.rank"), 0.8, is_number=True),
        Column(words("column.merchant"), 5),
        *telling.number_columns(),
    )
    rows = tuple(
        Row((str(place), item.name, *telling.number_cells(item)))
        for place, item in enumerate(merchants, start=1)
    )
    return Table(words("merchants.table", currency=telling.formats.currency), columns, rows)


def expenses_section(telling: Telling) -> DocumentSection | None:
    """The largest single expenses; None where nothing was spent."""
    expenses = telling.figures.expenses
    if telling.is_empty or not expenses:
        return None
    words, formats = telling.words, telling.formats
    first = expenses[0]
    values = {
        "name": first.name or words("expenses.unnamed"),
        "amount": formats.money(first.amount),
        "share": formats.percent(first.share),
    }
    if first.day is None:
        answer = words("expenses.answer", **values)
    else:
        answer = words("expenses.dated", day=formats.day(first.day), **values)
    return DocumentSection(words("expenses.heading"), answer, (_expenses_table(telling, expenses),))


def _expenses_table(telling: Telling, expenses: tuple[RankedItem, ...]) -> Table:
    words, formats = telling.words, telling.formats
    columns = (
        Column(words("column.date"), 1.8),
        Column(words("column.merchant"), 4.2),
        Column(words("column.category"), 1.8),
        Column(words("column.amount"), 2.2, is_number=True),
        Column(words("column.share"), 1.3, is_number=True),
    )
    absent = words("absent")
    rows = tuple(
        Row(
            (
                formats.day(item.day) if item.day else absent,
                item.name or words("expenses.unnamed"),
                telling.category_of(item),
                formats.amount(item.amount),
                formats.percent(item.share),
            )
        )
        for item in expenses
    )
    return Table(words("expenses.table", currency=formats.currency), columns, rows)


def forecast_section(telling: Telling) -> DocumentSection | None:
    """What comes next with its typical error, or plainly why that cannot be said."""
    words, formats, forecast = telling.words, telling.formats, telling.figures.forecast
    heading = words("forecast.heading")
    if forecast is None:
        return None
    if isinstance(forecast, MissingForecast):
        return DocumentSection(heading, words(f"forecast.{forecast}"))
    answer = words(
        "forecast.answer",
        period=formats.period(forecast.covers),
        amount=formats.money(forecast.total.amount),
        low=formats.money(max(0.0, forecast.total.lower_80)),
        high=formats.money(forecast.total.upper_80),
    )
    labels = ForecastLabels(
        today=words("forecast.today"),
        history=words("forecast.history"),
        expected=words("forecast.expected"),
        band_80=words("forecast.band80"),
        band_95=words("forecast.band95"),
    )
    chart = forecast_chart(
        forecast, formats, caption=words("axis.amount", unit="{unit}"), labels=labels
    )
    alt = words("forecast.alt", amount=formats.money(forecast.total.amount))
    blocks: list[Figure | Paragraph | Table] = [Figure(chart, alt)]
    blocks.append(Paragraph(_trust(telling, forecast)))
    if forecast.recurring:
        blocks.append(_recurring_table(telling, forecast))
    return DocumentSection(heading, answer, tuple(blocks))


def _trust(telling: Telling, forecast: Forecast) -> str:
    """How far the forecast can be believed."""
    words = telling.words
    sentences = [words("forecast.days")]
    if forecast.card is None:
        sentences.append(words("forecast.card.none"))
    else:
        sentences += _card_sentences(telling, forecast.card)
    sentences.append(words("forecast.model", version=forecast.model_version))
    return ("" if telling.formats.is_chinese else " ").join(sentences)


def _card_sentences(telling: Telling, card: ReportCard) -> list[str]:
    words, formats = telling.words, telling.formats
    values = {
        "origins": words.counted(card.origins, "back-test"),
        "hits": words.counted(card.hits_80, "time"),
        "error": formats.money(card.mean_absolute_error),
    }
    if card.error_ratio is None:
        return [words("forecast.card.nopercent", **values)]
    sentences = [words("forecast.card", percent=formats.percent(card.error_ratio), **values)]
    if card.average_error_ratio is not None:
        key = "forecast.card.better" if card.better_than_average else "forecast.card.worse"
        sentences.append(words(key, percent=formats.percent(card.average_error_ratio)))
    return sentences


def _recurring_table(telling: Telling, forecast: Forecast) -> Table:
    words, formats = telling.words, telling.formats
    columns = (
        Column(words("column.payee"), 4.5),
        Column(words("column.next"), 2),
        Column(words("column.interval"), 2),
        Column(words("column.amount"), 2.2, is_number=True),
    )
    rows = tuple(
        Row(
            (
                bill.payee,
                formats.day(bill.next_day),
                words.interval(bill.interval),
                formats.amount(bill.amount),
            )
        )
        for bill in forecast.recurring
    )
    return Table(words("forecast.recurring", currency=formats.currency), columns, rows)
