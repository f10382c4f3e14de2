from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import Ask, Clock
from factories import expense
from fakes import Ledger
from flask.testing import FlaskClient

from analytics_service.api.errors import MAPPING
from analytics_service.app import create_app
from analytics_service.config import Config
from analytics_service.domain.errors import AnalyticsError
from servicekit.testing import (
    TokenMint,
    public_routes,
    undocumented_routes,
    undocumented_variables,
    unguarded_routes,
    unmapped_errors,
)

README = Path(__file__).resolve().parents[2] / "README.md"


def test_an_unchanged_answer_is_304_to_who_knows_it(
    client: FlaskClient, mint: TokenMint, ledger: Ledger, pull: Callable[[], None]
) -> None:
    ledger.put(expense(id=1))
    pull()
    first = client.get("/analytics/overview", headers=mint.headers())

    again = {"If-None-Match": first.headers["ETag"]}
    second = client.get("/analytics/overview", headers={**mint.headers(), **again})

    assert (second.status_code, second.data) == (304, b"")
    assert not first.headers["ETag"].startswith("W/")
    assert first.headers["Cache-Control"] == second.headers["Cache-Control"] == "private, no-cache"
    ledger.put(expense(id=2))
    pull()
    third = client.get("/analytics/overview", headers={**mint.headers(), **again})
    assert third.status_code == 200


def test_the_etag_of_another_user_or_query_opens_nothing(
    client: FlaskClient, mint: TokenMint, ledger: Ledger, pull: Callable[[], None]
) -> None:
    ledger.put(expense(id=1), expense(id=2, user_id=2, amount_minor=77_700))
    pull()
    tag = client.get("/analytics/overview", headers=mint.headers("1")).headers["ETag"]

    other = client.get("/analytics/overview", headers={**mint.headers("2"), "If-None-Match": tag})
    narrower = client.get(
        "/analytics/overview?gross=true", headers={**mint.headers("1"), "If-None-Match": tag}
    )

    assert other.get_json()["total"] == 777.0
    assert narrower.status_code == 200


def test_users_see_their_own_rows_alone(ledger: Ledger, pull: Callable[[], None], ask: Ask) -> None:
    ledger.put(expense(id=1), expense(id=2, user_id=2, merchant="别人的店", note="秘密"))
    pull()

    assert ask("rank")["items"][0]["name"] == "兰州拉面"
    assert ask("overview", merchant="别人的店")["count"] == 0
    assert ask("overview", q="秘密")["count"] == 0


def test_a_service_token_opens_the_owner_that_it_names(
    client: FlaskClient, mint: TokenMint, ledger: Ledger, pull: Callable[[], None]
) -> None:
    ledger.put(expense(id=1))
    pull()

    def count(scopes: tuple[str, ...], owner: str = "1") -> int:
        headers = mint.headers(owner, "service", scopes)
        answer = client.get("/analytics/overview", headers=headers)
        return answer.get_json()["count"] if answer.status_code == 200 else answer.status_code

    assert count(("analytics:read",)) == 1
    assert count(("expenses:read",)) == 403
    assert count(("analytics:read",), owner="") == 403
    assert client.get("/analytics/overview").status_code == 401


def test_min_seq_waits_and_then_answers_with_what_there_is(
    config: Config,
    clock: Clock,
    mint: TokenMint,
    ledger: Ledger,
    pull: Callable[[], None],
) -> None:
    ledger.put(expense(id=1))
    looks = []

    def sleep(_seconds: float) -> None:
        looks.append(1)
        if len(looks) == 3:
            pull()

    app = create_app(config, clock=clock, jwks=mint.jwks, monotonic=lambda: 0.0, sleep=sleep)

    body = app.test_client().get("/analytics/overview?min_seq=1", headers=mint.headers()).get_json()

    assert (body["count"], body["as_of_seq"], len(looks)) == (1, 1, 3)


def test_transfers_never_count_and_refunds_are_netted_unless_gross(
    ledger: Ledger, pull: Callable[[], None], ask: Ask
) -> None:
    ledger.put(
        expense(id=1, amount_minor=10_000, refunded_minor=2_500),
        expense(id=2, direction="transfer", amount_minor=99_900),
        expense(id=3, direction="refund", amount_minor=2_500),
        expense(id=4, direction="neutral", amount_minor=1_000),
    )
    pull()

    assert ask("overview")["total"] == 75.0
    assert ask("overview", gross="true")["total"] == 100.0
    assert ask("overview", direction="refund")["total"] == 25.0


def test_amounts_are_read_in_the_places_of_the_currency(
    ledger: Ledger, pull: Callable[[], None], ask: Ask
) -> None:
    ledger.put(expense(id=1, currency="JPY", amount_minor=1200))
    pull()

    body = ask("overview", currency="JPY", min_amount="1200")

    assert (body["total"], body["currency"]) == (1200.0, "JPY")


@pytest.mark.parametrize(
    "query",
    [
        "overview?from=2024-03-05&to=2024-03-04",
        "trend?from=2024-13-01",
        "trend?from=1000-01-01",
        "trend?from=1900-01-01&to=2199-01-01",
        "trend?granularity=hour",
        "overview?direction=transfer",
        "overview?min_amount=1.234",
        "overview?min_amount=-1",
        "overview?min_amount=1e3",
        "overview?currency=yuan",
        "overview?category_id=0",
        "overview?category_id=x",
        "overview?category_id=99999999999999999999",
        "overview?min_seq=-1",
        "overview?unheard=of",
        "overview?q=",
        "category-share?level=3",
        "rank?limit=0",
        "rank?by=colour",
        "amount-hist?bins=0",
        "amount-hist?bins=many",
        "anomalies?method=magic",
        "anomalies?scope=transaction&method=fused",
        "anomalies?shown=all",
        "anomalies?scope=year",
    ],
)
def test_bad_queries_are_422_with_a_problem(
    client: FlaskClient, mint: TokenMint, ledger: Ledger, pull: Callable[[], None], query: str
) -> None:
    ledger.put(expense(id=1))
    pull()

    answer = client.get(f"/analytics/{query}", headers=mint.headers())

    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["type"] == "/problems/validation-failed"


def test_every_route_is_guarded_and_documented(client: FlaskClient) -> None:
    assert unguarded_routes(client.application) == set()
    assert public_routes(client.application) == set()
    assert undocumented_routes(client.application) == set()


def test_every_domain_error_has_its_problem() -> None:
    assert unmapped_errors(AnalyticsError, MAPPING) == set()


def test_every_variable_is_in_the_readme() -> None:
    assert undocumented_variables(Config, README) == set()


def test_the_service_is_ready_once_migrated(client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 200


def test_a_trend_chooses_its_own_periods(
    ledger: Ledger, pull: Callable[[], None], ask: Ask
) -> None:
    ledger.put(expense(id=1, day=date(2014, 1, 1)), expense(id=2, day=date(2023, 12, 31)))
    pull()

    body = ask("trend", granularity="auto")

    assert (body["granularity"], len(body["items"])) == ("month", 120)
    assert ask("trend", granularity="auto", from_="2023-12-01")["granularity"] == "day"
    assert ask("trend", granularity="auto", owner="2")["items"] == []
