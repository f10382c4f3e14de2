"""Rows for tests."""

from datetime import UTC, date, datetime

from analytics_service.domain.calendar import day_number
from analytics_service.domain.feed import CategoryChange, ExpenseChange


def expense(**given: object) -> ExpenseChange:
    """An expense of user 1 on 2024-03-05 in Shanghai's time, unless told otherwise."""
    day = given.pop("day", date(2024, 3, 5))
    assert isinstance(day, date)
    hour = given.pop("hour", 12)
    assert isinstance(hour, int)
    noon = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + (hour - 8) * 3600
    row: dict[str, object] = {
        "id": 1,
        "user_id": 1,
        "deleted": False,
        "seq": 1,
        "time": int(noon) + 61,
        "local_day": day_number(day),
        "local_hour": hour,
        "amount_minor": 2850,
        "refunded_minor": 0,
        "currency": "CNY",
        "direction": "expense",
        "category_id": None,
        "merchant": "兰州拉面",
        "place": "上海市黄浦区",
        "lat": 31.2304,
        "lon": 121.4737,
        "city": "",
        "note": "牛肉面",
        "source": "alipay",
        "account": "招商银行(1234)",
        "import_id": 12,
        "created_at": 1711936986,
    }
    unknown = given.keys() - row.keys()
    assert not unknown, unknown
    return ExpenseChange(**{**row, **given})  # type: ignore[arg-type]


def category(**given: object) -> CategoryChange:
    """A category of user 1."""
    row: dict[str, object] = {
        "id": 1,
        "user_id": 1,
        "deleted": False,
        "name": "餐饮",
        "code": "food",
        "parent_id": None,
    }
    return CategoryChange(**{**row, **given})  # type: ignore[arg-type]
