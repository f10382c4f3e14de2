"""The tables of the read model.

`expense_facts` has one row per live expense, clustered by user and day; the rollups hold the same
rows added up, and are kept in the same transaction as the facts. Days count from 1970-01-01,
months from year 0 (year * 12 + month - 1). Category 0 is 'none', label 0 is the empty text.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

NO_LABEL = 0
"""Stands for an empty text."""

level_models = Table(
    "level_models",
    metadata,
    Column("user_id", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("clusters", Integer, nullable=False),
    # 1 where this number of groups parts the points best
    Column("chosen", Integer, nullable=False),
    # JSON {centres, shift, scale, silhouette}; no centres where there are too few points
    Column("model", Text, nullable=False),
    PrimaryKeyConstraint("user_id", "currency", "by", "clusters"),
    sqlite_with_rowid=False,
)
"""Groups of spending levels, as the worker found them over the whole history."""

level_fits = Table(
    "level_fits",
    metadata,
    Column("user_id", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    PrimaryKeyConstraint("user_id", "currency"),
    sqlite_with_rowid=False,
)
"""How many rows a user had when the groups were found."""

feed_cursor = Table(
    "feed_cursor",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("pulled_at", Integer),
    Column("behind", Integer, nullable=False),
    CheckConstraint("id = 1", name="one_feed"),
)

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("user_id", "text", name="labels_once_per_user"),
)
"""The words of payees, places, notes, sources and accounts, once each: facts stay narrow."""

categories = Table(
    "categories",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("user_id", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("code", Text),
    Column("parent_id", Integer),
    # serves: the category tree of a user
    Index("categories_of_user", "user_id"),
)

cities = Table(
    "cities",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    sqlite_with_rowid=False,
)
"""The cities in which rows of any user are, as the feed tells them."""

expense_facts = Table(
    "expense_facts",
    metadata,
    Column("user_id", Integer, nullable=False),
    Column("local_day", Integer, nullable=False),
    Column("id", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("category_id", Integer, nullable=False),
    Column("amount_minor", Integer, nullable=False),
    Column("refunded_minor", Integer, nullable=False),
    Column("amount_bin", Integer, nullable=False),
    Column("merchant_id", Integer, nullable=False),
    Column("place_id", Integer, nullable=False),
    Column("note_id", Integer, nullable=False),
    Column("local_hour", SmallInteger, nullable=False),
    Column("time", Integer, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("account_id", Integer, nullable=False),
    Column("import_id", Integer),
    Column("created_at", Integer, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    # the label of the city's code
    Column("city_id", Integer, nullable=False, server_default="0"),
    # domain.grid: the finest cell of the coordinates
    Column("cell", Integer, nullable=False, server_default="-1"),
    PrimaryKeyConstraint("user_id", "local_day", "id"),
    CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
    CheckConstraint("refunded_minor >= 0", name="refund_not_negative"),
    CheckConstraint("local_hour BETWEEN 0 AND 23", name="hour_of_day"),
    sqlite_with_rowid=False,
)
# serves: the changes of the feed, which name rows by id
BY_ID = "facts_by_id"
Index(BY_ID, expense_facts.c.id, unique=True)
# serves: the charges of a category above a bound; filters by category and amount, by itself
Index(
    "facts_by_category_amount",
    expense_facts.c.user_id,
    expense_facts.c.currency,
    expense_facts.c.direction,
    expense_facts.c.category_id,
    expense_facts.c.amount_minor,
    expense_facts.c.refunded_minor,
)
# serves: filters by merchant, and equal charges of a payee; a label is of one user
Index(
    "facts_by_charge",
    expense_facts.c.merchant_id,
    expense_facts.c.amount_minor,
    expense_facts.c.time,
)
# serves: the ranking of single purchases, net of refunds
Index(
    "facts_by_net",
    expense_facts.c.user_id,
    expense_facts.c.currency,
    expense_facts.c.direction,
    text("(amount_minor - refunded_minor)"),
)
# serves: the gross ranking of single purchases; filters by amount, and amounts of long spans of
# days, by itself
Index(
    "facts_by_amount",
    expense_facts.c.user_id,
    expense_facts.c.currency,
    expense_facts.c.direction,
    expense_facts.c.amount_minor,
    expense_facts.c.refunded_minor,
    expense_facts.c.category_id,
    expense_facts.c.local_day,
)
# serves: sums of single rows by what they are, read in groups as they stand here, by itself
Index(
    "facts_by_kind",
    expense_facts.c.user_id,
    expense_facts.c.currency,
    expense_facts.c.direction,
    expense_facts.c.category_id,
    expense_facts.c.merchant_id,
    expense_facts.c.source_id,
    expense_facts.c.place_id,
    expense_facts.c.city_id,
    expense_facts.c.local_hour,
    expense_facts.c.amount_minor,
    expense_facts.c.refunded_minor,
    expense_facts.c.local_day,
    expense_facts.c.note_id,
    expense_facts.c.account_id,
)
# serves: sums of single rows by category and day, read in groups as they stand here, by itself
Index(
    "facts_by_category_day",
    expense_facts.c.user_id,
    expense_facts.c.currency,
    expense_facts.c.direction,
    expense_facts.c.category_id,
    expense_facts.c.local_day,
    expense_facts.c.amount_minor,
    expense_facts.c.refunded_minor,
    expense_facts.c.merchant_id,
    expense_facts.c.source_id,
    expense_facts.c.place_id,
    expense_facts.c.city_id,
    expense_facts.c.note_id,
    expense_facts.c.account_id,
)
AREA_OF_CELL = (
    "(CASE WHEN cell < 0 THEN -1 ELSE cell / 4000000 / 100 * 4000000 + cell % 4000000 / 100 END)"
)
"""domain.grid.area_of, as the index has it: SQLite knows an expression again by its words."""
# serves: sums of single rows by area and cell, read in groups as they stand here, and boxes, by
# itself
Index(
    "facts_by_area",
    expense_facts.c.user_id,
    expense_facts.c.currency,
    expense_facts.c.direction,
    text(AREA_OF_CELL),
    expense_facts.c.cell,
    expense_facts.c.amount_minor,
    expense_facts.c.refunded_minor,
    expense_facts.c.local_day,
    expense_facts.c.category_id,
    expense_facts.c.merchant_id,
    expense_facts.c.source_id,
    expense_facts.c.place_id,
    expense_facts.c.city_id,
    expense_facts.c.note_id,
    expense_facts.c.account_id,
)

LATE_INDEXES = frozenset(str(index.name) for index in expense_facts.indexes)
"""What a bulk load leaves to be made after it; the writer makes BY_ID sooner where it needs it."""


def _rollup(name: str, *keys: str) -> Table:
    """A table of figures by user, currency, direction and the given keys."""
    all_keys = ("user_id", "currency", "direction", *keys)
    kinds = {"currency": Text, "direction": Text}
    table = Table(
        name,
        metadata,
        *(Column(key, kinds.get(key, Integer), nullable=False) for key in all_keys),
        Column("count", Integer, nullable=False),
        Column("amount_minor", Integer, nullable=False),
        Column("refunded_minor", Integer, nullable=False),
        PrimaryKeyConstraint(*all_keys),
        sqlite_with_rowid=False,
    )
    # serves: the removal of keys that no row has any longer
    Index(f"{name}_empty", table.c.count, sqlite_where=table.c.count == 0)
    return table


daily = _rollup("daily", "local_day")
daily_category = _rollup("daily_category", "category_id", "local_day")
monthly_category = _rollup("monthly_category", "month", "category_id")
monthly_merchant = _rollup("monthly_merchant", "month", "category_id", "merchant_id")
monthly_place = _rollup("monthly_place", "month", "place_id")
monthly_category_place = _rollup("monthly_category_place", "month", "category_id", "place_id")
monthly_hour = _rollup("monthly_hour", "month", "category_id", "local_hour")
monthly_source = _rollup("monthly_source", "month", "category_id", "source_id")
monthly_city = _rollup("monthly_city", "month", "category_id", "city_id")
areas = _rollup("areas", "area")
category_areas = _rollup("category_areas", "category_id", "area")
monthly_area = _rollup("monthly_area", "month", "category_id", "area")
amounts = _rollup("amounts", "charge_minor")
category_amounts = _rollup("category_amounts", "category_id", "charge_minor")
amount_bins = _rollup("amount_bins", "category_id", "amount_bin")
ROLLUPS = (
    daily,
    daily_category,
    monthly_category,
    monthly_merchant,
    monthly_place,
    monthly_category_place,
    monthly_hour,
    monthly_source,
    monthly_city,
    areas,
    category_areas,
    monthly_area,
    amounts,
    category_amounts,
    amount_bins,
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("page", Text, nullable=False),
    # JSON {name: text}: the query of the page's address
    Column("query", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    # serves: the views of a user; a name is taken once
    UniqueConstraint("user_id", "name", name="views_by_name"),
    sqlite_autoincrement=True,
)
"""Filters that users have named."""

anomaly_feedback = Table(
    "anomaly_feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("anomaly_id", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("pattern", Text, nullable=False),
    Column("given_at", Integer, nullable=False),
    # serves: the verdicts of a user; one on each anomaly
    UniqueConstraint("user_id", "anomaly_id", name="feedback_by_anomaly"),
    CheckConstraint("verdict IN ('normal', 'confirmed')", name="verdict_known"),
    sqlite_autoincrement=True,
)
"""What users said about anomalies; the pattern of a normal one is silenced for good."""

OWN_TABLES = frozenset({saved_views, anomaly_feedback})
"""What users have told this service itself: no feed can give it again, no rebuild takes it."""

import_marks = Table(
    "import_marks",
    metadata,
    Column("user_id", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("import_id", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("user_id", "created_at", "import_id"),
    Index("import_marks_empty", "count", sqlite_where=text("count = 0")),
    sqlite_with_rowid=False,
)
"""How many live rows each import has, by the second of their making; serves last_import."""

amount_norms = Table(
    "amount_norms",
    metadata,
    Column("user_id", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("category_id", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("median_log", Float, nullable=False),
    Column("spread_log", Float, nullable=False),
    PrimaryKeyConstraint("user_id", "currency", "category_id"),
    sqlite_with_rowid=False,
)
"""What purchases usually cost, by category, and under ALL_CATEGORIES for all together."""

anomaly_due = Table(
    "anomaly_due",
    metadata,
    Column("user_id", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    PrimaryKeyConstraint("user_id", "currency"),
    sqlite_with_rowid=False,
)
"""Whose expenses have moved since they were judged, and with which change at last."""

anomalies = Table(
    "anomalies",
    metadata,
    Column("user_id", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("local_day", Integer, nullable=False),
    # the purchase, or the largest one of the day (0: none)
    Column("expense_id", Integer, nullable=False),
    # 1, or the length of the run that ends with the day
    Column("days", Integer, nullable=False),
    Column("category_id", Integer),
    Column("amount_minor", Integer, nullable=False),
    Column("lower_minor", Integer, nullable=False),
    Column("upper_minor", Integer, nullable=False),
    Column("score", Float, nullable=False),
    # 0 info, 1 warning, 2 critical
    Column("level", SmallInteger, nullable=False),
    Column("code", Text, nullable=False),
    # JSON {name: value}
    Column("params", Text, nullable=False),
    # what a verdict of 'normal' silences
    Column("pattern", Text, nullable=False),
    PrimaryKeyConstraint("user_id", "currency", "scope", "method", "local_day", "expense_id"),
    CheckConstraint("level BETWEEN 0 AND 2", name="level_known"),
    sqlite_with_rowid=False,
)
"""What stands out, as the worker found it by each method."""

anomaly_states = Table(
    "anomaly_states",
    metadata,
    Column("user_id", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("history_days", Integer, nullable=False),
    Column("charges", Integer, nullable=False),
    Column("has_days", SmallInteger, nullable=False),
    Column("has_charges", SmallInteger, nullable=False),
    # over how many purchases the isolation forests were grown
    Column("forest_rows", Integer, nullable=False),
    PrimaryKeyConstraint("user_id", "currency"),
    sqlite_with_rowid=False,
)
"""How much history each user's judgement rests on, and whether it is enough."""

judged_cursor = Table(
    "judged_cursor",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    CheckConstraint("id = 1", name="one_judge"),
)
"""The last change that the anomalies know of."""
