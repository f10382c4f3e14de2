"""Statements through app and worker as a user sends them, and what it cost."""

from __future__ import annotations

import datetime as dt
import re
import sys
import time
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
    seconds: float = 0.0
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

    def take(self, path: Path, *, time_zone: str, without_nil: bool = False) -> Ours:
        """Imports the statement for a new user and reads it back.

        without_nil leaves out what nets to nothing, as ledgers do: a closed order, and a spending
        that came back whole together with its refund.
        """
        self._users += 1
        client = self._client.as_user(str(self._users), locale="en")
        before, started = _reset_peak(), time.perf_counter()
        ours = self._import(client, path, time_zone)
        ours.seconds = time.perf_counter() - started
        ours.grown_mb = (_status_kb("VmHWM") - before) / 1024
        items = client.expenses()
        ours.items = _without_nil(items) if without_nil else items
        ours.stored = [_stored(item) for item in ours.items]
        return ours

    def _import(self, client: Client, path: Path, time_zone: str) -> Ours:
        response = client.upload(path.read_bytes(), path.name, time_zone=time_zone)
        body = response.get_json()
        if response.status_code >= 500:
            return Ours("error")
        if response.status_code != 202:
            slug = str(body.get("type", "")).rpartition("/")[2]
            return Ours("refused", codes=frozenset({slug}))
        client.work()
        return _of_record(client, client.json(body["location"]), body["location"])


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


def _without_nil(items: list[Any]) -> list[Any]:
    spent = [item for item in items if item["direction"] == "expense"]
    gone = {item["id"] for item in spent if item["refunded_amount"] == item["amount"]}
    return [
        item
        for item in items
        if item["id"] not in gone
        and not gone & {link["expense_id"] for link in item["links"]}
        and item["direction"] != "neutral"
    ]


def _reset_peak() -> int:
    """The resident size in KB, from which the peak is counted anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _status_kb("VmRSS")


def _status_kb(name: str) -> int:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    match = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(match[1]) if match else 0
