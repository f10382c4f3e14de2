"""The queries that the charts take, and the answers as the OpenAPI document describes them."""

from datetime import date
from typing import Any

from marshmallow import Schema, fields, validate

from analytics_service.domain.categories import NO_CATEGORY
from analytics_service.domain.filters import DIRECTIONS
from analytics_service.domain.flows import MAX_DEPTH
from analytics_service.domain.grid import Box
from analytics_service.domain.levels import MAX_CLUSTERS, MIN_CLUSTERS
from servicekit.schemas import Bounds, StrictSchema

MAX_WORD = 200
MAX_ID = 2**63 - 1
MAX_DIGITS = 19
MAX_LIMIT = 100
DAYS_KNOWN = validate.Range(min=date(1900, 1, 1), max=date(2200, 1, 1))


def _about(text: str) -> dict[str, str]:
    return {"description": text}


def _word(text: str) -> fields.String:
    length = validate.Length(min=1, max=MAX_WORD)
    return fields.String(load_default=None, validate=length, metadata=_about(text))


def _day(key: str, text: str) -> fields.Date:
    return fields.Date(
        format="iso", data_key=key, load_default=None, validate=DAYS_KNOWN, metadata=_about(text)
    )


def _amount(text: str) -> fields.String:
    shape = validate.Regexp(r"^[0-9]{1,13}(\.[0-9]{1,4})?$", error="Write it as 12.50.")
    return fields.String(load_default=None, validate=shape, metadata=_about(text))


def _choice(default: str | None, *values: str) -> fields.String:
    return fields.String(load_default=default, validate=validate.OneOf(values))


class CategoryId(fields.Field[int]):
    """The id of a category, or `none` for rows without one."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        if value == "none":
            return NO_CATEGORY
        is_number = isinstance(value, str) and value.isascii() and value.isdigit()
        number = int(value) if is_number and len(value) <= MAX_DIGITS else 0
        if not 1 <= number <= MAX_ID:
            raise self.make_error("validator_failed")
        return number


class FilterArgs(StrictSchema):
    """The filters that every chart takes."""

    start = _day("from", "first day; open where left out")
    end = _day("to", "the day after the last; open where left out")
    category_id = CategoryId(
        load_default=None,
        metadata={"type": "string", **_about("a category with its subtree; none: rows without")},
    )
    subtree = fields.Boolean(
        load_default=True, metadata=_about("false: the category's own rows alone")
    )
    direction = _choice("expense", *DIRECTIONS)
    gross = fields.Boolean(load_default=False, metadata=_about("true: before refunds"))
    min_amount = _amount("least amount of a row before refunds, a decimal string")
    max_amount = _amount("largest amount of a row before refunds, a decimal string")
    merchant = _word("the merchant's whole name")
    place = _word("the place's whole name")
    q = _word("words within merchant, note, place or account")
    source = _word("the kind of statement that the row came from")
    account = _word("the paying account's whole name")
    bbox = Bounds(Box, load_default=None)
    city = fields.String(
        load_default=None,
        validate=validate.Regexp(r"^([A-Z]{2}-[0-9]{1,12}|none|any)$"),
        metadata=_about("a city's code; none: rows of no known city, any: of some"),
    )
    located = fields.Boolean(load_default=None, metadata=_about("whether the row has coordinates"))
    currency = fields.String(
        load_default=None,
        validate=validate.Regexp(r"^[A-Z]{3}$"),
        metadata=_about("the user's own where left out"),
    )
    min_seq = fields.Integer(
        load_default=None,
        validate=validate.Range(min=0, max=MAX_ID),
        metadata=_about("wait up to 5 s until the figures know of this change"),
    )


class TrendArgs(FilterArgs):
    """The query of the trend."""

    granularity = _choice("day", "day", "week", "month", "year", "auto")
    compare = _choice(None, "previous", "year")
    split = _choice(None, "category")


class ShareArgs(FilterArgs):
    """The query of the shares."""

    level = fields.Integer(load_default=1, validate=validate.OneOf((1, 2)))


class RankArgs(FilterArgs):
    """The query of the rankings."""

    by = _choice("merchant", "merchant", "category", "place", "expense")
    metric = _choice("amount", "amount", "count")
    limit = fields.Integer(load_default=10, validate=validate.Range(min=1, max=MAX_LIMIT))
    level = fields.Integer(load_default=1, validate=validate.OneOf((1, 2)))


class AutoOr(fields.Field[int | None]):
    """`auto` or a number between two bounds."""

    def __init__(self, *, least: int = 1, most: int, **options: Any) -> None:
        super().__init__(**options)
        self._bounds = (least, most)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int | None:
        if value == "auto":
            return None
        is_number = isinstance(value, str) and value.isascii() and value.isdigit()
        number = int(value) if is_number and len(value) <= MAX_DIGITS else 0
        least, most = self._bounds
        if not least <= number <= most:
            raise self.make_error("validator_failed")
        return number


class HistogramArgs(FilterArgs):
    """The query of the amount histogram."""

    scale = _choice("linear", "linear", "log")
    bins = AutoOr(
        most=MAX_LIMIT,
        load_default=None,
        metadata={"type": "string", **_about("auto, or 1 to 100")},
    )


class RadarArgs(FilterArgs):
    """The query of the time radar."""

    by = _choice("weekday", "hour", "weekday", "month")


class FlowArgs(FilterArgs):
    """The query of the flows."""

    form = _choice("tree", "tree", "sankey")
    depth = fields.Integer(
        load_default=MAX_DEPTH,
        validate=validate.Range(min=1, max=MAX_DEPTH),
        metadata=_about("rows of nodes: categories, those below them, merchants"),
    )


class ScatterArgs(FilterArgs):
    """The query of the spending levels."""

    by = _choice("merchant", "merchant", "category")
    clusters = AutoOr(
        least=MIN_CLUSTERS,
        most=MAX_CLUSTERS,
        load_default=None,
        metadata={"type": "string", **_about("auto (by silhouette), or 2 to 6 groups")},
    )


QUERY = {"description": "the query that yields exactly these rows in GET /expenses"}


def _filter() -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.String(), metadata=QUERY)


class AnswerSchema(Schema):
    """What every chart answers beside its figures."""

    as_of_seq = fields.Integer(required=True)
    stale = fields.Boolean(required=True)
    currency = fields.String(required=True)
    other_currencies = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    start = fields.String(data_key="from", required=True, allow_none=True)
    end = fields.String(data_key="to", required=True, allow_none=True)


class TotalsSchema(Schema):
    """A sum in major units and the number of its rows."""

    total = fields.Float(required=True)
    count = fields.Integer(required=True)


class FigureSchema(Schema):
    """An amount in major units, the number of its rows and the query for them."""

    amount = fields.Float(required=True)
    count = fields.Integer(required=True)
    filter = _filter()


class NamedShareSchema(FigureSchema):
    """A name with its figures and its share of the whole."""

    name = fields.String(required=True)
    share = fields.Float(required=True)


class CategoryShareItemSchema(NamedShareSchema):
    """A category; `code` is set where clients have their own name for it."""

    category_id = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    parent_id = fields.String(required=True, allow_none=True)


class TopCategorySchema(NamedShareSchema):
    """The largest category."""

    category_id = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)


class PreviousSchema(TotalsSchema):
    """The range before."""

    start = fields.String(data_key="from", required=True)
    end = fields.String(data_key="to", required=True)
    daily_average = fields.Float(required=True)


class LastImportSchema(Schema):
    """The latest import that still has rows."""

    import_id = fields.String(required=True)
    created_at = fields.String(required=True)
    rows = fields.Integer(required=True)


class OverviewSchema(AnswerSchema, TotalsSchema):
    """The figures at the head of the dashboard."""

    daily_average = fields.Float(required=True)
    days = fields.Integer(required=True)
    previous = fields.Nested(PreviousSchema, required=True, allow_none=True)
    change_ratio = fields.Float(required=True, allow_none=True)
    top_category = fields.Nested(TopCategorySchema, required=True, allow_none=True)
    top_merchant = fields.Nested(NamedShareSchema, required=True, allow_none=True)
    anomalies = fields.Integer(required=True)
    last_import = fields.Nested(LastImportSchema, required=True, allow_none=True)
    filter = _filter()


class PeriodSchema(FigureSchema):
    """One period."""

    period = fields.String(required=True)


class ComparisonSchema(TotalsSchema):
    """The same trend over an earlier range."""

    compare = fields.String(required=True)
    start = fields.String(data_key="from", required=True)
    end = fields.String(data_key="to", required=True)
    items = fields.List(fields.Nested(PeriodSchema), required=True)


class SeriesSchema(TotalsSchema):
    """A category's part of each period, in the order of items."""

    category_id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    amounts = fields.List(fields.Float(), required=True)
    counts = fields.List(fields.Integer(), required=True)
    filter = _filter()


class TrendSchema(AnswerSchema, TotalsSchema):
    """Spending by period, without gaps."""

    granularity = fields.String(required=True)
    items = fields.List(fields.Nested(PeriodSchema), required=True)
    comparison = fields.Nested(ComparisonSchema, required=True, allow_none=True)
    series = fields.List(fields.Nested(SeriesSchema), required=True, allow_none=True)


class CategoryShareSchema(AnswerSchema, TotalsSchema):
    """How a total divides among categories; shares sum to 1."""

    level = fields.Integer(required=True)
    items = fields.List(fields.Nested(CategoryShareItemSchema), required=True)


class RankItemSchema(NamedShareSchema):
    """One place on a ranking list."""

    rank = fields.Integer(required=True)
    key = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    category_id = fields.String(required=True, allow_none=True)
    date = fields.String(required=True, allow_none=True)


class RankSchema(AnswerSchema, TotalsSchema):
    """The largest merchants, categories, places or purchases."""

    by = fields.String(required=True)
    metric = fields.String(required=True)
    items = fields.List(fields.Nested(RankItemSchema), required=True)


class BinSchema(FigureSchema):
    """The rows with lower <= amount < upper."""

    lower = fields.Float(required=True)
    upper = fields.Float(required=True)


class HistogramSchema(AnswerSchema, TotalsSchema):
    """How many rows have which amount."""

    scale = fields.String(required=True)
    bins = fields.Integer(required=True)
    items = fields.List(fields.Nested(BinSchema), required=True)
    quantiles = fields.Dict(
        keys=fields.String(), values=fields.Float(), required=True, allow_none=True
    )


class RadarItemSchema(Schema):
    """An hour, weekday (0 = Monday) or month; average: the amount by occurrence in the range."""

    key = fields.String(required=True)
    amount = fields.Float(required=True)
    count = fields.Integer(required=True)
    average = fields.Float(required=True)
    occurrences = fields.Integer(required=True)
    filter = _filter()


class RadarSchema(AnswerSchema, TotalsSchema):
    """Spending by hour of day, weekday or month of year."""

    by = fields.String(required=True)
    items = fields.List(fields.Nested(RadarItemSchema), required=True)
