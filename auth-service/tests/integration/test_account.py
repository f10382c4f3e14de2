from typing import Any

import jwt
import pytest
from factories import Person, Site, codes_of, problem_of

from servicekit.contracts import assert_matches_contract


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_settings_begin_with_defaults(person: Person) -> None:
    settings = person.get("/settings")

    assert_matches_contract(settings, "auth/settings")
    assert settings == {
        "theme": "system",
        "chart_prefs": {},
        "refresh_interval_sec": 60,
        "locale": "zh-CN",
        "time_zone": "Asia/Shanghai",
        "currency": "CNY",
        "updated_at": None,
    }


def test_settings_are_kept_and_what_is_left_out_stays(person: Person) -> None:
    first = {"theme": "dark", "chart_prefs": {"趋势": {"type": "bar"}}, "refresh_interval_sec": 0}
    person.call("PUT", "/settings", json=first)
    answer = person.call("PUT", "/settings", json={"currency": "JPY"})

    assert_matches_contract(answer.get_json(), "auth/settings")
    kept = person.get("/settings")
    assert {name: kept[name] for name in first} == first
    assert kept["currency"] == "JPY"


def test_what_was_given_can_be_sent_back(person: Person) -> None:
    person.call("PUT", "/settings", json={"theme": "dark"})

    answer = person.call("PUT", "/settings", json=person.get("/settings"))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "neon"),
        ("locale", "de"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "Asia"),
        ("time_zone", "../../etc/passwd"),
        ("currency", "yuan"),
        ("currency", "cny"),
        ("refresh_interval_sec", 4),
        ("refresh_interval_sec", -1),
        ("refresh_interval_sec", 86_401),
        ("refresh_interval_sec", "60"),
        ("chart_prefs", {"a": "x" * 17_000}),
        ("chart_prefs", [1]),
        ("theme", None),
    ],
)
def test_bad_settings_are_refused_and_pointed_at(person: Person, name: str, value: object) -> None:
    answer = person.call("PUT", "/settings", json={name: value})

    assert problem_of(answer) == (422, "validation-failed")
    assert {pointer for pointer, _ in codes_of(answer)} == {f"/json/{name}"}
    assert person.get("/settings")["updated_at"] is None


def test_the_own_account_can_be_changed(person: Person) -> None:
    answer = person.call(
        "PATCH", "/auth/me", json={"locale": "en", "time_zone": "Asia/Tokyo", "currency": "JPY"}
    )

    assert_matches_contract(answer.get_json(), "auth/me")
    assert person.get("/auth/me")["time_zone"] == "Asia/Tokyo"
    assert person.get("/settings")["locale"] == "en"


def test_role_and_identifier_cannot_be_changed_by_oneself(person: Person) -> None:
    for change in ({"role": "admin"}, {"email": "new@example.com"}, {"id": "5"}):
        assert person.call("PATCH", "/auth/me", json=change).status_code == 422


def test_tokens_carry_the_agreed_claims(person: Person) -> None:
    person.call("PATCH", "/auth/me", json={"locale": "en", "currency": "JPY"})
    token = person.refresh().get_json()["access_token"]

    claims = claims_of(token)

    assert jwt.get_unverified_header(token)["alg"] == "EdDSA"
    assert claims["exp"] - claims["iat"] == 600
    assert set(claims) == {
        "iss", "aud", "sub", "owner", "role", "sid", "jti", "iat", "nbf", "exp", "type",
        "locale", "tz", "cur",
    }  # fmt: skip
    assert (claims["sub"], claims["owner"], claims["role"]) == (person.id, person.id, "user")
    assert (claims["locale"], claims["tz"], claims["cur"]) == ("en", "Asia/Shanghai", "JPY")
    assert claims["type"] == "access"


def test_settings_belong_to_their_owner(site: Site, person: Person) -> None:
    stranger = site.newcomer("li@example.com")
    person.call("PUT", "/settings", json={"theme": "dark"})

    assert stranger.get("/settings")["theme"] == "system"
