"""Domain errors and how they appear on the wire."""

from __future__ import annotations

from collections.abc import Mapping

from ingest_service.domain import errors as e
from servicekit.problems import ProblemSpec

PROBLEMS: Mapping[type[Exception], ProblemSpec] = {
    e.NotFoundError: ProblemSpec(404, "not-found", "Not found"),
    e.MissingFileError: ProblemSpec(400, "missing-file", "No file was sent"),
    e.EmptyFileError: ProblemSpec(422, "empty-file", "The file is empty"),
    e.UploadTooLargeError: ProblemSpec(413, "payload-too-large", "The file is too large"),
    e.InvalidInputError: ProblemSpec(422, "validation-failed", "Some values are not valid"),
    e.LinkTakenError: ProblemSpec(409, "link-taken", "One of the rows is linked already"),
    e.ConflictError: ProblemSpec(409, "conflict", "In conflict with the present state"),
    e.DownloadLinkInvalidError: ProblemSpec(403, "link-invalid", "The link is not valid"),
    e.DownloadLinkExpiredError: ProblemSpec(410, "link-expired", "The link has expired"),
    e.NeighbourDownError: ProblemSpec(
        503,
        "neighbour-unavailable",
        "A neighbouring service cannot be reached",
        {"Retry-After": "5"},
    ),
    e.NotAllowedError: ProblemSpec(403, "forbidden", "Not allowed"),
    e.WrongPasswordError: ProblemSpec(422, "wrong-password", "The password is wrong"),
    e.FeedUnavailableError: ProblemSpec(
        503, "service-unavailable", "Not available just now", {"Retry-After": "2"}
    ),
    e.WorkbookUnavailableError: ProblemSpec(
        503, "service-unavailable", "Not available just now", {"Retry-After": "10"}
    ),
    e.StatementError: ProblemSpec(422, "validation-failed", "The file cannot be read"),
}
