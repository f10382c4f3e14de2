"""What can go wrong, in the words of the domain.

ReportError
├── InvalidRequest        the period, the filters or the sections contradict themselves
├── ReportNotFound        no such report, or another person's
├── ReportNotReady        the file is not there yet, or the report failed
├── AnalyticsUnavailable  the figures cannot be had just now; trying again may help
└── AnalyticsRefused      analytics does not accept what was asked; trying again cannot help
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that is wrong: its JSON pointer, a stable code and a text for people."""

    pointer: str
    code: str
    detail: str


class ReportError(Exception):
    """The base of all errors of this service."""


class InvalidRequest(ReportError):  # noqa: N818 - reads as the state it reports
    """A report that cannot be made as asked."""

    def __init__(self, errors: Sequence[FieldProblem]) -> None:
        super().__init__(errors[0].detail)
        self.errors = tuple(errors)


class ReportNotFound(ReportError):  # noqa: N818 - reads as the state it reports
    """There is no such report for this person."""

    def __init__(self) -> None:
        super().__init__("There is no such report.")


class ReportNotReady(ReportError):  # noqa: N818 - reads as the state it reports
    """The report has no file yet, or will never have one."""


class AnalyticsUnavailable(ReportError):  # noqa: N818 - reads as the state it reports
    """The analytics service did not answer."""

    def __init__(self) -> None:
        super().__init__("The analytics service did not answer. Try again shortly.")


class AnalyticsRefused(ReportError):  # noqa: N818 - reads as the state it reports
    """The analytics service answered with an error of its own, or in an unknown shape."""
