"""The forecast service's answer, translated into the domain; its absence is an answer too."""

from datetime import date, timedelta
from typing import Any

from report_service.clients.owner_client import OwnerClient
from report_service.domain.figures import (
    Forecast,
    ForecastPoint,
    MissingForecast,
    RecurringPayment,
    ReportCard,
)
from report_service.domain.report import Period
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable

HORIZON_DAYS = 28
MAX_RECURRING = 8
_UNPROCESSABLE = 422
Answer = dict[str, Any]


class ForecastClient:
    """Implements ForecastPort over HTTP."""

    def __init__(self, client: OwnerClient) -> None:
        self._client = client

    def predict(
        self, *, owner_id: str, currency: str, category_id: str | None
    ) -> Forecast | MissingForecast:
        """The next four weeks, or why they cannot be forecast."""
        params = {
            "period": "day",
            "horizon": str(HORIZON_DAYS),
            "scope": category_id or "total",
        }
        try:
            answer = self._client.get("/forecast/predict", params, owner_id=owner_id)
            return _forecast(answer, currency=currency)
        except NeighbourUnavailable:
            return MissingForecast.UNAVAILABLE
        except NeighbourRefused as error:
            if error.status == _UNPROCESSABLE and _slug(error) == "not-enough-history":
                return MissingForecast.NOT_ENOUGH_HISTORY
            return MissingForecast.UNAVAILABLE
        except (KeyError, TypeError, ValueError, IndexError):
            return MissingForecast.UNAVAILABLE


def _slug(error: NeighbourRefused) -> str:
    return str(error.problem.get("type", "")).rpartition("/")[2]


def _forecast(answer: Answer, *, currency: str) -> Forecast | MissingForecast:
    if answer.get("currency", currency) != currency:
        return MissingForecast.OTHER_CURRENCY
    items = tuple(_point(item) for item in answer["items"])
    end = items[-1].day + timedelta(days=1)
    bills = answer["recurring"][:MAX_RECURRING]
    return Forecast(
        covers=Period(items[0].day, end),
        items=items,
        total=_point(answer["total"]),
        card=_card(answer["report_card"].get("summary")),
        recurring=tuple(_bill(bill) for bill in bills),
        history=(),
        model_version=str(answer["model_version"]),
    )


def _point(item: Answer) -> ForecastPoint:
    return ForecastPoint(
        day=date.fromisoformat(item["date"]),
        amount=float(item["predicted_amount"]),
        lower_80=float(item["lower_80"]),
        upper_80=float(item["upper_80"]),
        lower_95=float(item["lower_95"]),
        upper_95=float(item["upper_95"]),
    )


def _card(summary: Answer | None) -> ReportCard | None:
    if summary is None:
        return None
    return ReportCard(
        origins=int(summary["origins"]),
        hits_80=int(summary["hits_80"]),
        error_ratio=_ratio(summary["error_percent"]),
        mean_absolute_error=float(summary["mean_absolute_error"]),
        average_error_ratio=_ratio(summary["average_error_percent"]),
        better_than_average=bool(summary["better_than_average"]),
    )


def _ratio(percent: float | None) -> float | None:
    return None if percent is None else float(percent) / 100


def _bill(bill: Answer) -> RecurringPayment:
    return RecurringPayment(
        payee=str(bill["payee"]),
        next_day=date.fromisoformat(bill["next_date"]),
        amount=float(bill["amount"]),
        interval=str(bill["interval"]),
    )
