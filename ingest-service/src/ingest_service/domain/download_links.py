"""Links that download one export without signing in: signed, and good for a while.

What the link opens stands in it (whose rows, which of them, in what form), and an HMAC over all of
it, so that nobody without the key can make one or change one.
"""

from __future__ import annotations

import binascii
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from ingest_service.domain.errors import DownloadLinkExpiredError, DownloadLinkInvalidError
from ingest_service.domain.messages import both_sentences

_DIGEST = "sha256"
# Signed along with the content, so that no other use of the key makes a link.
_PURPOSE = b"export-link:1:"


@dataclass(frozen=True, slots=True)
class DownloadLink:
    """What a link opens, and for whom it was made; expires_at in epoch seconds.

    query: the parameters of GET /data/export as they were asked for.
    """

    owner_id: int
    query: Mapping[str, str]
    lang: str
    time_zone: str
    currency: str
    expires_at: int


def sign_link(link: DownloadLink, key: str) -> str:
    """The token that stands in the link's address."""
    told = {
        "owner": link.owner_id,
        "query": dict(link.query),
        "lang": link.lang,
        "zone": link.time_zone,
        "currency": link.currency,
        "until": link.expires_at,
    }
    content = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_text(content)}.{_text(_signature(content, key))}"


def open_link(token: str, key: str, *, now: int) -> DownloadLink:
    """What the token was made for.

    Raises:
        DownloadLinkInvalidError: it was not made here, or was changed since.
        DownloadLinkExpiredError: its time is over.
    """
    head, _, tail = token.partition(".")
    content, given = _bytes(head), _bytes(tail)
    # Compared as text too: base64 has several spellings of the same bytes.
    same = hmac.compare_digest(_signature(content, key), given)
    if not same or token != f"{_text(content)}.{_text(given)}":
        raise DownloadLinkInvalidError(both_sentences("link-invalid"))
    told = json.loads(content)
    if now >= told["until"]:
        raise DownloadLinkExpiredError(both_sentences("link-expired"))
    return DownloadLink(
        owner_id=told["owner"],
        query=told["query"],
        lang=told["lang"],
        time_zone=told["zone"],
        currency=told["currency"],
        expires_at=told["until"],
    )


def _signature(content: bytes, key: str) -> bytes:
    return hmac.digest(key.encode(), _PURPOSE + content, _DIGEST)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
