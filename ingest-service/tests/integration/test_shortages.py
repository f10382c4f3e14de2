"""A full disk and a database that stays locked: told kindly, waited for, nothing lost."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import factories as f
import pytest
from factories import Row
from fakes import Client, Clock
from small_disk import LimitedDisk, MountedDisk, SmallDisk, mounted

import servicekit.sqlite
from ingest_service.app import MIGRATIONS, create_app, create_worker
from ingest_service.config import Config
from ingest_service.domain.models import RowError
from ingest_service.store.staging import open_staging, sweep_staging
from servicekit.jobs import JobContext, Worker
from servicekit.sqlite import migrate, open_engine
from servicekit.testing import TokenMint

ROWS = [Row(number=str(number), order=f"M{number}") for number in range(300)]
# More than a full disk takes of one file.
LONG_ROWS = [Row(number=str(number), item="面" * 150) for number in range(800)]
HOLD_LOCK = """
import sys
from servicekit.sqlite import open_engine, write_transaction

with write_transaction(open_engine(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


def _can_mount() -> bool:
    with tempfile.TemporaryDirectory() as name, mounted(Path(name)) as is_mounted:
        return is_mounted


# The mounted disk where this machine allows it, the limits on every machine.
DISKS = ["limits", *(["mounted"] if _can_mount() else [])]


@dataclass
class Service:
    client: Client
    clock: Clock
    folder: Path
    disk: SmallDisk

    def left_over(self) -> list[str]:
        """Files that no import refers to."""
        known = set(self._known())
        uploads = [path.name for path in (self.folder / "uploads").iterdir()]
        temporary = self.folder / "tmp"
        staged = [path.name for path in temporary.iterdir()] if temporary.exists() else []
        return [name for name in uploads if name not in known] + staged

    def _known(self) -> Iterator[str]:
        engine = open_engine(self.folder / "ingest.sqlite3")
        with engine.connect() as connection:
            yield from connection.exec_driver_sql("SELECT file_path FROM imports").scalars()
        engine.dispose()


@contextmanager
def _service(folder: Path, clock: Clock, mint: TokenMint, disk: SmallDisk) -> Iterator[Service]:
    config = Config(data_dir=folder, auth_url="http://auth.invalid", max_upload_bytes=8 << 20)
    migrate(database_path=config.database_path, migrations_dir=MIGRATIONS)
    engine = open_engine(config.database_path)
    disk.watch(engine)
    app = create_app(config, clock=clock, jwks=mint.jwks, engine=engine)
    worker = create_worker(config, clock=clock, engine=engine, shortage_pause_s=5.0)
    yield Service(Client(app=app, worker=worker, mint=mint), clock, folder, disk)
    engine.dispose()


@pytest.fixture(params=DISKS)
def service(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock, mint: TokenMint
) -> Iterator[Service]:
    if request.param == "limits":
        with _service(tmp_path, clock, mint, LimitedDisk()) as made:
            yield made
        return
    with mounted(tmp_path), _service(tmp_path, clock, mint, MountedDisk(tmp_path)) as made:
        yield made


def test_an_upload_to_a_full_disk_is_told_so_and_taken_once_there_is_room(service: Service) -> None:
    data = f.alipay_2023(LONG_ROWS)
    keyed = {"headers": {"Idempotency-Key": "upload-1"}}
    with service.disk.full():
        answers = [service.client.upload(data, **keyed) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [507, 507]
    assert answers[0].get_json()["type"] == "/problems/storage-full"
    assert service.left_over() == []
    assert service.client.json("/data/imports")["items"] == []
    record = service.client.import_file(data, **keyed)
    assert (record["status"], record["rows_success"]) == ("succeeded", len(LONG_ROWS))


class Pauses(threading.Event):
    """The worker's pauses: counted, not slept, and the last one ends the shortage."""

    def __init__(self, shortage: ExitStack, *, last: int) -> None:
        super().__init__()
        self.count = 0
        self._shortage = shortage
        self._last = last

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 - not slept
        self.count += 1
        if self.count == self._last:
            self._shortage.close()
        return False


@pytest.mark.parametrize("rows", [LONG_ROWS, ROWS], ids=["staging", "storing"])
def test_an_accepted_import_waits_for_room_and_is_then_whole(
    service: Service, rows: list[Row]
) -> None:
    client, worker = service.client, service.client.worker
    accepted = client.upload(f.alipay_2023(rows)).get_json()
    with ExitStack() as shortage:
        _meanwhile(worker, lambda: shortage.enter_context(service.disk.full()))
        worker._stopping = Pauses(shortage, last=3)
        assert worker.run_once()
    waiting = client.json(accepted["location"])
    assert (waiting["rows_total"], waiting["progress"]["stage"]) == (0, "waiting-storage-full")
    assert service.left_over() == []
    assert not worker.run_once()

    service.clock.now += dt.timedelta(seconds=5)
    assert worker.run_once()
    record = client.json(accepted["location"])
    assert (record["status"], record["rows_success"]) == ("succeeded", len(rows))
    assert len(client.expenses()) == len(rows)
    assert _attempts(service) == 1


def test_an_import_too_large_for_the_disk_fails_in_the_end_and_can_be_tried_again(
    service: Service,
) -> None:
    client, worker = service.client, service.client.worker
    rows = [Row(number=f"L{number}", item="面" * 60) for number in range(30_000)]
    # Packed: the tests' own client forgets to close what it sends from a file.
    accepted = client.upload(_packed(f.alipay_2023(rows)), "statement.zip").get_json()
    handlers = dict(worker._handlers)

    def handle(context: JobContext) -> None:
        with service.disk.short():
            handlers[context.job.kind](context)

    worker._handlers = dict.fromkeys(handlers, handle)
    stages = []
    while (record := client.json(accepted["location"]))["status"] != "failed":
        assert worker.run_once()
        service.clock.now += dt.timedelta(minutes=5)
        stages.append(record["progress"]["stage"])
    assert stages == ["queued"] + ["waiting-storage-full"] * 10
    error = record["error"]
    assert error["code"] == "storage-full"
    assert error["params"]["megabytes"] >= 10
    assert f"{error['params']['megabytes']} MB" in error["detail"]
    assert service.left_over() == []
    assert client.import_file(f.alipay_2023(ROWS[:10]))["rows_success"] == 10

    service.disk.grow()
    retried = client.call("POST", accepted["location"] + "/retry")
    assert (retried.status_code, retried.get_json()["status"]) == (202, "queued")
    client.work()
    record = client.json(accepted["location"])
    assert (record["status"], record["rows_success"], record["error"]) == (
        "succeeded",
        len(rows),
        None,
    )
    again = client.call("POST", accepted["location"] + "/retry")
    assert (again.status_code, again.get_json()["type"]) == (409, "/problems/conflict")


def _packed(statement: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("statement.csv", statement)
    return packed.getvalue()


def _meanwhile(worker: Worker, happen: Callable[[], object]) -> None:
    """Let something happen once, when the worker has taken up its next job."""
    handlers = dict(worker._handlers)

    def handle(context: JobContext) -> None:
        worker._handlers = handlers
        happen()
        handlers[context.job.kind](context)

    worker._handlers = dict.fromkeys(handlers, handle)


def _attempts(service: Service) -> int:
    engine = open_engine(service.folder / "ingest.sqlite3")
    with engine.connect() as connection:
        found = int(connection.exec_driver_sql("SELECT attempts FROM jobs").scalar_one())
    engine.dispose()
    return found


@contextmanager
def _locked_by_another(database: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        yield
        holder.stdin.close()


@pytest.fixture
def patient(
    tmp_path: Path, clock: Clock, mint: TokenMint, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """A service whose patience with locks is short."""
    monkeypatch.setattr(servicekit.sqlite, "BUSY_TIMEOUT_MS", 20)
    with _service(tmp_path, clock, mint, LimitedDisk()) as made:
        yield made


def test_an_upload_to_a_locked_database_is_asked_to_come_again(patient: Service) -> None:
    data = f.alipay_2023(ROWS[:10])
    keyed = {"headers": {"Idempotency-Key": "upload-1"}}
    with _locked_by_another(patient.folder / "ingest.sqlite3"):
        for options in ({}, keyed):
            refused = patient.client.upload(data, **options)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
            assert refused.get_json()["type"] == "/problems/service-unavailable"
        assert patient.client.json("/data/imports")["items"] == []
    assert patient.left_over() == []
    assert patient.client.import_file(data, **keyed)["rows_success"] == 10


def test_a_worker_waits_for_a_locked_database_without_using_up_its_tries(patient: Service) -> None:
    client, worker = patient.client, patient.client.worker
    accepted = client.upload(f.alipay_2023(ROWS)).get_json()
    database = patient.folder / "ingest.sqlite3"
    with ExitStack() as lock:
        _meanwhile(worker, lambda: lock.enter_context(_locked_by_another(database)))
        worker._stopping = Pauses(lock, last=9)
        assert worker.run_once()
    waiting = client.json(accepted["location"])
    assert (waiting["rows_total"], waiting["progress"]["stage"]) == (0, "waiting-database-busy")

    patient.clock.now += dt.timedelta(seconds=5)
    assert worker.run_once()
    record = client.json(accepted["location"])
    assert (record["status"], record["rows_success"]) == ("succeeded", len(ROWS))
    assert _attempts(patient) == 1
    assert patient.left_over() == []


def test_staged_rows_of_a_killed_worker_are_swept_and_those_in_use_are_not(
    patient: Service,
) -> None:
    folder = patient.folder / "tmp"
    engine = open_engine(patient.folder / "ingest.sqlite3")
    with open_staging(engine, folder) as staging:
        staging.add_errors([RowError(1, "time-missing", "", "")])
        for left in ("staging-dead", "staging-dead-errors", "staging-dead.lock"):
            (folder / left).touch()
        sweep_staging(folder)
        assert not [path for path in folder.iterdir() if "dead" in path.name]
        assert len(list(folder.iterdir())) == 2
    assert list(folder.iterdir()) == []
    engine.dispose()
