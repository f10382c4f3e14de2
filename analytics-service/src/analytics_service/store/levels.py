"""The groups of spending levels as the worker keeps them."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, func, literal, or_, select
from sqlalchemy.dialects.sqlite import insert

from analytics_service.domain.levels import REFIT_SHARE, FittedLevels, LevelModel
from analytics_service.store import tables as t
from servicekit.sqlite import read_transaction, write_transaction

EXPENSE = "expense"


class SqliteLevels:
    """Reads whose groups are due, and keeps what was found."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self) -> Sequence[tuple[int, str, int]]:
        """(owner, currency, rows) of those whose rows have changed by REFIT_SHARE since a fit."""
        rows = func.sum(t.daily.c.count)
        live = (
            select(t.daily.c.user_id, t.daily.c.currency, rows.label("rows"))
            .where(t.daily.c.direction == EXPENSE)
            .group_by(t.daily.c.user_id, t.daily.c.currency)
            .subquery()
        )
        fits = t.level_fits.c
        fitted = (fits.user_id == live.c.user_id) & (fits.currency == live.c.currency)
        changed = func.abs(live.c.rows - fits.rows) > literal(REFIT_SHARE) * fits.rows
        query = (
            select(live.c.user_id, live.c.currency, live.c.rows)
            .join_from(live, t.level_fits, fitted, isouter=True)
            .where(or_(fits.rows.is_(None), changed))
            .order_by(live.c.user_id, live.c.currency)
        )
        with read_transaction(self._engine) as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]

    def keep(
        self, owner_id: int, currency: str, found: dict[str, FittedLevels], *, rows: int
    ) -> None:
        """Replace the groups of an owner, found over that many rows, by what they are of."""
        models, fits = t.level_models, t.level_fits
        key = {"user_id": owner_id, "currency": currency}
        with write_transaction(self._engine) as connection:
            for table in (models, fits):
                owned = (table.c[name] == value for name, value in key.items())
                connection.execute(delete(table).where(*owned))
            connection.execute(insert(fits).values(**key, rows=rows))
            for by, fitted in found.items():
                for clusters, model in fitted.models.items():
                    values = {"by": by, "clusters": clusters, "model": _dump(model)}
                    chosen = int(clusters == fitted.chosen)
                    connection.execute(insert(models).values(**key, **values, chosen=chosen))


def read_level_model(
    connection: Connection, owner_id: int, currency: str, by: str, *, clusters: int | None
) -> LevelModel | None:
    """The groups of that number, or the best number of them; None where none were found."""
    c = t.level_models.c
    wanted = c.chosen == 1 if clusters is None else c.clusters == clusters
    text = connection.execute(
        select(c.model).where(c.user_id == owner_id, c.currency == currency, c.by == by, wanted)
    ).scalar()
    return None if text is None else _load(text)


def read_level_rows(connection: Connection, owner_id: int, currency: str) -> int:
    """Over how many rows the groups were found; 0 where they were not."""
    c = t.level_fits.c
    query = select(c.rows).where(c.user_id == owner_id, c.currency == currency)
    return connection.execute(query).scalar() or 0


def _dump(model: LevelModel) -> str:
    return json.dumps(
        {
            "centres": model.centres,
            "shift": model.shift,
            "scale": model.scale,
            "silhouette": model.silhouette,
        }
    )


def _load(text: str) -> LevelModel:
    body = json.loads(text)
    return LevelModel(
        centres=tuple((frequency, average) for frequency, average in body["centres"]),
        shift=tuple(body["shift"]),
        scale=tuple(body["scale"]),
        silhouette=body["silhouette"],
    )
