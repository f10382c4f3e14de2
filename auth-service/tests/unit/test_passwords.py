import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth_service.domain.errors import WeakPassword
from auth_service.domain.identifiers import Identifier
from auth_service.domain.passwords import PasswordHasher, check_password

EMAIL = Identifier(email="zhangwei@example.com")
PHONE = Identifier(phone="+8613800138000")
HASHER = PasswordHasher(pepper="pepper", rounds=4)


def faults(password: str, identifier: Identifier = EMAIL) -> set[str]:
    try:
        check_password(password, identifier=identifier, pointer="/json/password")
    except WeakPassword as error:
        return {fault.code for fault in error.errors}
    return set()


@pytest.mark.parametrize("password", ["demo-2024-spending", "我的密码是很长的一句话", "x7#kPq2!"])
def test_good_passwords_pass(password: str) -> None:
    assert faults(password) == set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("x7#kPq2", "too-short"),
        ("x7#kPq2!" * 33, "too-long"),
        ("Password123", "too-common"),
        ("woaini1314", "too-common"),
        ("aaaaaaaaaaaa", "too-common"),
        ("abababababab", "too-common"),
        ("zhangwei123", "contains-identifier"),
        ("ZhangWei2024", "contains-identifier"),
    ],
)
def test_weak_passwords_are_named_by_their_weakness(password: str, code: str) -> None:
    assert code in faults(password)


def test_a_phone_number_is_no_password() -> None:
    assert "contains-identifier" in faults("13800138000a", PHONE)


def test_a_long_phrase_may_hold_the_name() -> None:
    assert faults("zhangwei buys breakfast at seven") == set()


def test_a_hash_matches_its_password_only() -> None:
    hashed = HASHER.hash("correct horse")

    assert hashed.startswith("$2b$04$")
    assert HASHER.verify("correct horse", hashed)
    assert not HASHER.verify("Correct horse", hashed)
    assert not HASHER.verify("decoy", None)


def test_bytes_beyond_the_72nd_count() -> None:
    hashed = HASHER.hash("a" * 80 + "x")

    assert not HASHER.verify("a" * 80 + "y", hashed)


def test_another_pepper_matches_nothing() -> None:
    hashed = HASHER.hash("correct horse")

    assert not PasswordHasher(pepper="other", rounds=4).verify("correct horse", hashed)


@settings(max_examples=20)
@given(st.text())
def test_any_text_can_be_hashed(password: str) -> None:
    assert HASHER.verify(password, HASHER.hash(password))
