"""The folder of version folders that the model server watches."""

from __future__ import annotations

import json
import math
import shutil
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DESCRIPTION_NAME = "preprocessing.json"
_MODEL_FILE = "saved_model.pb"
_FIGURES_OF = "network"


class ModelFolder:
    """The versions of one model on disk; a version is a folder with a whole number as its name."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def versions(self) -> list[str]:
        """The version numbers, oldest first; empty when there is no such folder."""
        if not self.path.is_dir():
            return []
        numbers = [entry.name for entry in self.path.iterdir() if entry.name.isdecimal()]
        return sorted(numbers, key=int)

    def next_version(self) -> str:
        """The number after the newest."""
        return str(max((int(version) for version in self.versions()), default=0) + 1)

    def created_at(self, version: str) -> datetime | None:
        """When the version was written; None when its folder is not here."""
        try:
            written = (self.path / version / _MODEL_FILE).stat().st_mtime
        except OSError:
            return None
        return datetime.fromtimestamp(written, tz=UTC)

    def install(self, source: Path, *, version: str) -> bool:
        """Copy a version here; False where it is already.

        It is copied under a hidden name and renamed when whole, so that the model server never
        loads half of it. Of two installers at once, one wins and the other's copy goes.
        """
        target = self.path / version
        if target.exists():
            return False
        self.path.mkdir(parents=True, exist_ok=True)
        unfinished = self.path / f".{version}.{uuid.uuid4().hex}"
        try:
            shutil.copytree(source, unfinished)
            unfinished.rename(target)
        except OSError:
            if target.exists():
                return False
            raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return True

    def metrics(self, version: str) -> Mapping[str, float]:
        """The version's figures on held-out households; empty when it tells none."""
        return metrics_in(self.path / version)


def metrics_in(folder: Path) -> Mapping[str, float]:
    """The network's figures in a version folder's description; empty when there are none."""
    try:
        description = json.loads((folder / DESCRIPTION_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    metrics = description.get("metrics") if isinstance(description, dict) else None
    figures = metrics.get(_FIGURES_OF) if isinstance(metrics, dict) else None
    return _numbers(figures) if isinstance(figures, dict) else {}


def _numbers(figures: Mapping[str, Any]) -> dict[str, float]:
    return {
        str(name): float(value)
        for name, value in figures.items()
        if isinstance(value, int | float) and math.isfinite(value)
    }
