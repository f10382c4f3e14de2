from typing import Any

import pytest
from conftest import Api
from factories import daily_rows
from fakes import FakeIngest

from servicekit.contracts import assert_matches_contract


@pytest.fixture
def household(ingest: FakeIngest, pull: Any) -> None:
    ingest.rows = daily_rows(days=300)
    pull()


def listed(api: Api, *, owner: str = "1", limit: int = 500) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.get("/forecast/forecasts", owner=owner, limit=limit, **cursor).get_json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.usefixtures("household")
def test_every_item_that_was_answered_is_listed_the_newest_forecast_first(api: Api) -> None:
    days = api.get("/forecast/predict", horizon=3).get_json()
    weeks = api.get("/forecast/predict", period="week", horizon=2).get_json()
    page = api.get("/forecast/forecasts", limit=4).get_json()
    assert_matches_contract(page, "forecast/forecasts")
    items = listed(api, limit=2)
    assert items == listed(api)
    shown = ("date", "to", "predicted_amount", "lower_80", "upper_95")
    assert [{name: item[name] for name in shown} for item in items] == [
        {name: item[name] for name in shown} for item in [*weeks["items"], *days["items"]]
    ]
    assert [item["period"] for item in items] == ["week", "week", "day", "day", "day"]
    assert items[0]["created_at"] == days["generated_at"]


@pytest.mark.usefixtures("household")
def test_another_user_sees_none_of_them(api: Api) -> None:
    api.get("/forecast/predict", horizon=3)
    assert listed(api, owner="2") == []


def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    assert api.get("/forecast/forecasts", cursor="eyJpZCI6MX0").status_code == 400
