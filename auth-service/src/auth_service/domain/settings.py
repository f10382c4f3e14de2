"""The rules of a person's settings."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from auth_service.domain.errors import Fault, InvalidAccount
from auth_service.domain.model import Settings

THEMES = ("system", "light", "dark")
LOCALES = ("zh-CN", "en")
MIN_REFRESH_S = 5
MAX_REFRESH_S = 86_400
MAX_CHART_PREFS_BYTES = 16_384
_CURRENCY = re.compile(r"[A-Z]{3}")


def change_settings(
    settings: Settings, changes: Mapping[str, object], *, now: datetime
) -> Settings:
    """The settings with these changes.

    Raises:
        InvalidAccount: A value breaks a rule; errors name each.
    """
    changed = replace(settings, **changes, updated_at=now)  # type: ignore[arg-type] # checked below
    faults = list(_faults(changed))
    if faults:
        raise InvalidAccount(errors=faults)
    return changed


def _faults(settings: Settings) -> list[Fault]:
    interval = settings.refresh_interval_sec
    prefs_bytes = len(json.dumps(settings.chart_prefs, ensure_ascii=False).encode())
    rules = (
        ("theme", settings.theme in THEMES, "one of " + ", ".join(THEMES)),
        ("locale", settings.locale in LOCALES, "one of " + ", ".join(LOCALES)),
        ("time_zone", _is_time_zone(settings.time_zone), "an IANA name such as Asia/Shanghai"),
        ("currency", bool(_CURRENCY.fullmatch(settings.currency)), "an ISO 4217 code"),
        (
            "refresh_interval_sec",
            interval == 0 or MIN_REFRESH_S <= interval <= MAX_REFRESH_S,
            f"0 for never, or {MIN_REFRESH_S} to {MAX_REFRESH_S}",
        ),
        ("chart_prefs", prefs_bytes <= MAX_CHART_PREFS_BYTES, "at most 16 KiB"),
    )
    return [
        Fault("invalid", f"Must be {rule}.", f"/json/{name}")
        for name, is_kept, rule in rules
        if not is_kept
    ]


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # OSError: names such as "Asia" are folders of the time zone database.
        return False
    return True
