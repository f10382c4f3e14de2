import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_service.domain.errors import InvalidAccount
from auth_service.domain.identifiers import parse_email, parse_identifier, parse_phone


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (" Zhang.Wei@Example.COM ", "zhang.wei@example.com"),
        ("a@home.local", "a@home.local"),
        ("张伟@例子.公司", "张伟@例子.公司"),
    ],
)
def test_addresses_have_one_form(text: str, email: str) -> None:
    assert parse_email(text).email == email


@pytest.mark.parametrize("text", ["", "a", "a@", "@b.c", "a b@c.d", "a@b@c.d", "a@exa mple.com"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAccount):
        parse_email(text)


@pytest.mark.parametrize(
    "text", ["13800138000", "+8613800138000", "8613800138000", "138 0013 8000", "138-0013-8000"]
)
def test_phone_numbers_have_one_form(text: str) -> None:
    assert parse_phone(text).phone == "+8613800138000"


@pytest.mark.parametrize(
    "text",
    ["", "12800138000", "1380013800", "138001380000", "+113800138000", "１３８００１３８０００"],
)
def test_what_is_no_mainland_mobile_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidAccount):
        parse_phone(text)


@given(st.text(max_size=40))
def test_signing_in_with_any_text_is_no_error(text: str) -> None:
    identifier = parse_identifier(text)

    assert identifier is None or identifier.text
