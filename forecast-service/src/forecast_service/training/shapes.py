"""Fixed sizes that every version of the spending model shares with its callers."""

import numpy as np
from numpy.typing import NDArray

WINDOW_DAYS = 112
HORIZON_DAYS = 28
WEEK_DAYS = 7
WINDOW_WEEKS = WINDOW_DAYS // WEEK_DAYS
QUANTILES: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SHORTEST_HISTORY_DAYS = 14
PREPROCESSING_FORMAT = 1

FloatArray = NDArray[np.float32]
