"""The wire form of the figures: major units, ids as text, and the query behind each item."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from analytics_service.domain.calendar import day_of, day_text
from analytics_service.domain.categories import NO_CATEGORY, CategoryTree, Tally
from analytics_service.domain.figures import (
    CategoryFigure,
    CategoryShare,
    Histogram,
    Overview,
    PeriodFigure,
    Radar,
    Ranking,
    RankItem,
    Trend,
)
from analytics_service.domain.filters import Filter
from servicekit.money import exponent, to_decimal_string

Json = dict[str, Any]


class Presenter:
    """Writes the figures of one filter.

    Args:
        where: the filter.
        tree: the user's categories.
        names_currency: whether the items' queries must name the currency to leave others out.
    """

    def __init__(self, where: Filter, tree: CategoryTree, *, names_currency: bool) -> None:
        self._where = where
        self._tree = tree
        self._unit = 10 ** exponent(where.currency)
        self._query = expenses_query(where, names_currency=names_currency)

    def overview(self, figures: Overview) -> Json:
        """The answer of /analytics/overview."""
        span, earlier = figures.span, figures.previous_span
        days = span.days if span else 0
        previous = None
        if earlier is not None and figures.previous is not None:
            previous = {
                **_range(earlier.start, earlier.end),
                **self.total(figures.previous),
                "daily_average": self._average(figures.previous, earlier.days),
            }
        return {
            **self.total(figures.total),
            "daily_average": self._average(figures.total, days),
            "days": days,
            "previous": previous,
            "change_ratio": figures.change_ratio,
            "top_category": _without(self._category(figures.top_category), "parent_id"),
            "top_merchant": self._top_merchant(figures.top_merchant),
            "anomalies": figures.anomalies,
            "last_import": _last_import(figures),
            "filter": self._query,
        }

    def trend(self, figures: Trend) -> Json:
        """The answer of /analytics/trend."""
        comparison = figures.comparison
        return {
            "granularity": figures.granularity,
            **self.total(figures.total),
            "items": self._periods(figures.items),
            "comparison": comparison
            and {
                "compare": comparison.compare,
                **_range(comparison.span.start, comparison.span.end),
                **self.total(comparison.total),
                "items": self._periods(comparison.items),
            },
            "series": None
            if figures.series is None
            else [self._series(series.figure, series.tallies) for series in figures.series],
        }

    def category_share(self, figures: CategoryShare) -> Json:
        """The answer of /analytics/category-share."""
        return {
            "level": figures.level,
            **self.total(figures.total),
            "items": [self._category(item) for item in figures.items],
        }

    def rank(self, figures: Ranking) -> Json:
        """The answer of /analytics/rank."""
        return {
            "by": figures.by,
            "metric": figures.metric,
            **self.total(figures.total),
            "items": [
                self._rank_item(figures.by, place, item)
                for place, item in enumerate(figures.items, start=1)
            ],
        }

    def histogram(self, figures: Histogram) -> Json:
        """The answer of /analytics/amount-hist."""
        quantiles = figures.quantiles
        return {
            "scale": figures.scale,
            "bins": len(figures.items),
            **self.total(figures.total),
            "items": [
                {
                    "lower": item.lower_minor / self._unit,
                    "upper": item.upper_minor / self._unit,
                    **self.figure(item.tally),
                    "filter": self.narrowed(
                        min_amount=self._decimal(item.lower_minor),
                        max_amount=self._decimal(item.upper_minor - 1),
                    ),
                }
                for item in figures.items
            ],
            "quantiles": quantiles
            and {
                **{name: minor / self._unit for name, minor in quantiles.points.items()},
                "mean": round(quantiles.mean_minor / self._unit, 4),
            },
        }

    def radar(self, figures: Radar) -> Json:
        """The answer of /analytics/time-radar."""
        return {
            "by": figures.by,
            **self.total(figures.total),
            "items": [
                {
                    "key": str(item.key),
                    **self.figure(item.tally),
                    "average": self._average(item.tally, item.occurrences),
                    "occurrences": item.occurrences,
                    "filter": self.narrowed(**{figures.by: str(item.key)}),
                }
                for item in figures.items
            ],
        }

    def total(self, tally: Tally) -> Json:
        """A sum and the number of its rows."""
        return {"total": tally.amount_minor / self._unit, "count": tally.count}

    def figure(self, tally: Tally) -> Json:
        """An amount and the number of its rows."""
        return {"amount": tally.amount_minor / self._unit, "count": tally.count}

    def major(self, amount_minor: float) -> float:
        """An amount that need not be whole, in major units to four decimals."""
        return round(amount_minor / self._unit, 4)

    def _average(self, tally: Tally, parts: int) -> float:
        return round(tally.amount_minor / self._unit / parts, 4) if parts > 0 else 0.0

    def _decimal(self, minor: int) -> str:
        return to_decimal_string(minor, self._where.currency)

    def category_words(self, category_id: int) -> Json:
        """The id, name and code of a category."""
        category = self._tree.get(category_id)
        return {
            "category_id": _id(category.id),
            "category_name": category.name,
            "category_code": category.code,
        }

    def days_query(self, start: int, end: int) -> Json:
        """The query of GET /expenses for all rows of whole days, whatever else is filtered."""
        kept: Json = {
            name: value for name, value in self._query.items() if name in {"direction", "currency"}
        }
        return {**kept, **_range(start, end)}

    def narrowed(self, **more: str) -> Json:
        """The query of GET /expenses for the rows of the filter that also satisfy more."""
        return {**self._query, **more}

    def _periods(self, items: list[PeriodFigure]) -> list[Json]:
        query, unit = self._query, self._unit
        # Written out, for ten years have thousands of days.
        return [
            {
                "period": (period := item.period).label,
                "amount": (tally := item.tally).amount_minor / unit,
                "count": tally.count,
                "filter": {**query, "from": day_text(period.start), "to": day_text(period.end)},
            }
            for item in items
        ]

    def _series(self, figure: CategoryFigure, tallies: list[Tally]) -> Json:
        return {
            "category_id": _id(figure.category.id),
            "name": figure.category.name,
            "code": figure.category.code,
            **self.total(figure.tally),
            "amounts": [tally.amount_minor / self._unit for tally in tallies],
            "counts": [tally.count for tally in tallies],
            "filter": self.category_query(figure),
        }

    def _category(self, figure: CategoryFigure | None) -> Json | None:
        if figure is None:
            return None
        category = figure.category
        path = self._tree.path(category.id)
        return {
            "category_id": _id(category.id),
            "name": category.name,
            "code": category.code,
            "parent_id": str(path[-2]) if len(path) > 1 else None,
            **self.figure(figure.tally),
            "share": figure.share,
            "filter": self.category_query(figure),
        }

    def category_query(self, figure: CategoryFigure) -> Json:
        """The rows of a category under the filter: the narrower of the two categories counts."""
        category_id = figure.category.id
        asked = self._where.category_id
        if asked is not None and category_id in self._tree.path(asked)[:-1]:
            return self._query
        query = self.narrowed(category_id=_id(category_id) or "none")
        if figure.exact:
            query["subtree"] = "false"
        return query

    def _top_merchant(self, item: RankItem | None) -> Json | None:
        if item is None:
            return None
        figures = {"name": item.name, **self.figure(item.tally), "share": item.share}
        return {**figures, "filter": self.narrowed(merchant=item.name)}

    def _rank_item(self, by: str, place: int, item: RankItem) -> Json:
        category = None if item.category is None else item.category.category
        return {
            "rank": place,
            "key": item.key if by != "category" or category is None else _id(category.id),
            "name": item.name,
            "code": category.code if category else None,
            "category_id": _id(category.id) if category else None,
            "date": None if item.day is None else day_of(item.day).isoformat(),
            **self.figure(item.tally),
            "share": item.share,
            "filter": self._rank_query(by, item),
        }

    def _rank_query(self, by: str, item: RankItem) -> Json:
        if by == "category" and item.category is not None:
            return self.category_query(item.category)
        if by == "expense":
            return self.narrowed(id=item.key)
        return self.narrowed(**{by: item.name})


def expenses_query(where: Filter, *, names_currency: bool) -> Json:
    """The query of GET /expenses for the rows of a filter."""
    query: Json = {"direction": where.direction}
    if names_currency:
        query["currency"] = where.currency
    if where.start is not None:
        query["from"] = day_of(where.start).isoformat()
    if where.end is not None:
        query["to"] = day_of(where.end).isoformat()
    if where.category_id is not None:
        query["category_id"] = _id(where.category_id) or "none"
        if not where.subtree:
            query["subtree"] = "false"
    for name, minor in (("min_amount", where.min_minor), ("max_amount", where.max_minor)):
        if minor is not None:
            query[name] = to_decimal_string(minor, where.currency)
    names = ("merchant", "place", "q", "source", "account")
    words = {name: getattr(where, name) for name in names}
    words |= {
        "bbox": where.box and where.box.text,
        "city": where.city,
        "located": None if where.located is None else str(where.located).lower(),
    }
    return query | {name: word for name, word in words.items() if word is not None}


def _id(number: int) -> str | None:
    return None if number == NO_CATEGORY else str(number)


def _range(start: int, end: int) -> dict[str, str]:
    return {"from": day_text(start), "to": day_text(end)}


def _without(item: Json | None, key: str) -> Json | None:
    return item and {name: value for name, value in item.items() if name != key}


def _last_import(figures: Overview) -> Mapping[str, Any] | None:
    mark = figures.last_import
    if mark is None:
        return None
    instant = datetime.fromtimestamp(mark.created_at, tz=UTC)
    return {
        "import_id": str(mark.import_id),
        "created_at": instant.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "rows": mark.rows,
    }
