import dataclasses
import sys
from typing import Any

import jwt
import pytest
from conftest import MovableClock
from factories import Person, Site, codes_of, problem_of
from sqlalchemy import Engine

from auth_service import cli
from auth_service.app import build_key_ring, create_app
from auth_service.config import Config
from auth_service.store.signing_keys import KeysUnreadable
from servicekit.contracts import assert_matches_contract
from servicekit.identity import parse_jwks

REPORT = {"client_id": "report", "client_secret": "report secret of the tests"}


def jwks_of(site: Site) -> Any:
    return site.app.test_client().get("/auth/.well-known/jwks.json").get_json()


def test_the_keys_verify_what_was_signed(site: Site, person: Person) -> None:
    document = jwks_of(site)

    assert_matches_contract(document, "auth/jwks")
    keys = parse_jwks(document)
    kid = jwt.get_unverified_header(person.access_token)["kid"]
    claims = jwt.decode(
        person.access_token, keys[kid], algorithms=["EdDSA"], audience="expense-platform"
    )
    assert claims["sub"] == person.id


def test_the_document_holds_no_private_half(site: Site) -> None:
    assert all("d" not in key for key in jwks_of(site)["keys"])


def test_private_keys_are_stored_encrypted(site: Site, engine: Engine) -> None:
    jwks_of(site)
    with engine.connect() as connection:
        sealed = connection.exec_driver_sql(
            "SELECT private_key_encrypted FROM signing_keys"
        ).scalar_one()
    assert len(sealed) == 12 + 32 + 16


def test_another_encryption_secret_stops_the_start(site: Site, config: Config) -> None:
    jwks_of(site)
    changed = dataclasses.replace(config, key_encryption_secret="another secret of the tests")

    with pytest.raises(KeysUnreadable, match="AUTH_KEY_ENCRYPTION_SECRET"):
        create_app(changed)


def test_a_rotated_key_is_published_first_and_signs_later(
    site: Site, person: Person, config: Config, engine: Engine, clock: MovableClock
) -> None:
    old_kid = jwt.get_unverified_header(person.access_token)["kid"]
    new_kid = build_key_ring(config, engine, clock=clock).rotate(at_once=False)
    clock.advance(seconds=31)

    assert {key["kid"] for key in jwks_of(site)["keys"]} == {old_kid, new_kid}
    person.login()
    assert jwt.get_unverified_header(person.access_token)["kid"] == old_kid

    clock.advance(minutes=6)
    person.login()
    assert jwt.get_unverified_header(person.access_token)["kid"] == new_kid
    assert {key["kid"] for key in jwks_of(site)["keys"]} == {old_kid, new_kid}

    clock.advance(minutes=21)
    assert {key["kid"] for key in jwks_of(site)["keys"]} == {new_kid}
    assert person.refresh().status_code == 200


def test_a_leaked_key_is_dropped_at_once_and_sessions_go_on(
    site: Site, person: Person, config: Config, engine: Engine, clock: MovableClock
) -> None:
    new_kid = build_key_ring(config, engine, clock=clock).rotate(at_once=True)
    clock.advance(seconds=31)

    assert problem_of(person.call("GET", "/auth/me")) == (401, "unauthenticated")
    person.access_token = person.refresh().get_json()["access_token"]
    assert jwt.get_unverified_header(person.access_token)["kid"] == new_kid
    assert {key["kid"] for key in jwks_of(site)["keys"]} == {new_kid}


def test_many_rotations_leave_one_signing_key_and_no_gap(
    site: Site, person: Person, config: Config, engine: Engine, clock: MovableClock
) -> None:
    ring = build_key_ring(config, engine, clock=clock)
    for _ in range(10):
        ring.rotate(at_once=False)
        clock.advance(minutes=4)
        published = parse_jwks(jwks_of(site))
        person.login()
        assert jwt.get_unverified_header(person.access_token)["kid"] in published


def test_a_service_gets_a_short_token_for_one_owner(site: Site, person: Person) -> None:
    answer = site.token(**REPORT, scope="analytics:read forecast:read", owner=person.id)

    assert_matches_contract(answer.get_json(), "auth/token")
    claims = jwt.decode(answer.get_json()["access_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == answer.get_json()["expires_in"] == 300
    assert (claims["sub"], claims["role"]) == ("service:report", "service")
    assert (claims["owner"], claims["scope"]) == (person.id, "analytics:read forecast:read")
    assert (claims["locale"], claims["tz"], claims["cur"]) == ("zh-CN", "Asia/Shanghai", "CNY")


def test_a_service_without_owner_opens_nobodys_data(site: Site) -> None:
    answer = site.token(
        client_id="analytics", client_secret="analytics secret of the tests", scope="changes:read"
    )

    claims = jwt.decode(answer.get_json()["access_token"], options={"verify_signature": False})
    assert "owner" not in claims
    assert claims["scope"] == "changes:read"


@pytest.mark.parametrize(
    ("form", "status", "slug"),
    [
        ({**REPORT, "client_secret": "wrong"}, 401, "invalid-credentials"),
        ({"client_id": "nobody", "client_secret": "x"}, 401, "invalid-credentials"),
        ({"client_id": "forecast", "client_secret": "x"}, 401, "invalid-credentials"),
        ({**REPORT, "scope": "changes:read"}, 403, "forbidden"),
        ({**REPORT, "scope": "analytics:read admin"}, 403, "forbidden"),
        (
            {
                "client_id": "ingest",
                "client_secret": "ingest secret of the tests",
                "scope": "changes:read",
            },
            403,
            "forbidden",
        ),
        ({**REPORT, "grant_type": "password"}, 400, "invalid-request"),
        ({"client_id": "report"}, 422, "validation-failed"),
    ],
)
def test_a_service_gets_no_more_than_its_due(
    site: Site, form: dict[str, str], status: int, slug: str
) -> None:
    assert problem_of(site.token(**form)) == (status, slug)


@pytest.mark.parametrize("owner", ["999", "0", "x"])
def test_an_unknown_owner_is_pointed_at(site: Site, owner: str) -> None:
    answer = site.token(**REPORT, scope="analytics:read", owner=owner)

    assert problem_of(answer) == (422, "validation-failed")
    assert {pointer for pointer, _ in codes_of(answer)} == {"/form/owner"}


def test_a_disabled_owner_is_unknown(site: Site, person: Person, admin: Person) -> None:
    admin.call("PATCH", f"/auth/users/{person.id}", json={"status": "disabled"})

    assert site.token(**REPORT, scope="analytics:read", owner=person.id).status_code == 422


def test_a_services_token_does_not_open_an_account(site: Site, person: Person) -> None:
    token = site.token(**REPORT, scope="analytics:read", owner=person.id).get_json()
    person.access_token = token["access_token"]

    assert problem_of(person.call("GET", "/auth/me")) == (403, "forbidden")


def test_guessing_a_clients_secret_is_slowed_down(site: Site) -> None:
    statuses = [
        site.token(client_id="report", client_secret=f"guess {n}").status_code for n in range(21)
    ]

    assert statuses == [401] * 20 + [429]


@pytest.fixture
def environment(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("AUTH_PEPPER", config.pepper)
    monkeypatch.setenv("AUTH_KEY_ENCRYPTION_SECRET", config.key_encryption_secret)
    monkeypatch.setenv("BCRYPT_ROUNDS", "4")


@pytest.mark.usefixtures("environment")
def test_the_verbs_work_and_can_be_repeated(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", "root@example.com")
    monkeypatch.setenv("ADMIN_PASSWORD", "very-long-admin-phrase")

    for verb in (["migrate"], ["migrate"], ["seed-admin"], ["seed-admin"], ["rotate-keys"]):
        assert cli.main(verb) == 0, verb

    site = Site(app=create_app(config), engine=None)  # type: ignore[arg-type]
    root = site.visitor("root@example.com", "very-long-admin-phrase")
    assert root.login().status_code == 200
    assert root.get("/auth/me")["role"] == "admin"


@pytest.mark.usefixtures("environment")
def test_a_refused_verb_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["seed-admin"]) == 2
    monkeypatch.setenv("ADMIN_EMAIL", "root@example.com")
    monkeypatch.setenv("ADMIN_PASSWORD", "short")
    assert cli.main(["seed-admin"]) == 1
    monkeypatch.delenv("AUTH_PEPPER")
    assert cli.main(["migrate"]) == 2

    said = capsys.readouterr().err
    assert "ADMIN_EMAIL" in said
    assert "At least 8 characters" in said
    assert "AUTH_PEPPER" in said


def test_the_web_process_imports_nothing_heavy() -> None:
    import subprocess

    code = "import sys, auth_service.app; print([n for n in ('pandas', 'numpy', 'alembic', "
    code += "'pyarrow', 'tensorflow') if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout.strip() == "[]"
