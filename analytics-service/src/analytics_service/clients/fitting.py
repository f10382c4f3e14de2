"""Fits that need scikit-learn, each in a child process that ends with its answer."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from analytics_service.domain.errors import FitFailed
from analytics_service.domain.levels import FittedLevels, LevelModel, Pair
from analytics_service.lean import ENVIRONMENT

TIMEOUT_S = 120


class LevelFitting:
    """Finds spending levels with scikit-learn's K-means."""

    def fit(self, points: Sequence[Pair]) -> FittedLevels:
        """The models of some points (purchases a month, average), both above 0.

        Raises:
            FitFailed: the process failed or took too long.
        """
        answer = _ask("levels", {"points": list(points)}, "spending levels could not be found")
        return FittedLevels(
            models={int(count): _model(body) for count, body in answer["models"].items()},
            chosen=answer["chosen"],
        )


def _model(body: Mapping[str, Any]) -> LevelModel:
    (shift_f, shift_a), (scale_f, scale_a) = body["shift"], body["scale"]
    return LevelModel(
        centres=tuple((frequency, average) for frequency, average in body["centres"]),
        shift=(shift_f, shift_a),
        scale=(scale_f, scale_a),
        silhouette=body["silhouette"],
    )


class ForestGrowing:
    """Isolates what is unlike the rest with scikit-learn's IsolationForest."""

    def scores(self, points: Sequence[Sequence[float]]) -> Sequence[float]:
        """How early each point is isolated, higher is earlier.

        Raises:
            FitFailed: the process failed or took too long.
        """
        answer = _ask("outliers", {"points": points}, "no forest could be grown")
        return [float(score) for score in answer["scores"]]


def _ask(module: str, question: Mapping[str, Any], failure: str) -> Any:
    """What a module of the training room answers, in a process of its own."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"analytics_service.training.{module}"],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=True,
            env={**os.environ, **ENVIRONMENT},
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise FitFailed(failure) from error
    return json.loads(done.stdout)
