"""E-mail addresses and Chinese mobile numbers, in the one form in which they are stored."""

import re
from dataclasses import dataclass

import email_validator

from auth_service.domain.errors import Fault, InvalidAccount

# Deliverability is not asked here, and private networks use names like home.local.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_PHONE_PUNCTUATION = re.compile(r"[\s()-]")


@dataclass(frozen=True, slots=True)
class Identifier:
    """Exactly one of an e-mail address and a phone number, normalised."""

    email: str | None = None
    phone: str | None = None

    @property
    def text(self) -> str:
        """The stored form, whichever it is."""
        return self.email or self.phone or ""


def parse_email(text: str, *, pointer: str = "/json/email") -> Identifier:
    """The address in lower case with its domain in Unicode.

    Raises:
        InvalidAccount: Not an e-mail address.
    """
    try:
        valid = email_validator.validate_email(
            text.strip(), check_deliverability=False, globally_deliverable=False
        )
    except email_validator.EmailNotValidError as error:
        fault = Fault("invalid-email", "This is not an e-mail address.", pointer)
        raise InvalidAccount(errors=[fault]) from error
    return Identifier(email=valid.normalized.casefold())


def parse_phone(text: str, *, pointer: str = "/json/phone") -> Identifier:
    """The mainland mobile number as +86 and eleven digits.

    Raises:
        InvalidAccount: Not a mainland mobile number.
    """
    match = _PHONE.fullmatch(_PHONE_PUNCTUATION.sub("", text))
    if match is None:
        fault = Fault("invalid-phone", "This is not a mainland mobile number.", pointer)
        raise InvalidAccount(errors=[fault])
    return Identifier(phone=f"+86{match.group(1)}")


def parse_identifier(text: str) -> Identifier | None:
    """The e-mail address or phone number that a person signs in with, None where neither."""
    try:
        return parse_email(text) if "@" in text else parse_phone(text)
    except InvalidAccount:
        return None
