"""How the errors of the domain appear on the wire."""

from collections.abc import Mapping

from analytics_service.domain import errors
from servicekit.problems import ProblemSpec

INVALID = "validation-failed"

MAPPING: Mapping[type[Exception], ProblemSpec] = {
    errors.RangeTooLong: ProblemSpec(422, INVALID, "The range holds too many periods"),
    errors.InvalidRange: ProblemSpec(422, INVALID, "The range ends before it begins"),
    errors.MethodNotAvailable: ProblemSpec(422, INVALID, "This method is not available"),
    errors.AnomalyNotFound: ProblemSpec(404, "not-found", "There is no such anomaly"),
    errors.ViewNotFound: ProblemSpec(404, "not-found", "There is no such view"),
    errors.ViewNameTaken: ProblemSpec(409, "name-taken", "Another view has this name"),
    errors.TooManyViews: ProblemSpec(409, "too-many", "No more views can be kept"),
    errors.FitFailed: ProblemSpec(503, "neighbour-unavailable", "The groups cannot be found now"),
    errors.FeedUnavailable: ProblemSpec(
        503, "neighbour-unavailable", "The change feed cannot be read", {"Retry-After": "5"}
    ),
    errors.FeedCorrupt: ProblemSpec(502, "bad-gateway", "The change feed answered badly"),
    errors.ManyWaiting: ProblemSpec(
        503, "neighbour-unavailable", "Many changes are being taken in", {"Retry-After": "5"}
    ),
}
