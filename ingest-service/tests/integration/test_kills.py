"""kill -9 at random moments: every accepted import is whole or resumes, and no row comes twice.

KILLS (100) and KILLS_SEED (7) say how often and when. Each kill falls into one step of a scenario
(an import of 50,000 rows, one that overlaps, a workbook, an undo), played by a user of his own;
the same scenario without a kill says what must be there afterwards.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import factories as f
import pytest
from factories import Row
from live import PATIENCE_S, Caller, Live, Role, rows_of, running, wait_until

from ingest_service.store.files import UploadFolder
from ingest_service.store.staging import sweep_staging
from servicekit.testing import TokenMint

pytestmark = pytest.mark.integration
KILLS = int(os.environ.get("KILLS", "100"))
SEED = int(os.environ.get("KILLS_SEED", "7"))
_FEED_ROWS = 5_000
# What a kill waits for before its own random pause: nothing, or the work to have come so far.
_MOMENTS: tuple[tuple[str, ...], ...] = (
    (), ("reading", "undoing"), ("storing", "undoing"), ("storing", "undoing"),
)  # fmt: skip
_WHILE_RECEIVING = 0.5
_COUNTS = (
    "status", "profile", "rows_total", "rows_success", "rows_failed", "rows_duplicate",
    "rows_ignored", "rows_updated", "error",
)  # fmt: skip
_LIVE_ROWS = """
SELECT e.time, e.local_day, e.amount_minor, e.currency, e.direction, e.merchant, e.note,
  e.external_id, e.account, e.refunded_minor, e.pending, e.closed, e.occurrence, c.code, c.name
FROM expenses e JOIN categories c ON c.id = e.category_id
WHERE e.user_id = ? AND e.deleted = 0
"""


def statement(first: int, rows: int, *, settled: bool = True) -> list[Row]:
    """Payments numbered from first; every 50th is a refund, every 90th cannot be read."""
    made = []
    for number in range(first, first + rows):
        refund = number % 50 == 49
        amount = "12,x" if number % 90 == 89 else f"{number % 970 + 1}.{number % 100:02}"
        pending = not settled and number % 40 == 7
        made.append(
            Row(
                time=f"2024-{number % 12 + 1:02}-{number % 28 + 1:02} 12:{number % 60:02}:00",
                merchant=f"{('兰州拉面', '滴滴出行', '全家便利店')[number % 3]}{number % 200}号店",
                item=f"商品{number % 37}",
                flow="不计收支" if refund else "支出",
                amount=amount,
                status="退款成功" if refund else ("等待确认收货" if pending else "交易成功"),
                number=f"{20240000000000 + number - refund}{'_r' if refund else ''}",
                order=f"M{number - refund}",
            )
        )
    return made


@dataclass(frozen=True)
class Step:
    """An upload of bytes, or the undoing of the import that an earlier step made."""

    data: bytes = b""
    name: str = "statement.csv"
    undoes: int | None = None


def scenarios() -> dict[str, list[Step]]:
    csv = Step(f.alipay_2023(statement(0, 1_500, settled=False)))
    overlapping = Step(f.alipay_2023(statement(1_000, 1_500)))
    readable = [row for row in statement(0, 800) if "x" not in row.amount]
    workbook = Step(f.wechat_xlsx(readable), "statement.xlsx")
    large = Step(f.alipay_2023(statement(0, 50_000)))
    return {
        "overlap": [csv, overlapping, Step(undoes=0), Step(undoes=1)],
        "two apps": [csv, workbook, Step(undoes=1)],
        "undo": [csv, Step(undoes=0), csv, Step(undoes=2)],
        "large": [large],
    }


@dataclass
class Outcome:
    """What a user's scenario came to, step by step."""

    counts: list[tuple[Any, ...]] = field(default_factory=list)
    rows: list[Counter[tuple[Any, ...]]] = field(default_factory=list)
    seconds: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Consumer:
    """A neighbour that follows the change feed and keeps what it is told."""

    live: Live
    after: int = 0
    rows: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def pull(self) -> None:
        headers = self.live.mint.headers("", role="service", scopes=["changes:read"])
        path = f"/internal/changes?limit={_FEED_ROWS}&after="
        more = True
        while more:
            page = Caller(self.live, 0).call("GET", f"{path}{self.after}", headers=headers).json()
            columns = page["columns"]
            seqs = columns["seq"]
            assert all(earlier < later for earlier, later in itertools.pairwise(seqs))
            assert not seqs or (seqs[0] > self.after and seqs[-1] <= page["next"])
            wanted = ("user_id", "import_id", "amount_minor", "deleted")
            told = zip(*(columns[name] for name in wanted), strict=True)
            self.rows |= dict(zip(columns["id"], told, strict=True))
            self.after = page["next"]
            more = page["has_more"]

    def check(self) -> None:
        """What it was told is what is there: nothing was left out."""
        query = "SELECT id, user_id, import_id, amount_minor, deleted FROM expenses"
        there = {
            str(id_): (str(user), None if made is None else str(made), amount, bool(deleted))
            for id_, user, made, amount, deleted in rows_of(self.live, query)
        }
        assert self.rows == there


@dataclass
class Player:
    """One user who plays a scenario; kill says in which step a process is killed."""

    live: Live
    user_id: int
    steps: Sequence[Step]
    outcome: Outcome = field(default_factory=Outcome)
    locations: list[str] = field(default_factory=list)
    acknowledged: threading.Event = field(default_factory=threading.Event)

    def play(self, number: int) -> None:
        """One step, until nothing more will happen."""
        step, caller = self.steps[number], Caller(self.live, self.user_id)
        began = time.monotonic()
        if step.undoes is None:
            location = caller.upload(step.data, key=f"step-{number}", name=step.name)
            self.locations.append(location)
        else:
            location = caller.undo(self.locations[step.undoes])
            self.locations.append("")
        accepted = time.monotonic()
        self.acknowledged.set()
        record = caller.settled(location, undone=step.undoes is not None)
        self.outcome.seconds.append((accepted - began, time.monotonic() - accepted))
        self.outcome.counts.append(tuple(record[name] for name in _COUNTS))
        self.outcome.rows.append(Counter(rows_of(self.live, _LIVE_ROWS, self.user_id)))

    def uploads(self) -> int:
        return sum(step.undoes is None for step in self.steps[: len(self.locations)])


@dataclass
class Killer:
    """Kills one process for each step that is played, at a moment that the seed chose."""

    live: Live
    rng: random.Random
    tally: Counter[str] = field(default_factory=Counter)

    def kill_during(self, player: Player, number: int, usual: tuple[float, float]) -> None:
        role: Role = "web" if self.tally.total() % 2 else "worker"
        upload_s, work_s = usual
        player.acknowledged.clear()
        thread = threading.Thread(target=player.play, args=(number,))
        thread.start()
        moment, share = self.rng.choice(_MOMENTS), self.rng.random()
        if role == "web" and share < _WHILE_RECEIVING:
            time.sleep(upload_s * share / _WHILE_RECEIVING)
        else:
            assert player.acknowledged.wait(60)
            while moment and thread.is_alive() and self._phase(player, number) not in moment:
                time.sleep(0.001)
            time.sleep(work_s * share * (0.2 if moment else 0.8))
        only_child = role == "web" and self.rng.random() < 0.3
        self.live.kill(role, only_child=only_child)
        self.tally[f"{role} while {self._phase(player, number)}"] += 1
        if not only_child:
            self.live.restart(role)
        thread.join(PATIENCE_S)
        assert len(player.outcome.rows) == number + 1, self.live.log()[-4_000:]

    def _phase(self, player: Player, number: int) -> str:
        """What the step had come to at the moment of the kill."""
        query = """
        SELECT j.kind, j.state, j.stage FROM jobs j WHERE j.owner_id = ? ORDER BY j.id
        """
        jobs = rows_of(self.live, query, str(player.user_id))
        if len(jobs) <= number:
            return "receiving"
        kind, state, stage = jobs[-1]
        if state != "running":
            return "queued" if state == "queued" else "idle"
        return "undoing" if kind == "undo_import" else stage or "starting"


def reference(live: Live) -> dict[str, Outcome]:
    """Every scenario undisturbed."""
    outcomes = {}
    for user_id, (name, steps) in enumerate(scenarios().items(), start=1):
        player = Player(live, user_id, steps)
        for number in range(len(steps)):
            player.play(number)
        outcomes[name] = player.outcome
    return outcomes


def rounds(rng: random.Random) -> Iterator[tuple[str, list[Step]]]:
    """Scenarios without end; the large one comes in every eighth turn."""
    known = scenarios()
    usual = [name for name in known if name != "large"]
    turn = 0
    while True:
        turn += 1
        name = "large" if turn % 8 == 4 else rng.choice(usual)
        yield name, known[name]


def test_kills_at_random_moments_lose_nothing_and_double_nothing(
    tmp_path: Path, mint: TokenMint, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(SEED)
    began = time.monotonic()
    with running(tmp_path, mint) as live:
        expected = reference(live)
        consumer, killer = Consumer(live), Killer(live, rng)
        turns = rounds(rng)
        user_id = 1_000
        while killer.tally.total() < KILLS:
            name, steps = next(turns)
            user_id += 1
            player = Player(live, user_id, steps)
            for number in range(len(steps)):
                if killer.tally.total() < KILLS:
                    killer.kill_during(player, number, expected[name].seconds[number])
                else:
                    player.play(number)
                assert_as_undisturbed(player, expected[name], number)
            consumer.pull()
        consumer.check()
        strays = assert_nothing_is_left(live)
    told = {
        "kills": killer.tally.total(),
        "users": user_id - 1_000,
        "strays_swept": strays,
        "seconds": round(time.monotonic() - began, 1),
        **dict(sorted(killer.tally.items())),
    }
    with capsys.disabled():
        sys.stdout.write("\n" + json.dumps(told) + "\n")


def assert_as_undisturbed(player: Player, expected: Outcome, number: int) -> None:
    assert player.outcome.counts[number] == expected.counts[number]
    assert player.outcome.rows[number] == expected.rows[number]
    # However often the client had to send it: one import for each upload.
    mine = "SELECT count(*) FROM imports WHERE user_id = ?"
    assert rows_of(player.live, mine, player.user_id) == [(player.uploads(),)]


def assert_nothing_is_left(live: Live) -> int:
    """The database is sound, and after a sweep only known files are there; how many it took."""
    assert rows_of(live, "PRAGMA integrity_check") == [("ok",)]
    assert rows_of(live, "PRAGMA foreign_key_check") == []
    unfinished = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"
    wait_until(lambda: rows_of(live, unfinished) == [(0,)], "no job under way")
    sweep_staging(live.folder / "tmp")
    known = frozenset(row[0] for row in rows_of(live, "SELECT file_path FROM imports"))
    strays = UploadFolder(live.folder / "uploads").sweep(known, older_than_s=-1.0)
    assert {path.name for path in (live.folder / "uploads").iterdir()} == known
    assert list((live.folder / "tmp").iterdir()) == []
    return strays
