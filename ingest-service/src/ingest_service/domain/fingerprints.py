"""Identity of a statement row, stable across files, exports and versions of this program.

A fingerprint is 12 bytes: the instant (big-endian seconds, so that the unique index grows at its
end as statements do), then eight bytes of BLAKE2b over what else tells rows apart. The order
number alone is no identity (statements repeat it for split payments and refunds), so time, amount
and direction always take part. Rows that are still equal are told apart by their occurrence: the
second equal coffee of a file is occurrence 1, and stays occurrence 1 when the file comes again.
"""

from __future__ import annotations

from hashlib import blake2b
from struct import pack

FINGERPRINT_BYTES = 12

# What the statement could have said differently later (a closed order turns neutral, a top-up is
# read as a transfer by a newer profile) must not change the identity.
_SIDE = {"expense": "o", "neutral": "o", "transfer": "o", "income": "i", "refund": "r"}


def fingerprint(
    *,
    time: int,
    amount_minor: int,
    currency: str,
    direction: str,
    source: str,
    external_id: str,
    merchant: str,
    note: str,
) -> bytes:
    """The 12 bytes by which the row is known."""
    told = f"x\x1f{external_id}" if external_id else f"t\x1f{merchant}\x1f{note}"
    text = f"{source}\x1f{_SIDE[direction]}\x1f{amount_minor}\x1f{currency}\x1f{told}"
    return pack(">I", time) + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def content_hash(*, merchant: str, note: str, account: str, order_ref: str) -> bytes:
    """Eight bytes over the texts of a row: equal order number and equal text is the same row."""
    text = f"{merchant}\x1f{note}\x1f{account}\x1f{order_ref}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
