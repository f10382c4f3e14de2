"""Spending levels: what the scatter shows, and the groups that the worker finds."""

from collections.abc import Mapping

from analytics_service.domain.categories import Tally
from analytics_service.domain.errors import FitFailed
from analytics_service.domain.filters import Filter
from analytics_service.domain.levels import (
    MAX_POINTS,
    MIN_POINTS,
    ONE_GROUP,
    FittedLevels,
    LevelModel,
    LevelPoint,
    Scatter,
    groups_of,
    months_of,
    one_group,
)
from analytics_service.domain.ports import LevelFitter, LevelStore, ReadModel, Snapshot
from analytics_service.usecases.charts import asked_span

BY = ("merchant", "category")
NOTHING = FittedLevels(models={}, chosen=0)


def level_scatter(snapshot: Snapshot, where: Filter, *, by: str, clusters: int | None) -> Scatter:
    """Merchants or categories by frequency and average, each in the group that is nearest.

    Raises:
        InvalidRange: the range ends before it begins.
    """
    model = snapshot.level_model(where, by=by, clusters=clusters)
    points, months = _points(snapshot, where, by, model or ONE_GROUP)
    shown = sorted(points, key=lambda point: (-point.tally.amount_minor, point.key))[:MAX_POINTS]
    return Scatter(
        by=by,
        months=months,
        points=shown,
        groups=one_group(shown) if model is None else groups_of(shown, model),
        silhouette=None if model is None else model.silhouette,
        left_out=len(points) - len(shown),
    )


def _points(
    snapshot: Snapshot, where: Filter, by: str, model: LevelModel
) -> tuple[list[LevelPoint], float]:
    span = asked_span(snapshot, where)
    months = months_of(span.days if span else 0)
    tree = snapshot.categories(where.owner_id)
    pairs = snapshot.by_category_and_merchant(where) if by == "merchant" else {}
    tallies = _by_merchant(pairs) if by == "merchant" else snapshot.by_category(where)
    main = _main_categories(pairs)
    usable = {key: tally for key, tally in tallies.items() if tally.amount_minor > 0}
    names = snapshot.label_texts(sorted(usable)) if by == "merchant" else {}
    points = []
    for key, tally in usable.items():
        category = tree.get(main[key] if by == "merchant" else key)
        frequency = tally.count / months
        average = tally.amount_minor / tally.count
        cluster = 0 if model is ONE_GROUP else model.nearest(frequency, average)
        name = names[key] if by == "merchant" else category.name
        points.append(LevelPoint(key, name, category, tally, frequency, average, cluster))
    return points, months


def _by_merchant(pairs: Mapping[tuple[int, int], Tally]) -> dict[int, Tally]:
    found: dict[int, Tally] = {}
    for (_, merchant), tally in pairs.items():
        if merchant:
            found[merchant] = found.get(merchant, Tally()) + tally
    return found


def _main_categories(pairs: Mapping[tuple[int, int], Tally]) -> dict[int, int]:
    """The category in which most was spent at each merchant."""
    best: dict[int, tuple[int, int]] = {}
    for (category_id, merchant), tally in pairs.items():
        candidate = (tally.amount_minor, -category_id)
        if merchant not in best or candidate > best[merchant]:
            best[merchant] = candidate
    return {merchant: -negative for merchant, (_, negative) in best.items()}


def refresh_levels(model: ReadModel, store: LevelStore, fitter: LevelFitter) -> int:
    """How many owners' groups were found anew; those whose fit fails keep what they have.

    Raises:
        FitFailed: after all others were tried, where one fit failed.
    """
    failed: FitFailed | None = None
    refreshed = 0
    for owner_id, currency, rows in store.due():
        where = Filter(owner_id=owner_id, currency=currency)
        try:
            found = {by: _fit(model, fitter, where, by) for by in BY}
        except FitFailed as error:
            failed = error
            continue
        store.keep(owner_id, currency, found, rows=rows)
        refreshed += 1
    if failed is not None:
        raise failed
    return refreshed


def _fit(model: ReadModel, fitter: LevelFitter, where: Filter, by: str) -> FittedLevels:
    with model.snapshot() as snapshot:
        points, _ = _points(snapshot, where, by, ONE_GROUP)
    if len(points) < MIN_POINTS:
        return NOTHING
    largest = sorted(points, key=lambda point: (-point.tally.amount_minor, point.key))
    return fitter.fit([(p.frequency, p.average_minor) for p in largest[:MAX_POINTS]])
