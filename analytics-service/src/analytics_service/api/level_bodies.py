"""The wire form of the spending levels."""

from analytics_service.api.presenter import Json, Presenter
from analytics_service.domain.categories import Tally
from analytics_service.domain.figures import CategoryFigure
from analytics_service.domain.levels import LevelPoint, Scatter


def scatter_body(show: Presenter, figures: Scatter) -> Json:
    """The answer of /analytics/level-scatter."""
    whole = Tally(
        sum(point.tally.count for point in figures.points),
        sum(point.tally.amount_minor for point in figures.points),
    )
    return {
        "by": figures.by,
        "months": round(figures.months, 2),
        "left_out": figures.left_out,
        "silhouette": None if figures.silhouette is None else round(figures.silhouette, 4),
        **show.total(whole),
        "items": [_point(show, figures.by, point) for point in figures.points],
        "clusters": [
            {
                "cluster": group.cluster,
                "label": group.label,
                "centre": {
                    "frequency": round(group.centre[0], 3),
                    "average": show.major(group.centre[1]),
                },
                "size": group.size,
                **show.figure(group.tally),
            }
            for group in figures.groups
        ],
    }


def _point(show: Presenter, by: str, point: LevelPoint) -> Json:
    category = point.category
    category_id = str(category.id) if category.id else None
    if by == "merchant":
        query = show.narrowed(merchant=point.name)
    else:
        query = show.category_query(CategoryFigure(category, point.tally, 0.0, exact=True))
    return {
        "key": point.name if by == "merchant" else category_id,
        "name": point.name,
        "code": None if by == "merchant" else category.code,
        "category_id": category_id,
        "frequency": round(point.frequency, 3),
        "average": show.major(point.average_minor),
        **show.figure(point.tally),
        "cluster": point.cluster,
        "filter": query,
    }
