"""The profiles, found by themselves: every module here with PROFILE or PROFILES adds its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ingest_service.domain.errors import StatementError
from ingest_service.domain.profiles.base import Profile, Recognition, Sample

# Helpers of profiles; columns loads pandas, which the web process must not.
_NOT_PROFILES = frozenset({"base", "columns"})
_SURE_ENOUGH = 0.3


@cache
def all_profiles() -> tuple[Profile, ...]:
    """Every profile, by id."""
    names = sorted(info.name for info in iter_modules(__path__) if info.name not in _NOT_PROFILES)
    found: list[Profile] = []
    for name in names:
        module = import_module(f"{__name__}.{name}")
        found.extend(getattr(module, "PROFILES", None) or (module.PROFILE,))
    return tuple(sorted(found, key=lambda profile: profile.id))


def profile_ids() -> frozenset[str]:
    """The ids that an upload may ask for."""
    return frozenset(profile.id for profile in all_profiles())


def recognise(
    sample: Sample, *, requested: str | None = None, among: Sequence[Profile] | None = None
) -> tuple[Profile, Recognition] | None:
    """The surest profile for a table, or None; a requested profile is held against the content.

    Raises:
        StatementError: profile-mismatch, when the requested one does not recognise the table.
    """
    candidates = among if among is not None else all_profiles()
    found = [
        (profile, recognition)
        for profile in candidates
        if requested in (None, profile.id)
        and (recognition := profile.recognise(sample)) is not None
        and recognition.confidence >= _SURE_ENOUGH
    ]
    if not found:
        if requested is not None:
            raise StatementError("profile-mismatch", profile=requested)
        return None
    return max(found, key=lambda pair: pair[1].confidence)
