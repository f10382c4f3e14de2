import errno
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import ManualClock
from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import OperationalError

from servicekit.jobs import (
    Job,
    JobContext,
    JobQueue,
    LostLease,
    Periodic,
    PermanentJobError,
    Worker,
    jobs_table,
)
from servicekit.sqlite import write_transaction

LEASE_S = 30.0


def enqueue(queue: JobQueue, engine: Engine, *, key: str | None = None, kind: str = "count") -> int:
    with write_transaction(engine) as connection:
        return queue.enqueue(
            connection, kind=kind, owner_id="7", payload={"name": "餐饮"}, dedupe_key=key
        )


def claim(queue: JobQueue) -> Job:
    job = queue.claim(lease_s=LEASE_S)
    assert job is not None
    return job


def test_a_job_carries_its_payload_and_ends_as_succeeded(queue: JobQueue, engine: Engine) -> None:
    job_id = enqueue(queue, engine)
    seen: list[Job] = []

    assert Worker(queue, {"count": lambda context: seen.append(context.job)}).run_once()

    state = queue.get(job_id)
    assert seen[0].payload == {"name": "餐饮"}
    assert seen[0].owner_id == "7"
    assert state is not None
    assert state.state == "succeeded"
    assert state.finished_at is not None


def test_an_empty_queue_has_no_work(queue: JobQueue) -> None:
    assert not Worker(queue, {"count": lambda _context: None}).run_once()
    assert queue.get(99) is None


def test_a_job_of_a_rolled_back_transaction_never_existed(queue: JobQueue, engine: Engine) -> None:
    def enqueue_and_fail() -> None:
        with write_transaction(engine) as connection:
            queue.enqueue(connection, kind="count", owner_id="7", payload={})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enqueue_and_fail()

    assert queue.claim(lease_s=LEASE_S) is None


def test_unknown_kinds_are_left_alone(queue: JobQueue, engine: Engine) -> None:
    enqueue(queue, engine, kind="other")

    assert not Worker(queue, {"count": lambda _context: None}).run_once()


def test_an_unfinished_job_of_the_same_key_is_not_doubled(queue: JobQueue, engine: Engine) -> None:
    first = enqueue(queue, engine, key="train:7")

    assert enqueue(queue, engine, key="train:7") == first
    claim(queue)
    assert enqueue(queue, engine, key="train:7") == first


def test_a_finished_job_frees_its_key(queue: JobQueue, engine: Engine) -> None:
    first = enqueue(queue, engine, key="train:7")
    queue.succeed(claim(queue))

    assert enqueue(queue, engine, key="train:7") != first


def test_a_leased_job_is_not_given_twice(queue: JobQueue, engine: Engine) -> None:
    enqueue(queue, engine)
    claim(queue)

    assert queue.claim(lease_s=LEASE_S) is None


def test_a_job_whose_lease_ran_out_is_taken_up_again(
    queue: JobQueue, engine: Engine, clock: ManualClock
) -> None:
    enqueue(queue, engine)
    first = claim(queue)
    clock.advance(LEASE_S)

    second = claim(queue)

    assert second.id == first.id
    assert second.token > first.token
    assert second.attempts == 2


def test_an_extended_lease_holds(queue: JobQueue, engine: Engine, clock: ManualClock) -> None:
    enqueue(queue, engine)
    job = claim(queue)
    clock.advance(LEASE_S - 1)
    queue.extend(job, lease_s=LEASE_S)
    clock.advance(LEASE_S - 1)

    assert queue.claim(lease_s=LEASE_S) is None


def test_a_worker_that_lost_its_lease_can_change_nothing(
    queue: JobQueue, engine: Engine, clock: ManualClock
) -> None:
    job_id = enqueue(queue, engine)
    stale = claim(queue)
    clock.advance(LEASE_S)
    holder = claim(queue)

    with pytest.raises(LostLease):
        queue.succeed(stale)
    with pytest.raises(LostLease):
        queue.report(stale, done=1, total=2, stage="late", lease_s=LEASE_S)
    with pytest.raises(LostLease):
        queue.fail(stale, code="x", error_text="x")
    with pytest.raises(LostLease), write_transaction(engine) as connection:
        queue.fence(connection, stale)
    with write_transaction(engine) as connection:
        queue.fence(connection, holder)
    state = queue.get(job_id)
    assert state is not None
    assert (state.state, state.stage) == ("running", "")


def test_progress_of_a_lost_job_raises_and_the_worker_goes_on(
    queue: JobQueue, engine: Engine, clock: ManualClock
) -> None:
    job_id = enqueue(queue, engine)

    def lose(context: JobContext) -> None:
        clock.advance(LEASE_S)
        claim(queue)
        context.progress(done=1, total=2, stage="parse")

    assert Worker(queue, {"count": lose}, lease_s=LEASE_S).run_once()
    state = queue.get(job_id)
    assert state is not None
    assert state.state == "running"
    assert state.attempts == 2


def test_progress_can_be_read(queue: JobQueue, engine: Engine) -> None:
    job_id = enqueue(queue, engine)
    seen: list[tuple[int, int, str]] = []

    def handle(context: JobContext) -> None:
        context.progress(done=3, total=10, stage="parse")
        state = queue.get(job_id)
        assert state is not None
        seen.append((state.done, state.total, state.stage))

    Worker(queue, {"count": handle}).run_once()

    assert seen == [(3, 10, "parse")]


def test_frequent_progress_writes_rarely_but_never_misses_the_end(
    queue: JobQueue, engine: Engine
) -> None:
    job_id = enqueue(queue, engine)
    seen: list[int] = []

    def handle(context: JobContext) -> None:
        for done in (1, 2, 10):
            context.progress(done=done, total=10, stage="parse")
            state = queue.get(job_id)
            assert state is not None
            seen.append(state.done)

    Worker(queue, {"count": handle}, progress_interval_s=3600).run_once()

    assert seen == [1, 1, 10]


def test_a_failing_job_waits_longer_each_time_and_then_counts_as_failed(
    queue: JobQueue, engine: Engine, clock: ManualClock
) -> None:
    job_id = enqueue(queue, engine)
    told: list[tuple[int, str]] = []

    def explode(_context: JobContext) -> None:
        raise RuntimeError("/secret/path and SELECT 1")

    worker = Worker(
        queue,
        {"count": explode},
        max_attempts=3,
        on_failed=lambda job, code: told.append((job.id, code)),
    )
    assert worker.run_once()
    assert not worker.run_once()
    clock.advance(1)
    assert worker.run_once()
    clock.advance(1)
    assert not worker.run_once()
    clock.advance(1)
    assert worker.run_once()

    state = queue.get(job_id)
    assert state is not None
    assert (state.state, state.error_code, state.error_text) == (
        "failed",
        "internal-error",
        "RuntimeError",
    )
    assert told == [(job_id, "internal-error")]


def test_a_permanent_error_is_not_tried_again(queue: JobQueue, engine: Engine) -> None:
    job_id = enqueue(queue, engine)

    def refuse(_context: JobContext) -> None:
        raise PermanentJobError("needs-password", "The file is locked.")

    Worker(queue, {"count": refuse}).run_once()

    state = queue.get(job_id)
    assert state is not None
    assert (state.state, state.attempts) == ("failed", 1)
    assert (state.error_code, state.error_text) == ("needs-password", "The file is locked.")


def test_a_job_that_kills_its_workers_is_given_up(
    queue: JobQueue, engine: Engine, clock: ManualClock
) -> None:
    job_id = enqueue(queue, engine)
    for _ in range(2):
        claim(queue)
        clock.advance(LEASE_S)

    assert Worker(queue, {"count": lambda _context: None}, max_attempts=2).run_once()

    state = queue.get(job_id)
    assert state is not None
    assert (state.state, state.error_code) == ("failed", "worker-lost")


SHORTAGES = [
    ("database-busy", OperationalError("UPDATE", {}, Exception("database is locked"))),
    ("database-busy", sqlite3.OperationalError("database is locked")),
    ("storage-full", OperationalError("INSERT", {}, Exception("database or disk is full"))),
    ("storage-full", OSError(errno.ENOSPC, "No space left on device")),
]


@pytest.mark.parametrize(("code", "error"), SHORTAGES)
def test_a_busy_database_and_a_full_disk_are_waited_for_and_count_as_no_try(
    queue: JobQueue, engine: Engine, clock: ManualClock, code: str, error: Exception
) -> None:
    job_id = enqueue(queue, engine)
    lacking = [error] * 4

    def work(_context: JobContext) -> None:
        if lacking:
            raise lacking.pop()

    worker = Worker(queue, {"count": work}, max_attempts=2, shortage_pause_s=5)
    pauses_s = [5, 10, 20, 40] if code == "storage-full" else [5] * 4
    for pause_s in pauses_s:
        assert worker.run_once()
        state = queue.get(job_id)
        assert state is not None
        assert (state.state, state.attempts, state.error_code) == ("queued", 0, code)
        clock.advance(pause_s - 1)
        assert not worker.run_once()
        clock.advance(1)
    assert worker.run_once()

    state = queue.get(job_id)
    assert state is not None
    assert (state.state, state.attempts, state.error_code) == ("succeeded", 1, None)


def test_a_job_that_is_too_large_for_the_disk_counts_as_failed_in_the_end(
    queue: JobQueue, engine: Engine, clock: ManualClock
) -> None:
    job_id = enqueue(queue, engine)
    told: list[tuple[int, str]] = []

    def fill_the_disk(_context: JobContext) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for pause_s in [5, 10, 20, 40, 80, 160, 300, 300, 0]:
        # A worker of its own each time: the count outlives the process.
        worker = Worker(
            queue,
            {"count": fill_the_disk},
            max_waits=8,
            on_failed=lambda job, code: told.append((job.id, code)),
        )
        assert told == []
        assert worker.run_once()
        clock.advance(max(pause_s - 1, 0))
        assert not worker.run_once()
        clock.advance(1)

    state = queue.get(job_id)
    assert state is not None
    assert (state.state, state.error_code) == ("failed", "storage-full")
    assert told == [(job_id, "storage-full")]


@pytest.mark.parametrize("error", [error for _, error in SHORTAGES])
def test_the_end_of_a_job_is_written_down_as_soon_as_the_database_takes_it(
    queue: JobQueue, engine: Engine, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    job_id = enqueue(queue, engine)
    runs: list[int] = []
    succeed, refusals = queue.succeed, [error] * 3

    def succeed_late(job: Job) -> None:
        if refusals:
            raise refusals.pop()
        succeed(job)

    monkeypatch.setattr(queue, "succeed", succeed_late)
    handlers = {"count": lambda context: runs.append(context.job.id)}
    Worker(queue, handlers, shortage_pause_s=0).run_once()

    state = queue.get(job_id)
    assert state is not None
    assert (state.state, runs) == ("succeeded", [job_id])


def test_progress_that_cannot_be_told_does_not_stop_the_work(
    queue: JobQueue, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = enqueue(queue, engine)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(queue, "report", refuse)
    Worker(queue, {"count": lambda context: context.progress(done=1, total=1)}).run_once()

    state = queue.get(job_id)
    assert state is not None
    assert state.state == "succeeded"


def test_a_worker_that_dies_while_it_gives_up_is_followed_by_one_that_tells_again(
    queue: JobQueue, engine: Engine, clock: ManualClock
) -> None:
    job_id = enqueue(queue, engine)
    for _ in range(2):
        claim(queue)
        clock.advance(LEASE_S)
    told: list[int] = []

    def die(_job: Job, _text: str) -> None:
        raise KeyboardInterrupt

    handlers = {"count": lambda _context: None}
    with pytest.raises(KeyboardInterrupt):
        Worker(queue, handlers, max_attempts=2, on_failed=die).run_once()
    clock.advance(LEASE_S)
    follower = Worker(
        queue, handlers, max_attempts=2, on_failed=lambda job, _code: told.append(job.id)
    )
    assert follower.run_once()

    state = queue.get(job_id)
    assert state is not None
    assert (state.state, told) == ("failed", [job_id])


def test_a_stopping_worker_gives_its_job_back_uncounted(queue: JobQueue, engine: Engine) -> None:
    job_id = enqueue(queue, engine)

    def stop_midway(context: JobContext) -> None:
        worker.stop()
        context.progress(done=1, total=2)

    worker = Worker(queue, {"count": stop_midway})
    worker.run_once()

    state = queue.get(job_id)
    assert state is not None
    assert (state.state, state.attempts) == ("queued", 0)


def test_the_heartbeat_keeps_a_silent_handler_alive(
    queue: JobQueue, engine: Engine, clock: ManualClock, tmp_path: Path
) -> None:
    enqueue(queue, engine)
    extended = threading.Event()
    extend = queue.extend

    def notice(job: Job, *, lease_s: float) -> None:
        extend(job, lease_s=lease_s)
        extended.set()

    queue.extend = notice  # type: ignore[method-assign]
    outcome: list[Job | None] = []

    def be_silent(_context: JobContext) -> None:
        clock.advance(0.02)
        assert extended.wait(10)
        clock.advance(0.02)
        outcome.append(queue.claim(lease_s=LEASE_S))

    Worker(queue, {"count": be_silent}, lease_s=0.03, heartbeat_path=tmp_path / "beat").run_once()

    assert outcome == [None]
    assert (tmp_path / "beat").exists()


def test_the_heartbeat_notices_a_lost_lease(
    queue: JobQueue, engine: Engine, clock: ManualClock
) -> None:
    enqueue(queue, engine)
    noticed = threading.Event()

    def lose(context: JobContext) -> None:
        clock.advance(1)
        claim(queue)
        mark_lost = context.mark_lost

        def mark() -> None:
            mark_lost()
            noticed.set()

        context.mark_lost = mark  # type: ignore[method-assign]
        assert noticed.wait(10)
        with pytest.raises(LostLease):
            context.check()

    Worker(queue, {"count": lose}, lease_s=0.03).run_once()


CHILD = """
import sys
from datetime import UTC, datetime

from sqlalchemy import MetaData

from servicekit.jobs import JobQueue, Worker, jobs_table
from servicekit.logs import configure_logs
from servicekit.sqlite import open_engine

configure_logs(service="child")


def hang(context):
    context.progress(done=1, total=2, stage="half")
    print("started", flush=True)
    sys.stdin.read()


queue = JobQueue(
    open_engine(sys.argv[1]), jobs_table(MetaData()), lambda: datetime(2026, 3, 5, tzinfo=UTC)
)
Worker(queue, {"count": hang}, lease_s=30.0).run_forever()
"""


@pytest.mark.integration
def test_the_job_of_a_killed_worker_is_finished_by_the_next(
    queue: JobQueue, engine: Engine, database_path: Path, clock: ManualClock
) -> None:
    job_id = enqueue(queue, engine)
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(database_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"started\n"
        os.kill(child.pid, signal.SIGKILL)
        child.wait()

    worker = Worker(queue, {"count": lambda _context: None})
    assert not worker.run_once()
    clock.advance(LEASE_S)
    assert worker.run_once()

    state = queue.get(job_id)
    assert state is not None
    assert (state.state, state.attempts) == ("succeeded", 2)


@pytest.mark.integration
def test_sigterm_ends_the_loop_cleanly(engine: Engine, database_path: Path) -> None:
    real_now = JobQueue(engine, jobs_table(MetaData()), ManualClock())
    enqueue(real_now, engine)
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(database_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        child.stdout.readline()
        child.send_signal(signal.SIGTERM)
        child.stdin.close()
        assert child.wait(20) == 0


def test_periodic_work_runs_between_jobs_and_its_errors_end_nothing(queue: JobQueue) -> None:
    runs: list[str] = []

    def explode() -> None:
        runs.append("explode")
        raise RuntimeError

    def stop() -> None:
        runs.append("stop")
        worker.stop()

    worker = Worker(queue, {}, periodic=[Periodic(3600, explode), Periodic(3600, stop)])
    old = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        worker.run_forever()
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)

    assert runs == ["explode", "stop"]
