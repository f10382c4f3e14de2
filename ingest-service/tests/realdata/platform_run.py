"""Statements through app and worker as a user sends them, and what it cost."""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fakes import Client, Clock

from ingest_service.app import MIGRATIONS, create_app, create_worker
from ingest_service.config import Config
from servicekit.sqlite import migrate, open_engine
from servicekit.testing import TokenMint

_COUNTS = ("total", "success", "duplicate", "ignored", "failed")


@dataclass
class Stored:
    """One row as the service keeps it: hundredths of the unit, UTC moment, local day."""

    cents: int
    direction: str
    moment: str
    day: str


@dataclass
class Ours:
    """What the service made of a statement."""

    status: str
    profile: str = ""
    codes: frozenset[str] = frozenset()
    """Why the file, or rows of it, were not taken as they are."""
    ignored: tuple[str, ...] = ()
    """Why rows of it are no transactions, one code a row."""
    counts: dict[str, int] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    asked: bool = False
    """Whether the import asked what the columns mean."""
    seconds: float = 0.0
    """Processor time, that of reader processes included; a busy machine does not add to it."""
    grown_mb: float = 0.0
    """By how much the process that serves and works grew at most."""

    @property
    def answered(self) -> bool:
        """Whether the file got an answer that a person can use: rows, or reasons why not."""
        return self.status != "error" and not self.codes & {"internal", "file-unreadable"}

    def text(self) -> str:
        """One cell of the table."""
        counts = "/".join(str(self.counts.get(n, 0)) for n in ("success", "ignored", "failed"))
        told = f" {', '.join(sorted(self.codes))}" if self.codes else ""
        return f"{self.profile or '-'}: {self.status} {counts}{told}"


class Service:
    """An ingest service on a folder of its own; every statement goes to a user of its own."""

    def __init__(self, folder: Path) -> None:
        config = Config(data_dir=folder, auth_url="http://auth.invalid")
        migrate(database_path=config.database_path, migrations_dir=MIGRATIONS)
        engine = open_engine(config.database_path)
        mint, clock = TokenMint(), Clock(dt.datetime(2024, 6, 1, tzinfo=dt.UTC))
        app = create_app(config, clock=clock, jwks=mint.jwks, engine=engine)
        worker = create_worker(config, clock=clock, engine=engine)
        self._client = Client(app, worker, mint, locale="en")
        self._users = 0

    def take(
        self,
        path: Path,
        *,
        time_zone: str,
        answer: Callable[[Any], Any] | None = None,
        keep: Callable[[list[Any]], list[Any]] | None = None,
    ) -> Ours:
        """Imports the statement for a new user and reads it back.

        answer tells the mapping where the import asks for one; keep chooses among the expenses.
        """
        self._users += 1
        client = self._client.as_user(str(self._users), locale="en")
        before, started = _reset_peak(), _cpu_s()
        ours = self._import(client, path, time_zone, answer)
        ours.seconds = _cpu_s() - started
        ours.grown_mb = (_status_kb("VmHWM") - before) / 1024
        items = client.expenses()
        ours.items = items if keep is None else keep(items)
        ours.stored = [_stored(item) for item in ours.items]
        return ours

    def _import(
        self, client: Client, path: Path, time_zone: str, answer: Callable[[Any], Any] | None
    ) -> Ours:
        response = client.upload(path.read_bytes(), path.name, time_zone=time_zone)
        body = response.get_json()
        if response.status_code >= 500:
            return Ours("error")
        if response.status_code != 202:
            slug = str(body.get("type", "")).rpartition("/")[2]
            return Ours("refused", codes=frozenset({slug}))
        client.work()
        location = body["location"]
        record = client.json(location)
        asked = record["status"] == "needs_mapping"
        if asked and answer is not None:
            order = {"mapping": answer(client.json(f"{location}/preview")), "remember": False}
            told = client.call("POST", f"{location}/mapping", json=order)
            if told.status_code != 202:
                raise RuntimeError(f"{path.name}: {told.get_data(as_text=True)}")
            client.work()
            record = client.json(location)
        ours = _of_record(client, record, location)
        ours.asked = asked
        return ours


def _of_record(client: Client, record: Any, location: str) -> Ours:
    counts = {name: record[f"rows_{name}"] for name in _COUNTS}
    status = record["status"]
    codes = {(record.get("error") or {}).get("code", "")}
    codes |= {status} & {"needs_mapping", "needs_password"}
    told = client.json(f"{location}/errors", limit=500)["items"]
    codes |= {row["code"] for row in told if row["kind"] == "error"}
    ignored = tuple(row["code"] for row in told if row["kind"] == "ignored")
    return Ours(status, record["profile"] or "", frozenset(codes - {""}), ignored, counts)


def _stored(item: Any) -> Stored:
    moment = dt.datetime.fromisoformat(item["time"]).astimezone(dt.UTC)
    return Stored(
        int(Decimal(item["amount"]) * 100),
        item["direction"],
        moment.strftime("%Y-%m-%dT%H:%M:%S"),
        item["local_date"],
    )


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _reset_peak() -> int:
    """The resident size in KB, from which the peak is counted anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _status_kb("VmRSS")


def _status_kb(name: str) -> int:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    match = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(match[1]) if match else 0
