"""The methods a caller may name, and which of them this deployment answers."""

from __future__ import annotations

from enum import StrEnum

from forecast_service.domain.errors import MethodNotOffered


class Method(StrEnum):
    """A forecasting method by its public name."""

    AUTO = "auto"
    TENSORFLOW = "tensorflow"
    ETS = "ets"
    THETA = "theta"
    CLIMATOLOGY = "climatology"
    RANDOM_FOREST = "random-forest"
    LINEAR = "linear"


class Basis(StrEnum):
    """What an answer rests on; the first five are methods, the others stand in for one."""

    AUTO = "auto"
    TENSORFLOW = "tensorflow"
    CLIMATOLOGY = "climatology"
    LINEAR = "linear"
    AVERAGE = "average"
    PRIOR = "prior"


class Reason(StrEnum):
    """Why an answer rests on something other than what was asked for."""

    MODEL_UNAVAILABLE = "model-unavailable"
    SHORT_HISTORY = "short-history"
    AVERAGE_WAS_BETTER = "average-was-better"


OFFERED = frozenset({Method.AUTO, Method.TENSORFLOW, Method.CLIMATOLOGY, Method.LINEAR})
MODEL_METHODS = frozenset({Method.AUTO, Method.TENSORFLOW})


def checked_method(method: Method) -> Method:
    """The method itself, when this deployment answers it.

    Raises:
        MethodNotOffered: it needs statsforecast or scikit-learn, which no web process loads.
    """
    if method not in OFFERED:
        raise MethodNotOffered(
            f"method {method} is not offered yet: it needs a numerical library that is too heavy "
            f"for the web process. Ask for one of {', '.join(sorted(OFFERED))}."
        )
    return method
