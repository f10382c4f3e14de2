from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from conftest import Api, build_api
from factories import FeedCategory, FeedRow, daily_rows, monthly_rows
from fakes import FakeIngest
from sqlalchemy import Engine, select

from forecast_service.config import Config
from forecast_service.store.tables import backtests, forecasts
from servicekit.contracts import assert_matches_contract
from servicekit.sqlite import read_transaction

Pull = Callable[[], None]
MONTHS = [date(2023, month, 1) for month in range(9, 13)] + [
    date(2024, month, 1) for month in range(1, 6)
]


@pytest.fixture
def household(ingest: FakeIngest, pull: Pull) -> FakeIngest:
    ingest.rows = daily_rows(days=300)
    ingest.rows += monthly_rows(
        payee="自如租房", day_of_month=5, amount_minor=320_000, months=MONTHS, first_seq=1001
    )
    ingest.categories = [
        FeedCategory(seq=2001, id=10),
        FeedCategory(seq=2002, id=11, name="午餐", parent_id=10),
        FeedCategory(seq=2003, id=31, name="房租"),
    ]
    pull()
    return ingest


def assert_bands_in_order(item: dict[str, float]) -> None:
    assert 0 <= item["lower_95"] <= item["lower_80"] <= item["predicted_amount"]
    assert item["predicted_amount"] <= item["upper_80"] <= item["upper_95"]


@pytest.mark.usefixtures("household")
def test_the_answer_has_the_agreed_shape(api: Api) -> None:
    answer = api.get("/forecast/predict").get_json()

    assert_matches_contract({**answer, "other_currencies": {"JPY": 1}}, "forecast/predict")
    assert answer["origin"] == "2024-06-01"
    assert answer["method"] == "auto"
    assert answer["model_version"] == "1"
    assert answer["as_of_seq"] == 2003
    assert len(answer["items"]) == 28


@pytest.mark.usefixtures("household")
@pytest.mark.parametrize(
    ("period", "horizon", "dates"),
    [
        ("week", 2, [("2024-06-01", "2024-06-08"), ("2024-06-08", "2024-06-15")]),
        ("month", 2, [("2024-06-01", "2024-07-01"), ("2024-07-01", "2024-08-01")]),
        ("year", 1, [("2024-06-01", "2025-06-01")]),
    ],
)
def test_longer_periods_have_ordered_bands_and_sum_to_the_total(
    api: Api, period: str, horizon: int, dates: list[tuple[str, str]]
) -> None:
    answer = api.get("/forecast/predict", period=period, horizon=horizon).get_json()

    assert [(item["date"], item["to"]) for item in answer["items"]] == dates
    for item in [*answer["items"], answer["total"]]:
        assert_bands_in_order(item)
    summed = sum(item["predicted_amount"] for item in answer["items"])
    assert answer["total"]["predicted_amount"] == pytest.approx(summed, abs=0.02 * horizon)


@pytest.mark.usefixtures("household")
def test_the_rent_is_split_off_and_expected_on_its_day(api: Api) -> None:
    answer = api.get("/forecast/predict", method="climatology").get_json()

    rent = answer["recurring"][0]
    assert (rent["payee"], rent["next_date"], rent["amount"]) == ("自如租房", "2024-06-05", 3200.0)
    by_date = {item["date"]: item["predicted_amount"] for item in answer["items"]}
    assert by_date["2024-06-05"] > 3200.0
    assert max(amount for day, amount in by_date.items() if day != "2024-06-05") < 300.0


@pytest.mark.usefixtures("household")
def test_one_request_asks_the_model_for_the_forecast_and_the_report_card(api: Api) -> None:
    answer = api.get("/forecast/predict", period="month", horizon=3).get_json()

    assert len(api.serving.requests) == 1
    inputs = api.serving.requests[0]["inputs"]
    assert isinstance(inputs, dict)
    assert len(inputs["history"]) == 4 + 6  # 92 days are four blocks; six back-tests
    assert answer["report_card"]["summary"]["origins"] == 3


@pytest.mark.usefixtures("household")
def test_a_second_question_is_answered_from_the_kept_answer(api: Api) -> None:
    first = api.get("/forecast/predict").get_json()
    api.clock.now = datetime(2024, 6, 1, 3, 0, tzinfo=UTC)
    second = api.get("/forecast/predict").get_json()

    assert second == first
    assert len(api.serving.requests) == 1


def test_new_data_and_a_new_model_each_make_a_new_answer(
    api: Api, household: FakeIngest, pull: Pull
) -> None:
    first = api.get("/forecast/predict").get_json()
    household.rows.append(FeedRow(seq=3001, id=3001, amount_minor=500_000))
    pull()
    second = api.get("/forecast/predict").get_json()
    api.serving.version = "2"
    third = api.get("/forecast/predict").get_json()

    assert second["as_of_seq"] == 3001
    assert second["total"] != first["total"]
    assert third["model_version"] == "2"


@pytest.mark.usefixtures("household")
def test_items_and_back_tests_are_kept_in_their_tables(api: Api, engine: Engine) -> None:
    answer = api.get("/forecast/predict", horizon=3).get_json()

    with read_transaction(engine) as connection:
        rows = connection.execute(select(forecasts).order_by(forecasts.c.date)).all()
        tests = connection.execute(select(backtests)).all()
    assert [row.predicted_amount for row in rows] == [
        round(item["predicted_amount"] * 100) for item in answer["items"]
    ]
    assert {row.user_id for row in rows} == {1}
    assert len(tests) == 6


@pytest.mark.usefixtures("household")
def test_a_category_is_forecast_with_everything_below_it(api: Api) -> None:
    whole = api.get("/forecast/predict", method="climatology").get_json()
    food = api.get("/forecast/predict", method="climatology", scope="10").get_json()
    by_name = api.get("/forecast/predict", method="climatology", category_id="10").get_json()

    assert food["recurring"] == []
    assert food == by_name
    assert food["total"]["predicted_amount"] == pytest.approx(
        whole["total"]["predicted_amount"] - 3200.0, rel=0.01
    )


@pytest.mark.usefixtures("household")
def test_another_users_category_is_not_found(api: Api) -> None:
    assert api.get("/forecast/predict", scope="999").status_code == 404


def test_without_any_purchase_the_answer_says_what_to_do(api: Api) -> None:
    response = api.get("/forecast/predict")

    assert response.status_code == 422
    assert response.get_json()["type"] == "/problems/not-enough-history"
    assert "Import a statement" in response.get_json()["detail"]


def test_a_short_history_gets_the_wide_prior(api: Api, ingest: FakeIngest, pull: Pull) -> None:
    ingest.rows = daily_rows(days=10)
    pull()

    answer = api.get("/forecast/predict").get_json()
    refused = api.get("/forecast/predict", method="tensorflow")

    assert (answer["method"], answer["reason"]) == ("prior", "short-history")
    assert answer["degraded"] is False
    assert answer["total"]["upper_80"] > 2 * answer["total"]["predicted_amount"]
    assert answer["report_card"] == {"summary": None, "items": []}
    assert refused.get_json()["type"] == "/problems/not-enough-history"


@pytest.mark.usefixtures("household")
def test_without_model_server_auto_falls_back_and_tensorflow_is_unavailable(
    config: Config,
) -> None:
    api = build_api(config, "http://127.0.0.1:9")

    answer = api.get("/forecast/predict").get_json()
    refused = api.get("/forecast/predict", method="tensorflow")

    assert (answer["method"], answer["degraded"]) == ("climatology", True)
    assert answer["reason"] == "model-unavailable"
    assert refused.status_code == 503
    assert refused.get_json()["type"] == "/problems/model-unavailable"
    assert refused.headers["Retry-After"] == "5"


@pytest.mark.usefixtures("household")
def test_the_model_answers_again_once_it_is_back(config: Config, api: Api) -> None:
    build_api(config, "http://127.0.0.1:9").get("/forecast/predict")

    assert api.get("/forecast/predict").get_json()["degraded"] is False


@pytest.mark.usefixtures("household")
@pytest.mark.parametrize("body", [b"{", b'{"outputs": {}}', b'{"outputs": {"daily_mean": "x"}}'])
def test_an_unreadable_model_answer_falls_back(api: Api, body: bytes) -> None:
    api.serving.broken_body = body

    assert api.get("/forecast/predict").get_json()["reason"] == "model-unavailable"


@pytest.mark.usefixtures("household")
@pytest.mark.parametrize("method", ["ets", "theta", "random-forest"])
def test_heavy_methods_say_that_they_are_not_offered(api: Api, method: str) -> None:
    response = api.get("/forecast/predict", method=method)

    assert response.status_code == 422
    assert response.get_json()["type"] == "/problems/method-not-offered"


@pytest.mark.usefixtures("household")
@pytest.mark.parametrize("method", ["linear", "climatology", "tensorflow"])
def test_a_named_method_answers_as_itself(api: Api, method: str) -> None:
    answer = api.get("/forecast/predict", method=method).get_json()

    assert answer["method"] == method
    for item in [*answer["items"], answer["total"]]:
        assert_bands_in_order(item)


@pytest.mark.usefixtures("household")
@pytest.mark.parametrize(
    "query",
    [
        {"period": "hour"},
        {"horizon": 0},
        {"period": "week", "horizon": 53},
        {"method": "oracle"},
        {"origin": "tomorrow"},
        {"origin": "2026-01-01"},
        {"scope": "all"},
        {"surprise": "1"},
        {"scope": "category_id"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(api: Api, query: dict[str, object]) -> None:
    response = api.get("/forecast/predict", **query)

    assert response.status_code == 422
    assert response.get_json()["type"] == "/problems/validation-failed"


@pytest.mark.usefixtures("household")
def test_accuracy_lists_six_origins(api: Api) -> None:
    answer = api.get("/forecast/accuracy").get_json()

    assert_matches_contract(answer, "forecast/accuracy")
    assert [item["origin"] for item in answer["items"]][:2] == ["2024-05-04", "2024-04-06"]
    assert answer["summary"]["origins"] == 6


def test_a_forecast_that_loses_to_the_average_gives_the_average_and_says_so(
    api: Api, ingest: FakeIngest, pull: Pull
) -> None:
    ingest.rows = daily_rows(days=300)
    pull()
    api.serving.factor = 3.0

    answer = api.get("/forecast/predict", horizon=28).get_json()

    assert (answer["method"], answer["reason"]) == ("average", "average-was-better")
    assert answer["report_card"]["summary"]["better_than_average"] is False
    average = sum(row.amount_minor for row in ingest.rows[-112:]) / 112 / 100
    assert answer["total"]["predicted_amount"] == pytest.approx(28 * average, rel=1e-3)


@pytest.mark.usefixtures("household")
def test_origin_defaults_to_the_day_after_old_data(api: Api) -> None:
    api.clock.now = datetime(2024, 9, 1, tzinfo=UTC)

    assert api.get("/forecast/predict").get_json()["origin"] == "2024-06-01"


@pytest.mark.usefixtures("household")
def test_today_is_that_of_the_users_time_zone(api: Api) -> None:
    api.clock.now = datetime(2024, 6, 2, 17, 0, tzinfo=UTC)

    assert api.get("/forecast/predict").get_json()["origin"] == "2024-06-03"


@pytest.mark.usefixtures("household")
def test_currencies_are_never_mixed(api: Api) -> None:
    response = api.get("/forecast/predict", currency="JPY")

    assert response.status_code == 422
    assert "only in CNY" in response.get_json()["detail"]
