import pytest
from conftest import Ticks
from fakes import FakeNeighbour

from servicekit.identity import JwksCache, parse_jwks
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable
from servicekit.service_tokens import ServiceTokens
from servicekit.testing import TokenMint

JWKS = "/auth/.well-known/jwks.json"


def test_a_known_key_is_fetched_once(mint: TokenMint, ticks: Ticks) -> None:
    with FakeNeighbour(lambda _n: (200, mint.jwks_document)) as auth:
        cache = JwksCache(auth.url + JWKS, clock=ticks)

        assert cache.key_for(mint.kid) is not None
        assert cache.key_for(mint.kid) is not None
        assert auth.requests == [("GET", JWKS)]


def test_the_address_may_be_given_without_its_path(mint: TokenMint, ticks: Ticks) -> None:
    with FakeNeighbour(lambda _n: (200, mint.jwks_document)) as auth:
        assert JwksCache(auth.url, clock=ticks).key_for(mint.kid) is not None


def test_an_unknown_kid_fetches_again_but_not_at_every_try(mint: TokenMint, ticks: Ticks) -> None:
    with FakeNeighbour(lambda _n: (200, mint.jwks_document)) as auth:
        cache = JwksCache(auth.url, clock=ticks, min_refetch_s=10)
        for number in range(20):
            assert cache.key_for(f"forged-{number}") is None
        assert len(auth.requests) == 1

        ticks.now += 10
        for number in range(20):
            assert cache.key_for(f"forged-{number}") is None
        assert len(auth.requests) == 2


def test_a_rotated_key_is_found(mint: TokenMint, ticks: Ticks) -> None:
    newer = TokenMint()
    documents = [mint.jwks_document]
    with FakeNeighbour(lambda _n: (200, documents[-1])) as auth:
        cache = JwksCache(auth.url, clock=ticks, min_refetch_s=10)
        cache.key_for(mint.kid)
        documents.append({"keys": mint.jwks_document["keys"] + newer.jwks_document["keys"]})
        ticks.now += 10

        assert cache.key_for(newer.kid) is not None
        assert cache.key_for(mint.kid) is not None


def test_old_keys_serve_on_while_auth_is_down(mint: TokenMint, ticks: Ticks) -> None:
    answers: list[tuple[int, object]] = [(200, mint.jwks_document)]
    with FakeNeighbour(lambda _n: answers[-1]) as auth:
        cache = JwksCache(auth.url, clock=ticks, ttl_s=300)
        cache.key_for(mint.kid)
        answers.append((503, {}))
        ticks.now += 3600

        assert cache.key_for(mint.kid) is not None


def test_aged_keys_are_fetched_again(mint: TokenMint, ticks: Ticks) -> None:
    with FakeNeighbour(lambda _n: (200, mint.jwks_document)) as auth:
        cache = JwksCache(auth.url, clock=ticks, ttl_s=300)
        cache.key_for(mint.kid)
        ticks.now += 300
        cache.key_for(mint.kid)

        assert len(auth.requests) == 2


def test_without_any_key_the_caller_learns_that_auth_is_down(ticks: Ticks) -> None:
    cache = JwksCache("http://127.0.0.1:9", clock=ticks)

    with pytest.raises(NeighbourUnavailable):
        cache.key_for("any")


def test_other_kinds_of_key_are_passed_over(mint: TokenMint) -> None:
    good = mint.jwks_document["keys"][0]
    document = {
        "keys": [
            good,
            {"kty": "RSA", "kid": "rsa", "n": "AQAB", "e": "AQAB"},
            {"kty": "OKP", "crv": "Ed25519", "kid": "broken", "x": "!"},
            {**good, "kid": 5},
            "text",
        ]
    }

    assert set(parse_jwks(document)) == {mint.kid}
    assert parse_jwks([]) == {}


def token_answer(neighbour: FakeNeighbour) -> tuple[int, object]:
    return 200, {"access_token": f"token-{len(neighbour.requests)}", "expires_in": 300}


def test_service_tokens_are_kept_until_shortly_before_their_end(ticks: Ticks) -> None:
    with FakeNeighbour(token_answer) as auth:
        tokens = ServiceTokens(
            auth_url=auth.url, client_id="report", client_secret="s3cret", clock=ticks
        )

        assert tokens.bearer(["b", "a"], owner_id="7") == "token-1"
        assert tokens.bearer(["a", "b"], owner_id="7") == "token-1"
        ticks.now += 269
        assert tokens.bearer(["a", "b"], owner_id="7") == "token-1"
        ticks.now += 1
        assert tokens.bearer(["a", "b"], owner_id="7") == "token-2"
        assert b"scope=a+b" in auth.bodies[0]
        assert b"owner=7" in auth.bodies[0]


def test_owners_never_share_a_service_token(ticks: Ticks) -> None:
    with FakeNeighbour(token_answer) as auth:
        tokens = ServiceTokens(auth_url=auth.url, client_id="r", client_secret="s", clock=ticks)

        answers = {tokens.bearer(["a"], owner_id=owner) for owner in ("7", "8", None)}

        assert len(answers) == 3
        assert b"owner" not in auth.bodies[2]


def test_a_refused_service_token_is_an_error(ticks: Ticks) -> None:
    with FakeNeighbour(lambda _n: (401, {"type": "/problems/invalid-credentials"})) as auth:
        tokens = ServiceTokens(auth_url=auth.url, client_id="r", client_secret="s", clock=ticks)

        with pytest.raises(NeighbourRefused):
            tokens.bearer(["a"])
