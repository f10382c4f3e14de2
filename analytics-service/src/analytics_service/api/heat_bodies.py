"""The wire form of the heat maps."""

from analytics_service.api.presenter import Json, Presenter
from analytics_service.domain.categories import Tally
from analytics_service.domain.filters import ANY_CITY, NO_CITY, Filter
from analytics_service.domain.grid import (
    FINEST,
    MAX_LATITUDE,
    MAX_LONGITUDE,
    STEPS,
    edges_text,
    size_of,
)
from analytics_service.domain.heat import CityMap, Grid, HeatCell, HeatCity


def grid_body(show: Presenter, where: Filter, figures: Grid) -> Json:
    """The answer of /analytics/heatmap by coordinate."""
    located = show.narrowed() if where.box or where.located else show.narrowed(located="true")
    unlocated = show.narrowed(located="false")
    return {
        "by": "coordinate",
        "precision": figures.decimals,
        "size": size_of(figures.decimals),
        "coarsened": figures.coarsened,
        **show.total(figures.total),
        "located": _part(show, figures.located, None if where.located is False else located),
        "unlocated": _part(
            show,
            _without(figures.total, figures.located),
            None if where.box or where.located else unlocated,
        ),
        "items": [_cell(show, item) for item in figures.items],
        "rest": None,
    }


def cities_body(show: Presenter, where: Filter, figures: CityMap) -> Json:
    """The answer of /analytics/heatmap by city."""
    known = None if where.city == NO_CITY else show.narrowed(city=where.city or ANY_CITY)
    unknown = show.narrowed(city=NO_CITY) if where.city in {None, NO_CITY} else None
    return {
        "by": "city",
        "precision": None,
        "size": None,
        "coarsened": False,
        **show.total(figures.total),
        "located": _part(show, figures.located, known),
        "unlocated": _part(show, _without(figures.total, figures.located), unknown),
        "items": [_city(show, item) for item in figures.items],
        "rest": show.figure(figures.rest) if figures.rest.count else None,
    }


def _part(show: Presenter, tally: Tally, query: Json | None) -> Json:
    return {**show.figure(tally), "filter": query}


def _without(whole: Tally, part: Tally) -> Tally:
    return Tally(whole.count - part.count, whole.amount_minor - part.amount_minor)


def _cell(show: Presenter, item: HeatCell) -> Json:
    box = edges_text(item.rows, item.columns)
    return {
        "key": box,
        "lat": _middle(item.rows, MAX_LATITUDE),
        "lon": _middle(item.columns, MAX_LONGITUDE),
        "name": None,
        "name_en": None,
        "code": None,
        **show.figure(item.tally),
        "share": item.share,
        "filter": show.narrowed(bbox=box),
    }


def _middle(steps: tuple[int, int], offset: int) -> float:
    return round(sum(steps) / 2 / STEPS - offset, FINEST + 1)


def _city(show: Presenter, item: HeatCity) -> Json:
    city = item.city
    return {
        "key": city.code,
        "lat": city.lat,
        "lon": city.lon,
        "name": city.name,
        "name_en": city.name_en,
        "code": city.code.partition("-")[0],
        **show.figure(item.tally),
        "share": item.share,
        "filter": show.narrowed(city=city.code),
    }
