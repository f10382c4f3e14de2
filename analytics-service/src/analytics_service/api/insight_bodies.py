"""The wire form of insights."""

from collections.abc import Callable, Iterable, Mapping

from analytics_service.api.presenter import Json, Presenter
from analytics_service.domain.calendar import DayRange, day_of
from analytics_service.domain.figures import CategoryFigure
from analytics_service.domain.insights import Insight, Part
from analytics_service.usecases.insights import Insights

Names = Mapping[int, str]


def named_labels(items: Iterable[Insight]) -> list[int]:
    """The labels that stand in insights and their parts."""
    found = {item.label for item in items if item.label}
    found |= {
        part.key
        for item in items
        for part in item.parts
        if part.kind == "merchant" and isinstance(part.key, int)
    }
    return sorted(found)


class InsightBodies:
    """Writes the insights of one filter.

    Args:
        show: the presenter of the filter.
        names: the texts of the labels that stand in the insights.
        figure: a category by its id, as it stands among those of the filter.
    """

    def __init__(
        self, show: Presenter, names: Names, figure: Callable[[int], CategoryFigure]
    ) -> None:
        self._show = show
        self._names = names
        self._figure = figure

    def answer(self, found: Insights) -> Json:
        """The answer of /analytics/insights."""
        month = found.month
        period = None
        if month is not None:
            days = _days(month.span)
            period = {**days, "month": days["from"][:7], "complete": month.is_over}
        return {
            "period": period,
            "months": len(month.before) if month else 0,
            **self._show.total(found.total),
            "usual": self._money(found.usual_minor),
            "items": [self._item(item, _days(item.span)) for item in found.items if item.span],
        }

    def _item(self, item: Insight, period: Json) -> Json:
        query = {
            **self._query(item),
            "direction": item.direction,
            **period,
        }
        return {
            "id": f"{item.code}-{period['from'][:7]}-{item.category_id or item.label or 0}",
            "code": item.code,
            "importance": item.importance,
            **self._show.figure(item.tally),
            "usual": self._money(item.usual_minor),
            "change": self._money(item.change_minor),
            "params": self._params(item),
            "parts": [self._part(part, query) for part in item.parts],
            # Who is charged once a month is not said by any query.
            "filter": None if item.family == "subscriptions" else query,
            "period": period,
        }

    def _query(self, item: Insight) -> Json:
        if item.label is not None:
            return self._show.narrowed(merchant=self._names.get(item.label, ""))
        if item.category_id is not None:
            return self._show.category_query(self._figure(item.category_id))
        return self._show.narrowed()

    def _params(self, item: Insight) -> Json:
        params: Json = dict(item.numbers)
        if item.category_id is not None:
            params |= self._named_category(item.category_id)
        if item.label is not None:
            params["merchant"] = self._names.get(item.label, "")
        if item.expense is not None:
            expense = item.expense
            params |= {
                "merchant": expense.merchant,
                "date": day_of(expense.day).isoformat(),
                "amount": self._money(expense.amount_minor),
                **self._named_category(expense.category_id),
            }
        change, lead = item.change_minor, item.lead
        if change is not None and item.usual_minor:
            params["ratio"] = round(change / item.usual_minor, 6)
        if change and lead is not None:
            params["lead"] = {
                **self._named(lead),
                "count": lead.tally.count if lead.tally else 0,
                "amount": self._money(lead.tally.amount_minor if lead.tally else 0),
                "change": self._money(lead.change_minor),
                "share": round((lead.change_minor or 0) / change, 6),
            }
        return params

    def _part(self, part: Part, query: Json) -> Json:
        tally = part.tally
        return {
            **self._named(part),
            "amount": None if tally is None else self._money(tally.amount_minor),
            "count": None if tally is None else tally.count,
            "usual": self._money(part.usual_minor),
            "change": self._money(part.change_minor),
            "filter": self._part_query(part, query),
        }

    def _part_query(self, part: Part, query: Json) -> Json | None:
        if part.kind == "merchant" and isinstance(part.key, int):
            return {**query, "merchant": self._names.get(part.key, "")}
        if part.kind == "category" and isinstance(part.key, int):
            return {**query, **_category_keys(self._show.category_query(self._figure(part.key)))}
        if part.kind in {"weekday", "hour"}:
            return {**query, part.kind: str(part.key)}
        return {**query, "id": str(part.key)} if part.kind == "expense" else None

    def _named(self, part: Part) -> Json:
        name = code = None
        if part.kind == "merchant" and isinstance(part.key, int):
            name = self._names.get(part.key, "")
        elif part.kind == "category" and isinstance(part.key, int):
            category = self._figure(part.key).category
            name, code = category.name, category.code
        key = None if part.kind == "rest" else name if part.kind == "merchant" else str(part.key)
        return {"kind": part.kind, "key": key, "name": name or "", "code": code}

    def _named_category(self, category_id: int) -> Json:
        category = self._figure(category_id).category
        return {
            "category_id": str(category.id) if category.id else None,
            "category_name": category.name,
            "category_code": category.code,
        }

    def _money(self, minor: int | None) -> float | None:
        return None if minor is None else self._show.major(minor)


def _days(span: DayRange) -> dict[str, str]:
    return {"from": day_of(span.start).isoformat(), "to": day_of(span.end).isoformat()}


def _category_keys(query: Json) -> Json:
    return {key: value for key, value in query.items() if key in {"category_id", "subtree"}}
