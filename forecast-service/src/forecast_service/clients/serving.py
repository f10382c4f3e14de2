"""The model server, by TensorFlow Serving's REST protocol."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from forecast_service.domain.blocks import Block
from forecast_service.domain.errors import ModelUnavailable
from forecast_service.domain.ports import ModelInput
from forecast_service.domain.quantiles import LEVELS, FloatArray, ordered
from forecast_service.domain.series import BLOCK_DAYS
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable, ServiceClient

_AVAILABLE = "AVAILABLE"
_LATEST_LABEL = "stable"
_OUTPUT_SHAPES: Mapping[str, tuple[int, ...]] = {
    "daily_quantiles": (BLOCK_DAYS, LEVELS.size),
    "daily_mean": (BLOCK_DAYS,),
    "total_quantiles": (LEVELS.size,),
    "total_mean": (),
}
# A new version shows within this time; a dead server costs one request in as long.
VERSION_TTL_S = 2.0
_TIMEOUT_S = (1.0, 5.0)


class ServingClient:
    """One model on the model server; safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        *,
        model_name: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # No retries: a caller waits, and climatology answers in the model's place.
        self._http = ServiceClient(base_url, name="serving", timeout_s=_TIMEOUT_S, retries=0)
        self._path = f"/v1/models/{model_name}"
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._version: str | None = None

    def current_version(self) -> str:
        """The newest available version, at most two seconds old.

        Raises:
            ModelUnavailable: no answer, or no version is ready.
        """
        # The lock is held while asking: one caller asks, the others take its answer.
        with self._lock:
            if self._clock() - self._asked_at >= VERSION_TTL_S:
                self._version = self._newest_or_none()
                self._asked_at = self._clock()
            version = self._version
        if version is None:
            raise ModelUnavailable("The model server does not answer, or has no version ready.")
        return version

    def _newest_or_none(self) -> str | None:
        try:
            ready = [version for version, state in self.versions() if state == _AVAILABLE]
        except ModelUnavailable:
            return None
        return max(ready, key=int, default=None)

    def versions(self) -> Sequence[tuple[str, str]]:
        """Version and state of every version that the server knows.

        Raises:
            ModelUnavailable: no answer, or not one of TensorFlow Serving's.
        """
        answer = _asking(lambda: self._http.get_json(self._path))
        try:
            statuses = answer["model_version_status"]
            return [(str(int(status["version"])), str(status["state"])) for status in statuses]
        except (KeyError, TypeError, ValueError) as error:
            raise ModelUnavailable("The model server's status cannot be read.") from error

    def predict(self, rows: Sequence[ModelInput], *, version: str) -> Sequence[Block]:
        """One block for each row, from one request to this version.

        Raises:
            ModelUnavailable: no answer, or one of the wrong shape.
        """
        inputs = {
            "history": _nested([row.history for row in rows]),
            "mask": _nested([row.mask for row in rows]),
            "calendar": _nested([row.calendar for row in rows]),
        }
        path = f"{self._path}/versions/{version}:predict"
        try:
            answer = _asking(lambda: self._http.post_json(path, {"inputs": inputs}))
        except ModelUnavailable:
            # The version may have gone meanwhile: the next question asks anew which one is there.
            with self._lock:
                self._asked_at = float("-inf")
            raise
        return _blocks(answer, count=len(rows))


def _asking(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (NeighbourUnavailable, NeighbourRefused) as error:
        raise ModelUnavailable("The model server does not answer as it should.") from error


def _nested(arrays: Sequence[FloatArray]) -> Any:
    return np.asarray(arrays, dtype=np.float32).tolist()


def _blocks(answer: Any, *, count: int) -> Sequence[Block]:
    outputs = answer.get("outputs") if isinstance(answer, Mapping) else None
    if not isinstance(outputs, Mapping):
        raise ModelUnavailable("The model server's answer has no outputs.")
    arrays = {
        name: _array(outputs.get(name), shape=(count, *shape))
        for name, shape in _OUTPUT_SHAPES.items()
    }
    return [
        Block(
            daily_mean=np.maximum(arrays["daily_mean"][row], 0.0),
            daily_quantiles=ordered(arrays["daily_quantiles"][row]),
            total_mean=max(float(arrays["total_mean"][row]), 0.0),
            total_quantiles=ordered(arrays["total_quantiles"][row]),
        )
        for row in range(count)
    ]


def _array(value: Any, *, shape: tuple[int, ...]) -> FloatArray:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ModelUnavailable("The model's outputs are not numbers.") from error
    if array.shape != shape or not np.isfinite(array).all():
        raise ModelUnavailable("The model's outputs have another shape than agreed.")
    return array


def label_of(version: str, *, versions: Sequence[tuple[str, str]]) -> str | None:
    """The label "stable" for the version that answers by default, None for the others."""
    ready = [number for number, state in versions if state == _AVAILABLE]
    return _LATEST_LABEL if version == max(ready, key=int, default=None) else None
