"""Opaque cursors for lists with a stable order."""

import base64
import binascii
import json
from collections.abc import Mapping

from servicekit.problems import Problem

_MAX_CURSOR_CHARS = 1024


def encode_cursor(position: Mapping[str, object]) -> str:
    """The opaque text of a position (the sort values of the last item given)."""
    raw = json.dumps(dict(position), separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_cursor(text: str) -> dict[str, object]:
    """The position that a cursor stands for.

    Raises:
        Problem: invalid-cursor (400): nothing that encode_cursor ever made.
    """
    if len(text) > _MAX_CURSOR_CHARS:
        raise _invalid_cursor()
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        position = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _invalid_cursor() from error
    if not isinstance(position, dict):
        raise _invalid_cursor()
    return position


def _invalid_cursor() -> Problem:
    return Problem(
        400, "invalid-cursor", "The cursor is not valid", "Start again without a cursor."
    )
