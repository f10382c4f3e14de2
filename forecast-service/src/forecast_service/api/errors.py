"""Domain errors and how they appear on the wire."""

from __future__ import annotations

from collections.abc import Mapping

from forecast_service.domain.errors import (
    CategoryNotFound,
    ForecastError,
    ForecastInputError,
    JobNotFound,
    MethodNotOffered,
    ModelUnavailable,
    NotEnoughHistory,
)
from servicekit.problems import ProblemSpec

PROBLEMS: Mapping[type[Exception], ProblemSpec] = {
    ForecastError: ProblemSpec(422, "validation-failed", "This cannot be forecast"),
    ForecastInputError: ProblemSpec(422, "validation-failed", "Some values are not valid"),
    MethodNotOffered: ProblemSpec(422, "method-not-offered", "This method is not offered"),
    NotEnoughHistory: ProblemSpec(422, "not-enough-history", "Not enough history to forecast"),
    CategoryNotFound: ProblemSpec(404, "not-found", "Not found"),
    JobNotFound: ProblemSpec(404, "not-found", "Not found"),
    ModelUnavailable: ProblemSpec(
        503, "model-unavailable", "The forecasting model cannot be reached", {"Retry-After": "5"}
    ),
}
