"""Fits that need scikit-learn, each in a child process that ends with its answer."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from analytics_service.domain.errors import FitFailed
from analytics_service.domain.levels import FittedLevels, LevelModel, Pair

TIMEOUT_S = 120
_CHILD = "analytics_service.training.levels"


class LevelFitting:
    """Finds spending levels with scikit-learn's K-means."""

    def fit(self, points: Sequence[Pair]) -> FittedLevels:
        """The models of some points (purchases a month, average), both above 0.

        Raises:
            FitFailed: the process failed or took too long.
        """
        try:
            done = subprocess.run(
                [sys.executable, "-m", _CHILD],
                input=json.dumps({"points": list(points)}),
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=True,
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise FitFailed("spending levels could not be found") from error
        answer = json.loads(done.stdout)
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
