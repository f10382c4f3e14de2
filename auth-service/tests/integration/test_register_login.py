import pytest
from factories import PASSWORD, Person, Site, codes_of, problem_of

from servicekit.contracts import assert_matches_contract


def register(site: Site, **body: object) -> object:
    return site.app.test_client().post("/auth/register", json=body)


def test_a_new_account_has_the_agreed_shape(site: Site) -> None:
    answer = site.app.test_client().post(
        "/auth/register", json={"email": "Li@Example.com", "password": PASSWORD, "locale": "en"}
    )

    assert answer.status_code == 201
    assert_matches_contract(answer.get_json(), "auth/register")
    user = answer.get_json()["user"]
    assert (user["email"], user["role"], user["locale"]) == ("li@example.com", "user", "en")


def test_a_phone_number_is_an_account_too(site: Site) -> None:
    person = site.newcomer("138 0013 8000")

    assert person.get("/auth/me")["phone"] == "+8613800138000"
    assert site.visitor("+86 13800138000").login().status_code == 200


@pytest.mark.parametrize("again", ["zhang.wei@example.com", "Zhang.Wei@EXAMPLE.com"])
def test_an_identifier_is_taken_once(site: Site, person: Person, again: str) -> None:
    answer = site.app.test_client().post(
        "/auth/register", json={"email": again, "password": PASSWORD}
    )

    assert problem_of(answer) == (409, "identifier-taken")


@pytest.mark.parametrize(
    ("body", "slug", "errors"),
    [
        ({"email": "x@example.com"}, "validation-failed", {("/json/password", "required")}),
        ({"password": PASSWORD}, "validation-failed", {("/json", "one-identifier")}),
        (
            {"email": "x@example.com", "phone": "13800138000", "password": PASSWORD},
            "validation-failed",
            {("/json", "one-identifier")},
        ),
        (
            {"email": "nonsense", "password": PASSWORD},
            "validation-failed",
            {("/json/email", "invalid-email")},
        ),
        (
            {"phone": "123", "password": PASSWORD},
            "validation-failed",
            {("/json/phone", "invalid-phone")},
        ),
        (
            {"email": "x@example.com", "password": "12345678"},
            "weak-password",
            {("/json/password", "too-common")},
        ),
        (
            {"email": "x@example.com", "password": PASSWORD, "locale": "fr"},
            "validation-failed",
            {("/json/locale", "invalid")},
        ),
        (
            {"email": "x@example.com", "password": PASSWORD, "role": "admin"},
            "validation-failed",
            {("/json/role", "unknown-field")},
        ),
    ],
)
def test_a_bad_account_is_refused_with_its_reasons(
    site: Site, body: dict[str, str], slug: str, errors: set[tuple[str, str]]
) -> None:
    answer = site.app.test_client().post("/auth/register", json=body)

    assert problem_of(answer) == (422, slug)
    assert codes_of(answer) == errors


def test_signing_in_gives_a_token_and_a_guarded_cookie(site: Site, person: Person) -> None:
    answer = person.login()

    assert_matches_contract(answer.get_json(), "auth/login")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/auth" in cookie
    assert "Secure" not in cookie
    assert answer.headers["Cache-Control"] == "no-store"
    assert_matches_contract(person.get("/auth/me"), "auth/me")


@pytest.mark.parametrize(
    "body",
    [
        {"identifier": "zhang.wei@example.com", "password": "wrong"},
        {"identifier": "nobody@example.com", "password": PASSWORD},
        {"identifier": "13800138000", "password": PASSWORD},
        {"identifier": "' OR 1=1 --", "password": PASSWORD},
    ],
)
def test_wrong_name_and_wrong_password_look_alike(
    site: Site, person: Person, body: dict[str, str]
) -> None:
    answer = site.app.test_client().post("/auth/login", json=body)

    assert problem_of(answer) == (401, "invalid-credentials")
    assert "Set-Cookie" not in answer.headers


def test_every_attempt_is_on_record(site: Site, person: Person) -> None:
    person.client.post(
        "/auth/login",
        json={"identifier": person.identifier, "password": "wrong"},
        headers={"User-Agent": "Firefox" * 100, "X-Forwarded-For": "198.51.100.1, 203.0.113.9"},
    )

    logs = person.get("/auth/login-logs")

    assert_matches_contract(logs, "auth/login_logs")
    assert [item["outcome"] for item in logs["items"]] == ["wrong-password", "success"]
    assert logs["items"][0]["ip"] == "203.0.113.9"
    assert len(logs["items"][0]["ua"]) == 300


def test_the_record_is_paged_and_filtered(person: Person) -> None:
    for _ in range(4):
        person.login()

    first = person.get("/auth/login-logs?limit=3")
    second = person.get(f"/auth/login-logs?limit=3&cursor={first['next_cursor']}")

    ids = [int(item["id"]) for item in first["items"] + second["items"]]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), second["next_cursor"]) == (5, None)
    assert person.get("/auth/login-logs?from=2000-01-01&to=2000-02-01")["items"] == []
    assert len(person.get("/auth/login-logs?from=2000-01-01")["items"]) == 5


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ("cursor=nonsense", 400, "invalid-cursor"),
        ("cursor=eyJpZCI6InQifQ", 400, "invalid-cursor"),
        ("limit=501", 422, "validation-failed"),
        ("from=yesterday", 422, "validation-failed"),
        ("form=2024-01-01", 422, "validation-failed"),
        ("user_id=99", 403, "forbidden"),
    ],
)
def test_a_bad_question_about_the_record_is_refused(
    person: Person, query: str, status: int, slug: str
) -> None:
    assert problem_of(person.call("GET", f"/auth/login-logs?{query}")) == (status, slug)


def test_a_disabled_account_is_told_so_only_with_its_password(
    site: Site, person: Person, admin: Person
) -> None:
    admin.call("PATCH", f"/auth/users/{person.id}", json={"status": "disabled"})

    assert problem_of(person.login()) == (403, "account-disabled")
    assert problem_of(person.login(password="wrong")) == (401, "invalid-credentials")


def test_guessing_is_slowed_down_per_identifier_and_address(site: Site, person: Person) -> None:
    thief = site.visitor(person.identifier, "guess")
    statuses = [thief.login().status_code for _ in range(22)]

    assert statuses == [401] * 20 + [429] * 2
    refused = thief.login()
    assert problem_of(refused) == (429, "too-many-requests")
    # The window of a minute, and the second that the limiter adds to be past its end.
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert site.visitor("other@example.com").login().status_code == 401
    elsewhere = person.client.post(
        "/auth/login",
        json={"identifier": person.identifier, "password": PASSWORD},
        headers={"X-Forwarded-For": "198.51.100.7"},
    )
    assert elsewhere.status_code == 200


def test_signing_in_rightly_is_never_limited(person: Person) -> None:
    assert {person.login().status_code for _ in range(25)} == {200}
