"""K-means over spending levels, the number of groups chosen by silhouette.

K-means: MacQueen, Some Methods for Classification and Analysis of Multivariate Observations,
1967. Silhouette: Rousseeuw, Silhouettes: a Graphical Aid to the Interpretation and Validation of
Cluster Analysis, 1987. Run as a module it reads {"points": [[purchases a month, average]]} and
writes {"chosen": k, "models": {k: {...}}}, both JSON.
"""

import json
import sys
from typing import Any

import numpy as np

from analytics_service.domain.levels import MAX_CLUSTERS, MIN_CLUSTERS
from analytics_service.lean import leave_out_pandas

SEED = 20240401
STARTS = 8


def fit(points: list[list[float]]) -> dict[str, Any]:
    """A model for each number of groups, and which of them parts the points best.

    Args:
        points: (n, 2), purchases a month and average, both above 0.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    logs = np.log(np.asarray(points, dtype=np.float64))
    shift, scale = logs.mean(axis=0), logs.std(axis=0)
    scale[scale == 0] = 1.0
    places = (logs - shift) / scale
    distinct = len(np.unique(places, axis=0))
    models: dict[int, dict[str, Any]] = {}
    for count in range(MIN_CLUSTERS, min(MAX_CLUSTERS, distinct - 1) + 1):
        found = KMeans(n_clusters=count, n_init=STARTS, random_state=SEED).fit(places)
        order = np.lexsort((found.cluster_centers_[:, 0], found.cluster_centers_[:, 1]))
        models[count] = {
            "centres": found.cluster_centers_[order].tolist(),
            "shift": shift.tolist(),
            "scale": scale.tolist(),
            "silhouette": float(silhouette_score(places, found.labels_)),
        }
    chosen = max(models, key=lambda count: models[count]["silhouette"], default=0)
    return {"chosen": chosen, "models": models}


def main() -> None:
    """Read the points, write the models."""
    leave_out_pandas()
    json.dump(fit(json.load(sys.stdin)["points"]), sys.stdout)


if __name__ == "__main__":
    main()
