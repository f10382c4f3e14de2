"""Isolation forest: Liu, Ting and Zhou, Isolation Forest, 2008.

Run as a module it reads {"points": [[...]]} and writes {"scores": [...]}, both JSON.
"""

import json
import sys
from collections.abc import Sequence

import numpy as np

from analytics_service.lean import leave_out_pandas

SEED = 20240401
TREES = 100


def scores(points: Sequence[Sequence[float]]) -> list[float]:
    """How early each of the points (n, features) is isolated; higher is earlier."""
    from sklearn.ensemble import IsolationForest

    table = np.asarray(points, dtype=np.float64)
    forest = IsolationForest(n_estimators=TREES, random_state=SEED).fit(table)
    return [round(-float(score), 6) for score in forest.score_samples(table)]


def main() -> None:
    """Read the points, write the scores."""
    leave_out_pandas()
    json.dump({"scores": scores(json.load(sys.stdin)["points"])}, sys.stdout)


if __name__ == "__main__":
    main()
