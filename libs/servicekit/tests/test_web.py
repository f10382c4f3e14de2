import errno
import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ManualClock
from flask import Flask, Response, make_response
from flask.testing import FlaskClient
from flask.views import MethodView
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from servicekit.idempotency import IdempotencyStore, idempotent, keep_answer
from servicekit.identity import admin_only, current_identity, public, service_only, signed_in
from servicekit.logs import configure_logs
from servicekit.outbound import NeighbourUnavailable
from servicekit.problems import FieldError, Problem, ProblemSpec
from servicekit.schemas import Money, PageArgs, StrictSchema
from servicekit.sqlite import read_transaction, write_transaction
from servicekit.testing import (
    AUDIENCE,
    ISSUER,
    TokenMint,
    public_routes,
    undocumented_routes,
    unguarded_routes,
    unmapped_errors,
)
from servicekit.web import Blueprint, create_base_app


class ShopError(Exception):
    pass


class ShelfEmptyError(ShopError):
    errors = (FieldError("empty", "Nothing there.", row=3),)


class ShelfGoneError(ShopError):
    pass


MAPPING = {
    ShelfEmptyError: ProblemSpec(409, "shelf-empty", "The shelf is empty", {"Retry-After": "9"})
}

ERRORS: dict[str, BaseException] = {
    "domain": ShelfEmptyError("No bread."),
    "problem": Problem(418, "teapot", "A teapot"),
    "bug": RuntimeError("SELECT secret FROM /etc/passwd"),
    "full": OperationalError("INSERT", {}, Exception("database or disk is full")),
    "locked": OperationalError("INSERT", {}, Exception("database is locked")),
    "driver-full": sqlite3.OperationalError("database or disk is full"),
    "driver-locked": sqlite3.OperationalError("database is locked"),
    "broken-sql": OperationalError("SELEC", {}, Exception("near SELEC: syntax error")),
    "enospc": OSError(errno.ENOSPC, "No space left on device", "/secret/file"),
    "quota": OSError(errno.EDQUOT, "Disk quota exceeded", "/secret/file"),
    "limit": OSError(errno.EFBIG, "File too large", "/secret/file"),
    "oserror": OSError(errno.EACCES, "Permission denied", "/secret/file"),
    "neighbour": NeighbourUnavailable("ingest"),
}


class Bill(StrictSchema):
    amount = Money(places=2, required=True)


class State:
    def __init__(self) -> None:
        self.made = 0
        self.is_ready = True

    def check(self) -> None:
        if not self.is_ready:
            raise RuntimeError("/secret/path")


def shop_blueprint(state: State, store: IdempotencyStore, engine: Engine) -> Blueprint:
    blueprint = Blueprint("shop", "shop")

    @blueprint.route("/bills")
    class Bills(MethodView):
        @signed_in(scope="bills:read")
        @blueprint.arguments(PageArgs, location="query")
        @blueprint.response(200, Bill(many=True))
        def get(self, _args: dict[str, Any]) -> list[dict[str, int]]:
            return [{"amount": 1250}]

        @signed_in()
        @idempotent(lambda: store)
        @blueprint.arguments(Bill)
        @blueprint.response(201, Bill)
        def post(self, body: dict[str, int]) -> dict[str, int]:
            state.made += 1
            if body["amount"] == 13:
                raise ShelfEmptyError
            return body

    @blueprint.route("/errors/<string:name>")
    @public
    @blueprint.response(200)
    def fail(name: str) -> None:
        raise ERRORS[name]

    @blueprint.route("/uploads", methods=["POST"])
    @signed_in()
    @idempotent(lambda: store)
    @blueprint.response(201)
    def upload() -> dict[str, int]:
        state.made += 1
        return {"n": state.made}

    @blueprint.route("/kept", methods=["POST"])
    @signed_in()
    @idempotent(lambda: store, whole=False)
    @blueprint.response(201)
    def kept() -> Response:
        state.made += 1
        response = make_response({"n": state.made}, 201)
        with write_transaction(engine) as connection:
            keep_answer(connection, response)
        return response

    @blueprint.route("/bills/<int:bill_id>")
    @public
    @blueprint.response(200)
    def one(bill_id: int) -> dict[str, int]:
        return {"id": bill_id}

    @blueprint.route("/admin")
    @admin_only
    @blueprint.response(200)
    def administer() -> dict[str, str]:
        return {"role": current_identity().role}

    @blueprint.route("/internal")
    @service_only("changes:read")
    @blueprint.response(200)
    def internal() -> dict[str, str]:
        return {"subject": current_identity().subject, "owner": current_identity().owner_id}

    return blueprint


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def app(mint: TokenMint, state: State, store: IdempotencyStore, engine: Engine) -> Flask:
    configure_logs(service="shop")
    app, api = create_base_app(
        "shop",
        service="shop",
        mapping=MAPPING,
        jwks=mint.jwks,
        issuer=ISSUER,
        audience=AUDIENCE,
        readiness={"shelf": state.check},
        title="Shop <script>",
        max_body_bytes=1000,
    )
    api.register_blueprint(shop_blueprint(state, store, engine))
    return app


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.mark.parametrize(
    ("name", "status", "slug", "retry_after"),
    [
        ("domain", 409, "shelf-empty", "9"),
        ("problem", 418, "teapot", None),
        ("bug", 500, "internal-error", None),
        ("full", 507, "storage-full", None),
        ("locked", 503, "service-unavailable", "1"),
        ("driver-full", 507, "storage-full", None),
        ("driver-locked", 503, "service-unavailable", "1"),
        ("quota", 507, "storage-full", None),
        ("limit", 507, "storage-full", None),
        ("broken-sql", 500, "internal-error", None),
        ("enospc", 507, "storage-full", None),
        ("oserror", 500, "internal-error", None),
        ("neighbour", 503, "neighbour-unavailable", "5"),
    ],
)
def test_every_kind_of_error_is_a_problem_without_inner_workings(
    client: FlaskClient, name: str, status: int, slug: str, retry_after: str | None
) -> None:
    answer = client.get(f"/errors/{name}", headers={"X-Request-ID": "request-12345"})

    body = answer.get_json()
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == status
    assert body["instance"] == f"/errors/{name}"
    assert body["request_id"] == "request-12345"
    assert isinstance(body["errors"], list)
    assert answer.headers.get("Retry-After") == retry_after
    text = answer.get_data(as_text=True)
    assert not [word for word in ("SELEC", "secret", "INSERT", "Traceback") if word in text]


def test_a_domain_error_brings_its_text_and_its_parts(client: FlaskClient) -> None:
    body = client.get("/errors/domain").get_json()

    assert body["detail"] == "No bread."
    assert body["errors"] == [{"code": "empty", "detail": "Nothing there.", "row": 3}]


@pytest.mark.parametrize(
    ("method", "path", "kwargs", "status", "slug"),
    [
        ("GET", "/nowhere", {}, 404, "not-found"),
        ("DELETE", "/bills", {}, 405, "method-not-allowed"),
        ("POST", "/bills", {"data": "{", "content_type": "application/json"}, 400,
         "invalid-request"),
        ("POST", "/bills", {"json": {}}, 422, "validation-failed"),
        ("POST", "/bills", {"json": {"amount": "1" * 2000}}, 413, "payload-too-large"),
        ("GET", "/bills?limit=0", {}, 422, "validation-failed"),
        ("GET", "/bills?lmit=5", {}, 422, "validation-failed"),
    ],
)  # fmt: skip
def test_http_and_validation_errors_are_problems(  # noqa: PLR0917
    client: FlaskClient,
    mint: TokenMint,
    method: str,
    path: str,
    kwargs: dict[str, Any],
    status: int,
    slug: str,
) -> None:
    answer = client.open(path, method=method, headers=mint.headers(), **kwargs)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["type"] == f"/problems/{slug}"


def test_validation_errors_point_at_their_field(client: FlaskClient, mint: TokenMint) -> None:
    answer = client.post("/bills", json={"amuont": 1}, headers=mint.headers())

    found = {(error["pointer"], error["code"]) for error in answer.get_json()["errors"]}
    assert found == {("/json/amount", "required"), ("/json/amuont", "unknown-field")}


def test_ids_beyond_the_databases_integers_are_addresses_of_nothing(client: FlaskClient) -> None:
    assert client.get(f"/bills/{2**63 - 1}").status_code == 200
    assert client.get(f"/bills/{2**63}").status_code == 404
    path = client.get("/openapi.json").get_json()["paths"]["/bills/{bill_id}"]
    assert path["parameters"][0]["schema"]["type"] == "integer"


def test_the_methods_that_exist_are_named(client: FlaskClient) -> None:
    assert "GET" in client.delete("/bills").headers["Allow"]


@pytest.mark.parametrize(
    ("headers", "slug"),
    [
        ({}, "unauthenticated"),
        ({"Authorization": "Bearer"}, "unauthenticated"),
        ({"Authorization": "Bearer a.b.c"}, "unauthenticated"),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, "unauthenticated"),
    ],
)
def test_a_missing_or_malformed_token_is_refused(
    client: FlaskClient, headers: dict[str, str], slug: str
) -> None:
    answer = client.get("/bills", headers=headers)

    assert answer.status_code == 401
    assert answer.get_json()["type"] == f"/problems/{slug}"


@pytest.mark.parametrize(
    ("claims", "slug"),
    [
        ({"exp": 1000}, "token-expired"),
        ({"nbf": 99999999999}, "unauthenticated"),
        ({"iss": "someone"}, "unauthenticated"),
        ({"aud": "elsewhere"}, "unauthenticated"),
        ({"aud": None}, "unauthenticated"),
        ({"type": "refresh"}, "unauthenticated"),
        ({"sub": None}, "unauthenticated"),
    ],
)
def test_a_token_with_wrong_claims_is_refused(
    client: FlaskClient, mint: TokenMint, claims: dict[str, Any], slug: str
) -> None:
    answer = client.get("/bills", headers=mint.headers(**claims))

    assert answer.status_code == 401
    assert answer.get_json()["type"] == f"/problems/{slug}"


def test_a_token_of_another_signer_is_refused(client: FlaskClient, mint: TokenMint) -> None:
    stranger = TokenMint()
    answer = client.get("/bills", headers=stranger.headers())
    stranger.kid = mint.kid
    forged = client.get("/bills", headers=stranger.headers())

    assert answer.status_code == forged.status_code == 401


def test_scopes_bind_machines_and_not_people(client: FlaskClient, mint: TokenMint) -> None:
    def status(**claims: Any) -> int:
        return client.get("/bills", headers=mint.headers(**claims)).status_code

    assert status() == 200
    assert status(role="service", scopes=["bills:read"]) == 200
    assert status(role="service", scopes=["other"]) == 403
    assert status(role="service") == 403
    assert status(role="user", scopes=["other"]) == 403
    assert status(role="service", scopes=["bills:read"], owner=None) == 403


def test_a_route_without_scope_is_closed_to_machines(client: FlaskClient, mint: TokenMint) -> None:
    answer = client.post(
        "/bills", json={"amount": "1.00"}, headers=mint.headers(scopes=["bills:read"])
    )

    assert answer.status_code == 403


def test_admin_and_service_routes_know_their_callers(client: FlaskClient, mint: TokenMint) -> None:
    def status(path: str, **claims: Any) -> int:
        return client.get(path, headers=mint.headers(**claims)).status_code

    assert status("/admin", role="admin") == 200
    assert status("/admin") == 403
    assert status("/admin", role="admin", scopes=["x"]) == 403
    assert status("/internal", role="service", scopes=["changes:read"], owner=None) == 200
    assert status("/internal", role="admin") == 403
    assert status("/internal", role="admin", scopes=["changes:read"]) == 403


@pytest.mark.parametrize("given", ["short", "a" * 65, "line\tbreak-123", "名字名字名字名字"])
def test_a_bad_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given.encode().decode("latin-1")})

    assert len(answer.headers["X-Request-ID"]) == 32


def test_a_good_request_id_is_echoed(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "abc-DEF-123"})

    assert answer.headers["X-Request-ID"] == "abc-DEF-123"


def test_readiness_names_what_is_not_ready(client: FlaskClient, state: State) -> None:
    assert client.get("/readyz").get_json() == {"status": "ready", "checks": {"shelf": "ok"}}
    state.is_ready = False

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.get_json()["errors"] == [{"code": "not-ready", "detail": "shelf"}]
    assert client.get("/healthz").status_code == 200


def test_requests_are_counted_by_route_and_status(client: FlaskClient) -> None:
    client.get("/errors/problem")
    client.get("/no/such/7")

    text = client.get("/metrics").get_data(as_text=True)

    assert (
        'http_requests_total{method="GET",route="/errors/<string:name>",service="shop",status="418"}'
        in text
    )
    assert 'route="unmatched"' in text
    assert "/no/such/7" not in text
    assert "http_request_duration_seconds_bucket" in text


def test_the_documentation_needs_no_script_and_no_inline_style(client: FlaskClient) -> None:
    page = client.get("/docs").get_data(as_text=True)

    assert "<script" not in page
    assert "style=" not in page
    assert "<style" not in page
    assert "https://" not in page
    assert "/bills" in page
    assert "Shop &lt;script&gt;" in page
    assert client.get("/docs.css").mimetype == "text/css"


def test_the_document_marks_open_and_guarded_routes(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]

    assert paths["/bills"]["get"]["security"] == [{"bearer": []}]
    assert paths["/errors/{name}"]["get"]["security"] == []
    assert paths["/bills"]["post"]["requestBody"]["required"] is True


def test_the_reflective_checks_find_what_is_missing(app: Flask, client: FlaskClient) -> None:
    assert unguarded_routes(app) == set()
    assert undocumented_routes(app) == set()
    assert public_routes(app) == {"GET /errors/<string:name>", "GET /bills/<int:bill_id>"}
    assert unmapped_errors(ShopError, MAPPING) == {ShelfGoneError}

    app.url_map.add(app.url_rule_class("/forgotten", endpoint="forgotten", methods=["GET"]))
    app.view_functions["forgotten"] = lambda: ""
    assert unguarded_routes(app) == {"GET /forgotten"}
    assert undocumented_routes(app) == {"GET /forgotten"}


def post_bill(
    client: FlaskClient, mint: TokenMint, *, key: str, amount: str, owner: str = "1"
) -> Any:
    headers = {**mint.headers(owner), "Idempotency-Key": key}
    return client.post("/bills", json={"amount": amount}, headers=headers)


def test_the_same_post_is_done_once(client: FlaskClient, mint: TokenMint, state: State) -> None:
    first = post_bill(client, mint, key="k", amount="1.00")
    second = post_bill(client, mint, key="k", amount="1.00")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert state.made == 1


def test_the_same_key_with_another_body_is_a_mismatch(
    client: FlaskClient, mint: TokenMint, state: State
) -> None:
    post_bill(client, mint, key="k", amount="1.00")
    answer = post_bill(client, mint, key="k", amount="2.00")

    assert answer.status_code == 422
    assert answer.get_json()["type"] == "/problems/idempotency-mismatch"
    assert state.made == 1


def test_owners_have_keys_of_their_own(client: FlaskClient, mint: TokenMint, state: State) -> None:
    post_bill(client, mint, key="k", amount="1.00")
    answer = post_bill(client, mint, key="k", amount="2.00", owner="2")

    assert answer.status_code == 201
    assert state.made == 2


def test_a_failed_request_frees_its_key(client: FlaskClient, mint: TokenMint, state: State) -> None:
    assert post_bill(client, mint, key="k", amount="0.13").status_code == 409
    assert post_bill(client, mint, key="k", amount="1.00").status_code == 201


def test_a_key_is_forgotten_after_a_day(
    client: FlaskClient, mint: TokenMint, state: State, clock: ManualClock
) -> None:
    post_bill(client, mint, key="k", amount="1.00")
    clock.advance(25 * 3600)

    assert post_bill(client, mint, key="k", amount="2.00").status_code == 201


def test_a_request_under_way_is_a_conflict_until_it_is_given_up(
    client: FlaskClient, mint: TokenMint, state: State, engine: Engine, clock: ManualClock
) -> None:
    post_bill(client, mint, key="k", amount="1.00")
    with write_transaction(engine) as connection:
        connection.exec_driver_sql("UPDATE idempotency_keys SET status = NULL, body = NULL")

    answer = post_bill(client, mint, key="k", amount="1.00")
    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "1")

    clock.advance(61)
    assert post_bill(client, mint, key="k", amount="1.00").status_code == 201


def claim_by(engine: Engine, *, pid: int, began: str) -> None:
    space = str(Path("/proc/self/ns/pid").readlink())
    run = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    with write_transaction(engine) as connection:
        connection.exec_driver_sql(
            "UPDATE idempotency_keys SET status = NULL, body = NULL, headers = ?",
            (json.dumps([run, space, pid, began, "other-request"]),),
        )


def test_the_key_of_a_killed_process_is_taken_over_at_once(
    client: FlaskClient, mint: TokenMint, state: State, engine: Engine
) -> None:
    post_bill(client, mint, key="k", amount="1.00")
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    claim_by(engine, pid=ended.pid, began="123")

    assert post_bill(client, mint, key="k", amount="2.00").status_code == 422
    assert post_bill(client, mint, key="k", amount="1.00").status_code == 201
    assert state.made == 2


def test_the_key_of_a_living_process_is_not_taken_over(
    client: FlaskClient, mint: TokenMint, engine: Engine
) -> None:
    post_bill(client, mint, key="k", amount="1.00")
    parent = os.getppid()
    began = Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[19]
    claim_by(engine, pid=parent, began=began)

    assert post_bill(client, mint, key="k", amount="1.00").status_code == 409


def test_a_key_that_could_not_be_freed_is_free_all_the_same(
    client: FlaskClient,
    mint: TokenMint,
    store: IdempotencyStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = OperationalError("DELETE", {}, Exception("database or disk is full"))

    def refuse(_key: object) -> None:
        raise full

    with monkeypatch.context() as patched:
        patched.setattr(store, "forget", refuse)
        assert post_bill(client, mint, key="k", amount="0.13").status_code == 507
    assert post_bill(client, mint, key="k", amount="0.13").status_code == 409
    answer = post_bill(client, mint, key="k", amount="0.13")
    assert answer.get_json()["type"] == "/problems/shelf-empty"


def test_an_answer_kept_with_the_work_is_given_again_though_the_process_was_killed(
    client: FlaskClient, mint: TokenMint, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: object) -> None:
        raise KeyboardInterrupt

    headers = {**mint.headers(), "Idempotency-Key": "k"}
    with monkeypatch.context() as patched:
        patched.setattr(IdempotencyStore, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            client.post("/kept", headers=headers)
    answer = client.post("/kept", headers=headers)

    assert (answer.status_code, answer.get_json()) == (201, {"n": 1})
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert state.made == 1


@pytest.mark.parametrize("key", ["", "a" * 256, "with space"])
def test_a_malformed_key_is_refused(client: FlaskClient, mint: TokenMint, key: str) -> None:
    assert post_bill(client, mint, key=key, amount="1.00").status_code == 400


def test_an_upload_sent_again_is_recognised_despite_its_new_boundary(
    client: FlaskClient, mint: TokenMint, state: State
) -> None:
    def send(content: bytes, boundary: str) -> Any:
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"'
            f"\r\n\r\n".encode()
            + content
            + f"\r\n--{boundary}--\r\n".encode()
        )
        headers = {**mint.headers(), "Idempotency-Key": "u"}
        kind = f"multipart/form-data; boundary={boundary}"
        return client.post("/uploads", data=body, content_type=kind, headers=headers)

    assert send(b"a,b", "first").get_json() == send(b"a,b", "second").get_json() == {"n": 1}
    assert send(b"a,c", "third").status_code == 422


def test_logs_are_json_lines_without_secrets(
    client: FlaskClient, mint: TokenMint, capsys: pytest.CaptureFixture[str]
) -> None:
    token = mint.token()
    client.get("/bills?cursor=payee", headers={"Authorization": f"Bearer {token}"})
    logging.getLogger("library").warning("plain %s", "record")

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    finished = next(line for line in lines if line["event"] == "request_finished")
    assert finished["route"] == "/bills"
    assert finished["service"] == "shop"
    assert len(finished["request_id"]) == 32
    assert lines[-1]["event"] == "plain record"
    assert token not in str(lines)
    assert "payee" not in str(lines)


def test_fields_that_name_secrets_are_blanked(capsys: pytest.CaptureFixture[str]) -> None:
    from servicekit.logs import get_logger

    configure_logs(service="shop")
    get_logger().info("something", access_token="abc", amount_minor=1250, Authorization="x", n=1)

    line = json.loads(capsys.readouterr().err)
    assert line["access_token"] == line["amount_minor"] == line["Authorization"] == "[redacted]"
    assert line["n"] == 1


def test_reads_need_no_write_lock(engine: Engine) -> None:
    with write_transaction(engine), read_transaction(engine) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
