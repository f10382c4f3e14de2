"""The signing keys: encrypted in the database, cached for a moment in each process.

A new key is published in the JWKS at once and signs only after every verifier's cache has had
time to learn of it; an old key stays in the JWKS until the last token that it signed is over.
"""

import secrets
import threading
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt.algorithms import OKPAlgorithm
from sqlalchemy import Connection, Engine, RowMapping, delete, insert, or_, select, update

from auth_service.domain.ports import Clock
from auth_service.domain.tokens import ACCESS_LIFETIME, ALGORITHM, SigningKey
from auth_service.store.instants import to_epoch
from auth_service.store.tables import signing_keys
from servicekit.sqlite import read_transaction, write_transaction

# Verifiers keep the JWKS for five minutes.
PUBLISH_LEAD = timedelta(minutes=6)
RETIRE_AFTER = PUBLISH_LEAD + 2 * ACCESS_LIFETIME
_CACHE_FOR = timedelta(seconds=30)
_NONCE_BYTES = 12
_KID_BYTES = 8


class KeysUnreadable(Exception):  # noqa: N818 - reads as the state it reports
    """The stored keys were encrypted with another AUTH_KEY_ENCRYPTION_SECRET."""


class KeyRing:
    """The signing keys of one database.

    Args:
        engine: The database.
        encryption_secret: What the private halves are encrypted with.
        clock: The present instant.
    """

    def __init__(self, engine: Engine, *, encryption_secret: str, clock: Clock) -> None:
        self._engine = engine
        self._cipher = AESGCM(_derive_key(encryption_secret))
        self._clock = clock
        self._lock = threading.Lock()
        self._rows: tuple[RowMapping, ...] = ()
        self._signing: SigningKey | None = None
        self._loaded_at: datetime | None = None

    def signing_key(self) -> SigningKey:
        """The key to sign with; made where there is none yet.

        Raises:
            KeysUnreadable: The encryption secret has changed.
        """
        with self._lock:
            self._load()
            if self._signing is None:
                now = self._clock()
                with write_transaction(self._engine) as connection:
                    # Another process may have made one meanwhile; the write lock decides.
                    if self._choose(_live_rows(connection, now=now)) is None:
                        self._insert(connection, now=now, activates_at=now)
                self._load(force=True)
            if self._signing is None:
                raise KeysUnreadable("no signing key")
            return self._signing

    def key_for(self, kid: str) -> Ed25519PublicKey | None:
        """The published key of this id; this service verifies its own tokens without HTTP."""
        with self._lock:
            self._load()
            if all(row["kid"] != kid for row in self._rows):
                self._load(force=True)
            for row in self._rows:
                if row["kid"] == kid:
                    return Ed25519PublicKey.from_public_bytes(row["public_key"])
        return None

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The JWKS document: every key that a valid token can name."""
        self.signing_key()
        with self._lock:
            rows = self._rows
        return {"keys": [_jwk(row) for row in rows]}

    def rotate(self, *, at_once: bool) -> str:
        """The kid of a new key.

        Args:
            at_once: For a leaked key: the old keys stop being believed now, which ends every
                access token (not the sessions). Otherwise nobody notices.
        """
        now = self._clock()
        lead = timedelta(0) if at_once else PUBLISH_LEAD
        expires_at = now if at_once else now + RETIRE_AFTER
        with self._lock, write_transaction(self._engine) as connection:
            aged = signing_keys.c.expires_at <= to_epoch(now)
            connection.execute(delete(signing_keys).where(aged))
            retire = update(signing_keys).values(expires_at=to_epoch(expires_at))
            if not at_once:
                retire = retire.where(signing_keys.c.expires_at.is_(None))
            connection.execute(retire)
            kid = self._insert(connection, now=now, activates_at=now + lead)
            self._loaded_at = None
        return kid

    def _load(self, *, force: bool = False) -> None:
        now = self._clock()
        is_fresh = self._loaded_at is not None and now - self._loaded_at < _CACHE_FOR
        if is_fresh and not force:
            return
        with read_transaction(self._engine) as connection:
            self._rows = _live_rows(connection, now=now)
        chosen = self._choose(self._rows)
        if chosen is None:
            self._signing = None
        elif self._signing is None or self._signing.kid != chosen["kid"]:
            self._signing = SigningKey(kid=chosen["kid"], private_key=self._decrypt(chosen))
        self._loaded_at = now

    def _choose(self, rows: tuple[RowMapping, ...]) -> RowMapping | None:
        now = to_epoch(self._clock())
        active = [row for row in rows if row["activates_at"] <= now]
        return max(active, key=lambda row: row["activates_at"], default=None)

    def _insert(self, connection: Connection, *, now: datetime, activates_at: datetime) -> str:
        private_key = Ed25519PrivateKey.generate()
        kid = secrets.token_hex(_KID_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        raw = private_key.private_bytes_raw()
        public = private_key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        values = {
            "kid": kid,
            "public_key": public,
            "private_key_encrypted": nonce + self._cipher.encrypt(nonce, raw, kid.encode()),
            "created_at": to_epoch(now),
            "activates_at": to_epoch(activates_at),
        }
        connection.execute(insert(signing_keys).values(values))
        return kid

    def _decrypt(self, row: RowMapping) -> Ed25519PrivateKey:
        sealed = row["private_key_encrypted"]
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            raw = self._cipher.decrypt(nonce, ciphertext, row["kid"].encode())
        except InvalidTag as error:
            raise KeysUnreadable(
                "AUTH_KEY_ENCRYPTION_SECRET is not the one that the keys were stored with; "
                "restore it, or run: python -m auth_service.cli rotate-keys --now"
            ) from error
        return Ed25519PrivateKey.from_private_bytes(raw)


def _derive_key(secret: str) -> bytes:
    derivation = HKDF(
        algorithm=hashes.SHA256(), length=32, salt=None, info=b"auth-service signing keys"
    )
    return derivation.derive(secret.encode())


def _live_rows(connection: Connection, *, now: datetime) -> tuple[RowMapping, ...]:
    is_live = or_(signing_keys.c.expires_at.is_(None), signing_keys.c.expires_at > to_epoch(now))
    query = select(signing_keys).where(is_live).order_by(signing_keys.c.activates_at)
    return tuple(connection.execute(query).mappings())


def _jwk(row: RowMapping) -> dict[str, str]:
    public_key = Ed25519PublicKey.from_public_bytes(row["public_key"])
    key: dict[str, str] = OKPAlgorithm.to_jwk(public_key, as_dict=True)
    names = ("kty", "crv", "x")
    return {name: key[name] for name in names} | {
        "kid": row["kid"],
        "use": "sig",
        "alg": ALGORITHM,
    }
