"""Identity of a statement row, stable across files, exports and versions of this program.

A fingerprint is 12 bytes: the instant (big-endian seconds, so that the unique index grows at its
end as statements do), then eight bytes of BLAKE2b over what else tells rows apart. The order
number alone is no identity (statements repeat it for split payments and refunds), so time, amount
and direction always take part. Rows that are still equal are told apart by their occurrence: the
second equal coffee of a file is occurrence 1, and stays occurrence 1 when the file comes again.

fingerprints() computes many at once; tests hold it against fingerprint().
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from struct import pack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

FINGERPRINT_BYTES = 12
DIGEST_BYTES = 8

# What the statement could have said differently later (a closed order turns neutral, a top-up is
# read as a transfer by a newer profile) must not change the identity.
SIDES = {"expense": "o", "neutral": "o", "transfer": "o", "income": "i", "refund": "r"}
_UNIT = "\x1f"


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
    text = f"{source}\x1f{SIDES[direction]}\x1f{amount_minor}\x1f{currency}\x1f{told}"
    return pack(">I", time) + _digest(text.encode("utf-8", "surrogatepass"))


def fingerprints(rows: pa.Table) -> pa.Array:
    """The fingerprints of many rows (binary, 12 bytes each), in their order."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    sides = pc.replace_substring_regex(rows["direction"], "^(expense|neutral|transfer)$", "o")
    sides = pc.replace_substring(pc.replace_substring(sides, "income", "i"), "refund", "r")
    number = rows["external_id"]
    by_number = _joined([pa.scalar("x"), number])
    by_text = _joined([pa.scalar("t"), rows["merchant"], rows["note"]])
    told = pc.if_else(pc.not_equal(number, ""), by_number, by_text)
    parts = [rows["source"], sides, rows["amount_minor"], rows["currency"], told]
    instants = np.asarray(rows["time"], dtype=">u4")
    packed = np.empty((len(instants), FINGERPRINT_BYTES), dtype=np.uint8)
    packed[:, :4] = instants.view(np.uint8).reshape(-1, 4)
    packed[:, 4:] = _digests(parts)
    return _as_binary(packed)


def contents(rows: pa.Table, columns: tuple[str, ...]) -> pa.Array:
    """Eight bytes for each row over what its statement says in the columns."""
    return _as_binary(_digests([rows[name] for name in columns]))


def _joined(parts: Sequence[pa.ChunkedArray | pa.Scalar]) -> pa.ChunkedArray:
    """Each row's parts as texts, with unit separators between."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = [pc.fill_null(pc.cast(part, pa.large_string()), "") for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar(_UNIT, pa.large_string()))


def _digests(parts: Sequence[pa.ChunkedArray]) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """BLAKE2b over each row's joined parts, eight bytes a row."""
    import numpy as np
    import pyarrow as pa

    told = _joined(parts).cast(pa.large_binary()).to_pylist()
    packed = b"".join([blake2b(text, digest_size=DIGEST_BYTES).digest() for text in told])
    return np.frombuffer(packed, dtype=np.uint8).reshape(-1, DIGEST_BYTES)


def _as_binary(bytes_of_rows: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    table = np.ascontiguousarray(bytes_of_rows)
    kind = pa.binary(table.shape[1])
    return pa.FixedSizeBinaryArray.from_buffers(kind, len(table), [None, pa.py_buffer(table)])


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=DIGEST_BYTES).digest()
