"""How the errors of the domain appear on the wire."""

from collections.abc import Mapping

from report_service.domain import errors
from servicekit.problems import ProblemSpec

MAPPING: Mapping[type[Exception], ProblemSpec] = {
    errors.InvalidRequest: ProblemSpec(422, "validation-failed", "Some values are not valid"),
    errors.ReportNotFound: ProblemSpec(404, "not-found", "Not found"),
    errors.ReportNotReady: ProblemSpec(409, "report-not-ready", "The report is not ready"),
    errors.AnalyticsUnavailable: ProblemSpec(
        503, "neighbour-unavailable", "Analytics cannot be reached", {"Retry-After": "5"}
    ),
    errors.AnalyticsRefused: ProblemSpec(502, "bad-gateway", "Analytics answered badly"),
}
