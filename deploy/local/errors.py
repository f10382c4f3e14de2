"""What stops the runner, said in one line."""

from __future__ import annotations


class SetUpError(Exception):
    """Something outside the project must change first; the message says what and how."""
