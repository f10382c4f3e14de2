"""Which passwords are taken, and how they are kept.

bcrypt reads at most 72 bytes, so a password is first made into 44 characters by HMAC-SHA-256
with a pepper that is not in the database.
"""

import base64
import hashlib
import hmac

import bcrypt

from auth_service.domain.errors import Fault, WeakPassword
from auth_service.domain.identifiers import Identifier

MIN_CHARS = 8
MAX_CHARS = 256
_MIN_DISTINCT_CHARS = 4
_MIN_IDENTIFIER_CHARS = 4

# The heads of published lists of leaked passwords, those of at least MIN_CHARS characters.
_COMMON_TEXT = """
12345678 123456789 1234567890 11111111 00000000 88888888 66666666 12341234 87654321 11223344
password password1 password123 passw0rd p@ssw0rd qwertyui qwerty123 1qaz2wsx 1q2w3e4r 1q2w3e4r5t
qwertyuiop asdfghjkl zxcvbnm123 iloveyou sunshine princess football baseball superman trustno1
welcome1 admin123 admin888 administrator letmein1 abc12345 abcd1234 a1234567 a12345678
a123456789 aa123456 qq123456 woaini1314 woaini520 5201314520 woaini123 123456aa 123456abc
123456qq 147258369 123123123 789456123 asd123456 zxc123456 qazwsxedc changeme changeit computer
internet whatever dragon123 monkey123 master123 shadow123
"""
_COMMON = frozenset(_COMMON_TEXT.split())


def check_password(password: str, *, identifier: Identifier, pointer: str) -> None:
    """Raise WeakPassword, naming each rule broken, where the password is easy to guess."""
    faults = [
        Fault(code, detail, pointer)
        for is_broken, code, detail in (
            (len(password) < MIN_CHARS, "too-short", f"At least {MIN_CHARS} characters."),
            (len(password) > MAX_CHARS, "too-long", f"At most {MAX_CHARS} characters."),
            (_is_common(password), "too-common", "Many people use this password."),
            (_holds(password, identifier), "contains-identifier", "It holds your name here."),
        )
        if is_broken
    ]
    if faults:
        raise WeakPassword(errors=faults)


def _is_common(password: str) -> bool:
    return password.casefold() in _COMMON or len(set(password)) < _MIN_DISTINCT_CHARS


def _holds(password: str, identifier: Identifier) -> bool:
    phone_digits = (identifier.phone or "").removeprefix("+86")
    mailbox = (identifier.email or "").partition("@")[0]
    folded = password.casefold()
    # A long pass phrase may hold a short name; what is left of it must still be a password.
    return any(
        len(name) >= _MIN_IDENTIFIER_CHARS
        and name in folded
        and len(folded) - len(name) < MIN_CHARS
        for name in (phone_digits, mailbox)
    )


class PasswordHasher:
    """Makes and checks password hashes.

    Args:
        pepper: The secret that a stolen database lacks.
        rounds: bcrypt's cost, the binary logarithm of its iterations.
    """

    def __init__(self, *, pepper: str, rounds: int) -> None:
        self._pepper = pepper.encode()
        self._rounds = rounds
        # What an unknown identifier is checked against, so that it costs the same time.
        self._decoy = self.hash("decoy")

    def hash(self, password: str) -> str:
        """The text to store."""
        return bcrypt.hashpw(self._digest(password), bcrypt.gensalt(self._rounds)).decode()

    def verify(self, password: str, hashed: str | None) -> bool:
        """Whether the password belongs to the hash; as slow for None, which nothing matches."""
        matches = bcrypt.checkpw(self._digest(password), (hashed or self._decoy).encode())
        return matches and hashed is not None

    def _digest(self, password: str) -> bytes:
        mac = hmac.new(self._pepper, password.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.b64encode(mac.digest())
