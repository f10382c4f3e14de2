"""The analytics service's figures, translated into the domain."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from report_service.clients.owner_client import OwnerClient
from report_service.domain.errors import AnalyticsRefused, AnalyticsUnavailable
from report_service.domain.figures import (
    CategoryShare,
    Granularity,
    Leader,
    Overview,
    RankedItem,
    TrendPoint,
)
from report_service.domain.ports import Scope
from report_service.domain.report import Period
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable

# Our own token or the neighbour's state is at fault there, which passes.
_PASSING_STATUSES = frozenset({401, 403, 408, 425, 429})
_FIRST_SERVER_ERROR = 500
Answer = dict[str, Any]
Parsed = TypeVar("Parsed")


class AnalyticsClient:
    """Implements AnalyticsPort over HTTP."""

    def __init__(self, client: OwnerClient) -> None:
        self._client = client

    def overview(self, scope: Scope) -> Overview:
        """The period in one line."""
        return self._ask("/analytics/overview", scope, {}, _overview)

    def trend(self, scope: Scope, granularity: Granularity) -> tuple[TrendPoint, ...]:
        """The spending of each day, month or year."""
        return self._ask("/analytics/trend", scope, {"granularity": granularity.value}, _points)

    def categories(self, scope: Scope) -> tuple[CategoryShare, ...]:
        """The top categories, the largest first."""
        return self._ask("/analytics/category-share", scope, {"level": "1"}, _shares)

    def merchants(self, scope: Scope, *, limit: int) -> tuple[RankedItem, ...]:
        """The merchants with the most spending."""
        more = {"by": "merchant", "metric": "amount", "limit": str(limit)}
        return self._ask("/analytics/rank", scope, more, _ranked)

    def expenses(self, scope: Scope, *, limit: int) -> tuple[RankedItem, ...]:
        """The largest single expenses."""
        more = {"by": "expense", "metric": "amount", "limit": str(limit)}
        return self._ask("/analytics/rank", scope, more, _ranked)

    def _ask(
        self,
        path: str,
        scope: Scope,
        more: Mapping[str, str],
        parse: Callable[[Answer], Parsed],
    ) -> Parsed:
        try:
            answer = self._client.get(path, {**_params(scope), **more}, owner_id=scope.owner_id)
            return parse(answer)
        except NeighbourUnavailable as error:
            raise AnalyticsUnavailable from error
        except NeighbourRefused as error:
            if error.status >= _FIRST_SERVER_ERROR or error.status in _PASSING_STATUSES:
                raise AnalyticsUnavailable from error
            detail = str(error.problem.get("detail") or error.problem.get("title") or "")
            raise AnalyticsRefused(detail or "Analytics refused the request.") from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise AnalyticsRefused("Analytics answered in an unknown shape.") from error


def _params(scope: Scope) -> dict[str, str]:
    filters = scope.filters
    chosen = {
        "category_id": filters.category_id,
        "merchant": filters.merchant,
        "min_amount": filters.min_amount,
        "max_amount": filters.max_amount,
        "q": filters.q,
    }
    return {
        "from": scope.period.first.isoformat(),
        "to": scope.period.end.isoformat(),
        "currency": scope.currency,
        **{name: value for name, value in chosen.items() if value},
    }


def _overview(answer: Answer) -> Overview:
    previous = answer["previous"]
    ratio = answer["change_ratio"]
    return Overview(
        total=float(answer["total"]),
        count=int(answer["count"]),
        daily_average=float(answer["daily_average"]),
        previous=_period(previous) if previous else None,
        previous_total=float(previous["total"]) if previous else None,
        change_ratio=None if ratio is None else float(ratio),
        top_category=_leader(answer["top_category"]),
        top_merchant=_leader(answer["top_merchant"]),
        currency=str(answer["currency"]),
        other_currencies={
            str(code): int(count) for code, count in answer.get("other_currencies", {}).items()
        },
        is_stale=bool(answer.get("stale", False)),
    )


def _period(answer: Answer) -> Period | None:
    if not answer.get("from") or not answer.get("to"):
        return None
    return Period(date.fromisoformat(answer["from"]), date.fromisoformat(answer["to"]))


def _leader(answer: Answer | None) -> Leader | None:
    if answer is None:
        return None
    return Leader(
        name=str(answer["name"]),
        amount=float(answer["amount"]),
        share=float(answer["share"]),
        code=answer.get("code"),
    )


def _points(answer: Answer) -> tuple[TrendPoint, ...]:
    return tuple(
        TrendPoint(_first_day(item["period"]), float(item["amount"]), int(item["count"]))
        for item in answer["items"]
    )


def _first_day(period: str) -> date:
    """The first day of "2024-03-05", "2024-03" or "2024"."""
    parts = [int(part) for part in period.split("-")]
    year, month, day = [*parts, 1, 1][:3]
    return date(year, month, day)


def _shares(answer: Answer) -> tuple[CategoryShare, ...]:
    return tuple(
        CategoryShare(
            category_id=item["category_id"],
            name=str(item["name"]),
            code=item["code"],
            amount=float(item["amount"]),
            count=int(item["count"]),
            share=float(item["share"]),
        )
        for item in answer["items"]
    )


def _ranked(answer: Answer) -> tuple[RankedItem, ...]:
    return tuple(
        RankedItem(
            name=str(item["name"] or ""),
            amount=float(item["amount"]),
            count=int(item["count"]),
            share=float(item["share"]),
            day=date.fromisoformat(item["date"]) if item.get("date") else None,
            category_code=item.get("code"),
            category_id=item.get("category_id"),
        )
        for item in answer["items"]
    )
