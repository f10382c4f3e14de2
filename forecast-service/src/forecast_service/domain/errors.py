"""The errors that the forecasting domain raises.

ForecastError
├── NotEnoughHistory     no purchase to learn from
├── ForecastInputError   the question itself cannot be answered
│   ├── InvalidHorizon
│   ├── OriginOutOfRange
│   └── MethodNotOffered
├── CategoryNotFound
├── JobNotFound
└── ModelUnavailable     the model server does not answer, or answers nonsense
"""

from __future__ import annotations


class ForecastError(Exception):
    """Base of everything that this service's domain raises."""


class NotEnoughHistory(ForecastError):  # noqa: N818 - named after the condition, as the problem slug is
    """There is no purchase before the origin, or too few for the method asked for."""


class ForecastInputError(ForecastError):
    """The request is well formed and cannot be answered."""


class InvalidHorizon(ForecastInputError):  # noqa: N818
    """The horizon is longer than the model can speak about."""


class OriginOutOfRange(ForecastInputError):  # noqa: N818
    """The origin lies too far behind the last purchase."""


class MethodNotOffered(ForecastInputError):  # noqa: N818
    """The method is known, and this deployment does not offer it."""


class CategoryNotFound(ForecastError):  # noqa: N818
    """The user has no such category."""


class JobNotFound(ForecastError):  # noqa: N818
    """There is no such job, or it is another user's."""


class ModelUnavailable(ForecastError):  # noqa: N818
    """The model server cannot be reached, is not ready, or answered something unreadable."""
